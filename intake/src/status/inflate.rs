//! A zlib stream (RFC 1950), all of it and nothing behind it, up to a bound.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// The header is read, so the Adler-32 behind the data is computed; a header that asks for a dictionary is refused.
const FLAGS: u32 = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;

/// Room to begin with.
const LEAST_ROOM: usize = 64;

/// Why a stream was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is none, or not whole, or something stands behind it.
    Stream,
    /// It holds more than the bound.
    TooLarge,
}

/// What the stream holds, at most `most` bytes.
///
/// `decompress_to_vec_zlib_with_limit` would do, but for bytes behind the end, of which it says nothing.
pub(super) fn inflate(stream: &[u8], most: usize) -> Result<Vec<u8>, Fault> {
    // One byte more than may come: then what fills it is too much, and needs no question whether more follows.
    let room = most.saturating_add(1).max(LEAST_ROOM);
    let mut bytes = vec![0; stream.len().saturating_mul(2).clamp(LEAST_ROOM, room)];
    let mut state = Box::<DecompressorOxide>::default();
    let (mut rest, mut made) = (stream, 0_usize);
    loop {
        let (status, read, written) = decompress(&mut state, rest, &mut bytes, made, FLAGS);
        made = made.saturating_add(written);
        rest = rest.get(read..).unwrap_or_default();
        match status {
            TINFLStatus::Done if made > most => return Err(Fault::TooLarge),
            // Built with `--cfg fuzzing`, the library computes the sum and does not compare it: what is fuzzed would be
            // something else than what ships.
            TINFLStatus::Done if rest.is_empty() && state.adler32() == state.adler32_header() => {
                bytes.truncate(made);
                return Ok(bytes);
            }
            TINFLStatus::HasMoreOutput if bytes.len() < room => {
                bytes.resize(bytes.len().saturating_mul(2).min(room), 0);
            }
            TINFLStatus::HasMoreOutput => return Err(Fault::TooLarge),
            _ => return Err(Fault::Stream),
        }
    }
}

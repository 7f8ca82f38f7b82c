//! Any bytes as the list of an issuer: what another library inflates, entry by entry, and nothing else.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use lowwater_intake::StatusList;

use crate::signing::encode;

/// The bound of every list here.
const MOST: usize = 2000;

/// What zlib-rs makes of all of a stream: raw DEFLATE, or with its header and checksum. How much of it was read, too.
fn inflated(stream: &[u8], with_header: bool) -> Option<(Vec<u8>, usize)> {
    let mut bytes = Vec::with_capacity(MOST + 1);
    let mut state = Decompress::new(with_header);
    let status = state.decompress_vec(stream, &mut bytes, FlushDecompress::Finish).ok()?;
    let read = usize::try_from(state.total_in()).unwrap();
    (status == Status::StreamEnd && bytes.len() <= MOST).then_some((bytes, read))
}

fn deflated(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut stream = Vec::with_capacity(bytes.len() + 200);
    let mut state = Compress::new(Compression::new(level), true);
    let status = state.compress_vec(bytes, &mut stream, FlushCompress::Finish);
    assert!(matches!(status, Ok(Status::StreamEnd)));
    stream
}

fn adler32(bytes: &[u8]) -> [u8; 4] {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    (high << 16 | low).to_be_bytes()
}

/// Entry by entry, bit by bit.
fn holds(list: &StatusList, bits: u8, bytes: &[u8]) {
    let bits = usize::from(bits);
    let bit = |place: usize| bytes[place / 8] >> (place % 8) & 1;
    let entries = bytes.len() * 8 / bits;
    assert_eq!(list.len(), entries as u64);
    for entry in 0..entries {
        let value = (0..bits).fold(0, |value, place| value | bit(entry * bits + place) << place);
        assert_eq!(list.get(entry as u64), Some(value), "{bits} {entry}");
    }
    assert_eq!(list.get(entries as u64), None);
    assert_eq!(list.get(u64::MAX), None);
}

/// The library and the other one agree about a stream.
fn agree(bits: u8, stream: &[u8]) -> bool {
    let list = StatusList::decode(bits, &encode(stream), MOST);
    let whole = inflated(stream, true).filter(|(_, read)| *read == stream.len());
    match (list, whole) {
        (Ok(list), Some((bytes, _))) => {
            holds(&list, bits, &bytes);
            true
        }
        (Err(_), None) => false,
        (list, whole) => panic!("{list:?}, but {:?}", whole.map(|(bytes, _)| bytes.len())),
    }
}

pub fn run(data: &[u8]) {
    let [choice, place, change, data @ ..] = data else { return };
    let bits = [1, 2, 4, 8][usize::from(choice >> 6)];
    match choice % 3 {
        // A stream as it is: nearly none has the right checksum.
        0 => drop(agree(bits, data)),
        // The body of a stream, with the header and the checksum that it needs.
        1 => {
            let Some((bytes, read)) = inflated(data, false) else { return };
            let stream = [&[0x78, 0x9c], &data[..read], &adler32(&bytes)].concat();
            assert!(agree(bits, &stream));
            assert!(!agree(bits, &[&*stream, &[*change]].concat()), "something stands behind it");
        }
        // A list that somebody made, and one that was damaged.
        _ => {
            let data = &data[..data.len().min(MOST)];
            let mut stream = deflated(data, u32::from(*place % 10));
            assert!(agree(bits, &stream));
            let place = usize::from(*place) * stream.len() / 256;
            stream[place] ^= change;
            agree(bits, &stream);
        }
    }
}

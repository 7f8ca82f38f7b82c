//! Pieces of any length in an area of an index: four bytes of a keyed checksum, a length, the content. A
//! piece is found by its offset in the area, which the checksum covers, and so does the area's number.

use alloc::vec::Vec;

use super::encoding::{Bytes, number, put_bytes};
use super::hashing::HashKey;

fn seal(content: &[u8], offset: u64, area: u64, key: &HashKey) -> [u8; 4] {
    let [a, b, c, d, ..] = key.words([key.bytes(content), offset, area]).to_le_bytes();
    [a, b, c, d]
}

/// Adds a piece; tells its offset.
pub(super) fn put(bytes: &mut Vec<u8>, content: &[u8], area: u64, key: &HashKey) -> u64 {
    let offset = number(bytes.len());
    bytes.extend_from_slice(&seal(content, offset, area, key));
    put_bytes(bytes, content);
    offset
}

fn next<'b>(bytes: &mut Bytes<'b>, offset: u64, area: u64, key: &HashKey) -> Option<&'b [u8]> {
    let sealed: [u8; 4] = bytes.array()?;
    let content = bytes.bytes()?;
    (seal(content, offset, area, key) == sealed).then_some(content)
}

/// The piece at an offset, as it was written.
pub(super) fn read<'b>(
    area: &'b [u8],
    offset: u64,
    number: u64,
    key: &HashKey,
) -> Option<&'b [u8]> {
    next(&mut Bytes(area.get(usize::try_from(offset).ok()?..)?), offset, number, key)
}

/// Every piece of an area; `None`, as soon as one is not as it was written, or `visit` says so.
pub(super) fn each(
    area: &[u8],
    number: u64,
    key: &HashKey,
    mut visit: impl FnMut(&[u8]) -> Option<()>,
) -> Option<()> {
    let mut bytes = Bytes(area);
    while !bytes.is_empty() {
        let offset = u64::try_from(area.len().checked_sub(bytes.0.len())?).ok()?;
        visit(next(&mut bytes, offset, number, key)?)?;
    }
    Some(())
}

pub(super) fn all_sound(area: &[u8], number: u64, key: &HashKey) -> bool {
    each(area, number, key, |_| Some(())).is_some()
}

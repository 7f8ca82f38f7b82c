//! Where a string stops being plain: the inner loop of the scanner.

/// How many bytes from the start are neither a quote, nor a backslash, nor a control character. Sums are
/// at most the length of the text, so none wraps.
///
/// Sixteen at a time, without a branch between the halves: most names and values end in the first
/// sixteen bytes, at a place that no processor foresees.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let (pairs, rest) = bytes.as_chunks::<16>();
    let mut length = 0_usize;
    let word = |half: &[u8]| half.first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight));
    for pair in pairs {
        let (low, high) = pair.split_at(8);
        let (first, second) = (special_bytes(word(low)), special_bytes(word(high)));
        if first | second != 0 {
            let (found, before) = if first != 0 { (first, 0) } else { (second, 8) };
            let bits = usize::try_from(found.trailing_zeros()).unwrap_or_default();
            return length.wrapping_add(before).wrapping_add(bits / 8);
        }
        length = length.wrapping_add(16);
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    length.wrapping_add(rest.iter().position(special).unwrap_or(rest.len()))
}

/// The high bit of the first of eight bytes that is not plain, and perhaps of bytes above it.
///
/// `x - 0x01..` borrows into the high bit of exactly those bytes that are zero (and perhaps of bytes
/// above one that is, which does not matter: the first is what is asked for), so xoring with the byte
/// looked for finds it; subtracting 0x20 finds control characters. Bytes from 0x80 up are masked out:
/// they are parts of characters beyond ASCII.
#[inline]
const fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let quote = (word ^ ONES.wrapping_mul(0x22)).wrapping_sub(ONES);
    let backslash = (word ^ ONES.wrapping_mul(0x5c)).wrapping_sub(ONES);
    let control = word.wrapping_sub(ONES.wrapping_mul(0x20));
    (quote | backslash | control) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_where_a_byte_by_byte_search_ends_them() {
        for special in 0..=255_u8 {
            for place in 0..40 {
                let mut bytes = [b'~'; 40];
                bytes[place] = special;
                bytes[39] = 0x80; // borrows must not leak into or out of other bytes
                bytes[place.saturating_sub(1)] = 0xff;
                let slow = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
                assert_eq!(plain_length(&bytes), slow.unwrap_or(40), "{special} at {place}");
            }
        }
    }
}

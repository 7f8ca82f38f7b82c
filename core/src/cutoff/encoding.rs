//! Bytes written and read back: integers of seven bits a byte (LEB128), texts behind their length.

use alloc::vec::Vec;

/// The shortest form of an integer: seven bits a byte, the lowest first, the top bit set on all but the
/// last.
pub(super) fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

/// A count as it is written.
pub(super) fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// An integer of fixed length, least byte first.
pub(super) fn put_u64(bytes: &mut Vec<u8>, value: u64) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

/// The same in a place that was left for it.
pub(super) fn fill_u64(bytes: &mut [u8], place: usize, value: u64) {
    if let Some(slot) = bytes.get_mut(place..).and_then(<[u8]>::first_chunk_mut) {
        *slot = value.to_le_bytes();
    }
}

pub(super) fn put_bytes(bytes: &mut Vec<u8>, content: &[u8]) {
    put_varint(bytes, number(content.len()));
    bytes.extend_from_slice(content);
}

pub(super) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_bytes(bytes, text.as_bytes());
}

/// Bytes that are read from the front. Everything that does not fit is `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// An integer in its shortest form; no other is taken, so that equal states have equal bytes.
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let shifted = bits << shift;
            if shifted >> shift != bits {
                return None;
            }
            value |= shifted;
            if byte & 0x80 == 0 {
                return (byte != 0 || shift == 0).then_some(value);
            }
        }
        None
    }

    /// Bytes behind their length.
    pub(super) fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        self.take(length)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        core::str::from_utf8(self.bytes()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_one_form() {
        for value in [0, 1, 127, 128, 300, 1 << 53, u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            let mut read = Bytes(&bytes);
            assert_eq!((read.varint(), read.is_empty()), (Some(value), true));
            let cut = bytes.len() - 1;
            assert_eq!(Bytes(&bytes[..cut]).varint(), None, "{value} cut off");
        }
        for long in [&[0x80, 0][..], &[0x81, 0x80, 0], &[0xff; 10], &[0xff; 11]] {
            assert_eq!(Bytes(long).varint(), None, "{long:?}");
        }
    }

    #[test]
    fn texts_end_where_they_say() {
        assert_eq!(Bytes(&[2, b'a', b'b', b'c']).text(), Some("ab"));
        assert_eq!(Bytes(&[3, b'a', b'b']).text(), None);
        assert_eq!(Bytes(&[1, 0xff]).text(), None);
    }
}

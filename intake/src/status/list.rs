//! One list, inflated: a value of one, two, four or eight bits for each token.

use alloc::boxed::Box;
use core::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::inflate::{Fault, inflate};
use crate::message::MessageFault;

/// The values of a status list, as its issuer packed them: the first in the lowest bits of the first byte.
///
/// ```
/// use lowwater_intake::StatusList;
///
/// let list = StatusList::decode(1, "eNrbuRgAAhcBXQ", 1024)?; // the draft's own: b9 a3
/// assert_eq!((0..4).map(|index| list.get(index)).collect::<Vec<_>>(), [Some(1), Some(0), Some(0), Some(1)]);
/// assert_eq!((list.len(), list.get(16)), (16, None));
/// # Ok::<(), lowwater_intake::MessageFault>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList {
    width: Width,
    bytes: Box<[u8]>,
}

/// How many bits an entry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    One,
    Two,
    Four,
    Eight,
}

impl Width {
    const fn exponent(self) -> u32 {
        match self {
            Self::One => 0,
            Self::Two => 1,
            Self::Four => 2,
            Self::Eight => 3,
        }
    }

    const fn mask(self) -> u8 {
        match self {
            Self::One => 0b1,
            Self::Two => 0b11,
            Self::Four => 0b1111,
            Self::Eight => 0b1111_1111,
        }
    }
}

impl StatusList {
    /// Reads `bits` and `lst`: canonical base64url of a zlib stream (RFC 1950) that holds at most `most_bytes`.
    ///
    /// # Errors
    /// Other `bits` than 1, 2, 4, 8; another text; a stream that is damaged, cut off, followed by something, asks for a
    /// dictionary, or holds more.
    pub fn decode(bits: u8, lst: &str, most_bytes: usize) -> Result<Self, MessageFault> {
        let width = match bits {
            1 => Width::One,
            2 => Width::Two,
            4 => Width::Four,
            8 => Width::Eight,
            _ => return Err(MessageFault::Member { name: "bits", expected: "1, 2, 4 or 8" }),
        };
        let wrong = |expected| MessageFault::Member { name: "lst", expected };
        let stream = BASE64_URL_SAFE_NO_PAD.decode(lst);
        let stream = stream.map_err(|_| wrong("canonical base64url without padding"))?;
        let bytes = inflate(&stream, most_bytes).map_err(|fault| match fault {
            Fault::Stream => wrong("one whole zlib stream"),
            Fault::TooLarge => wrong("within the bound once it is inflated"),
        })?;
        Ok(Self { width, bytes: bytes.into() })
    }

    /// The value of an entry; `None`: there is no such entry.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<u8> {
        let exponent = self.width.exponent();
        // Of 2^e bits each, 8 / 2^e stand in a byte: the place is index * 2^e bits from the start, without the product.
        let byte = index.wrapping_shr(3_u32.saturating_sub(exponent));
        let shift = index.wrapping_shl(exponent) & 7; // what the product loses stands above these bits
        let byte = self.bytes.get(usize::try_from(byte).ok()?)?;
        Some(byte.wrapping_shr(u32::try_from(shift).ok()?) & self.width.mask())
    }

    /// How many entries there are: those that fill the last byte up count too.
    #[must_use]
    pub fn len(&self) -> u64 {
        let bytes = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        bytes.saturating_mul(8).wrapping_shr(self.width.exponent())
    }

    /// Is there no entry?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Without the values.
impl fmt::Debug for StatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusList").field("len", &self.len()).finish_non_exhaustive()
    }
}

//! The shape of a token: size, two dots, canonical base64url. Settled before any memory is asked for.

use alloc::vec::Vec;

use crate::base64url;
use crate::reason::Reason;

/// What a token may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of UTF-8.
    pub(crate) max_token_bytes: usize,
    /// Take padding in the right amount (AWS ALB sends it).
    pub(crate) allow_padding: bool,
}

/// 16 KiB: what common HTTP servers accept as all headers together.
pub(crate) const DEFAULT_MAX_TOKEN_BYTES: usize = 16 * 1024;
/// 1 MiB: the most that a policy can ask for.
pub(crate) const MOST_TOKEN_BYTES: usize = 1024 * 1024;

/// Header and payload of nearly every access token, decoded.
const ROOM: usize = 2048;

impl Default for Limits {
    fn default() -> Self {
        Self { max_token_bytes: DEFAULT_MAX_TOKEN_BYTES, allow_padding: false }
    }
}

/// A token of the right shape: header and payload decoded, the signature as it was sent.
#[derive(Debug)]
pub(crate) struct Compact<'t> {
    /// `header.payload`, the very text that was signed.
    pub(crate) signed_text: &'t str,
    /// The signature part: canonical base64url, not yet decoded.
    pub(crate) signature: &'t str,
    /// The decoded header.
    pub(crate) header: Vec<u8>,
    /// The decoded payload.
    pub(crate) payload: Vec<u8>,
}

impl<'t> Compact<'t> {
    /// Checks size, parts and encoding, in this order, then decodes.
    pub(crate) fn parse(token: &'t str, limits: &Limits) -> Result<Self, Reason> {
        if token.len() > limits.max_token_bytes {
            return Err(Reason::TooLarge { bytes: token.len(), limit: limits.max_token_bytes });
        }
        let (signed_text, header, payload, signature) = split(token)?;
        let strip = |part| {
            if limits.allow_padding { base64url::without_padding(part) } else { part }
        };
        let [header, payload, signature] = [strip(header), strip(payload), strip(signature)];
        let canonical = |text: &str, part| match base64url::is_canonical(text.as_bytes()) {
            true => Ok(()),
            false => Err(Reason::NotBase64url { part }),
        };
        // Decoding short parts where no memory has to be asked for takes half as long as looking at them
        // first.
        let (mut short, mut long) = ([0; ROOM], Vec::new());
        let mut decoded = decode(header, payload, &mut short);
        if decoded.is_none() {
            canonical(header, "header")?;
            canonical(payload, "payload")?;
        }
        canonical(signature, "signature")?;
        if decoded.is_none() {
            long.resize(header.len().saturating_add(payload.len()), 0);
            decoded = decode(header, payload, &mut long);
        }
        let (header, payload) = decoded.ok_or(Reason::NotBase64url { part: "payload" })?;
        Ok(Self { signed_text, signature, header: header.into(), payload: payload.into() })
    }
}

/// Both, if they are canonical and there is room.
fn decode<'r>(header: &str, payload: &str, room: &'r mut [u8]) -> Option<(&'r [u8], &'r [u8])> {
    let (header, rest) = base64url::decode_to(header, room)?;
    let (payload, _) = base64url::decode_to(payload, rest)?;
    Some((header, payload))
}

/// The signed text and the three parts, if there are three.
///
/// Dots are counted, never collected: a megabyte of them costs one pass (CVE-2025-30204).
fn split(token: &str) -> Result<(&str, &str, &str, &str), Reason> {
    let bytes = token.as_bytes();
    let mut dots = memchr::memchr_iter(b'.', bytes);
    let parts = match (dots.next(), dots.next(), dots.next()) {
        (Some(first), Some(second), None) => {
            let (signed, signature) = (token.get(..second), token.get(second.saturating_add(1)..));
            let header = token.get(..first);
            let payload = token.get(first.saturating_add(1)..second);
            signed.zip(header).zip(payload.zip(signature))
        }
        _ => None,
    };
    match parts {
        Some(((signed, header), (payload, signature))) => Ok((signed, header, payload, signature)),
        None => match memchr::memchr_iter(b'.', bytes).count() {
            4 => Err(Reason::Encrypted),
            dots => Err(Reason::Parts { found: dots.saturating_add(1) }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Code;

    fn code(token: &str) -> Code {
        match Compact::parse(token, &Limits::default()) {
            Ok(_) => panic!("{token:?} has the right shape"),
            Err(reason) => reason.code(),
        }
    }

    #[test]
    fn counts_parts_before_it_looks_into_them() {
        for token in ["", ".", "a", "a.b", "...", "a.b.c.d", "!", "......", "\u{e9}"] {
            assert_eq!(code(token), Code::TokenMalformed, "{token:?}");
        }
        assert_eq!(code("...."), Code::TokenEncrypted);
        assert_eq!(code("!.é. .b.c"), Code::TokenEncrypted);
        assert_eq!(code(&".".repeat(16 * 1024)), Code::TokenMalformed);
    }

    #[test]
    fn size_counts_bytes_and_comes_first() {
        assert_eq!(code(&"é".repeat(8 * 1024 + 1)), Code::TokenTooLarge);
        assert_eq!(code(&"é".repeat(8 * 1024)), Code::TokenMalformed);
        assert_eq!(code(&".".repeat(1024 * 1024)), Code::TokenTooLarge);
    }

    #[test]
    fn empty_parts_are_no_fault_of_shape() {
        let compact = Compact::parse("e30..", &Limits::default()).unwrap();
        assert_eq!((&compact.header[..], compact.payload.len()), (&b"{}"[..], 0));
        assert_eq!((compact.signed_text, compact.signature), ("e30.", ""));
        assert!(Compact::parse("..", &Limits::default()).is_ok());
    }

    #[test]
    fn padding_needs_the_opt_in() {
        let padding = Limits { allow_padding: true, ..Limits::default() };
        assert!(Compact::parse("QQ==.QUI=.QUJD", &padding).is_ok());
        assert!(Compact::parse("QQ.QUI.QUJD", &padding).is_ok());
        assert!(Compact::parse("QQ=.QUI.QUJD", &padding).is_err());
        assert_eq!(code("QQ==.QUI.QUJD"), Code::TokenMalformed);
    }
}

//! A list by itself: what its text holds, and which texts hold nothing.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod status_issuer;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater_intake::{MessageFault, StatusList};
use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
use proptest::prelude::*;
use serde::Deserialize;
use status_issuer::{encode, lst};

const MIB: usize = 1024 * 1024;

#[derive(Deserialize)]
struct Data {
    items: Vec<Item>,
    negative: Vec<Negative>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    bits: u8,
    lst: String,
    entries: u64,
    byte_length: u64,
    nonzero_bytes: usize,
    expected: Vec<(u64, u8)>,
}

#[derive(Deserialize)]
struct Negative {
    id: String,
    bits: u8,
    lst: String,
}

fn data() -> Data {
    serde_json::from_str(include_str!("../../tests/others/data/status_list.json")).unwrap()
}

fn values(list: &StatusList) -> Vec<u8> {
    (0..list.len()).map(|index| list.get(index).unwrap()).collect()
}

/// Why it is not taken: what was expected of which member.
fn fault(bits: u8, lst: &str, most: usize) -> (&'static str, &'static str) {
    match StatusList::decode(bits, lst, most).unwrap_err() {
        MessageFault::Member { name, expected } => (name, expected),
        other => ("", other.code()),
    }
}

const WHOLE: (&str, &str) = ("lst", "one whole zlib stream");
const TOO_LARGE: (&str, &str) = ("lst", "within the bound once it is inflated");
const CANONICAL: (&str, &str) = ("lst", "canonical base64url without padding");

#[test]
fn the_lists_of_the_draft_say_what_it_says() {
    let one = StatusList::decode(1, "eNrbuRgAAhcBXQ", 2).unwrap();
    assert_eq!(values(&one), [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
    let two = StatusList::decode(2, "eNo76fITAAPfAgc", 3).unwrap();
    assert_eq!(values(&two), [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
    let items = data().items;
    assert_eq!(items.len(), 6);
    for Item { id, bits, lst, entries, byte_length, nonzero_bytes, expected } in items {
        let list = StatusList::decode(bits, &lst, MIB).unwrap();
        assert_eq!((list.len(), list.len() * u64::from(bits) / 8), (entries, byte_length), "{id}");
        for (index, value) in &expected {
            assert_eq!(list.get(*index), Some(*value), "{id} {index}");
        }
        // And nothing else: all others are zero.
        let set = expected.iter().filter(|(_, value)| *value > 0).count();
        assert_eq!(values(&list).iter().filter(|value| **value > 0).count(), set, "{id}");
        assert!(nonzero_bytes <= set, "{id}");
        assert_eq!(list.get(entries), None, "{id}");
    }
}

#[test]
fn broken_lists_are_refused() {
    let negative = data().negative;
    assert_eq!(negative.len(), 11);
    for Negative { id, bits, lst } in negative {
        let expected = match id.as_str() {
            "bits-3" | "bits-0" | "bits-16" => ("bits", "1, 2, 4 or 8"),
            "padded" => CANONICAL,
            _ => WHOLE,
        };
        assert_eq!(fault(bits, &lst, MIB), expected, "{id}");
    }
}

#[test]
fn bits_other_than_1_2_4_and_8_are_refused() {
    for bits in 0..=255 {
        let taken = StatusList::decode(bits, "eNrbuRgAAhcBXQ", MIB).is_ok();
        assert_eq!(taken, [1, 2, 4, 8].contains(&bits), "{bits}");
    }
}

#[test]
fn a_text_that_is_no_canonical_base64url_is_refused() {
    for text in [
        "eNrbuRgAAhcBXR",
        "eNrbuRgAAhcBXQ=",
        "eNrbuRgAAhcBXQ\n",
        " eNrbuRgAAhcBXQ",
        "eNr+",
        "eNr/",
        "e",
    ] {
        assert_eq!(fault(1, text, MIB), CANONICAL, "{text:?}");
    }
}

/// RFC 1950: every CINFO up to 7 and every level; the window that it names is no bound of ours.
#[test]
fn every_valid_zlib_header_is_taken_and_no_other() {
    let bytes = [0xb9, 0xa3];
    let body = compress_to_vec(&bytes, 6);
    let adler = &compress_to_vec_zlib(&bytes, 6)[2 + body.len()..];
    for cmf in 0..=255_u8 {
        for flg in 0..=255_u8 {
            let stream = [&[cmf, flg], &*body, adler].concat();
            let valid = cmf & 15 == 8
                && cmf >> 4 <= 7
                && (u32::from(cmf) * 256 + u32::from(flg)) % 31 == 0
                && flg & 32 == 0;
            let taken = StatusList::decode(1, &encode(stream), 2);
            assert_eq!(taken.is_ok(), valid, "{cmf:02x} {flg:02x}");
        }
    }
}

#[test]
fn every_level_of_compression_is_read() {
    let bytes: Vec<u8> = (0..10_000_u32).map(|place| (place.pow(2) >> 3) as u8).collect();
    for level in 0..=10 {
        let list = StatusList::decode(8, &encode(compress_to_vec_zlib(&bytes, level)), 10_000);
        assert_eq!(values(&list.unwrap()), bytes, "{level}");
    }
}

#[test]
fn a_changed_byte_of_the_checksum_is_refused() {
    let stream = compress_to_vec_zlib(&[1, 2, 3, 4, 5], 6);
    for place in stream.len() - 4..stream.len() {
        for bit in 0..8 {
            let mut changed = stream.clone();
            changed[place] ^= 1 << bit;
            assert_eq!(fault(8, &encode(changed), MIB), WHOLE);
        }
    }
}

#[test]
fn a_stream_that_is_cut_off_or_followed_by_something_is_refused() {
    let bytes: Vec<u8> = (0..=255).collect();
    for level in [0, 1, 6] {
        let stream = compress_to_vec_zlib(&bytes, level);
        for length in 0..stream.len() {
            assert_eq!(fault(8, &encode(&stream[..length]), MIB), WHOLE, "{length}");
        }
        for behind in [&[0][..], &[0; 4], &stream[stream.len() - 4..], &stream] {
            let followed = [&stream, behind].concat();
            assert_eq!(fault(8, &encode(followed), MIB), WHOLE, "{behind:?}");
        }
    }
}

#[test]
fn the_bound_is_what_a_list_may_hold_to_the_byte() {
    for length in [1, 2, 63, 64, 65, 100, 1000, 40_000] {
        for byte in [0, 0x5a] {
            let text = lst(&vec![byte; length]);
            assert_eq!(StatusList::decode(8, &text, length).unwrap().len(), length as u64);
            assert_eq!(fault(8, &text, length - 1), TOO_LARGE, "{length}");
        }
    }
    let nothing = lst(&[]);
    assert!(StatusList::decode(1, &nothing, 0).unwrap().is_empty());
}

/// 17 MiB of zeros in 17 KB.
#[test]
fn a_bomb_is_refused_at_the_bound() {
    let bomb = lst(&vec![0; 17 * MIB]);
    assert!(bomb.len() < 24_000);
    assert_eq!(fault(1, &bomb, 16 * MIB), TOO_LARGE);
    assert_eq!(fault(1, &bomb, 1), TOO_LARGE);
    assert_eq!(StatusList::decode(8, &bomb, 17 * MIB).unwrap().len(), 17 * MIB as u64);
}

#[test]
fn an_entry_beyond_the_end_is_none() {
    for bits in [1, 2, 4, 8] {
        let list = StatusList::decode(bits, &lst(&[0xff; 3]), 3).unwrap();
        assert_eq!(list.len(), 24 / u64::from(bits));
        assert_eq!(list.get(list.len() - 1), Some(0xff >> (8 - bits)));
        for beyond in [0, 1, 7, 1 << 31, 1 << 32, (1 << 61) - 3, (1 << 61), u64::MAX - 24] {
            assert_eq!(list.get(list.len() + beyond), None, "{bits} {beyond}");
        }
    }
}

#[test]
fn nothing_of_a_list_stands_in_debug() {
    let list = StatusList::decode(1, "eNrbuRgAAhcBXQ", MIB).unwrap();
    assert_eq!(format!("{list:?}"), "StatusList { len: 16, .. }");
}

proptest! {
    #[test]
    fn entries_are_read_as_they_were_packed(
        (exponent, entries) in (0..4_u32, prop::collection::vec(any::<u8>(), 0..300)),
        level in 0..=10_u8,
    ) {
        let bits = 1_usize << exponent;
        let per = 8 / bits;
        let entries: Vec<u8> = entries.iter().map(|value| value >> (8 - bits)).collect();
        let mut bytes = vec![0_u8; entries.len().div_ceil(per)];
        for (place, value) in entries.iter().enumerate() {
            bytes[place / per] |= value << (place % per * bits);
        }
        let text = encode(compress_to_vec_zlib(&bytes, level));
        let list = StatusList::decode(bits as u8, &text, 300).unwrap();
        let read: Vec<u8> = (0..entries.len()).map(|place| list.get(place as u64).unwrap()).collect();
        prop_assert_eq!(read, entries);
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,40}") {
        for bits in [0, 1, 2, 4, 8] {
            let _ = StatusList::decode(bits, &text, 100);
            let _ = StatusList::decode(bits, &encode(&bytes), 100);
            let _ = StatusList::decode(bits, &encode([&[0x78, 0xda][..], &bytes].concat()), 100);
        }
    }

    /// A damaged stream is refused, or was changed where it says nothing, and still holds the same.
    #[test]
    fn a_damaged_list_says_nothing_else(
        bytes in prop::collection::vec(any::<u8>(), 1..200), level in 0..=10_u8, place: usize, change in 1..=255_u8,
    ) {
        let mut stream = compress_to_vec_zlib(&bytes, level);
        let place = place % stream.len();
        stream[place] ^= change;
        if let Ok(list) = StatusList::decode(8, &BASE64_URL_SAFE_NO_PAD.encode(stream), 1000) {
            prop_assert_eq!(values(&list), bytes);
        }
    }
}

//! A line of an index: five targets in 64 bytes, which is what a processor fetches from memory at once.
//!
//! ```text
//! 60 bytes  five entries of 96 bits, least byte first: the lowest bits of the target's hash, as many as
//!           the table says, then what its rules say (see `entry`). Entries that are not used are zero
//!  4 bytes  three bits: how many entries are used; 29 bits: a keyed checksum of the rest and of the
//!           line's place
//! ```
//! A target whose hash is `h` lies in line `h * lines / 2^64`, or, where that is full, in the next that is
//! not. The table says how far that goes at most (`reach`).
//!
//! **A match is a match of all 64 bits.** Of two hashes with the same lowest `f` bits the difference is a
//! multiple of `2^f`, so their lines lie at least `2^f * lines / 2^64` apart, less one. With
//! `f >= 64 - log2(lines) + log2(reach + 2)` that is more than `reach`: the other is not looked for here.

use super::hashing::{HashKey, LINE_WORDS};

pub(super) const LINE: usize = 64;
pub(super) const ENTRIES: usize = 5;
const ENTRY: usize = 12;
/// Bits of an entry.
const BITS: u32 = 96;

/// Bytes of a line, wherever they lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'b>(pub(super) &'b [u8; LINE]);

/// How the lines of one table are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) lines: u64,
    /// How many lines behind its own a target may lie.
    pub(super) reach: u64,
    /// What times are counted from.
    pub(super) base: i64,
    /// How many bits of the hash an entry holds.
    hash_bits: u32,
}

impl Layout {
    pub(super) fn new(lines: u64, reach: u64, base: i64) -> Self {
        let bits = 64_u32.saturating_sub(lines.max(1).ilog2());
        let spread = reach.saturating_add(2).checked_next_power_of_two().map_or(64, u64::ilog2);
        Self { lines, reach, base, hash_bits: bits.saturating_add(spread).min(64) }
    }

    /// How many bits are left for what the rules say: 32 at least.
    pub(super) fn value_bits(&self) -> u32 {
        BITS.saturating_sub(self.hash_bits).min(64)
    }

    /// The line of a hash, if it is not full.
    pub(super) fn home(&self, hash: u64) -> u64 {
        let scaled = u128::from(hash).wrapping_mul(u128::from(self.lines)) >> 64;
        u64::try_from(scaled).unwrap_or(0)
    }

    fn kept(&self, hash: u64) -> u64 {
        let drop = 64_u32.saturating_sub(self.hash_bits);
        (hash << drop) >> drop
    }

    pub(super) fn write_entry(&self, hash: u64, packed: u64) -> [u8; ENTRY] {
        let entry = u128::from(packed) << self.hash_bits | u128::from(self.kept(hash));
        let mut bytes = [0; ENTRY];
        bytes.iter_mut().zip(entry.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
        bytes
    }
}

/// The last four bytes: how many entries are used, and what proves the line.
#[inline]
pub(super) fn seal(line: &[u8; LINE], count: u32, place: u64, key: &HashKey) -> u32 {
    let mut words = [0; LINE_WORDS];
    let (chunks, _) = line.as_chunks::<4>();
    words.iter_mut().zip(chunks).for_each(|(word, bytes)| *word = u32::from_le_bytes(*bytes));
    // The last word is the seal itself, in whose place stands the count.
    let [a, b, c, d, e, f, g, h] = place.to_le_bytes();
    let [.., last, low, high] = &mut words;
    *last = count;
    *low = u32::from_le_bytes([a, b, c, d]);
    *high = u32::from_le_bytes([e, f, g, h]);
    key.line(&words) & !7 | count & 7
}

impl Line<'_> {
    #[inline]
    pub(super) fn trailer(&self) -> u32 {
        self.0.last_chunk().map_or(0, |last| u32::from_le_bytes(*last))
    }

    /// Is the line as it was written, at its place?
    #[inline]
    pub(super) fn is_sound(&self, place: u64, key: &HashKey) -> bool {
        let trailer = self.trailer();
        seal(self.0, trailer & 7, place, key) == trailer
    }

    pub(super) fn is_full(&self) -> bool {
        usize::try_from(self.trailer() & 7).is_ok_and(|count| count >= ENTRIES)
    }

    /// What the entries of a hash hold.
    #[inline]
    pub(super) fn entries(&self, hash: u64, layout: &Layout) -> impl Iterator<Item = u64> {
        let (bits, drop) = (layout.hash_bits, 64_u32.saturating_sub(layout.hash_bits));
        let (entries, _) = self.0.as_chunks::<ENTRY>();
        // All are compared before anything is decided: a processor that guesses wrong waits for memory.
        let mut same = 0_u32;
        for (entry, number) in entries.iter().zip(0_u32..) {
            let [a, b, c, d, e, f, g, h, ..] = *entry;
            let low = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
            same |= u32::from((low ^ hash) << drop == 0) << number;
        }
        same &= (1_u32 << (self.trailer() & 7)).wrapping_sub(1);
        let mut rest = same;
        core::iter::from_fn(move || {
            let number = (rest != 0).then(|| rest.trailing_zeros())?;
            rest &= rest.wrapping_sub(1);
            let entry = entries.get(usize::try_from(number).ok()?)?;
            let (low, high) = (entry.first_chunk()?, entry.last_chunk()?);
            let all =
                u128::from(u32::from_le_bytes(*high)) << 64 | u128::from(u64::from_le_bytes(*low));
            u64::try_from(all >> bits).ok()
        })
    }
}

//! Where a target lies in a table: a keyed hash of its values, which nobody can aim without the key.
//!
//! For 64-bit words `x` the sum `(m0 + m1*x1 + m2*x2 + ...) mod 2^128 >> 64` with random 128-bit `m` is
//! pairwise independent (Dietzfelbinger, "Universal hashing and k-wise independent random variables via
//! integer arithmetic without primes", 1996): two different lists of words meet with probability 2^-64,
//! whatever they are, as long as they were chosen without knowing `m`. A value of up to 135 bytes is such a
//! list (its length, its last eight bytes, its words), a longer one goes through SipHash-1-3 first. A target is the list of
//! its values' hashes. So two different targets of n dimensions meet with at most (n + 1) * 2^-64.
//!
//! Nothing outside shows a hash: a decision tells whether a rule matches, and one that matches by
//! chance comes once in 2^64. The numbers `m` come from a secret of 16 bytes by SipHash-1-3.

use core::fmt;

use siphasher::sip::SipHasher13;

use super::dimension::MAX_DIMENSIONS;
use super::encoding::number;
use crate::claims::Scalar;

/// The secret of a table, and what is derived from it.
#[derive(Clone)]
pub(super) struct HashKey {
    secret: [u8; 16],
    long: SipHasher13,
    lines: [u64; LINE_WORDS + 1],
    /// What checksums depend on beside the secret.
    bound_to: u64,
    targets: Factors<MAX_DIMENSIONS>,
    values: Factors<VALUE_WORDS>,
}

/// Values of at most 16 words are hashed as they are, with their length and their end.
const VALUE_WORDS: usize = 18;

/// Words of a line of an index, and of its place.
pub(super) const LINE_WORDS: usize = 18;

/// The secret numbers of a sum of at most `N` words.
#[derive(Clone)]
struct Factors<const N: usize> {
    first: u128,
    of: [u128; N],
}

impl<const N: usize> Factors<N> {
    fn derive(source: &SipHasher13, purpose: u8) -> Self {
        let derived = |number: u8| {
            let half = |side: u8| u128::from(source.hash(&[purpose, number, side]));
            half(0) << 64 | half(1)
        };
        let mut of = [0; N];
        of.iter_mut().zip(1..).for_each(|(factor, number)| *factor = derived(number));
        Self { first: derived(0), of }
    }

    const fn start(&self) -> Partial {
        Partial(self.first)
    }

    /// Adds the word of one place; there are no more than `N`.
    #[inline]
    fn add(&self, sum: Partial, place: usize, word: u64) -> Partial {
        let factor = self.of.get(place).copied().unwrap_or(1);
        Partial(sum.0.wrapping_add(factor.wrapping_mul(u128::from(word))))
    }
}

/// Sum of a target's values so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partial(u128);

impl Partial {
    pub(super) const fn finish(self) -> u64 {
        let bytes = self.0.to_le_bytes();
        let [.., a, b, c, d, e, f, g, h] = bytes;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

impl HashKey {
    pub(super) fn new(secret: [u8; 16]) -> Self {
        let long = SipHasher13::new_with_key(&secret);
        let (targets, values) = (Factors::derive(&long, b't'), Factors::derive(&long, b'v'));
        let mut lines = [0; LINE_WORDS + 1];
        lines.iter_mut().zip(0_u8..).for_each(|(factor, number)| {
            *factor = long.hash(&[b'l', number]);
        });
        Self { secret, long, lines, bound_to: 0, targets, values }
    }

    /// Lets the checksums of words depend on one more: parts of two indexes do not mix.
    pub(super) fn bind(&mut self, to: u64) {
        self.bound_to = to;
    }

    pub(super) const fn secret(&self) -> [u8; 16] {
        self.secret
    }

    #[inline]
    pub(super) fn text(&self, text: &[u8]) -> u64 {
        let (words, _) = text.as_chunks::<8>();
        let [length, last, factors @ ..] = &self.values.of;
        if words.len() > factors.len() {
            return self.long.hash(text);
        }
        let times = |factor: &u128, word: u64| factor.wrapping_mul(u128::from(word));
        // The length tells where the last eight bytes, which overlap the words, begin.
        let mut sum = self.values.first;
        sum = sum.wrapping_add(times(length, number(text.len())));
        sum = sum.wrapping_add(times(last, last_word(text)));
        for (word, factor) in words.iter().zip(factors) {
            sum = sum.wrapping_add(times(factor, u64::from_le_bytes(*word)));
        }
        Partial(sum).finish()
    }

    /// Types are told apart by a constant: `5` and `"5"` never meet because their bytes are the same.
    pub(super) fn integer(&self, integer: i64) -> u64 {
        self.text(&integer.to_le_bytes()) ^ 0x9e37_79b9_7f4a_7c15
    }

    pub(super) fn boolean(&self, boolean: bool) -> u64 {
        self.text(&[u8::from(boolean)]) ^ 0xc2b2_ae3d_27d4_eb4f
    }

    pub(super) fn scalar(&self, scalar: &Scalar<'_>) -> u64 {
        match scalar {
            Scalar::Text(text) => self.text(text.as_bytes()),
            Scalar::Integer(integer) => self.integer(*integer),
            Scalar::Boolean(boolean) => self.boolean(*boolean),
        }
    }

    pub(super) const fn start(&self) -> Partial {
        self.targets.start()
    }

    /// Adds the value of one place; there are no more places than [`MAX_DIMENSIONS`].
    #[inline]
    pub(super) fn add(&self, sum: Partial, place: usize, value: u64) -> Partial {
        self.targets.add(sum, place, value)
    }

    /// The same for 32-bit words: `(m0 + m1*x1 + m2*x2 + ...) mod 2^64 >> 32`, which notices that a line of
    /// an index was damaged, and lines of zeros too.
    #[inline]
    pub(super) fn line(&self, words: &[u32; LINE_WORDS]) -> u32 {
        let [first, factors @ ..] = &self.lines;
        let products = words.iter().zip(factors).map(|(word, m)| m.wrapping_mul(u64::from(*word)));
        let [.., a, b, c, d] =
            products.fold(first.wrapping_add(self.bound_to), u64::wrapping_add).to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    /// The hash of three words, and of what the key is bound to.
    pub(super) fn words(&self, words: [u64; 3]) -> u64 {
        let places = words.into_iter().chain([self.bound_to]).zip(0..);
        places.fold(self.start(), |sum, (word, place)| self.add(sum, place, word)).finish()
    }

    /// The hash of bytes of any length, for the same purpose.
    pub(super) fn bytes(&self, bytes: &[u8]) -> u64 {
        self.long.hash(bytes)
    }
}

/// The last eight bytes; of fewer all, and zeros above.
#[inline]
fn last_word(bytes: &[u8]) -> u64 {
    match bytes.last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;

    #[test]
    fn values_that_look_alike_have_different_hashes() {
        let key = HashKey::new([7; 16]);
        let mut texts: Vec<Vec<u8>> = Vec::new();
        for length in 0..300 {
            texts.push(alloc::vec![0; length]);
            texts.push(alloc::vec![b'x'; length]);
        }
        let mut all: BTreeSet<u64> = texts.iter().map(|text| key.text(text)).collect();
        let count = 2 * 300 - 1; // the empty one is there twice
        assert_eq!(all.len(), count);
        for number in [0, 1, -1, i64::MAX] {
            assert!(all.insert(key.integer(number)));
            assert!(all.insert(key.text(&number.to_le_bytes())) || number == 0);
        }
        assert!(all.insert(key.boolean(true)) && all.insert(key.boolean(false)));
    }

    #[test]
    fn another_secret_is_another_hash() {
        let hashes = |secret: u8| {
            let key = HashKey::new([secret; 16]);
            (key.text(b"alice"), key.add(key.start(), 0, 5).finish(), key.bytes(b"alice"))
        };
        let (one, other) = (hashes(1), hashes(2));
        assert!(one.0 != other.0 && one.1 != other.1 && one.2 != other.2);
    }
}

//! Where a target lies in a table: a keyed hash of its values, which nobody can aim without the key.
//!
//! A value is hashed with SipHash-1-3 once for all shapes that name it. A target is the sum of its
//! values' hashes, each times a secret number of its place: for 64-bit words `x`,
//! `(m0 + m1*x1 + m2*x2 + ...) mod 2^128 >> 64` with random 128-bit `m` is pairwise independent
//! (Dietzfelbinger, "Universal hashing and k-wise independent random variables via integer arithmetic
//! without primes", 1996), so two different lists of words meet with probability 2^-64. With the values'
//! own hashes, two different targets of n dimensions meet with at most (n + 1) * 2^-64.

use core::fmt;

use siphasher::sip::SipHasher13;

use super::dimension::MAX_DIMENSIONS;
use crate::claims::Scalar;

/// The secret of a table, and what is derived from it.
#[derive(Clone)]
pub(super) struct HashKey {
    secret: [u8; 16],
    values: SipHasher13,
    first: u128,
    places: [u128; MAX_DIMENSIONS],
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
        let values = SipHasher13::new_with_key(&secret);
        let derived = |number: u8| {
            let half = |side: u8| u128::from(values.hash(&[number, side, b'm']));
            half(0) << 64 | half(1)
        };
        let mut places = [0; MAX_DIMENSIONS];
        for (place, number) in places.iter_mut().zip(1..) {
            *place = derived(number);
        }
        Self { secret, values, first: derived(0), places }
    }

    pub(super) const fn secret(&self) -> [u8; 16] {
        self.secret
    }

    pub(super) fn text(&self, text: &[u8]) -> u64 {
        self.values.hash(text)
    }

    /// Types are told apart by a constant: `5` and `"5"` never meet because their bytes are the same.
    pub(super) fn integer(&self, integer: i64) -> u64 {
        self.values.hash(&integer.to_le_bytes()) ^ 0x9e37_79b9_7f4a_7c15
    }

    pub(super) fn boolean(&self, boolean: bool) -> u64 {
        self.values.hash(&[u8::from(boolean)]) ^ 0xc2b2_ae3d_27d4_eb4f
    }

    pub(super) fn scalar(&self, scalar: &Scalar<'_>) -> u64 {
        match scalar {
            Scalar::Text(text) => self.text(text.as_bytes()),
            Scalar::Integer(integer) => self.integer(*integer),
            Scalar::Boolean(boolean) => self.boolean(*boolean),
        }
    }

    pub(super) const fn start(&self) -> Partial {
        Partial(self.first)
    }

    /// Adds the value of one place; there are no more places than [`MAX_DIMENSIONS`].
    pub(super) fn add(&self, sum: Partial, place: usize, value: u64) -> Partial {
        let factor = self.places.get(place).copied().unwrap_or(1);
        Partial(sum.0.wrapping_add(factor.wrapping_mul(u128::from(value))))
    }

    /// The hash of a few words: what notices that a line of an index was damaged.
    pub(super) fn words(&self, words: impl Iterator<Item = u64>) -> u64 {
        words.zip(0..).fold(self.start(), |sum, (word, place)| self.add(sum, place, word)).finish()
    }

    /// The hash of bytes of any length, for the same purpose.
    pub(super) fn bytes(&self, bytes: &[u8]) -> u64 {
        self.values.hash(bytes)
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(..)")
    }
}

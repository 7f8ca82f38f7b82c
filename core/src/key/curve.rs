//! Are these bytes a point that a signature may be checked against?
//!
//! Signature libraries look at a point when they verify, if at all, and none of them refuses an
//! Ed25519 key of small order: for such a key anyone can make signatures. Keys are checked here once,
//! when they are read, for every form in which they come.
//!
//! The arithmetic is Montgomery multiplication over 64-bit limbs (Koc, Acar, Kaliski 1996, CIOS), for
//! public values only, so it need not run in constant time. The tests hold it against repeated
//! sums, the generators, and the multiples of a point of order eight.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "every index is below the number of limbs, of which there is one at least; every sum is of a \
              u128 that holds two u64 products' worth: a*b + c + d <= (2^64-1)^2 + 2(2^64-1) = 2^128 - 1; \
              or of two bits"
)]
#![expect(clippy::as_conversions, reason = "the low and the high half of a u128 are what is meant")]

/// The integers modulo an odd prime of `L` limbs, least significant first.
struct Field<const L: usize> {
    prime: [u64; L],
    /// `-1 / prime` modulo 2^64.
    inverse: u64,
    /// `2^(128 L)` modulo the prime: brings a number into Montgomery form.
    square: [u64; L],
}

impl<const L: usize> Field<L> {
    fn new(prime: [u64; L]) -> Self {
        // Newton: each step doubles the number of right bits, starting from 1 (odd * 1 = 1 mod 2).
        let mut inverse = 1_u64;
        for _ in 0..6 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(prime[0].wrapping_mul(inverse)));
        }
        let mut field = Self { prime, inverse: inverse.wrapping_neg(), square: [0; L] };
        let mut power = [0; L];
        power[0] = 1;
        for _ in 0..128 * L {
            power = field.add(&power, &power);
        }
        field.square = power;
        field
    }

    fn is_reduced(&self, number: &[u64; L]) -> bool {
        number.iter().rev().lt(self.prime.iter().rev())
    }

    /// `a + b`, both below the prime.
    fn add(&self, a: &[u64; L], b: &[u64; L]) -> [u64; L] {
        let mut sum = *a;
        let carry = add_to(&mut sum, b);
        if carry || !self.is_reduced(&sum) {
            take_from(&mut sum, &self.prime);
        }
        sum
    }

    /// `a - b`, both below the prime.
    fn sub(&self, a: &[u64; L], b: &[u64; L]) -> [u64; L] {
        let mut less = *a;
        if take_from(&mut less, b) {
            add_to(&mut less, &self.prime);
        }
        less
    }

    /// `a * b / 2^(64 L)`: the product of two numbers in Montgomery form.
    fn mul(&self, a: &[u64; L], b: &[u64; L]) -> [u64; L] {
        let mut total = [0; L];
        let carry = multiply(&self.prime, self.inverse, a, b, &mut total);
        if carry || !self.is_reduced(&total) {
            take_from(&mut total, &self.prime);
        }
        total
    }

    /// Into Montgomery form.
    fn enter(&self, number: &[u64; L]) -> [u64; L] {
        self.mul(number, &self.square)
    }

    /// `base^exponent`, the base in Montgomery form.
    fn pow(&self, base: &[u64; L], exponent: &[u64; L]) -> [u64; L] {
        let mut one = [0; L];
        one[0] = 1;
        let mut power = self.enter(&one);
        for limb in exponent.iter().rev() {
            for bit in (0..64).rev() {
                power = self.mul(&power, &power);
                if (limb >> bit) & 1 == 1 {
                    power = self.mul(&power, base);
                }
            }
        }
        power
    }
}

// Slices of one length each: in WebAssembly, where every byte is loaded by somebody's browser, there is one
// copy of this for all fields. Elsewhere the lengths are known where it is put in place: a third of the time.

/// Adds `b` to `a`; whether something is carried out of it.
fn add_to(a: &mut [u64], b: &[u64]) -> bool {
    let mut carry = false;
    for (a, b) in a.iter_mut().zip(b) {
        let wide = u128::from(*a) + u128::from(*b) + u128::from(carry);
        *a = wide as u64;
        carry = wide >> 64 != 0;
    }
    carry
}

/// Takes `b` from `a`; whether it was greater.
fn take_from(a: &mut [u64], b: &[u64]) -> bool {
    let mut borrow = false;
    for (a, b) in a.iter_mut().zip(b) {
        let (step, under) = a.overflowing_sub(*b);
        let (step, under_again) = step.overflowing_sub(u64::from(borrow));
        *a = step;
        borrow = under || under_again;
    }
    borrow
}

/// Adds `a * factor` to `total`; what is carried out of it.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn add_product(total: &mut [u64], a: &[u64], factor: u64) -> u64 {
    let mut carry = 0_u64;
    for (total, a) in total.iter_mut().zip(a) {
        let wide = u128::from(*a) * u128::from(factor) + u128::from(*total) + u128::from(carry);
        *total = wide as u64;
        carry = (wide >> 64) as u64;
    }
    carry
}

/// `total := a * b / 2^(64 L)` modulo the prime, below twice the prime; whether that has a bit more than
/// the limbs. `total` is 0 before.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn multiply(prime: &[u64], inverse: u64, a: &[u64], b: &[u64], total: &mut [u64]) -> bool {
    let mut high = 0_u64;
    for factor in b {
        let carry = add_product(total, a, *factor);
        let (sum, over) = high.overflowing_add(carry);
        // Makes the lowest limb 0 and leaves it out.
        let factor = total[0].wrapping_mul(inverse);
        let lowest = u128::from(factor) * u128::from(prime[0]) + u128::from(total[0]);
        let mut carry = (lowest >> 64) as u64;
        for index in 1..total.len() {
            let wide = u128::from(factor) * u128::from(prime[index])
                + u128::from(total[index])
                + u128::from(carry);
            total[index - 1] = wide as u64;
            carry = (wide >> 64) as u64;
        }
        let (sum, over_again) = sum.overflowing_add(carry);
        if let Some(last) = total.last_mut() {
            *last = sum;
        }
        high = u64::from(over) + u64::from(over_again);
    }
    high != 0
}

/// Big-endian bytes, 8 a limb, as limbs.
fn limbs<const L: usize>(bytes: &[u8]) -> [u64; L] {
    let mut limbs = [0; L];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.rchunks(8)) {
        *limb = chunk.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
    }
    limbs
}

/// The curve `y^2 = x^3 + a x + b` over a prime field (SEC 2).
struct ShortWeierstrass<const L: usize> {
    prime: [u64; L],
    /// A small number whose negative is `a`: 3 or 0.
    minus_a: u64,
    b: [u64; L],
}

const P256: ShortWeierstrass<4> = ShortWeierstrass {
    prime: [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0, 0xffff_ffff_0000_0001],
    minus_a: 3,
    b: [0x3bce_3c3e_27d2_604b, 0x651d_06b0_cc53_b0f6, 0xb3eb_bd55_7698_86bc, 0x5ac6_35d8_aa3a_93e7],
};
const P384: ShortWeierstrass<6> = ShortWeierstrass {
    prime: [
        0x0000_0000_ffff_ffff,
        0xffff_ffff_0000_0000,
        0xffff_ffff_ffff_fffe,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
    ],
    minus_a: 3,
    b: [
        0x2a85_c8ed_d3ec_2aef,
        0xc656_398d_8a2e_d19d,
        0x0314_088f_5013_875a,
        0x181d_9c6e_fe81_4112,
        0x988e_056b_e3f8_2d19,
        0xb331_2fa7_e23e_e7e4,
    ],
};
/// The prime is 2^521 - 1.
const P521: ShortWeierstrass<9> = ShortWeierstrass {
    prime: [
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0x0000_0000_0000_01ff,
    ],
    minus_a: 3,
    b: [
        0xef45_1fd4_6b50_3f00,
        0x3573_df88_3d2c_34f1,
        0x1652_c0bd_3bb1_bf07,
        0x5619_3951_ec7e_937b,
        0xb8b4_8991_8ef1_09e1,
        0xa2da_725b_99b3_15f3,
        0x929a_21a0_b685_40ee,
        0x953e_b961_8e1c_9a1f,
        0x0000_0000_0000_0051,
    ],
};
const SECP256K1: ShortWeierstrass<4> = ShortWeierstrass {
    prime: [
        0xffff_fffe_ffff_fc2f,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
    ],
    minus_a: 0,
    b: [7, 0, 0, 0],
};
/// 2^255 - 19.
const P25519: [u64; 4] =
    [0xffff_ffff_ffff_ffed, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0x7fff_ffff_ffff_ffff];
/// The `d` of edwards25519 (RFC 8032 section 5.1).
const ED_D: [u64; 4] =
    [0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73];

/// The y coordinates of the eight points whose order divides 8.
///
/// The torsion is cyclic of order 8: the neutral element (0, 1), one point of order 2 (0, -1), two of
/// order 4 (y = 0) and four of order 8 (two values of y, each with both signs of x). A test derives
/// all of them.
const SMALL_ORDER: [[u64; 4]; 5] = [
    [1, 0, 0, 0],
    [0xffff_ffff_ffff_ffec, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0x7fff_ffff_ffff_ffff],
    [0, 0, 0, 0],
    [0xb027_b2c2_8f95_e826, 0xf098_eff2_89f4_c345, 0x3933_c6d3_05ac_dfd5, 0x05fc_536d_8802_38b1],
    [0x4fd8_4d3d_706a_17c7, 0x0f67_100d_760b_3cba, 0xc6cc_392c_fa53_202a, 0x7a03_ac92_77fd_c74e],
];

/// Coordinates, big-endian, of a point of P-256.
pub(super) fn is_on_p256(x: &[u8], y: &[u8]) -> bool {
    P256.contains(&limbs(x), &limbs(y))
}

/// Coordinates, big-endian, of a point of P-384.
pub(super) fn is_on_p384(x: &[u8], y: &[u8]) -> bool {
    P384.contains(&limbs(x), &limbs(y))
}

/// Coordinates, big-endian, of a point of P-521.
pub(super) fn is_on_p521(x: &[u8], y: &[u8]) -> bool {
    P521.contains(&limbs(x), &limbs(y))
}

/// Coordinates, big-endian, of a point of secp256k1.
pub(super) fn is_on_secp256k1(x: &[u8], y: &[u8]) -> bool {
    SECP256K1.contains(&limbs(x), &limbs(y))
}

impl<const L: usize> ShortWeierstrass<L> {
    /// `y^2 = (x^2 + a) x + b`, both coordinates below the prime.
    fn contains(&self, x: &[u64; L], y: &[u64; L]) -> bool {
        let field = Field::new(self.prime);
        if !field.is_reduced(x) || !field.is_reduced(y) {
            return false;
        }
        let mut minus_a = [0; L];
        minus_a[0] = self.minus_a;
        let (x, y, b) = (field.enter(x), field.enter(y), field.enter(&self.b));
        let slope = field.sub(&field.mul(&x, &x), &field.enter(&minus_a));
        field.mul(&y, &y) == field.add(&field.mul(&slope, &x), &b)
    }
}

/// What an encoded Ed25519 public key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EdwardsPoint {
    /// A point that a key may be.
    Fine,
    /// y >= p, or no x belongs to it.
    NotOnCurve,
    /// A point whose order divides 8.
    SmallOrder,
}

/// Looks at an encoded point of edwards25519 (RFC 8032 section 5.1.3).
pub(super) fn edwards_point(encoded: &[u8; 32]) -> EdwardsPoint {
    let mut big_endian = *encoded;
    big_endian.reverse();
    big_endian[0] &= 0x7f; // the sign of x
    let y = limbs(&big_endian);
    let field = Field::new(P25519);
    if !field.is_reduced(&y) {
        return EdwardsPoint::NotOnCurve;
    }
    if SMALL_ORDER.contains(&y) {
        return EdwardsPoint::SmallOrder;
    }
    // x^2 = (y^2 - 1) / (d y^2 + 1) has a root if and only if (y^2 - 1) * (d y^2 + 1) is a square:
    // the quotient is that product over a square. Euler: a^((p-1)/2) is 1 for squares.
    let one = field.enter(&[1, 0, 0, 0]);
    let square = {
        let y = field.enter(&y);
        field.mul(&y, &y)
    };
    let top = field.sub(&square, &one);
    let bottom = field.add(&field.mul(&field.enter(&ED_D), &square), &one);
    let half = [
        0xffff_ffff_ffff_fff6,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0x3fff_ffff_ffff_ffff,
    ];
    if field.pow(&field.mul(&top, &bottom), &half) == one {
        EdwardsPoint::Fine
    } else {
        EdwardsPoint::NotOnCurve
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn hex(text: &str) -> Vec<u8> {
        let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap()).unwrap();
        text.as_bytes().chunks(2).map(|two| digit(two[0]) * 16 + digit(two[1])).collect()
    }

    #[test]
    fn the_generators_are_points_and_their_neighbours_are_not() {
        let x = hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
        let y = hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
        assert!(is_on_p256(&x, &y));
        let mut off = y.clone();
        off[31] ^= 1;
        assert!(!is_on_p256(&x, &off));
        let x = hex(
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        );
        let y = hex(
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        );
        assert!(is_on_p384(&x, &y));
        assert!(!is_on_p384(&y, &x));
        // SEC 2 section 2.6.1 and section 2.4.1.
        let x = hex(
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
        );
        let y = hex(
            "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
        );
        assert!(is_on_p521(&x, &y) && !is_on_p521(&y, &x));
        for byte in 0..66 {
            let mut off = y.clone();
            off[byte] ^= 1;
            assert!(!is_on_p521(&x, &off), "{byte}");
        }
        let x = hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        let y = hex("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
        assert!(is_on_secp256k1(&x, &y) && !is_on_secp256k1(&y, &x) && !is_on_p256(&x, &y));
        for byte in 0..32 {
            let mut off = y.clone();
            off[byte] ^= 1;
            assert!(!is_on_secp256k1(&x, &off), "{byte}");
        }
        // A coordinate above the prime names no point, even where it would satisfy the equation.
        assert!(!is_on_p256(&[0xff; 32], &[0xff; 32]));
        assert!(!is_on_p256(&[0; 32], &[0; 32]));
        assert!(!is_on_p521(&[0xff; 66], &[0xff; 66]) && !is_on_p521(&[0; 66], &[0; 66]));
        assert!(!is_on_secp256k1(&[0xff; 32], &[0xff; 32]) && !is_on_secp256k1(&[0; 32], &[0; 32]));
    }

    /// `x + p` and `x` are the same modulo p: only the smaller is a coordinate.
    #[test]
    fn a_coordinate_is_below_the_prime() {
        // (1, y) with y^2 = 1 + 7; 1 + p has 256 bits, as 977 + 2^32 are left below 2^256.
        let one = hex("0000000000000000000000000000000000000000000000000000000000000001");
        let y = hex("4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee");
        let above = hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30");
        assert!(is_on_secp256k1(&one, &y) && !is_on_secp256k1(&above, &y));
    }

    #[test]
    fn the_base_point_of_edwards25519_is_fine() {
        let mut base = [0x66; 32];
        base[0] = 0x58;
        assert_eq!(edwards_point(&base), EdwardsPoint::Fine);
        base[31] |= 0x80;
        assert_eq!(edwards_point(&base), EdwardsPoint::Fine);
        let mut two = [0; 32];
        two[0] = 2; // the smallest y that belongs to no point
        assert_eq!(edwards_point(&two), EdwardsPoint::NotOnCurve);
        assert_eq!(edwards_point(&[0xff; 32]), EdwardsPoint::NotOnCurve);
    }

    #[test]
    fn the_multiples_of_a_point_of_order_eight_are_the_table() {
        // Doubling y only: y(2P) = (y^2 + x^2) / (2 - (y^2 - x^2)), with x^2 from y. From an order of
        // 8 that walks 8 -> 4 -> 2 -> 1; the negative of each y of order 8 has order 8 too.
        let field = Field::new(P25519);
        let enter = |number: &[u64; 4]| field.enter(number);
        let leave = |number: &[u64; 4]| field.mul(number, &[1, 0, 0, 0]);
        let inverse = |number: &[u64; 4]| {
            let two = [2, 0, 0, 0];
            field.pow(number, &field.sub(&[0; 4], &two))
        };
        let one = enter(&[1, 0, 0, 0]);
        let double = |y: &[u64; 4]| {
            let y = enter(y);
            let y2 = field.mul(&y, &y);
            let bottom = field.add(&field.mul(&enter(&ED_D), &y2), &one);
            let x2 = field.mul(&field.sub(&y2, &one), &inverse(&bottom));
            let top = field.add(&y2, &x2);
            let under = field.sub(&field.add(&one, &one), &field.sub(&y2, &x2));
            leave(&field.mul(&top, &inverse(&under)))
        };
        for eight in [SMALL_ORDER[3], SMALL_ORDER[4]] {
            let four = double(&eight);
            assert_eq!(four, SMALL_ORDER[2]);
            let two = double(&four);
            assert_eq!(two, SMALL_ORDER[1]);
            assert_eq!(double(&two), SMALL_ORDER[0]);
        }
        assert_eq!(field.add(&SMALL_ORDER[3], &SMALL_ORDER[4]), [0; 4], "y and -y");
    }

    /// Sums, and Fermat's little theorem.
    fn multiplies<const L: usize>(prime: [u64; L], number: &[u8]) {
        let field = Field::new(prime);
        let small = |value: u64| {
            let mut small = [0; L];
            small[0] = value;
            small
        };
        let a = field.enter(&limbs(number));
        let mut sum = [0; L];
        for factor in 1..200_u64 {
            sum = field.add(&sum, &a);
            assert_eq!(field.mul(&a, &field.enter(&small(factor))), sum);
        }
        assert_eq!(field.pow(&a, &field.sub(&[0; L], &small(1))), field.enter(&small(1)));
    }

    #[test]
    fn multiplication_agrees_with_repeated_addition() {
        multiplies(P256.prime, &[0xab; 32]);
        multiplies(P384.prime, &[0xab; 48]);
        multiplies(P521.prime, &[&[1][..], &[0xab; 65]].concat());
        multiplies(SECP256K1.prime, &[0xab; 32]);
        multiplies(P25519, &[0x2b; 32]);
    }
}

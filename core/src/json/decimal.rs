//! Numbers by their decimal text: times to the millisecond, integers, and equality by value, without
//! a detour through floating point (which rounds `1700000000.0009999999999999999` upward).

use crate::time::{LAST_MILLIS, UnixTime};

/// 2^53 - 1: what every language can hold (RFC 7493 section 2.2).
pub(crate) const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// A JSON number: `0.digits * 10^exponent`, digits without the zeros at either end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal<'t> {
    negative: bool,
    whole: &'t [u8],
    fraction: &'t [u8],
    /// The power of ten of the last digit as written: what the writer's resolution was.
    step: i64,
}

/// What to do with digits finer than a millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// Cut them off: a token was issued no later than that.
    Down,
    /// Round up: a rule refuses no less than that.
    Up,
    /// There must be none.
    Exact,
}

impl UnixTime {
    /// Seconds since 1970 in decimal digits, as a JSON number writes them: for numbers that must not go
    /// through floating point. Digits finer than a millisecond are cut off.
    ///
    /// ```
    /// use lowwater::UnixTime;
    ///
    /// assert_eq!(UnixTime::from_decimal("1700000000.4"), Some(UnixTime::from_millis(1_700_000_000_400)));
    /// assert_eq!(UnixTime::from_decimal("1.7e9"), Some(UnixTime::from_secs(1_700_000_000)));
    /// assert_eq!(UnixTime::from_decimal("-1"), None, "before 1970");
    /// assert_eq!(UnixTime::from_decimal("1e400"), None, "too large");
    /// ```
    ///
    /// `None`: no number, less than zero, or 10^14 and more.
    #[must_use]
    pub fn from_decimal(text: &str) -> Option<Self> {
        let number = super::validate(text) == Ok(super::Kind::Number);
        let decimal = number.then(|| Decimal::parse(text.trim()))?;
        let millis = decimal.scaled(3, Rounding::Down).filter(|_| !decimal.is_negative())?;
        Some(Self::from_millis(millis))
    }
}

impl<'t> Decimal<'t> {
    /// Takes a text apart that the scanner has found to be a number.
    pub(crate) fn parse(text: &'t str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent = read_exponent(exponent);
        let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
        Self {
            negative,
            whole: whole.as_bytes(),
            fraction: fraction.as_bytes(),
            step: exponent.saturating_sub(places),
        }
    }

    fn digits(&self) -> impl DoubleEndedIterator<Item = u8> + Clone + 't {
        self.whole.iter().chain(self.fraction).map(|digit| digit.wrapping_sub(b'0'))
    }

    /// The digits from the first to the last that is not zero, and the power of ten just above the
    /// first: the value is `0.digits * 10^magnitude`. No digits: zero.
    fn significant(&self) -> (impl Iterator<Item = u8> + Clone + 't, usize, i64) {
        let total = self.whole.len().saturating_add(self.fraction.len());
        let leading = self.digits().take_while(|digit| *digit == 0).count();
        let trailing = self.digits().rev().take_while(|digit| *digit == 0).count();
        let count = total.saturating_sub(leading).saturating_sub(trailing);
        let left = i64::try_from(total.saturating_sub(leading)).unwrap_or(i64::MAX);
        (self.digits().skip(leading).take(count), count, self.step.saturating_add(left))
    }

    /// The value times `10^shift` as an integer of at most 17 digits; what is finer is rounded.
    fn scaled(&self, shift: i64, rounding: Rounding) -> Option<i64> {
        let (digits, count, magnitude) = self.significant();
        if count == 0 {
            return Some(0);
        }
        let places = magnitude.saturating_add(shift);
        if places > 17 {
            return None;
        }
        let kept = usize::try_from(places.max(0)).ok()?;
        let finer = count > kept;
        if finer && rounding == Rounding::Exact {
            return None;
        }
        let mut value = 0_i64;
        for digit in digits.chain(core::iter::repeat(0)).take(kept) {
            value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
        }
        if finer && rounding == Rounding::Up {
            value = value.checked_add(1)?;
        }
        Some(if self.negative { value.saturating_neg() } else { value })
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits().all(|digit| digit == 0)
    }

    /// Less than zero. `-0` is zero.
    pub(crate) fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// A time of a token: milliseconds, finer digits cut off, and how finely it was written.
    pub(crate) fn read_time(text: &'t str) -> Option<(i64, i64)> {
        // Nearly every time is a plain integer of ten digits: no need to take it apart.
        if text.len() <= 12 {
            let plain = text.bytes().try_fold(0_i64, |seconds, byte| {
                let digit = i64::from(byte.is_ascii_digit().then_some(byte & 0xf)?);
                seconds.checked_mul(10)?.checked_add(digit)
            });
            if let Some(seconds) = plain {
                let millis = seconds.checked_mul(1000)?;
                return (millis <= LAST_MILLIS).then_some((millis, 1000));
            }
        }
        let decimal = Self::parse(text);
        Some((decimal.time(Rounding::Down)?, decimal.resolution()))
    }

    /// Seconds read as milliseconds, if they lie in the years 1970 to 9999.
    pub(crate) fn time(&self, rounding: Rounding) -> Option<i64> {
        if self.is_negative() {
            return None;
        }
        self.scaled(3, rounding).filter(|millis| *millis <= LAST_MILLIS)
    }

    /// Seconds read as a span in whole milliseconds; finer digits are no span.
    pub(crate) fn span(&self) -> Option<i64> {
        self.scaled(3, Rounding::Exact)
    }

    /// How finely the number was written, in milliseconds: 1000, 100, 10 or 1.
    pub(crate) const fn resolution(&self) -> i64 {
        match self.step {
            0.. => 1000,
            -1 => 100,
            -2 => 10,
            _ => 1,
        }
    }

    /// Was a decimal point or a negative power written? `1700000000.0` was, `1.7e9` was not.
    pub(crate) const fn is_whole_as_written(&self) -> bool {
        self.step >= 0
    }

    /// The number as an integer, if it is one and no larger than 2^53 - 1 either way: what every
    /// language can hold (RFC 7493 section 2.2).
    pub(crate) fn integer(&self) -> Option<i64> {
        let integer = self.scaled(0, Rounding::Exact);
        integer.filter(|value| (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).contains(value))
    }

    /// Equal as numbers, however they are written.
    pub(crate) fn same_value(&self, other: &Self) -> bool {
        let (digits, count, magnitude) = self.significant();
        let (others, other_count, other_magnitude) = other.significant();
        match (count, other_count) {
            (0, 0) => true,
            _ => {
                self.negative == other.negative
                    && count == other_count
                    && magnitude == other_magnitude
                    && digits.eq(others)
            }
        }
    }
}

/// An exponent of any length; what does not fit is so far away that its exact value means nothing.
fn read_exponent(text: &str) -> i64 {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut value = 0_i64;
    for digit in digits.bytes() {
        value = value.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0')));
    }
    // Half the range, so that adding lengths of texts never saturates unequal values to one.
    let value = value.min(i64::MAX / 2);
    if negative { value.saturating_neg() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn time(text: &str) -> Option<i64> {
        let time = Decimal::read_time(text).map(|(millis, _)| millis);
        assert_eq!(time, Decimal::parse(text).time(Rounding::Down), "{text}: both ways");
        time
    }

    #[test]
    fn times_are_read_from_their_digits() {
        assert_eq!(time("1700000000"), Some(1_700_000_000_000));
        assert_eq!(time("1.7e9"), Some(1_700_000_000_000));
        assert_eq!(time("1700000000.0019999999999999999999"), Some(1_700_000_000_001));
        assert_eq!(time("0.0000017e15"), Some(1_700_000_000_000));
        assert_eq!(time(&format!("17{}e-400", "0".repeat(408))), Some(1_700_000_000_000));
        assert_eq!(time("0e99999999999999999999999"), Some(0));
        assert_eq!(time("1e-99999999999999999999999"), Some(0));
        assert_eq!(time("-0"), Some(0));
        assert_eq!(time("-0.0e5"), Some(0));
    }

    #[test]
    fn times_outside_1970_to_9999_are_none() {
        assert_eq!(time("253402300799"), Some(LAST_MILLIS));
        for text in
            ["253402300800", "253402300799.001", "-1", "-0.0001", "1e999", "1e400", "1700000000000"]
        {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(time(&"9".repeat(100_000)), None);
    }

    #[test]
    fn rules_round_up_and_spans_are_exact() {
        let fine = Decimal::parse("1700000000.0001");
        assert_eq!(fine.time(Rounding::Up), Some(1_700_000_000_001));
        assert_eq!(Decimal::parse("1e-9").time(Rounding::Up), Some(1));
        assert_eq!(Decimal::parse("0.5").span(), Some(500));
        assert_eq!(Decimal::parse("300.0010").span(), Some(300_001));
        assert_eq!(Decimal::parse("0.0005").span(), None);
        assert_eq!(Decimal::parse("-1").span(), Some(-1000));
    }

    #[test]
    fn resolution_is_that_of_the_digits_as_written() {
        for (text, resolution) in [
            ("1700000000", 1000),
            ("1.7e9", 1000),
            ("17e8", 1000),
            ("1700000000.0", 100),
            ("1700000000.10", 10),
            ("1.7000000001e9", 100),
            ("17000000001e-1", 100),
            ("1700000000.12345", 1),
        ] {
            assert_eq!(Decimal::parse(text).resolution(), resolution, "{text}");
        }
    }

    #[test]
    fn numbers_are_equal_by_value() {
        let same = |one, other| Decimal::parse(one).same_value(&Decimal::parse(other));
        for (one, other) in
            [("5", "5.0"), ("5", "50e-1"), ("0", "-0.0e9"), ("100", "1e2"), ("1e400", "10e399")]
        {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in
            [("5", "-5"), ("5", "5.0000000000000000001"), ("1e400", "1e401"), ("0", "1e-400")]
        {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn integers_are_those_that_every_language_can_hold() {
        assert_eq!(Decimal::parse("5.0").integer(), Some(5));
        assert_eq!(Decimal::parse("-9007199254740991").integer(), Some(-9_007_199_254_740_991));
        assert_eq!(Decimal::parse("9007199254740992").integer(), None);
        assert_eq!(Decimal::parse("5.5").integer(), None);
    }
}

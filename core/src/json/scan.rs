//! The scanner: checks a whole text and notes where the direct members of the outermost value lie.

use alloc::vec::Vec;
use core::fmt;

use super::text::tag_of;
use super::{Kind, MAX_DEPTH, Member, Span};

/// Why a text is not the JSON that was expected, and where, in bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) position: usize,
    pub(crate) fault: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.fault, self.position)
    }
}

/// The members of the object that is the whole of `text`, in the order in which they stand there.
pub(crate) fn members(text: &str) -> Result<Vec<Member>, Malformed> {
    // An access token has 8 to 16 claims: one allocation for nearly all of them.
    let mut scanner = Scanner { text, at: 0, depth: 0, outer: Vec::with_capacity(20) };
    scanner.white_space();
    if scanner.peek() != Some(b'{') {
        return Err(scanner.fault("expected an object"));
    }
    scanner.value()?;
    scanner.end()?;
    Ok(scanner.outer)
}

/// The elements of an array whose text the scanner has read before: the value of a member of kind
/// [`Kind::Array`]. Asks for no memory. Of any other text it yields nothing that can be trusted.
pub(crate) fn elements(text: &str) -> impl Iterator<Item = Member> {
    let mut scanner = Scanner { text, at: 0, depth: 1, outer: Vec::new() };
    core::iter::from_fn(move || {
        scanner.white_space();
        match scanner.peek()? {
            b'[' | b',' => scanner.advance(), // the bracket before the first, a comma before the others
            _ => return None,
        }
        scanner.white_space();
        let start = scanner.at;
        let (kind, escaped) = scanner.value().ok()?;
        let mut element = Member::unnamed(Span { start, end: start }, kind);
        element.close(scanner.at, kind, escaped);
        Some(element)
    })
}

/// Checks that `text` is one JSON value of any kind.
pub(crate) fn validate(text: &str) -> Result<Kind, Malformed> {
    let mut scanner = Scanner { text, at: 0, depth: 0, outer: Vec::new() };
    scanner.white_space();
    let (kind, _) = scanner.value()?;
    scanner.end()?;
    Ok(kind)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
    /// A stack: the members of the outermost object, and above them those of the objects that are
    /// open inside it, which are dropped when they close.
    outer: Vec<Member>,
}

impl Scanner<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&self, fault: &'static str) -> Malformed {
        Malformed { position: self.at, fault }
    }

    fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    #[inline]
    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.advance();
        }
    }

    fn expect(&mut self, byte: u8, fault: &'static str) -> Result<(), Malformed> {
        if self.peek() != Some(byte) {
            return Err(self.fault(fault));
        }
        self.advance();
        Ok(())
    }

    fn end(&mut self) -> Result<(), Malformed> {
        self.white_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault("expected nothing after the value")),
        }
    }

    /// Reads one value; tells its kind and, of a string, whether it holds escapes.
    fn value(&mut self) -> Result<(Kind, bool), Malformed> {
        match self.peek() {
            Some(b'"') => self.string().map(|(_, escaped)| (Kind::String, escaped)),
            Some(b'{') => self.nested(Self::object).map(|()| (Kind::Object, false)),
            Some(b'[') => self.nested(Self::array).map(|()| (Kind::Array, false)),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| (Kind::Number, false)),
            Some(b't') => self.word("true").map(|()| (Kind::True, false)),
            Some(b'f') => self.word("false").map(|()| (Kind::False, false)),
            Some(b'n') => self.word("null").map(|()| (Kind::Null, false)),
            _ => Err(self.fault("expected a value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<(), Malformed>) -> Result<(), Malformed> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fault("expected at most 32 levels"));
        }
        self.depth = self.depth.saturating_add(1);
        self.advance();
        read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn object(&mut self) -> Result<(), Malformed> {
        let first = self.outer.len();
        self.white_space();
        if self.peek() == Some(b'}') {
            self.advance();
            return Ok(());
        }
        loop {
            self.white_space();
            let (name, name_escaped) = self.string()?;
            self.white_space();
            self.expect(b':', "expected a colon")?;
            self.white_space();
            let tag = tag_of(name.of(self.text), name_escaped);
            let value = Span { start: self.at, end: self.at };
            let place = self.outer.len();
            self.outer.push(Member {
                name,
                name_escaped,
                tag,
                value,
                kind: Kind::Null,
                escaped: false,
            });
            let (kind, escaped) = self.value()?;
            if let Some(member) = self.outer.get_mut(place) {
                member.close(self.at, kind, escaped);
            }
            self.white_space();
            match self.peek() {
                Some(b',') => self.advance(),
                Some(b'}') => break,
                _ => return Err(self.fault("expected a comma or the end of the object")),
            }
        }
        self.refuse_twins(first)?;
        self.advance();
        if self.depth > 1 {
            self.outer.truncate(first);
        }
        Ok(())
    }

    fn array(&mut self) -> Result<(), Malformed> {
        self.white_space();
        if self.peek() == Some(b']') {
            self.advance();
            return Ok(());
        }
        loop {
            self.white_space();
            self.value()?;
            self.white_space();
            match self.peek() {
                Some(b',') => self.advance(),
                Some(b']') => break,
                _ => return Err(self.fault("expected a comma or the end of the array")),
            }
        }
        self.advance();
        Ok(())
    }

    /// Refuses two members of one name among those from `first` on.
    ///
    /// Up to 32 members every pair is compared by tag (496 comparisons of integers, about 100 ns);
    /// beyond that a sorted copy keeps a token of 100 000 members from costing 10^10 comparisons.
    fn refuse_twins(&self, first: usize) -> Result<(), Malformed> {
        let here = self.outer.get(first..).unwrap_or_default();
        let twins = if here.len() <= 32 {
            here.iter().enumerate().any(|(index, one)| {
                let rest = here.get(index.saturating_add(1)..).unwrap_or_default();
                rest.iter().any(|other| {
                    one.tag == other.tag && one.compare_names(other, self.text).is_eq()
                })
            })
        } else {
            let mut sorted = here.to_vec();
            sorted.sort_unstable_by(|one, other| one.compare_names(other, self.text));
            sorted.windows(2).any(|pair| match pair {
                [one, other] => one.compare_names(other, self.text).is_eq(),
                _ => false,
            })
        };
        if twins { Err(self.fault("expected each member name once in an object")) } else { Ok(()) }
    }

    fn word(&mut self, word: &'static str) -> Result<(), Malformed> {
        let end = self.at.saturating_add(word.len());
        if self.text.as_bytes().get(self.at..end) != Some(word.as_bytes()) {
            return Err(self.fault("expected a value"));
        }
        self.at = end;
        Ok(())
    }

    /// Reads a string; the span lies inside the quotes.
    fn string(&mut self) -> Result<(Span, bool), Malformed> {
        self.expect(b'"', "expected a string")?;
        let start = self.at;
        let mut escaped = false;
        let bytes = self.text.as_bytes();
        let end = start.saturating_add(plain_length(bytes.get(start..).unwrap_or_default()));
        if bytes.get(end) == Some(&b'"') {
            self.at = end.saturating_add(1);
            return Ok((Span { start, end }, false)); // nearly every string has no escape
        }
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            self.at = self.at.saturating_add(plain_length(rest));
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.fault("expected no raw control character in a string")),
                None => return Err(self.fault("expected the end of the string")),
            }
        }
        let span = Span { start, end: self.at };
        self.advance();
        Ok((span, escaped))
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        self.advance();
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.advance();
                Ok(())
            }
            Some(b'u') => {
                self.advance();
                match self.four_hex()? {
                    // A high surrogate: a low one must follow at once.
                    0xD800..=0xDBFF => {
                        self.expect(b'\\', "expected the second half of a surrogate pair")?;
                        self.expect(b'u', "expected the second half of a surrogate pair")?;
                        match self.four_hex()? {
                            0xDC00..=0xDFFF => Ok(()),
                            _ => Err(self.fault("expected the second half of a surrogate pair")),
                        }
                    }
                    0xDC00..=0xDFFF => Err(self.fault("expected no lone surrogate")),
                    _ => Ok(()),
                }
            }
            _ => Err(self.fault("expected an escape of RFC 8259")),
        }
    }

    fn four_hex(&mut self) -> Result<u32, Malformed> {
        let end = self.at.saturating_add(4);
        let digits = self.text.get(self.at..end).filter(|four| {
            four.bytes().all(|byte| byte.is_ascii_hexdigit()) // from_str_radix takes a plus sign
        });
        let unit = digits.and_then(|four| u32::from_str_radix(four, 16).ok());
        let unit = unit.ok_or_else(|| self.fault("expected four hexadecimal digits"))?;
        self.at = end;
        Ok(unit)
    }

    fn number(&mut self) -> Result<(), Malformed> {
        if self.peek() == Some(b'-') {
            self.advance();
        }
        if self.peek() == Some(b'0') {
            self.advance();
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.fault("expected no leading zero"));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.advance();
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.advance();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.advance();
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.fault("expected a digit"));
        }
        self.at = self.at.saturating_add(count);
        Ok(())
    }
}

/// How many bytes from the start are neither a quote, nor a backslash, nor a control character.
///
/// Eight at a time: `x - 0x01..` borrows into the high bit of exactly those bytes that are zero (and
/// perhaps of bytes above one that is, which does not matter: the first is what is asked for), so
/// xoring with the byte looked for finds it; subtracting 0x20 finds control characters. Bytes from
/// 0x80 up are masked out: they are parts of characters beyond ASCII.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut length = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let equal = |byte: u64| {
            let zero = word ^ byte.wrapping_mul(ONES);
            zero.wrapping_sub(ONES) & !zero
        };
        let control = word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word;
        let found = (equal(0x22) | equal(0x5c) | control) & HIGH;
        if found != 0 {
            let bits = usize::try_from(found.trailing_zeros()).unwrap_or_default();
            return length.saturating_add(bits / 8);
        }
        length = length.saturating_add(8);
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    length.saturating_add(rest.iter().position(special).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    #[test]
    fn yields_the_direct_members_and_nothing_of_what_is_inside_them() {
        let text = r#" { "a" : "x\ny" , "b":{"c":[1,{"d":2}],"e":3}, "\u0066": -1.5e3 } "#;
        let found = members(text).unwrap();
        assert_eq!(found.len(), 3);
        assert!(found[0].is_named(text, "a") && found[0].escaped);
        assert_eq!(found[0].value.of(text), r"x\ny");
        assert_eq!(found[1].value.of(text), r#"{"c":[1,{"d":2}],"e":3}"#);
        assert!(found[2].is_named(text, "f"));
        assert_eq!((found[2].kind, found[2].value.of(text)), (Kind::Number, "-1.5e3"));
    }

    #[test]
    fn refuses_twins_at_any_depth_and_through_escapes() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"exp":1,"\u0065xp":2}"#,
            r#"{"x":{"y":[{"z":1,"z":1}]}}"#,
            r#"{"\ud83d\ude00":1,"😀":2}"#,
            r#"{"":1,"":2}"#,
        ] {
            assert!(members(text).is_err(), "{text}");
        }
        assert!(members(r#"{"a":{"b":1},"b":{"a":1}}"#).is_ok());
        assert!(members(r#"{"a":1,"A":2,"a\u0000":3}"#).is_ok());
    }

    #[test]
    fn refuses_twins_among_many() {
        let mut text = String::from("{");
        for number in 0..5000 {
            text.push_str(&format!("\"name{number}\":{number},"));
        }
        let fine = format!("{text}\"last\":0}}");
        let twin = format!("{text}\"name4711\":0}}");
        assert_eq!(members(&fine).unwrap().len(), 5001);
        assert!(members(&twin).is_err());
    }

    #[test]
    fn depth_counts_open_values_and_ends_at_32() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(validate(&nested(32)).is_ok());
        assert!(validate(&nested(33)).is_err());
        assert!(validate(&"[".repeat(100_000)).is_err());
        assert!(members(&format!("{{\"a\":{}}}", nested(31))).is_ok());
        assert!(members(&format!("{{\"a\":{}}}", nested(32))).is_err());
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in [
            "",
            " ",
            "nul",
            "NaN",
            "Infinity",
            "+1",
            "01",
            "-01",
            "-",
            "1.",
            ".5",
            "1e",
            "1e+",
            "0x10",
            "'a'",
            "\"a",
            "\"\t\"",
            r#""\x""#,
            r#""\u12g4""#,
            r#""\u+123""#,
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\ud800\ud800""#,
            r#""\ud800x""#,
            "[1,]",
            "[,1]",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "1 2",
            "true false",
            "\u{feff}1",
            "[1}",
            "\u{b}1",
            "tru",
            "True",
        ] {
            assert!(validate(text).is_err(), "{text:?}");
        }
        for text in
            ["0", "-0", "1e5", "1E-5", "0.0", "\"\"", "[]", "{}", "[ ]", " null ", "\"\u{7f}\""]
        {
            assert!(validate(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn strings_end_where_a_byte_by_byte_search_ends_them() {
        for special in 0..=255_u8 {
            for place in 0..20 {
                let mut bytes = [b'~'; 20];
                bytes[place] = special;
                bytes[19] = 0x80; // borrows must not leak into or out of other bytes
                bytes[place.saturating_sub(1)] = 0xff;
                let slow = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
                assert_eq!(plain_length(&bytes), slow.unwrap_or(20), "{special} at {place}");
            }
        }
    }

    #[test]
    fn a_fault_says_where() {
        assert_eq!(members("{\"a\":1,\"a\":2}").unwrap_err().position, 12);
        assert_eq!(validate("[1,]").unwrap_err().position, 3);
    }
}

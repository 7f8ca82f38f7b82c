//! The scanner: checks a whole text and notes where the direct members of the outermost value lie.

use alloc::vec::Vec;
use core::fmt;

use super::member::Elements;
use super::plain::plain_length;
use super::text::{tag_of, tag_of_word};
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
    members_into(text, Vec::new())
}

/// The same in a list that held others: its memory is used again.
pub(crate) fn members_into(text: &str, mut room: Vec<Member>) -> Result<Vec<Member>, Malformed> {
    room.clear();
    // An access token has 8 to 16 claims: one allocation for nearly all of them.
    room.reserve(20);
    let mut scanner = Scanner::new(text, room);
    match scanner.whole(|first| first == b'{', "expected an object") {
        Some(_) => Ok(scanner.outer),
        None => Err(scanner.fault),
    }
}

/// The elements of an array whose text the scanner has read before: the value of a member of kind
/// [`Kind::Array`]. Asks for memory only for objects inside it. Of any other text it yields nothing that can be trusted.
pub(crate) fn elements(text: &str) -> impl Iterator<Item = Member> {
    let mut scanner = Scanner::new(text, Vec::new());
    scanner.depth = 1;
    let mut at = 0;
    core::iter::from_fn(move || {
        at = scanner.white_space(at);
        match scanner.peek(at)? {
            b'[' | b',' => {} // the bracket before the first, a comma before the others
            _ => return None,
        }
        let start = scanner.white_space(next(at));
        let (end, kind, escaped) = scanner.member_value(start)?;
        at = end;
        Some(Member::unnamed(Member::value_span(start, end, kind), kind, escaped))
    })
}

/// Checks that `text` is one JSON value of any kind.
pub(crate) fn validate(text: &str) -> Result<Kind, Malformed> {
    let mut scanner = Scanner::new(text, Vec::new());
    scanner.whole(|_| true, "expected a value").ok_or(scanner.fault)
}

/// The place after this one. Texts are shorter than 4 GiB, so it never wraps; and each place is looked up
/// with its bound. (A sum that saturates takes three times as long, five times for each member.)
const fn next(at: usize) -> usize {
    at.wrapping_add(1)
}

/// Reads one text. Places are handed from step to step, and a fault is noted once, where it is met.
struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    depth: u32,
    /// A stack: the members of the outermost object, and above them those of the objects that are
    /// open inside it, which are dropped when they close.
    outer: Vec<Member>,
    /// What the elements of the array are that was read last.
    elements: Elements,
    /// Why a step answered `None`.
    fault: Malformed,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, outer: Vec<Member>) -> Self {
        let fault = Malformed { position: 0, fault: "expected a value" };
        Self { text, bytes: text.as_bytes(), depth: 0, outer, elements: Elements::Mixed, fault }
    }

    #[inline]
    fn peek(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    #[cold]
    fn fault<T>(&mut self, position: usize, fault: &'static str) -> Option<T> {
        self.fault = Malformed { position, fault };
        None
    }

    #[inline]
    fn white_space(&self, mut at: usize) -> usize {
        while matches!(self.peek(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at = next(at);
        }
        at
    }

    #[inline]
    fn expect(&mut self, at: usize, byte: u8, fault: &'static str) -> Option<usize> {
        if self.peek(at) == Some(byte) { Some(next(at)) } else { self.fault(at, fault) }
    }

    /// One value with nothing but white space around it.
    fn whole(&mut self, first: impl Fn(u8) -> bool, expected: &'static str) -> Option<Kind> {
        if u32::try_from(self.bytes.len()).is_err() {
            return self.fault(0, "expected less than 4 GiB");
        }
        let start = self.white_space(0);
        if !self.peek(start).is_some_and(first) {
            return self.fault(start, expected);
        }
        let (end, kind) = self.value(start)?;
        let end = self.white_space(end);
        match self.peek(end) {
            None => Some(kind),
            Some(_) => self.fault(end, "expected nothing after the value"),
        }
    }

    /// Reads one value; tells its end, its kind, and whether it is a string with escapes.
    fn member_value(&mut self, at: usize) -> Option<(usize, Kind, bool)> {
        if self.peek(at) == Some(b'"') {
            let (quote, escaped) = self.string(at)?;
            return Some((next(quote), Kind::String, escaped));
        }
        self.value(at).map(|(end, kind)| (end, kind, false))
    }

    /// Reads one value; tells its end and its kind.
    fn value(&mut self, at: usize) -> Option<(usize, Kind)> {
        match self.peek(at) {
            Some(b'"') => self.string(at).map(|(quote, _)| (next(quote), Kind::String)),
            Some(b'-' | b'0'..=b'9') => self.number(at).map(|end| (end, Kind::Number)),
            Some(b'{') => self.nested(at, Self::object).map(|end| (end, Kind::Object)),
            Some(b'[') => self.nested(at, Self::array).map(|end| (end, Kind::Array)),
            Some(b't') => self.word(at, "true").map(|end| (end, Kind::True)),
            Some(b'f') => self.word(at, "false").map(|end| (end, Kind::False)),
            Some(b'n') => self.word(at, "null").map(|end| (end, Kind::Null)),
            _ => self.fault(at, "expected a value"),
        }
    }

    fn nested(&mut self, at: usize, read: fn(&mut Self, usize) -> Option<usize>) -> Option<usize> {
        if self.depth >= MAX_DEPTH {
            return self.fault(at, "expected at most 32 levels");
        }
        self.depth = self.depth.saturating_add(1);
        let end = read(self, next(at))?;
        self.depth = self.depth.saturating_sub(1);
        Some(end)
    }

    fn object(&mut self, at: usize) -> Option<usize> {
        let first = self.outer.len();
        let mut at = self.white_space(at);
        if self.peek(at) == Some(b'}') {
            return Some(next(at));
        }
        loop {
            at = self.white_space(at);
            let (quote, name_escaped) = self.string(at)?;
            let name = Span::new(next(at), quote);
            at = self.white_space(next(quote));
            at = self.expect(at, b':', "expected a colon")?;
            let start = self.white_space(at);
            let tag = self.tag_of(name, name_escaped);
            let place = self.outer.len();
            // The value comes later: inside it, members of its own lie above this one.
            let (value, kind) = (Span::default(), Kind::Null);
            let (escaped, elements) = (false, Elements::Mixed);
            self.outer.push(Member { name, name_escaped, tag, value, kind, escaped, elements });
            let (end, kind, escaped) = self.member_value(start)?;
            if let Some(member) = self.outer.get_mut(place) {
                member.value = Member::value_span(start, end, kind);
                member.kind = kind;
                member.escaped = escaped;
                member.elements = self.elements;
            }
            at = self.white_space(end);
            match self.peek(at) {
                Some(b',') => at = next(at),
                Some(b'}') => break,
                _ => return self.fault(at, "expected a comma or the end of the object"),
            }
        }
        if self.has_twins(first) {
            return self.fault(at, "expected each member name once in an object");
        }
        if self.depth > 1 {
            self.outer.truncate(first);
        }
        Some(next(at))
    }

    /// The tag of a name; that of one without escapes in one read, where eight bytes can be read.
    #[inline]
    fn tag_of(&self, name: Span, escaped: bool) -> u64 {
        let length = name.end().saturating_sub(name.start());
        let eight = self.bytes.get(name.start()..).and_then(<[u8]>::first_chunk::<8>);
        match eight {
            Some(eight) if !escaped => tag_of_word(u64::from_be_bytes(*eight), length),
            _ => tag_of(name.of(self.text), escaped),
        }
    }

    fn array(&mut self, at: usize) -> Option<usize> {
        let mut at = self.white_space(at);
        if self.peek(at) == Some(b']') {
            self.elements = Elements::Nothing;
            return Some(next(at));
        }
        let mut elements = Elements::Strings;
        loop {
            at = self.white_space(at);
            let (end, kind, _) = self.member_value(at)?;
            if kind != Kind::String {
                elements = Elements::Mixed;
            }
            at = self.white_space(end);
            match self.peek(at) {
                Some(b',') => at = next(at),
                Some(b']') => {
                    self.elements = elements;
                    return Some(next(at));
                }
                _ => return self.fault(at, "expected a comma or the end of the array"),
            }
        }
    }

    /// Do two members among those from `first` on have one name?
    ///
    /// Up to 32 members every pair is compared by tag (496 comparisons of integers, about 100 ns);
    /// beyond that a sorted copy keeps a token of 100 000 members from costing 10^10 comparisons.
    fn has_twins(&self, first: usize) -> bool {
        let here = self.outer.get(first..).unwrap_or_default();
        let same = |one: &Member, other: &Member| one.compare_names(other, self.text).is_eq();
        if here.len() <= 32 {
            let mut rest = here;
            while let Some((one, after)) = rest.split_first() {
                if after.iter().any(|other| one.tag == other.tag && same(one, other)) {
                    return true;
                }
                rest = after;
            }
            return false;
        }
        let mut sorted = here.to_vec();
        sorted.sort_unstable_by(|one, other| one.compare_names(other, self.text));
        sorted.windows(2).any(|pair| matches!(pair, [one, other] if same(one, other)))
    }

    fn word(&mut self, at: usize, word: &'static str) -> Option<usize> {
        let end = at.saturating_add(word.len());
        match self.bytes.get(at..end) == Some(word.as_bytes()) {
            true => Some(end),
            false => self.fault(at, "expected a value"),
        }
    }

    /// Reads a string; tells where its closing quote stands, and whether it holds escapes.
    fn string(&mut self, at: usize) -> Option<(usize, bool)> {
        let start = self.expect(at, b'"', "expected a string")?;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let at = start.wrapping_add(plain_length(rest));
        if self.peek(at) == Some(b'"') {
            return Some((at, false));
        }
        self.rest_of_string(at).map(|quote| (quote, true))
    }

    /// From the first byte of a string that is not plain.
    #[cold]
    fn rest_of_string(&mut self, mut at: usize) -> Option<usize> {
        loop {
            match self.peek(at) {
                Some(b'"') => return Some(at),
                Some(b'\\') => at = self.escape(next(at))?,
                Some(_) => return self.fault(at, "expected no raw control character in a string"),
                None => return self.fault(at, "expected the end of the string"),
            }
            let rest = self.bytes.get(at..).unwrap_or_default();
            at = at.wrapping_add(plain_length(rest));
        }
    }

    /// What follows a backslash.
    fn escape(&mut self, at: usize) -> Option<usize> {
        match self.peek(at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Some(next(at)),
            Some(b'u') => {
                let (at, unit) = self.four_hex(next(at))?;
                match unit {
                    // A high surrogate: a low one must follow at once.
                    0xD800..=0xDBFF => {
                        let expected = "expected the second half of a surrogate pair";
                        let at = self.expect(at, b'\\', expected)?;
                        let at = self.expect(at, b'u', expected)?;
                        match self.four_hex(at)? {
                            (end, 0xDC00..=0xDFFF) => Some(end),
                            _ => self.fault(at, expected),
                        }
                    }
                    0xDC00..=0xDFFF => self.fault(at, "expected no lone surrogate"),
                    _ => Some(at),
                }
            }
            _ => self.fault(at, "expected an escape of RFC 8259"),
        }
    }

    fn four_hex(&mut self, at: usize) -> Option<(usize, u32)> {
        let end = at.saturating_add(4);
        let digits = self.text.get(at..end).filter(|four| {
            four.bytes().all(|byte| byte.is_ascii_hexdigit()) // from_str_radix takes a plus sign
        });
        match digits.and_then(|four| u32::from_str_radix(four, 16).ok()) {
            Some(unit) => Some((end, unit)),
            None => self.fault(at, "expected four hexadecimal digits"),
        }
    }

    fn number(&mut self, at: usize) -> Option<usize> {
        let mut at = if self.peek(at) == Some(b'-') { next(at) } else { at };
        if self.peek(at) == Some(b'0') {
            at = next(at);
            if matches!(self.peek(at), Some(b'0'..=b'9')) {
                return self.fault(at, "expected no leading zero");
            }
        } else {
            at = self.digits(at)?;
        }
        if self.peek(at) == Some(b'.') {
            at = self.digits(next(at))?;
        }
        if matches!(self.peek(at), Some(b'e' | b'E')) {
            at = next(at);
            if matches!(self.peek(at), Some(b'+' | b'-')) {
                at = next(at);
            }
            at = self.digits(at)?;
        }
        Some(at)
    }

    #[inline]
    fn digits(&mut self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        if count == 0 {
            return self.fault(at, "expected a digit");
        }
        Some(at.wrapping_add(count))
    }
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
        assert!(found[0].is_named(text, "a"));
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
    fn a_fault_says_where() {
        assert_eq!(members("{\"a\":1,\"a\":2}").unwrap_err().position, 12);
        assert_eq!(validate("[1,]").unwrap_err().position, 3);
    }
}

//! Equality of JSON values: numbers by value, strings after escapes, objects in any order.

use alloc::vec::Vec;

use super::scan::{elements, members, validate};
use super::text::bytes_of;
use super::{Decimal, Kind, Member, Span};

/// Are these two texts, both one whole JSON value, the same value? Texts that are no JSON equal nothing.
pub(crate) fn same_value(one: &str, other: &str) -> bool {
    match (whole(one), whole(other)) {
        (Some(member), Some(twin)) => same(one, &member, other, &twin),
        _ => false,
    }
}

/// A value that fills its text, as a member without a name.
fn whole(text: &str) -> Option<Member> {
    let kind = validate(text).ok()?;
    let trimmed = text.trim_matches([' ', '\t', '\n', '\r']);
    let start = text.len().checked_sub(text.trim_start_matches([' ', '\t', '\n', '\r']).len())?;
    let span = Span::new(start, start.checked_add(trimmed.len())?);
    Some(Member::unnamed(span, kind, true)) // nobody looked for escapes
}

fn same(text: &str, one: &Member, twin_text: &str, twin: &Member) -> bool {
    let (value, twin_value) = (one.value.of(text), twin.value.of(twin_text));
    if one.kind != twin.kind {
        return false;
    }
    match one.kind {
        Kind::Null | Kind::False | Kind::True => true,
        Kind::Number => Decimal::parse(value).same_value(&Decimal::parse(twin_value)),
        Kind::String => bytes_of(value).eq(bytes_of(twin_value)),
        Kind::Array => {
            let (mut all, mut twins) = (elements(value), elements(twin_value));
            loop {
                match (all.next(), twins.next()) {
                    (None, None) => break true,
                    (Some(one), Some(twin)) if same(value, &one, twin_value, &twin) => {}
                    _ => break false,
                }
            }
        }
        Kind::Object => pairs(members(value), members(twin_value), |all, twins| {
            all.iter().all(|one| {
                let name = one.raw_name(value);
                twins.iter().any(|twin| {
                    bytes_of(name).eq(bytes_of(twin.raw_name(twin_value)))
                        && same(value, one, twin_value, twin)
                })
            })
        }),
    }
}

/// Both readable and of one length, and `agree` on what they hold. Names are unique in an object, so
/// as many members, each with a twin, are the same members.
fn pairs<E>(
    one: Result<Vec<Member>, E>,
    other: Result<Vec<Member>, E>,
    agree: impl Fn(&[Member], &[Member]) -> bool,
) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => one.len() == other.len() && agree(&one, &other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::same_value;

    #[test]
    fn compares_values_and_not_spellings() {
        for (one, other) in [
            ("5", "50e-1"),
            (" \"caf\\u00e9\" ", "\"café\""),
            ("[1,[true,null]]", "[1.0, [ true , null ] ]"),
            (r#"{"a":1,"b":{"c":[]}}"#, r#"{"b":{"c":[]},"\u0061":1e0}"#),
            ("{}", " { } "),
        ] {
            assert!(same_value(one, other) && same_value(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("5", "\"5\""),
            ("[1,2]", "[2,1]"),
            ("[1]", "1"),
            ("{\"a\":1}", "{\"a\":1,\"b\":1}"),
            ("{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}"),
            ("null", "false"),
            ("nope", "nope"),
        ] {
            assert!(!same_value(one, other) && !same_value(other, one), "{one} {other}");
        }
    }
}

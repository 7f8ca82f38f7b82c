//! A rule as a JSON object: exactly these members, or it is refused. A rule that is half understood
//! would refuse fewer tokens than its author meant.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::string::String;

use der::DateTime;

use super::rule::{Cutoff, Except, Kind as RuleKind, Rule, Until};
use super::target::Target;
use super::target_json;
use crate::error::ConfigError;
use crate::json::{self, Decimal, Kind, Member, Rounding, unescape};

const MEMBERS: [&str; 11] = [
    "rule",
    "target",
    "at",
    "except",
    "skew_guard",
    "until",
    "on",
    "version",
    "id",
    "reason",
    "raw_at",
];

/// A rule that somebody wants to apply.
pub(super) fn read(text: &str) -> Result<Rule, ConfigError> {
    read_with(text, &["at", "except", "skew_guard"])
}

/// A rule of a state that was written: it may carry what was asked for before `apply` brought it down.
pub(super) fn read_kept(text: &str) -> Result<Rule, ConfigError> {
    let rule = read_with(text, &["at", "except", "skew_guard", "raw_at"])?;
    rule.check()?;
    Ok(rule)
}

fn read_with(text: &str, cutoff: &[&str]) -> Result<Rule, ConfigError> {
    let members = json::members(text).map_err(|fault| ConfigError::json("rule", fault))?;
    let read = Reader { text, members: &members };
    let (kind, allowed): (_, &[&str]) = match &*read.string("rule")?.unwrap_or_default() {
        "issued_before" => (RuleKind::IssuedBefore(read.cutoff()?), cutoff),
        "authenticated_before" => (RuleKind::AuthenticatedBefore(read.cutoff()?), cutoff),
        "revoked" => (RuleKind::Revoked { until: read.until()? }, &["until"]),
        "suspended" => {
            (RuleKind::Suspended { on: read.on()?, version: read.version()? }, &["on", "version"])
        }
        _ => {
            let expected =
                "`rule` must be `issued_before`, `authenticated_before`, `revoked` or `suspended`";
            return Err(read.wrong("rule", expected));
        }
    };
    for member in &members {
        let common = ["rule", "target", "id", "reason"];
        let is = |name: &&str| member.is_named(text, name);
        if !common.iter().any(is) && !allowed.iter().any(is) {
            let known = MEMBERS.iter().any(is);
            let expected =
                if known { "this kind of rule has no such member" } else { "unknown member" };
            return Err(ConfigError::expected("rule", member.value.start(), expected));
        }
    }
    let mut rule = Rule::new(read.target()?, kind);
    rule.id = read.string("id")?.map(|id| Box::from(&*id));
    rule.reason = read.string("reason")?.map(|reason| Box::from(&*reason));
    Ok(rule)
}

struct Reader<'t> {
    text: &'t str,
    members: &'t [Member],
}

impl<'t> Reader<'t> {
    fn member(&self, name: &str) -> Option<&'t Member> {
        self.members.iter().find(|member| member.is_named(self.text, name))
    }

    /// The value of a member says something else than `expected`.
    fn wrong(&self, name: &str, expected: impl Into<String>) -> ConfigError {
        let position = self.member(name).map_or(0, |member| member.value.start());
        ConfigError::expected("rule", position, expected)
    }

    fn needed(&self, name: &str) -> Result<&'t Member, ConfigError> {
        let missing = || ConfigError::expected("rule", 0, alloc::format!("`{name}` is missing"));
        self.member(name).ok_or_else(missing)
    }

    fn string(&self, name: &str) -> Result<Option<Cow<'t, str>>, ConfigError> {
        match self.member(name) {
            None => Ok(None),
            Some(member) if member.kind == Kind::String => Ok(Some(member.letters(self.text))),
            Some(_) => Err(self.wrong(name, alloc::format!("`{name}` must be a string"))),
        }
    }

    /// An integer is a whole second; a decimal (also `.0`) or an RFC 3339 time with a fraction is exact
    /// to the millisecond. Gives milliseconds and resolution.
    fn time(&self, name: &'static str) -> Result<(i64, i64), ConfigError> {
        let member = self.needed(name)?;
        let value = member.value.of(self.text);
        let (millis, whole) = match member.kind {
            Kind::Number => {
                let decimal = Decimal::parse(value);
                (decimal.time(Rounding::Up), decimal.is_whole_as_written())
            }
            Kind::String => {
                let text = unescape(value);
                (rfc3339_millis(&text), !text.contains('.'))
            }
            _ => (None, true),
        };
        let millis = millis.ok_or_else(|| {
            let word = if name == "until" { ", or `never`" } else { "" };
            let expected = alloc::format!(
                "`{name}` must be seconds from 0 to 253402300799 (no milliseconds), or an RFC 3339 time of those years{word}"
            );
            self.wrong(name, expected)
        })?;
        Ok((millis, if whole { 1000 } else { 0 }))
    }

    fn cutoff(&self) -> Result<Cutoff, ConfigError> {
        let (at, own_resolution) = self.time("at")?;
        // A second that was brought down to an instant is still as coarse as it was.
        let raw = self.member("raw_at").map(|_| self.time("raw_at")).transpose()?;
        let resolution = raw.map_or(own_resolution, |(_, resolution)| resolution);
        let raw_at = raw.map(|(raw_at, _)| raw_at);
        let skew_guard = match self.member("skew_guard") {
            None => 0,
            Some(member) => {
                let number = member.kind == Kind::Number;
                let span =
                    number.then(|| Decimal::parse(member.value.of(self.text)).span()).flatten();
                let expected = "`skew_guard` must be 0 to 300 seconds, at most three decimals";
                span.ok_or_else(|| self.wrong("skew_guard", expected))?
            }
        };
        Ok(Cutoff { at, resolution, skew_guard, except: self.except()?, raw_at })
    }

    fn except(&self) -> Result<Except, ConfigError> {
        let mut except = Except::default();
        let Some(member) = self.member("except") else {
            return Ok(except);
        };
        let wrong = || {
            let expected =
                "`except` must be an object of `session` and `token_id`, arrays of strings";
            self.wrong("except", expected)
        };
        let text = member.value.of(self.text);
        if member.kind != Kind::Object {
            return Err(wrong());
        }
        for member in json::members(text).map_err(|_| wrong())? {
            let ids = strings(text, &member).ok_or_else(wrong)?;
            if member.is_named(text, "session") {
                except.sessions = ids;
            } else if member.is_named(text, "token_id") {
                except.token_ids = ids;
            } else {
                return Err(wrong());
            }
        }
        Ok(except)
    }

    fn until(&self) -> Result<Until, ConfigError> {
        if self.string("until").is_ok_and(|until| until.as_deref() == Some("never")) {
            return Ok(Until::Never);
        }
        self.time("until").map(|(millis, _)| Until::Time(crate::UnixTime::from_millis(millis)))
    }

    fn on(&self) -> Result<bool, ConfigError> {
        match self.needed("on")?.kind {
            Kind::True => Ok(true),
            Kind::False => Ok(false),
            _ => Err(self.wrong("on", "`on` must be true or false")),
        }
    }

    fn version(&self) -> Result<u64, ConfigError> {
        let member = self.needed("version")?;
        let number = member.kind == Kind::Number;
        let integer =
            number.then(|| Decimal::parse(member.value.of(self.text)).integer()).flatten();
        let version = integer.and_then(|integer| u64::try_from(integer).ok());
        version
            .ok_or_else(|| self.wrong("version", "`version` must be an integer from 0 to 2^53 - 1"))
    }

    fn target(&self) -> Result<Target, ConfigError> {
        let member = self.needed("target")?;
        let text = member.value.of(self.text);
        let wrong =
            |expected: String| ConfigError::expected("rule", member.value.start(), expected);
        if member.kind != Kind::Object {
            return Err(wrong("`target` must be an object".into()));
        }
        let members =
            json::members(text).map_err(|_| wrong("`target` must be an object".into()))?;
        target_json::read(text, &members).map_err(wrong)
    }
}

fn strings(text: &str, member: &Member) -> Option<BTreeSet<Box<str>>> {
    if member.kind != Kind::Array {
        return None;
    }
    let list = member.value.of(text);
    let string = |element: Member| {
        let text = (element.kind == Kind::String).then(|| element.value.of(list))?;
        Some(Box::from(&*unescape(text)))
    };
    json::elements(list).map(string).collect()
}

/// An RFC 3339 time in milliseconds, finer digits rounded up.
///
/// The calendar is that of the DER library (leap years, lengths of months, the years 1970 to 9999);
/// here are only the fraction and the offset, which DER does not have. A leap second (`:60`) is
/// refused: POSIX time has none.
fn rfc3339_millis(text: &str) -> Option<i64> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let bytes = date_time.as_bytes();
    let shape = bytes.iter().zip(b"0000-00-00T00:00:00").all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't'),
        _ => byte == form,
    });
    let number = |from: usize, to: usize| date_time.get(from..to)?.parse::<u16>().ok();
    let short = |from: usize, to: usize| u8::try_from(number(from, to)?).ok();
    let calendar = DateTime::new(
        number(0, 4).filter(|_| shape)?,
        short(5, 7)?,
        short(8, 10)?,
        short(11, 13)?,
        short(14, 16)?,
        short(17, 19)?,
    )
    .ok()?;
    let (fraction, offset) = match rest.strip_prefix('.') {
        None => ("0", rest),
        Some(rest) => rest.split_at_checked(rest.bytes().take_while(u8::is_ascii_digit).count())?,
    };
    if fraction.is_empty() {
        return None;
    }
    let millis = Decimal::parse(&alloc::format!("0.{fraction}")).time(Rounding::Up)?;
    let minutes = match offset.as_bytes() {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let part = |from: usize, to: usize, below: i64| {
                let digits =
                    offset.get(from..to).filter(|two| two.bytes().all(|d| d.is_ascii_digit()))?;
                digits.parse::<i64>().ok().filter(|value| *value < below)
            };
            let minutes = part(1, 3, 24)?.saturating_mul(60).saturating_add(part(4, 6, 60)?);
            if *sign == b'-' { minutes.saturating_neg() } else { minutes }
        }
        _ => return None,
    };
    let seconds = i64::try_from(calendar.unix_duration().as_secs()).ok()?;
    let at = seconds
        .saturating_sub(minutes.saturating_mul(60))
        .saturating_mul(1000)
        .saturating_add(millis);
    (0..=crate::time::LAST_MILLIS).contains(&at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rfc_3339_and_nothing_like_it() {
        for (text, millis) in [
            ("2023-11-14T22:13:20Z", 1_700_000_000_000),
            ("2023-11-14t22:13:20z", 1_700_000_000_000),
            ("2023-11-14T22:13:20.4Z", 1_700_000_000_400),
            ("2023-11-14T23:13:20.00+01:00", 1_700_000_000_000),
            ("2023-11-14T22:13:20-00:00", 1_700_000_000_000),
            ("2023-11-14T22:13:19.9999Z", 1_700_000_000_000),
            ("1970-01-01T00:00:00Z", 0),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ] {
            assert_eq!(rfc3339_millis(text), Some(millis), "{text}");
        }
        for text in [
            "",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-11-14 22:13:20Z",
            "2023-13-14T22:13:20Z",
            "2023-02-29T00:00:00Z",
            "2023-11-14T24:00:00Z",
            "2023-11-14T22:60:00Z",
            "2016-12-31T23:59:60Z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20+0100",
            "2023-11-14T22:13:20+24:00",
            "2023-11-14T22:13:20+1:000",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "+023-11-14T22:13:20Z",
            "2023-11-14T22:13:20,5Z",
            "2023-11-14T22:13:20Zx",
            "9999-12-31T23:59:59.001Z",
        ] {
            assert_eq!(rfc3339_millis(text), None, "{text}");
        }
    }

    #[test]
    fn members_of_another_kind_are_refused() {
        for text in [
            r#"{"rule":"suspended","target":{"subject":"u"},"on":true,"version":1,"at":5}"#,
            r#"{"rule":"revoked","target":{"subject":"u"},"until":5,"except":{}}"#,
            r#"{"rule":"issued_before","target":{"subject":"u"},"at":5,"raw_at":6}"#,
            r#"{"rule":"issued_before","target":{"subject":"u"},"at":5,"At":6}"#,
            r#"{"rule":"issued_before","target":{"subject":"u"},"at":5,"at":5}"#,
            r#"{"rule":"issued_before","target":{"subject":5},"at":5}"#,
            r#"{"rule":"suspended","target":{"subject":"u"},"on":true,"version":1.5}"#,
            r#"{"rule":"suspended","target":{"subject":"u"},"on":true,"version":-1}"#,
        ] {
            assert!(Rule::from_json(text).is_err(), "{text}");
        }
    }
}

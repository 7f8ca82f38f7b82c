//! A whole state as text: one JSON object a line (JSON Lines), exact, for people, files and pipes.
//!
//! The first line carries what is no rule:
//! `{"state":{"floor":1699913540,"pruned_at":1700000000,"lines":2,"checksum":"5f0c6e1b2a3d4907"}}`; then
//! one line for each lifted id, `{"lift":"r-17"}`; then one for each rule, as [`Rule::to_json`] writes
//! it. Times are seconds. `lines` says how many follow and `checksum` what they say, so that a file that
//! was cut off or changed is noticed; who changes it on purpose takes both out. A state that is written and read back decides the same.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::horizon::Horizon;
use super::load::LoadError;
use super::rule::Rule;
use super::rule_json;
use super::snapshot::public_key;
use super::state::Cutoffs;
use crate::error::ConfigError;
use crate::json::{self, Decimal, Kind, unescape};
use crate::policy::MAX_LEEWAY;
use crate::time::{LAST_MILLIS, Seconds, UnixTime};

impl Cutoffs {
    /// Writes the whole state as JSON Lines: equal states give equal text.
    ///
    /// ```
    /// # use lowwater::{Cutoffs, Rule, Target, UnixTime};
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let mut cutoffs = Cutoffs::local();
    /// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now).with_id("r-17"), now)?;
    /// let text = cutoffs.to_json_lines();
    /// assert!(text.ends_with(
    ///     "{\"rule\":\"issued_before\",\"target\":{\"subject\":\"u1\"},\"at\":1700000000.000,\"id\":\"r-17\"}\n"
    /// ));
    /// let mut copy = Cutoffs::local();
    /// assert_eq!(copy.load_json_lines(&text)?, 1);
    /// assert_eq!(copy.to_json_lines(), text);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        let mut text = String::new();
        for id in self.lifted.keys() {
            text.push_str(&format!("{{\"lift\":{}}}\n", json::quoted(id)));
        }
        self.each_record(|shape, record| {
            if let Some(rule) = record.view().rule(shape) {
                text.push_str(&rule.to_json());
                text.push('\n');
            }
        });
        let first = format!("{{\"state\":{}}}\n", State::of(self, &text).to_json());
        text.insert_str(0, &first);
        text
    }

    /// Reads a state back and takes it in; tells how many rules it held. All or nothing.
    ///
    /// Reading is no load: the age of the rules is that which the text tells, and cutoffs are not
    /// brought down to the present, so a device whose clock stands at 1970 reads what it is given.
    ///
    /// # Errors
    /// The first line that is not exactly a line of a state; other lines than the first says were written
    /// (take `lines` and `checksum` out of it after a change by hand); a sequence number lower than what
    /// is held; no room.
    pub fn load_json_lines(&mut self, text: &str) -> Result<usize, LoadError> {
        let mut lines = text.lines().zip(1_usize..);
        if text.is_empty() {
            // No state without rules: a state that was lost.
            return Err(LoadError::NotWhole { lines: 0 });
        }
        let first = lines.next().map(|(line, _)| line).unwrap_or_default();
        let state = State::read(first).map_err(|mistake| LoadError::line(1, mistake))?;
        let (mut read, mut rules, mut last) = (self.reader(), 0_usize, 1);
        let mut lifted = Vec::new();
        for (line, number) in lines {
            match Line::read(line).map_err(|mistake| LoadError::line(number, mistake))? {
                Line::Lift(id) => lifted.push((Box::from(id), state.sequence)),
                Line::Rule(rule) => {
                    read.insert(&rule, state.sequence);
                    rules = rules.saturating_add(1);
                }
            }
            last = number;
        }
        if state.lines.is_some_and(|lines| lines.saturating_add(1) != last) {
            return Err(LoadError::NotWhole { lines: last });
        }
        let behind = text.split_once('\n').map(|(_, behind)| behind).unwrap_or_default();
        if state.checksum.is_some_and(|written| written != checksum(behind)) {
            return Err(LoadError::Changed);
        }
        read.lifted = Arc::new(lifted.into_iter().collect());
        read.horizon = state.horizon;
        self.not_older(state.sequence)?;
        self.take_in(read, state.sequence)?;
        self.came_back(state.sequence, 0);
        if let Some(as_of) = state.loaded {
            self.source.read_back(as_of);
        }
        Ok(rules)
    }
}

/// What one line after the first says.
pub(super) enum Line {
    Lift(String),
    Rule(Box<Rule>),
}

impl Line {
    pub(super) fn read(text: &str) -> Result<Self, ConfigError> {
        let members = json::members(text).map_err(|fault| ConfigError::json("rule", fault))?;
        match members.as_slice() {
            [only] if only.is_named(text, "lift") && only.kind == Kind::String => {
                Ok(Self::Lift(only.letters(text).into_owned()))
            }
            _ => Ok(Self::Rule(rule_json::read_kept(text)?.into())),
        }
    }
}

/// The first line: what is no rule.
struct State {
    horizon: Horizon,
    loaded: Option<UnixTime>,
    sequence: u64,
    /// How many lines follow. A state that people wrote may leave it out.
    lines: Option<usize>,
    /// Of all that follows; as well.
    checksum: Option<u64>,
}

/// What notices that a character was changed: SipHash-1-3 with a key of zeros.
fn checksum(lines: &str) -> u64 {
    public_key().bytes(lines.trim_end_matches('\n').as_bytes())
}

impl State {
    fn of(cutoffs: &Cutoffs, lines: &str) -> Self {
        Self {
            horizon: cutoffs.horizon,
            loaded: cutoffs.source.as_of(),
            sequence: cutoffs.sequence,
            lines: Some(cutoffs.len().saturating_add(cutoffs.lifted.len())),
            checksum: Some(checksum(lines)),
        }
    }

    fn to_json(&self) -> String {
        let times = [
            ("floor", self.horizon.floor),
            ("login_floor", self.horizon.login_floor),
            ("leeway", self.horizon.leeway),
            ("pruned_at", self.horizon.pruned_at),
            ("loaded", self.loaded.map(UnixTime::as_millis)),
            ("seen", self.horizon.seen),
        ];
        let known = times.iter().filter_map(|(name, millis)| Some((name, (*millis)?)));
        let mut members: Vec<String> =
            known.map(|(name, millis)| format!("\"{name}\":{}", Seconds(millis))).collect();
        if self.sequence != 0 {
            members.push(format!("\"sequence\":{}", self.sequence));
        }
        members.extend(self.lines.map(|lines| format!("\"lines\":{lines}")));
        members.extend(self.checksum.map(|sum| format!("\"checksum\":\"{sum:016x}\"")));
        format!("{{{}}}", members.join(","))
    }

    fn read(line: &str) -> Result<Self, ConfigError> {
        let members = json::members(line).map_err(|fault| ConfigError::json("state", fault))?;
        let text = match members.as_slice() {
            [only] if only.is_named(line, "state") && only.kind == Kind::Object => {
                only.value.of(line)
            }
            _ => {
                let expected = "the first line of a state is `{\"state\":{..}}`";
                return Err(ConfigError::expected("state", 0, expected));
            }
        };
        let members = json::members(text).map_err(|fault| ConfigError::json("state", fault))?;
        let (mut horizon, mut loaded) = (Horizon::default(), None);
        let (mut sequence, mut lines, mut checksum) = (0, None, None);
        for member in &members {
            let wrong = |expected| ConfigError::expected("state", member.value.start(), expected);
            let decimal =
                (member.kind == Kind::Number).then(|| Decimal::parse(member.value.of(text)));
            let name = unescape(member.raw_name(text));
            let slot = match &*name {
                "floor" => &mut horizon.floor,
                "login_floor" => &mut horizon.login_floor,
                "leeway" => &mut horizon.leeway,
                "pruned_at" => &mut horizon.pruned_at,
                "loaded" => &mut loaded,
                "seen" => &mut horizon.seen,
                "checksum" => {
                    let hex = member.value.of(text);
                    let digits = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
                    let right =
                        member.kind == Kind::String && hex.len() == 16 && hex.bytes().all(digits);
                    let sum = right.then(|| u64::from_str_radix(hex, 16).ok()).flatten();
                    checksum = Some(sum.ok_or_else(|| wrong("expected 16 digits of 0-9 and a-f"))?);
                    continue;
                }
                "sequence" | "lines" => {
                    let count = decimal.and_then(|number| number.integer());
                    let count = count.and_then(|count| u64::try_from(count).ok());
                    let count =
                        count.ok_or_else(|| wrong("expected an integer from 0 to 2^53 - 1"))?;
                    if name == "lines" {
                        lines = usize::try_from(count).ok();
                    } else {
                        sequence = count;
                    }
                    continue;
                }
                _ => {
                    return Err(wrong(
                        "a state has `floor`, `login_floor`, `leeway`, `pruned_at`, `loaded`, `seen`, \
                         `sequence`, `lines`, `checksum`",
                    ));
                }
            };
            let millis = decimal.and_then(|number| number.span());
            let millis = millis.filter(|millis| (0..=LAST_MILLIS).contains(millis));
            let expected = "expected seconds from 0 to 253402300799 with at most three decimals";
            *slot = Some(millis.ok_or_else(|| wrong(expected))?);
            if horizon.leeway.is_some_and(|leeway| leeway > MAX_LEEWAY) {
                return Err(wrong("a policy's leeway is at most 300 seconds"));
            }
        }
        let loaded = loaded.map(UnixTime::from_millis);
        Ok(Self { horizon, loaded, sequence, lines, checksum })
    }
}

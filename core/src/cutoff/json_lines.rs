//! A whole state as text: one JSON object a line (JSON Lines), exact, for people, files and pipes.
//!
//! The first line carries what is no rule: `{"state":{"floor":1699913540,"pruned_at":1700000000}}`; then one
//! line for each lifted id, `{"lift":"r-17"}`; then one for each rule, as [`Rule::to_json`] writes it.
//! Times are seconds. A state that is written and read back decides the same.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use super::horizon::Horizon;
use super::rule::Rule;
use super::rule_json;
use super::state::Cutoffs;
use crate::error::ConfigError;
use crate::json::{self, Decimal, Kind, unescape};
use crate::time::{Seconds, UnixTime};

/// A line of a state cannot be read; nothing was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub mistake: ConfigError,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}; nothing was loaded", self.line, self.mistake)
    }
}

impl core::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.mistake)
    }
}

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
        let mut text = format!("{{\"state\":{}}}\n", state_json(&self.horizon, self.as_of()));
        for id in &self.lifted {
            text.push_str(&format!("{{\"lift\":{}}}\n", rule_json::quoted(id)));
        }
        self.each_rule(|rule| {
            text.push_str(&rule.to_json());
            text.push('\n');
        });
        text
    }

    /// Reads a state back and merges it in; tells how many rules it held. All or nothing.
    ///
    /// Reading is no load: the age of the rules is that which the text tells, and cutoffs are not
    /// brought down to the present, so a device whose clock stands at 1970 reads what it is given.
    ///
    /// # Errors
    /// The first line that is not exactly a line of a state.
    pub fn load_json_lines(&mut self, text: &str) -> Result<usize, LoadError> {
        let mut read = Self::local();
        let (mut as_of, mut rules) = (None, 0_usize);
        for (index, line) in text.lines().enumerate() {
            let wrong = |mistake| LoadError { line: index.saturating_add(1), mistake };
            match Line::read(line, index == 0).map_err(wrong)? {
                Line::Lift(_) | Line::Rule(_) if index == 0 => return Err(wrong(no_state())),
                Line::State(horizon, loaded) => {
                    read.horizon = horizon;
                    as_of = loaded;
                }
                Line::Lift(id) => {
                    read.lift(&id);
                }
                Line::Rule(rule) => {
                    read.hold(*rule);
                    rules = rules.saturating_add(1);
                }
            }
        }
        if text.is_empty() {
            return Err(LoadError { line: 1, mistake: no_state() });
        }
        self.merge(&read);
        if let Some(as_of) = as_of {
            self.read_back(as_of);
        }
        Ok(rules)
    }
}

/// An empty file is no state without rules: it is a state that was lost.
fn no_state() -> ConfigError {
    ConfigError::expected("rule", 0, "the first line of a state is `{\"state\":{..}}`")
}

/// What one line says.
enum Line {
    State(Horizon, Option<UnixTime>),
    Lift(String),
    Rule(alloc::boxed::Box<Rule>),
}

impl Line {
    fn read(text: &str, first: bool) -> Result<Self, ConfigError> {
        let members = json::members(text).map_err(|fault| ConfigError::json("rule", fault))?;
        match members.as_slice() {
            [only] if only.is_named(text, "lift") && only.kind == Kind::String => {
                Ok(Self::Lift(unescape(only.value.of(text)).into_owned()))
            }
            [only] if only.is_named(text, "state") && only.kind == Kind::Object && first => {
                let (horizon, loaded) = read_state(only.value.of(text))?;
                Ok(Self::State(horizon, loaded))
            }
            _ => Ok(Self::Rule(rule_json::read_kept(text)?.into())),
        }
    }
}

fn state_json(horizon: &Horizon, as_of: Option<UnixTime>) -> String {
    let times = [
        ("floor", horizon.floor),
        ("login_floor", horizon.login_floor),
        ("leeway", horizon.leeway),
        ("pruned_at", horizon.pruned_at),
        ("loaded", as_of.map(UnixTime::as_millis)),
        ("seen", horizon.seen),
    ];
    let known = times.iter().filter_map(|(name, millis)| Some((name, (*millis)?)));
    let members: Vec<String> =
        known.map(|(name, millis)| format!("\"{name}\":{}", Seconds(millis))).collect();
    format!("{{{}}}", members.join(","))
}

fn read_state(text: &str) -> Result<(Horizon, Option<UnixTime>), ConfigError> {
    let members = json::members(text).map_err(|fault| ConfigError::json("rule", fault))?;
    let (mut horizon, mut loaded) = (Horizon::default(), None);
    for member in &members {
        let name = unescape(member.raw_name(text)).to_string();
        let number = member.kind == Kind::Number;
        let millis = number.then(|| Decimal::parse(member.value.of(text)).span()).flatten();
        let slot = match name.as_str() {
            "floor" => &mut horizon.floor,
            "login_floor" => &mut horizon.login_floor,
            "leeway" => &mut horizon.leeway,
            "pruned_at" => &mut horizon.pruned_at,
            "loaded" => &mut loaded,
            "seen" => &mut horizon.seen,
            _ => {
                let expected =
                    "a state has `floor`, `login_floor`, `leeway`, `pruned_at`, `loaded`, `seen`";
                return Err(ConfigError::expected("rule", member.value.start, expected));
            }
        };
        let expected = "expected seconds with at most three decimals";
        *slot = Some(
            millis.ok_or_else(|| ConfigError::expected("rule", member.value.start, expected))?,
        );
    }
    Ok((horizon, loaded.map(UnixTime::from_millis)))
}

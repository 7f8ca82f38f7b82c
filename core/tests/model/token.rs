//! A token as plain claims, and its text.

use std::fmt::Write as _;

use lowwater::Algorithm;

use super::dice::Dice;
use super::state::Horizon;
use super::target::{Dimension, Target, Value};
use crate::signing::{AUDIENCE, Signer};

/// A time as it is written: `resolution` is its decimal step, 1000 ms for an integer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub at: i64,
    pub resolution: i64,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    One(Value),
    Many(Vec<Value>),
    /// JSON that equals no value.
    Other(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub issued: Option<Stamp>,
    pub expires: Option<Stamp>,
    pub login: Option<Stamp>,
    pub claims: Vec<(&'static str, Claim)>,
    /// Members of `cnf`.
    pub thumbprints: Vec<(&'static str, &'static str)>,
    /// Which key signed; the header need not tell.
    pub key_id: &'static str,
    pub header: bool,
}

/// How a time is written.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    Whole,
    Tenths,
    Hundredths,
    Millis,
    /// Finer than a millisecond: cut off downward.
    Micros,
    /// Tenths, with an exponent.
    Exponent,
}

impl Stamp {
    pub fn new(millis: i64, form: Form) -> Self {
        let millis = millis.clamp(0, 253_402_300_799_000);
        let (seconds, rest) = (millis / 1000, millis % 1000);
        let (resolution, text) = match form {
            Form::Whole => (1000, seconds.to_string()),
            Form::Tenths => (100, format!("{seconds}.{}", rest / 100)),
            Form::Hundredths => (10, format!("{seconds}.{:02}", rest / 10)),
            Form::Millis => (1, format!("{seconds}.{rest:03}")),
            Form::Micros => (1, format!("{seconds}.{rest:03}999")),
            Form::Exponent => (100, format!("{}e-1", millis / 100)),
        };
        Self { at: millis / resolution * resolution, resolution, text }
    }
}

impl Token {
    pub fn claim(&self, name: &str) -> Option<&Claim> {
        self.claims.iter().find(|(held, _)| *held == name).map(|(_, claim)| claim)
    }

    pub fn text(&self, name: &str) -> Option<&'static str> {
        match self.claim(name) {
            Some(Claim::One(Value::Text(text))) => Some(text),
            _ => None,
        }
    }

    /// A machine's: no `auth_time`, and `client_id` (never `azp`) equal to `sub`.
    pub fn is_machine(&self) -> bool {
        self.login.is_none()
            && self.text("client_id").is_some()
            && self.text("client_id") == self.text("sub")
    }

    /// Lives on after a prune, with a login at the login floor: a person's, or a machine's with its `iat`
    /// there.
    pub fn stand_at(&mut self, horizon: &Horizon, dice: &mut Dice<'_>) {
        let (Some(floor), Some(pruned_at)) = (horizon.login_floor, horizon.pruned_at) else {
            return;
        };
        let at = Stamp::new(floor + dice.pick(&[0, -1, 1]), Form::Millis);
        self.expires = Some(Stamp::new(pruned_at + 5000, Form::Whole));
        if dice.chance(50) {
            (self.issued, self.login) = (Some(at), None);
            let machine = Claim::One(Value::Text("c1"));
            self.claims.retain(|(name, _)| !["sub", "client_id"].contains(name));
            self.claims.extend([("sub", machine.clone()), ("client_id", machine)]);
        } else {
            self.issued = Some(Stamp::new(pruned_at - 1000, Form::Whole));
            self.login = Some(at);
        }
    }

    /// Carries what a target names, but for one of its dimensions.
    pub fn take_on(&mut self, target: &Target, spared: Option<usize>) {
        for (number, (dimension, value)) in target.0.iter().enumerate() {
            let name = match dimension {
                _ if spared == Some(number) => continue,
                Dimension::Issuer => "iss",
                Dimension::Subject => "sub",
                Dimension::Client if self.claim("client_id").is_none() => "azp",
                Dimension::Client => "client_id",
                Dimension::Session => "sid",
                Dimension::TokenId => "jti",
                Dimension::Tenant => "org_id",
                Dimension::Device => "device_id",
                Dimension::Claim(name) => name,
                Dimension::KeyId => continue,
                Dimension::Confirmation => {
                    if let Value::Text(text) = value {
                        self.thumbprints = vec![("jkt", text)];
                    }
                    continue;
                }
            };
            let claim = match self.claim(name) {
                Some(Claim::Many(held)) => {
                    Claim::Many(held.iter().copied().chain([*value]).collect())
                }
                _ => Claim::One(*value),
            };
            self.claims.retain(|(held, _)| *held != name);
            self.claims.push((name, claim));
        }
    }

    fn json(&self) -> String {
        let mut text = format!("{{\"aud\":{AUDIENCE:?}");
        for (name, time) in
            [("iat", &self.issued), ("exp", &self.expires), ("auth_time", &self.login)]
        {
            if let Some(time) = time {
                write!(text, ",{name:?}:{}", time.text).unwrap();
            }
        }
        for (name, claim) in &self.claims {
            write!(text, ",{name:?}:").unwrap();
            match claim {
                Claim::One(value) => write_value(&mut text, *value),
                Claim::Other(json) => text.push_str(json),
                Claim::Many(values) => {
                    text.push('[');
                    for (number, value) in values.iter().enumerate() {
                        if number > 0 {
                            text.push(',');
                        }
                        write_value(&mut text, *value);
                    }
                    text.push(']');
                }
            }
        }
        if !self.thumbprints.is_empty() {
            let one = |(name, value): &(&str, &str)| format!("{name:?}:{value:?}");
            let all: Vec<String> = self.thumbprints.iter().map(one).collect();
            write!(text, ",\"cnf\":{{{}}}", all.join(",")).unwrap();
        }
        text.push('}');
        text
    }

    pub fn sign(&self) -> String {
        let header = if self.header {
            format!(r#"{{"alg":"HS256","kid":{:?},"typ":"at+jwt"}}"#, self.key_id)
        } else {
            String::from(r#"{"alg":"HS256"}"#)
        };
        Signer::Secret.sign(Algorithm::Hs256, &header, self.json().as_bytes())
    }
}

fn write_value(text: &mut String, value: Value) {
    match value {
        Value::Text(value) => write!(text, "{value:?}"),
        Value::Integer(value) => write!(text, "{value}"),
        Value::Boolean(value) => write!(text, "{value}"),
    }
    .unwrap();
}

//! Two JSON values, each spelled in one of the ways there are: the policy takes them for equal where they are.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};
use lowwater::{Code, NoCutoffs, Policy, Validator};

use crate::given::{TRUSTING_KEYS, now};
use crate::made::Choices;
use crate::signing::{NOW, encode};

/// What a text says, however it says it.
#[derive(Clone, PartialEq)]
enum Value {
    Null,
    Bool(bool),
    /// Thousandths.
    Number(i32),
    Text(&'static str),
    Array(Vec<Value>),
    Object(BTreeMap<&'static str, Value>),
}

const TEXTS: [&str; 5] = ["", "a", "\u{e9}", "\"\\", "\u{1f600}"];

impl Value {
    fn take(from: &mut Choices<'_>, depth: u8) -> Result<Self> {
        Ok(match from.int_in_range(0..=if depth == 0 { 4 } else { 7 })? {
            0 => Self::Null,
            1 => Self::Bool(from.arbitrary()?),
            2 => Self::Number(from.int_in_range(-2..=2)? * 500),
            3 => Self::Number(from.arbitrary()?),
            4 => Self::Text(from.choose(&TEXTS)?),
            5 => {
                let count = from.int_in_range(0..=3)?;
                Self::Array((0..count).map(|_| Self::take(from, depth - 1)).collect::<Result<_>>()?)
            }
            _ => {
                let mut members = BTreeMap::new();
                for _ in 0..from.int_in_range(0..=3)? {
                    members.insert(*from.choose(&TEXTS)?, Self::take(from, depth - 1)?);
                }
                Self::Object(members)
            }
        })
    }

    /// One member another, or one more; sometimes nothing changes.
    fn alter(&mut self, from: &mut Choices<'_>) -> Result<()> {
        match self {
            Self::Array(all) if !all.is_empty() => {
                let place = from.choose_index(all.len())?;
                all[place].alter(from)
            }
            Self::Object(all) if !all.is_empty() && from.arbitrary()? => {
                let place = from.choose_index(all.len())?;
                all.values_mut().nth(place).map_or(Ok(()), |value| value.alter(from))
            }
            other => {
                *other = Self::take(from, 1)?;
                Ok(())
            }
        }
    }

    fn spell(&self, from: &mut Choices<'_>) -> Result<String> {
        Ok(match self {
            Self::Null => "null".into(),
            Self::Bool(value) => value.to_string(),
            Self::Number(thousandths) => number(*thousandths, from)?,
            Self::Text(text) => spelled_text(text, from)?,
            Self::Array(all) => {
                let all: Vec<_> = all.iter().map(|one| one.spell(from)).collect::<Result<_>>()?;
                format!("[{}]", all.join(" , "))
            }
            Self::Object(all) => {
                let one = |(name, value): (&&'static str, &Self)| {
                    Ok(format!("{}:{}", spelled_text(name, from)?, value.spell(from)?))
                };
                let mut all: Vec<_> = all.iter().map(one).collect::<Result<_>>()?;
                if !all.is_empty() {
                    let start = from.choose_index(all.len())?;
                    all.rotate_left(start);
                }
                format!("{{ {} }}", all.join(","))
            }
        })
    }
}

fn number(thousandths: i32, from: &mut Choices<'_>) -> Result<String> {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, part) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
    Ok(match from.int_in_range(0..=4)? {
        0 if part == 0 => format!("{sign}{whole}"),
        1 => format!("{sign}{whole}.{part:03}000"),
        2 => format!("{thousandths}e-3"),
        3 if thousandths != 0 => format!("{thousandths}0.0E-0004"),
        _ if thousandths == 0 => "-0".into(),
        _ => format!("{sign}{whole}.{part:03}e+0"),
    })
}

fn spelled_text(text: &str, from: &mut Choices<'_>) -> Result<String> {
    let escaped = from.arbitrary::<bool>()?;
    let body = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    Ok(if escaped { format!("\"{body}\"") } else { serde_json::to_string(text).expect("a text") })
}

fn ask(data: &[u8]) -> Result<()> {
    let from = &mut Unstructured::new(data);
    let wanted = Value::take(from, 3)?;
    let mut found = wanted.clone();
    if from.arbitrary()? {
        found.alter(from)?;
    }
    let policy = format!(
        r#"{{"issuer":"any","audience":"any","algorithms":["HS256"],"claim_equals":{{"a":{}}}}}"#,
        wanted.spell(from)?
    );
    let policy = Policy::from_json(&policy).expect("a policy");
    let said = found.spell(from)?;
    let payload = format!(r#"{{"iat":{NOW},"exp":{},"a":{said}}}"#, NOW + 60);
    let token = format!("{}.{}.{}", encode(r#"{"alg":"HS256"}"#), encode(payload), encode("s"));
    let validator = Validator::new(policy, TRUSTING_KEYS.clone());
    let decided = validator.validate(&token, &NoCutoffs, now()).map(drop);
    match decided.map_err(|no| no.code()) {
        Ok(()) => assert!(wanted == found, "taken for equal: {said}"),
        Err(Code::ClaimMismatch) => assert!(wanted != found, "taken for unequal: {said}"),
        Err(other) => panic!("{other}: {said}"),
    }
    Ok(())
}

pub fn run(data: &[u8]) {
    // Too few bytes for all choices: nothing left to try.
    let _ = ask(data);
}

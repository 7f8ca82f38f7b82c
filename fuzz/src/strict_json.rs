//! What is strict JSON, told by another parser: serde_json, asked level by level for what it lets pass
//! (a name that stands twice, nesting without end).

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The library's own bound.
const MAX_DEPTH: usize = 32;

/// The members of an object, in order and with those that stand twice.
pub struct Members<'t>(pub Vec<(String, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'t> Visitor<'t> for All {
            type Value = Members<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Members<'t>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

impl<'t> Members<'t> {
    pub fn get(&self, name: &str) -> Option<&'t str> {
        self.0.iter().find(|(held, _)| held == name).map(|(_, value)| value.get())
    }
}

/// The members of a text that is one strict object.
pub fn object(text: &str) -> Option<Members<'_>> {
    let members = serde_json::from_str(text).ok()?;
    is_strict(text, 1).then_some(members)
}

fn is_strict(text: &str, depth: usize) -> bool {
    let all = |mut values: std::slice::Iter<'_, &RawValue>| {
        depth <= MAX_DEPTH && values.all(|value| is_strict(value.get(), depth + 1))
    };
    match text.trim_start_matches([' ', '\t', '\n', '\r']).as_bytes().first() {
        Some(b'{') => serde_json::from_str(text).is_ok_and(|Members(members)| {
            let mut names = HashSet::new();
            let values: Vec<_> = members.iter().map(|(_, value)| *value).collect();
            members.iter().all(|(name, _)| names.insert(name)) && all(values.iter())
        }),
        Some(b'[') => {
            serde_json::from_str::<Vec<&RawValue>>(text).is_ok_and(|values| all(values.iter()))
        }
        Some(b'"') => serde_json::from_str::<String>(text).is_ok(),
        _ => serde_json::from_str::<&RawValue>(text).is_ok(),
    }
}

//! `tests/rule.schema.json` says of a rule what the library says of it: in the vectors, in what the
//! library writes, and of texts that are a little wrong.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test: a panic is how it fails"
)]
mod mutations;
mod vectors;
mod written;

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use lowwater::{BadLines, Cutoffs, LoadError, Rule, UnixTime};
use serde_json::Value;

/// A JSON form that the library reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// One rule.
    Rule,
    /// A line of a file of rules that somebody wants to apply.
    RulesLine,
    /// The first line of a written state.
    FirstLine,
    /// A line after that.
    StateLine,
}

impl Form {
    const ALL: [Self; 4] = [Self::Rule, Self::RulesLine, Self::FirstLine, Self::StateLine];

    /// Where the schema describes it. The schema as a whole describes one rule.
    const fn place(self) -> &'static str {
        match self {
            Self::Rule => "#/$defs/rule",
            Self::RulesLine => "#/$defs/rules_line",
            Self::FirstLine => "#/$defs/state_first_line",
            Self::StateLine => "#/$defs/state_line",
        }
    }

    /// Does the library read the text?
    fn is_read(self, text: &str) -> bool {
        let mut cutoffs = Cutoffs::local();
        match self {
            Self::Rule => Rule::from_json(text).is_ok(),
            Self::RulesLine => {
                let now = UnixTime::from_secs(1_700_000_000);
                cutoffs.apply_json_lines(text, now, BadLines::Refuse).is_ok()
            }
            Self::FirstLine => cutoffs.load_json_lines(text).err().is_none_or(|e| ends_early(&e)),
            Self::StateLine => {
                cutoffs.load_json_lines(&format!("{{\"state\":{{}}}}\n{text}")).is_ok()
            }
        }
    }
}

/// The line itself was read: it says that more lines follow than do.
fn ends_early(error: &LoadError) -> bool {
    matches!(error, LoadError::NotWhole { .. } | LoadError::Changed)
}

/// The schema, compiled once for each form.
struct Schema([(Form, Validator); 4]);

impl Schema {
    fn read() -> Self {
        let text = std::fs::read_to_string(tests_folder().join("rule.schema.json"));
        let schema: Value =
            serde_json::from_str(&text.expect("the schema is there")).expect("and is JSON");
        assert_eq!(schema["$ref"], Form::Rule.place(), "the schema as a whole is that of a rule");
        Self(Form::ALL.map(|form| {
            let mut schema = schema.clone();
            schema["$ref"] = form.place().into();
            (form, jsonschema::draft202012::new(&schema).expect("a schema of draft 2020-12"))
        }))
    }

    /// What is no JSON to a reader whose numbers are floats is refused as well.
    fn takes(&self, form: Form, text: &str) -> bool {
        let of_form = self.0.iter().find(|(own, _)| *own == form);
        let (_, validator) = of_form.expect("every form has a validator");
        serde_json::from_str(text).is_ok_and(|value: Value| validator.is_valid(&value))
    }
}

/// `tests` of this workspace.
fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

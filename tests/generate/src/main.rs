//! Writes the vectors: `cargo run -p lowwater-generate [FOLDER]`.
//!
//! Keys and times are fixed and signatures are deterministic, so that the same source gives the same
//! bytes. What a vector expects is written here by hand, from the design; nothing asks the library.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    reason = "a tool with fixed input: what is wrong in it ends the run, and its writer mends it"
)]
mod codes;
mod format;
mod json_faults;
mod keys;
mod message;
mod payload;
mod response;
mod sign;
mod topics;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use format::Topic;

/// `tests` of this workspace.
fn default_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What the crate `intake` reads beside tokens. The runners of other languages know tokens and rules.
const INTAKE: [&str; 5] =
    ["events.json", "introspection.json", "logout.json", "revocation.json", "status.json"];

/// In which folder a file stands.
fn placed(folder: &Path, name: &str) -> PathBuf {
    folder.join(if INTAKE.contains(&name) { "intake" } else { "vectors" }).join(name)
}

/// Every topic with the name of its file. Ids are unique over all of them.
fn all() -> Vec<(&'static str, Topic)> {
    let topics = topics::all();
    let mut seen = BTreeSet::new();
    for id in topics.iter().flat_map(|(_, topic)| topic.ids()) {
        assert!(seen.insert(id.to_owned()), "the id {id} is used twice");
    }
    topics
}

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(default_folder, PathBuf::from);
    for part in ["vectors", "intake"] {
        std::fs::create_dir_all(folder.join(part))?;
    }
    for (name, topic) in all() {
        std::fs::write(placed(&folder, name), topic.to_json())?;
        println!("{name}: {} vectors", topic.ids().count());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of the repository, or a Rust path, that a row of the table names in place of vectors.
    fn is_code(word: &str) -> bool {
        if let Some(file) = word.split("::").next().filter(|file| file.contains('/')) {
            assert!(default_folder().join("..").join(file).exists(), "{file} does not exist");
        }
        word.contains('/') || word.contains("::")
    }

    #[test]
    fn the_folder_holds_what_is_written() {
        for (name, topic) in all() {
            let held = std::fs::read_to_string(placed(&default_folder(), name)).expect(name);
            assert!(held == topic.to_json(), "{name} is out of date: run the generator");
        }
    }

    #[test]
    fn every_code_has_a_vector() {
        let expected: BTreeSet<_> = all().iter().flat_map(|(_, topic)| topic.codes()).collect();
        for (code, ..) in codes::CODES {
            assert!(expected.contains(*code), "no vector expects {code}");
        }
    }

    #[test]
    fn the_table_names_vectors_that_exist_and_every_line() {
        let readme = std::fs::read_to_string(default_folder().join("README.md")).expect("README");
        let topics = all();
        let ids: Vec<_> = topics.iter().flat_map(|(_, topic)| topic.ids()).collect();
        let flags: BTreeSet<_> = topics.iter().flat_map(|(_, topic)| topic.flags()).collect();
        let mut rows = 0;
        for row in readme.lines().filter(|line| line.starts_with("| vuln-")) {
            rows += 1;
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let owner = *cells.get(3).expect("three columns");
            for word in owner.split('`').skip(1).step_by(2).filter(|word| !is_code(word)) {
                let prefix = word.trim_end_matches('*');
                assert!(ids.iter().any(|id| id.starts_with(prefix)), "{row}: no vector {word}");
                let flag = *cells.get(1).expect("three columns");
                assert!(flags.contains(flag), "{row}: no vector has the flag");
            }
        }
        assert_eq!(rows, 37);
    }
}

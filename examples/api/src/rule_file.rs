//! The file of rules: a state as JSON Lines, read as a whole at start, and appended to afterwards.
//!
//! Its first line is `{"state":{}}`, without a count or a checksum, for rules are added. Each other line is a
//! rule as it was applied: a time ahead of the clock stands there brought down, so that reading it back
//! decides the same. A line is whole when its line feed is in the file; none is acknowledged before.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::str;

use fs4::{FileExt, TryLockError};
use lowwater::Cutoffs;
use serde_json::Value;

/// A file of rules, open for more of them.
#[derive(Debug)]
pub(crate) struct RuleFile {
    /// Locked, so that nobody else moves its end, where this one stands.
    file: File,
    /// Did a write fail? Then nobody knows what the file holds behind the last line that was kept.
    broken: bool,
}

/// What a file held at start.
#[derive(Debug)]
pub(crate) struct Opened {
    /// For more rules.
    pub(crate) file: RuleFile,
    /// Those that it held.
    pub(crate) rules: Cutoffs,
    /// The bytes of an incomplete last line, which were cut off.
    pub(crate) cut_off: usize,
}

impl RuleFile {
    /// Reads all rules, and locks the file for this process.
    ///
    /// It must exist: an empty state in place of one that was mislaid would refuse nobody. What was being
    /// written when a process or the power ended is a last line without an end, and was not acknowledged: it
    /// is cut off. Without its line feed alone, it is a rule, and stays. Anything else that cannot be read is
    /// an error.
    pub(crate) fn open(path: &Path) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        match FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err("another process adds rules to it".into()),
            Err(TryLockError::Error(fault)) => return Err(fault.into()),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (lines, rest) = whole_lines(&bytes);
        let (rules, cut_off) = match (read(&bytes), rest) {
            (Ok(rules), []) => (rules, 0),
            (Ok(rules), _) => {
                file.write_all(b"\n")?;
                (rules, 0)
            }
            (Err(fault), []) => return Err(fault),
            (Err(_), _) => {
                let rules = read(lines)?;
                file.set_len(u64::try_from(lines.len())?)?;
                file.seek(SeekFrom::End(0))?;
                (rules, rest.len())
            }
        };
        // What the last process wrote may still be on its way to the disk, and is about to hold again.
        file.sync_all()?;
        Ok(Opened { file: Self { file, broken: false }, rules, cut_off })
    }

    /// Appends whole lines; when it returns, they are on the disk.
    ///
    /// After a failure it fails until the file is opened anew: half a line may stand at its end, and what a
    /// failed `fdatasync` leaves of earlier writes cannot be told by another.
    pub(crate) fn append(&mut self, lines: &str) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed; start the server again"));
        }
        if !lines.is_empty() {
            self.broken = true;
            self.file.write_all(lines.as_bytes())?;
            self.file.sync_data()?;
            self.broken = false;
        }
        Ok(())
    }
}

/// The lines that have their ends, and what is behind them.
fn whole_lines(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
    bytes.split_at_checked(end).unwrap_or((bytes, &[]))
}

/// The rules of a state to which more can be appended.
fn read(bytes: &[u8]) -> Result<Cutoffs, Box<dyn Error + Send + Sync>> {
    let text = str::from_utf8(bytes)?;
    let mut rules = Cutoffs::local();
    rules.load_json_lines(text)?;
    let first: Value = serde_json::from_str(text.lines().next().unwrap_or_default())?;
    for member in ["lines", "checksum"] {
        if first.pointer(&format!("/state/{member}")).is_some() {
            return Err(format!(
                "its first line has `{member}`, which a file that grows cannot keep: take it out"
            )
            .into());
        }
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state without rules, and two rules.
    const EMPTY: &str = "{\"state\":{}}\n";
    const FIRST: &str =
        concat!(r#"{"rule":"suspended","target":{"subject":"u1"},"on":true,"version":1}"#, "\n");
    const SECOND: &str =
        concat!(r#"{"rule":"revoked","target":{"subject":"ü2"},"until":"never"}"#, "\n");

    /// A file with this text.
    fn file(text: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        file
    }

    #[test]
    fn a_last_line_without_its_end_is_cut_off_wherever_it_breaks() {
        let all = [EMPTY, FIRST, SECOND].concat();
        let two = EMPTY.len() + FIRST.len();
        for end in two..all.len() {
            let file = file(&all.as_bytes()[..end]);
            let mut opened = RuleFile::open(file.path()).unwrap();
            // Where the line feed alone is missing, it is a rule.
            let (rules, cut_off) = if end == all.len() - 1 { (2, 0) } else { (1, end - two) };
            assert_eq!((opened.rules.len(), opened.cut_off), (rules, cut_off), "{end}");
            opened.file.append(SECOND).unwrap();
            drop(opened);
            let again = RuleFile::open(file.path()).unwrap();
            assert_eq!((again.rules.len(), again.cut_off), (2, 0), "{end}");
        }
    }

    #[test]
    fn what_else_cannot_be_read_is_an_error_and_stays_as_it_is() {
        let whole = read([EMPTY, FIRST].concat().as_bytes()).unwrap().to_json_lines();
        let damaged = FIRST.replace("true", "tru");
        for (text, what) in [
            (String::new(), ""),
            (EMPTY.split_at(5).0.to_owned(), ""),
            (FIRST.to_owned(), "line 1"),
            ([EMPTY, &damaged, SECOND].concat(), "line 2"),
            ([EMPTY, "\n", SECOND].concat(), "line 2"),
            ([EMPTY, &damaged, SECOND.split_at(9).0].concat(), "line 2"),
            (whole, "`lines`"),
        ] {
            let file = file(text.as_bytes());
            let fault = RuleFile::open(file.path()).unwrap_err().to_string();
            assert!(fault.contains(what), "{text}: {fault}");
            assert_eq!(std::fs::read_to_string(file.path()).unwrap(), text);
        }
        assert!(RuleFile::open(Path::new("no such file")).is_err());
    }

    #[test]
    fn two_cannot_have_one_file() {
        let file = file(EMPTY.as_bytes());
        let opened = RuleFile::open(file.path()).unwrap();
        let fault = RuleFile::open(file.path()).unwrap_err().to_string();
        assert_eq!(fault, "another process adds rules to it");
        drop(opened);
        assert!(RuleFile::open(file.path()).is_ok());
    }

    #[test]
    fn after_a_failure_nothing_is_kept_until_the_file_is_opened_anew() {
        let path = file(EMPTY.as_bytes());
        let mut broken = RuleFile { file: File::open(path.path()).unwrap(), broken: false };
        assert!(broken.append(FIRST).is_err(), "it is open for reading alone");
        broken.file = OpenOptions::new().append(true).open(path.path()).unwrap();
        for lines in [SECOND, ""] {
            let fault = broken.append(lines).unwrap_err().to_string();
            assert!(fault.contains("an earlier write failed"), "{fault}");
        }
        assert_eq!(RuleFile::open(path.path()).unwrap().rules.len(), 0);
    }
}

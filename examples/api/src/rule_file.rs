//! The file of rules: a state as JSON Lines, read as a whole at start, and appended to afterwards.
//!
//! Its first line is `{"state":{}}`, without a count or a checksum, for rules are added. Each other line is a
//! rule as it was applied: a time ahead of the clock stands there brought down, so that reading it back
//! decides the same. A line is whole when its line feed is in the file; none is acknowledged before.
//!
//! Lines have no checksum: one that was taken out, or altered so that it still reads, is not noticed. A check
//! of each line could not tell of those missing at the end either; for that is a snapshot.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::str;

use fs4::{FileExt, TryLockError};
use lowwater::Cutoffs;
use serde_json::Value;

const MISSING: &str = "there is no such file, and without it no rule would hold: bring it back, or, where there \
                       never was a rule, begin with one line, {\"state\":{}}";

/// A file of rules, open for more of them.
#[derive(Debug)]
pub(crate) struct RuleFile {
    /// Locked, so that nobody else moves its end, where this one stands.
    file: File,
    /// Its name, by which the next start finds it, or another file.
    path: PathBuf,
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
    /// written when a process or the power ended is a last line that breaks off, and was not acknowledged: it
    /// is cut off. Without its line feed alone, it is a rule, and stays. Anything else that cannot be read is
    /// an error, and stays as it is: a last line that is complete and no rule may be one that somebody wrote.
    pub(crate) fn open(path: &Path) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        let opened = OpenOptions::new().read(true).write(true).open(path);
        let mut file = opened.map_err(|fault| match fault.kind() {
            io::ErrorKind::NotFound => io::Error::other(MISSING),
            _ => fault,
        })?;
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
            (Err(fault), _) if lines.is_empty() || !breaks_off(rest) => return Err(fault),
            (Err(_), _) => {
                let rules = read(lines)?;
                file.set_len(u64::try_from(lines.len())?)?;
                file.seek(SeekFrom::End(0))?;
                (rules, rest.len())
            }
        };
        // What the last process wrote may still be on its way to the disk, and is about to hold again.
        file.sync_all()?;
        let path = path.to_owned();
        Ok(Opened { file: Self { file, path, broken: false }, rules, cut_off })
    }

    /// Appends whole lines; when it returns, they are on the disk, in the file that has this name.
    ///
    /// After a failure it fails until the file is opened anew: half a line may stand at its end, and what a
    /// failed `fdatasync` leaves of earlier writes cannot be told by another. Nor is what this one holds read
    /// at the next start where another file took its name.
    pub(crate) fn append(&mut self, lines: &str) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed; start the server again"));
        }
        self.broken = true;
        if !lines.is_empty() {
            self.file.write_all(lines.as_bytes())?;
            self.file.sync_data()?;
        }
        // After the write: what was true before it may be so no longer. Without lines too, for those who sent
        // a rule again are told that it is kept.
        if !is_at(&self.file, &self.path)? {
            return Err(io::Error::other("another file took its place; start the server again"));
        }
        self.broken = false;
        Ok(())
    }
}

/// Does the path still lead to this file? Who saves by a rename, as editors do, puts another in its place.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;

    let (own, other) = (file.metadata()?, path.metadata()?);
    Ok((own.dev(), own.ino()) == (other.dev(), other.ino()))
}

/// Elsewhere the standard library has no stable number that tells files apart: nobody looks.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Is this the beginning of a line, and not all of it? A rule is complete with its last brace, so what is a
/// complete value, or cannot become one by more bytes, is not what a write left that was cut short.
fn breaks_off(rest: &[u8]) -> bool {
    // `Value`, for what ignores values calls the cut number `1.` malformed. From bytes: a cut letter stands in
    // a cut string, whose missing end is the first fault.
    serde_json::from_slice::<Value>(rest).is_err_and(|fault| fault.is_eof())
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

    /// A state without rules, and three rules.
    const EMPTY: &str = "{\"state\":{}}\n";
    const FIRST: &str =
        concat!(r#"{"rule":"suspended","target":{"subject":"u1"},"on":true,"version":1}"#, "\n");
    const SECOND: &str =
        concat!(r#"{"rule":"revoked","target":{"subject":"ü2"},"until":"never"}"#, "\n");
    const THIRD: &str = concat!(
        r#"{"rule":"issued_before","target":{"subject":"\u00fc\"\ud83d\ude003"},"#,
        r#""at":1700000000.250,"raw_at":1.7e9}"#,
        "\n"
    );

    /// A file with this text.
    fn file(text: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        file
    }

    #[test]
    fn a_last_line_without_its_end_is_cut_off_wherever_it_breaks() {
        for last in [SECOND, THIRD] {
            let all = [EMPTY, FIRST, last].concat();
            let two = EMPTY.len() + FIRST.len();
            for end in two..all.len() {
                let file = file(&all.as_bytes()[..end]);
                let mut opened = RuleFile::open(file.path()).unwrap();
                // Where the line feed alone is missing, it is a rule.
                let (rules, cut_off) = if end == all.len() - 1 { (2, 0) } else { (1, end - two) };
                assert_eq!((opened.rules.len(), opened.cut_off), (rules, cut_off), "{end}");
                opened.file.append(last).unwrap();
                drop(opened);
                let again = RuleFile::open(file.path()).unwrap();
                assert_eq!((again.rules.len(), again.cut_off), (2, 0), "{end}");
            }
        }
    }

    #[test]
    fn a_last_line_that_is_complete_and_no_rule_is_an_error_and_stays() {
        let (misspelt, newer) =
            (SECOND.replace("until", "untill"), r#"{"rule":"narrowed","to":1}"#);
        for last in [
            misspelt.trim_end().as_bytes(),
            newer.as_bytes(),
            b"# suspended u2",
            b"{\"rule\":\"revoked\",,",
            b"{\"rule\":\"\xff\"",
            b"\0\0\0\0",
            b"7",
        ] {
            let text = [[EMPTY, FIRST].concat().as_bytes(), last].concat();
            let file = file(&text);
            let opened = RuleFile::open(file.path());
            assert!(opened.is_err(), "{}", last.escape_ascii());
            assert_eq!(std::fs::read(file.path()).unwrap(), text, "{}", last.escape_ascii());
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

    #[cfg(unix)]
    #[test]
    fn a_file_whose_name_another_has_keeps_nothing() {
        for (kept, taken_away) in [(FIRST, false), ("", false), (FIRST, true)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("rules.jsonl");
            std::fs::write(&path, EMPTY).unwrap();
            let mut file = RuleFile::open(&path).unwrap().file;
            file.append(FIRST).unwrap();
            let other = folder.path().join("other");
            std::fs::copy(&path, &other).unwrap();
            if taken_away {
                std::fs::remove_file(&path).unwrap();
            } else {
                std::fs::rename(&other, &path).unwrap();
            }
            file.append(kept).unwrap_err();
            // Whoever puts the name back: what came of the lines meanwhile, nobody knows.
            let fault = file.append(SECOND).unwrap_err().to_string();
            assert!(fault.contains("an earlier write failed"), "{fault}");
        }
    }

    #[test]
    fn after_a_failure_nothing_is_kept_until_the_file_is_opened_anew() {
        let path = file(EMPTY.as_bytes());
        let mut broken = RuleFile::open(path.path()).unwrap().file;
        broken.file = File::open(path.path()).unwrap();
        assert!(broken.append(FIRST).is_err(), "it is open for reading alone");
        broken.file = OpenOptions::new().append(true).open(path.path()).unwrap();
        for lines in [SECOND, ""] {
            let fault = broken.append(lines).unwrap_err().to_string();
            assert!(fault.contains("an earlier write failed"), "{fault}");
        }
        assert_eq!(RuleFile::open(path.path()).unwrap().rules.len(), 0);
    }
}

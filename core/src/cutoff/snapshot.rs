//! A state as bytes: a snapshot holds everything, a delta what changed after a sequence number. Exact, and
//! canonical: equal states have equal bytes.
//!
//! ```text
//!   0  8 bytes  "lowwater"
//!   8  1 byte   version of the layout: 1      9  1 byte  'S' snapshot or 'D' delta     10  6 bytes  zero
//!  16  u64      number of bytes in all
//!  24  u64 x 2  the changes it holds: after this sequence number (0 in a snapshot), up to this one
//!  40  i64 x 6  when the authority wrote it; floor, login floor, leeway, pruned at, seen; -1: none
//!  88  u64 x 2  how many lifted ids, how many shapes
//! 104  lifted ids: texts in order
//!      shapes in order: the dimensions (see `dimension`), a count, and the rules (see `record`) as bytes
//!      behind their length, in the order of their SipHash-1-3 with a key of zeros
//!  -8  u64      SipHash-1-3 of all before, with a key of zeros
//! ```
//! Integers of fixed length have their least byte first. The checksum notices damage, not malice:
//! whoever can write the file can write rules, so keep it as the rules are kept.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::delta::Ahead;
use super::dimension::{Shape, read_shape, write_shape};
use super::encoding::{Bytes, fill_u64, number, put_bytes, put_text, put_u64, put_varint};
use super::hashing::HashKey;
use super::held::Held;
use super::horizon::Horizon;
use super::load::LoadError;
use super::record::{Record, View};
use super::state::{Cutoffs, LAST_SEQUENCE};
use crate::policy::MAX_LEEWAY;
use crate::time::{LAST_MILLIS, UnixTime, within_range};

const MAGIC: &[u8; 8] = b"lowwater";
const VERSION: u8 = 1;
/// Where the number of bytes stands.
pub(super) const LENGTH_AT: usize = 16;
const NONE: i64 = -1;

/// Which of the binary forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Snapshot,
    Delta,
    Index,
}

impl Form {
    const fn letter(self) -> u8 {
        match self {
            Self::Snapshot => b'S',
            Self::Delta => b'D',
            Self::Index => b'I',
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "a snapshot",
            Self::Delta => "a delta",
            Self::Index => "an index",
        }
    }

    /// What every form begins with; the length at [`LENGTH_AT`] is filled in once it is known.
    pub(super) fn start(self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&[VERSION, self.letter(), 0, 0, 0, 0, 0, 0]);
        put_u64(&mut bytes, 0);
        bytes
    }

    /// Reads what every form begins with: 24 bytes, and as many in all as it says.
    pub(super) fn read<'b>(self, bytes: &'b [u8]) -> Result<Bytes<'b>, LoadError> {
        let not_this = LoadError::Form { expected: self.name() };
        let mut rest = Bytes(bytes);
        if rest.array() != Some(*MAGIC) {
            return Err(not_this);
        }
        let Some([version, letter, zeros @ ..]) = rest.array::<8>() else { return Err(not_this) };
        if version > VERSION {
            return Err(LoadError::Newer { version });
        }
        if version != VERSION || letter != self.letter() || zeros != [0; 6] {
            return Err(not_this);
        }
        let written = rest.u64().ok_or(LoadError::Length { bytes: bytes.len(), written: 24 })?;
        if u64::try_from(bytes.len()) != Ok(written) {
            return Err(LoadError::Length { bytes: bytes.len(), written });
        }
        Ok(rest)
    }
}

/// The order of rules, and the checksum: no secret, for it is to be the same everywhere.
pub(super) fn public_key() -> HashKey {
    HashKey::new([0; 16])
}

pub(super) fn put_time(bytes: &mut Vec<u8>, time: Option<i64>) {
    bytes.extend_from_slice(&time.unwrap_or(NONE).to_le_bytes());
}

pub(super) fn read_time(bytes: &mut Bytes<'_>) -> Option<Option<i64>> {
    match bytes.i64()? {
        NONE => Some(None),
        time if (0..=LAST_MILLIS).contains(&time) => Some(Some(time)),
        _ => None,
    }
}

impl Horizon {
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        for time in [self.floor, self.login_floor, self.leeway, self.pruned_at, self.seen] {
            put_time(bytes, time);
        }
    }

    pub(super) fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        let mut time = || read_time(bytes);
        let (floor, login_floor, leeway) = (time()?, time()?, time()?);
        let (pruned_at, seen) = (time()?, time()?);
        let sane = leeway.is_none_or(|leeway| leeway <= MAX_LEEWAY);
        sane.then_some(Self { floor, login_floor, leeway, pruned_at, seen })
    }
}

/// Rules by the hash that gives their order.
type Hashed<'r> = Vec<(u64, &'r [u8])>;

/// Changes of a state, read and found to be what this library writes.
pub(super) struct Changes {
    pub(super) after: u64,
    pub(super) sequence: u64,
    pub(super) run: u64,
    pub(super) as_of: Option<UnixTime>,
    pub(super) state: Cutoffs,
}

impl Cutoffs {
    /// Everything as bytes: rules, lifts, floors, and how old it is: on a replica as old as its rules, on
    /// an authority of `now`. Sorts the rules: about a second for a million.
    ///
    /// ```
    /// # use lowwater::{Cutoffs, Rule, Target, UnixTime};
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let mut cutoffs = Cutoffs::local();
    /// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now), now)?;
    /// let bytes = cutoffs.to_snapshot(now);
    /// let mut copy = Cutoffs::local();
    /// assert_eq!(copy.load_snapshot(&bytes, now)?, 1);
    /// assert_eq!(copy.to_snapshot(now), bytes);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_snapshot(&self, now: UnixTime) -> Vec<u8> {
        self.write_changes(Form::Snapshot, 0, now, |_| true)
    }

    /// How old the rules are that are written now, in milliseconds.
    pub(super) fn written_at(&self, now: UnixTime) -> Option<i64> {
        let as_of = if self.source.is_local() { Some(now) } else { self.source.as_of() };
        as_of.map(within_range)
    }

    pub(super) fn write_changes(
        &self,
        form: Form,
        after: u64,
        now: UnixTime,
        wanted: impl Fn(u64) -> bool,
    ) -> Vec<u8> {
        let key = public_key();
        let lifted: Vec<&str> =
            self.lifted.iter().filter(|(_, at)| wanted(**at)).map(|(id, _)| &**id).collect();
        let mut shapes: Vec<(&Shape, Hashed<'_>)> = Vec::new();
        for (shape, table) in &self.shapes {
            let records = table.iter().flat_map(Held::records);
            let records = records.filter(|record| wanted(record.sequence()));
            let hashed = |record: &'_ Record| key.bytes(record.content());
            let mut records: Hashed<'_> =
                records.map(|record| (hashed(record), record.content())).collect();
            records.sort_unstable();
            if !records.is_empty() {
                shapes.push((shape, records));
            }
        }
        let mut bytes = form.start();
        [after, self.sequence, self.run].into_iter().for_each(|value| put_u64(&mut bytes, value));
        put_time(&mut bytes, self.written_at(now));
        self.horizon.write(&mut bytes);
        put_u64(&mut bytes, number(lifted.len()));
        put_u64(&mut bytes, number(shapes.len()));
        lifted.into_iter().for_each(|id| put_text(&mut bytes, id));
        for (shape, records) in shapes {
            write_shape(shape, &mut bytes);
            put_varint(&mut bytes, number(records.len()));
            records.into_iter().for_each(|(_, content)| put_bytes(&mut bytes, content));
        }
        let length = number(bytes.len().saturating_add(8));
        fill_u64(&mut bytes, LENGTH_AT, length);
        let checksum = key.bytes(&bytes);
        put_u64(&mut bytes, checksum);
        bytes
    }

    /// Reads a snapshot and takes it in; tells how many rules it held. All or nothing.
    ///
    /// A replica is then as old as the snapshot says, whenever it is read. Cutoffs are not brought down
    /// to the present, so a device whose clock stands at 1970 reads what it is given (and answers that
    /// its rules have expired, for it cannot tell).
    ///
    /// An authority reads its file when it starts, and goes on from there: what it held besides is kept and
    /// counts as a change of its own. Its next change begins a new run, so replicas that follow by deltas
    /// are told to load a snapshot once.
    ///
    /// # Errors
    /// Bytes that are not exactly a snapshot, a newer layout, a sequence number lower than what is held,
    /// no room.
    pub fn load_snapshot(&mut self, bytes: &[u8], now: UnixTime) -> Result<usize, LoadError> {
        let changes = Changes::read(bytes, Form::Snapshot, self.reader())?;
        let (sequence, rules) = (changes.sequence, changes.state.len());
        self.not_older(sequence)?;
        if changes.run != self.run {
            self.ahead = Ahead::default();
        }
        self.take_in(changes.state, sequence)?;
        self.came_back(sequence, changes.run);
        self.reached(sequence, changes.as_of, now);
        Ok(rules)
    }

    pub(super) fn not_older(&self, sequence: u64) -> Result<(), LoadError> {
        let held = self.sequence;
        if sequence < held { Err(LoadError::Older { sequence, held }) } else { Ok(()) }
    }

    /// Takes in what a [`reader`](Self::reader) of this set has read, all or nothing. A replica keeps its
    /// sequence number for the caller to set.
    ///
    /// An authority goes on from what it read. What it held besides is a change of its own: its replicas
    /// may have all that the file counts, and nothing of that.
    pub(super) fn take_in(&mut self, state: Self, sequence: u64) -> Result<(), LoadError> {
        let holds_nothing = self.is_empty() && self.lifted.is_empty();
        if !self.source.is_local() && !holds_nothing {
            let own = self.sequence;
            self.change(state.len(), |next, _| next.absorb(&state, sequence))?;
            self.sequence = own;
            return Ok(());
        }
        let mut next = self.without_rules();
        next.adopt(state)?;
        next.sequence = if self.source.is_local() { sequence } else { self.sequence };
        next.run = self.run;
        if !holds_nothing {
            let own: &Self = self;
            next.change(own.len(), |next, number| next.absorb(own, number))?;
        }
        *self = next;
        Ok(())
    }
}

impl Changes {
    /// Reads into an empty set.
    pub(super) fn read(bytes: &[u8], form: Form, into: Cutoffs) -> Result<Self, LoadError> {
        let rest = form.read(bytes)?;
        let key = public_key();
        let split = rest.0.len().checked_sub(8).and_then(|end| rest.0.split_at_checked(end));
        let (body, checksum) = split.ok_or(LoadError::Malformed)?;
        let summed = bytes.get(..bytes.len().saturating_sub(8)).unwrap_or_default();
        if key.bytes(summed).to_le_bytes() != *checksum {
            return Err(LoadError::Damaged);
        }
        Self::read_body(Bytes(body), form, &key, into).ok_or(LoadError::Malformed)
    }

    fn read_body(
        mut bytes: Bytes<'_>,
        form: Form,
        key: &HashKey,
        mut state: Cutoffs,
    ) -> Option<Self> {
        let (after, sequence) = (bytes.u64()?, bytes.u64()?);
        if after > sequence || sequence > LAST_SEQUENCE || (form == Form::Snapshot && after != 0) {
            return None;
        }
        let run = bytes.u64()?;
        let as_of = read_time(&mut bytes)?.map(UnixTime::from_millis);
        state.horizon = Horizon::read(&mut bytes)?;
        let (lifted, shapes) = (bytes.u64()?, bytes.u64()?);
        let mut before: Option<&str> = None;
        for _ in 0..lifted {
            let id = bytes.text()?;
            if before.is_some_and(|before| before >= id) {
                return None;
            }
            Arc::make_mut(&mut state.lifted).insert(id.into(), sequence);
            before = Some(id);
        }
        let (mut shape_before, mut rules): (Option<Box<Shape>>, usize) = (None, 0);
        for _ in 0..shapes {
            let shape = read_shape(&mut bytes)?;
            if shape_before.is_some_and(|before| before >= shape) {
                return None;
            }
            let count = bytes.varint().filter(|count| *count > 0)?;
            let mut record_before = None;
            for _ in 0..count {
                let content = bytes.bytes()?;
                let place = Some((key.bytes(content), content));
                if record_before >= place {
                    return None;
                }
                record_before = place;
                state.insert_record(&shape, read_record(&shape, content, sequence)?);
                rules = rules.saturating_add(1);
            }
            shape_before = Some(shape);
        }
        // A rule that another makes superfluous, or whose id is lifted, is not in a state.
        let whole = bytes.is_empty() && state.len() == rules;
        whole.then_some(Self { after, sequence, run, as_of, state })
    }
}

/// A rule that is right in itself and stands in its one form.
fn read_record(shape: &Shape, content: &[u8], sequence: u64) -> Option<Record> {
    let rule = View::read(content)?.rule(shape)?;
    let raw_at = rule.raw_at().is_none_or(|raw_at| (0..=LAST_MILLIS).contains(&raw_at));
    let record = Record::new(&rule, sequence);
    (raw_at && rule.is_written_so() && rule.check().is_ok() && record.content() == content)
        .then_some(record)
}

//! Everything that holds for one target. Rules of different ids are kept apart, so that each can be
//! undone; what they say together is kept beside them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::slice;

use super::change::Change;
use super::record::{Record, View};
use super::summary::{Found, Names, Summary, TokenIds, found};

/// The rules of one target: nearly always one.
#[derive(Clone, Debug)]
pub(super) enum Held {
    One(Record),
    Several(Box<Several>),
}

/// In the order of their groups.
#[derive(Clone, Debug)]
pub(super) struct Several {
    records: Vec<Record>,
    summary: Summary,
}

impl Several {
    fn of(records: Vec<Record>) -> Self {
        let summary = Summary::of(records.iter().map(Record::view));
        Self { records, summary }
    }

    /// Where the rules of a group begin and end: two cutoffs at most (one reaches further down, the
    /// other up), one of any other kind.
    fn group(&self, view: &View<'_>) -> (usize, usize) {
        let before =
            |order: Ordering| self.records.partition_point(|own| own.view().group(view) <= order);
        (before(Ordering::Less), before(Ordering::Equal))
    }
}

/// Does a rule make another of its group superfluous? Of equal weights the greater in content stays, so
/// that what is kept does not depend on the order in which they came.
fn outweighed(old: &Record, new: &Record) -> bool {
    let (old_view, new_view) = (old.view(), new.view());
    new_view.outweighs(&old_view)
        && (!old_view.outweighs(&new_view) || new.content() >= old.content())
}

impl Held {
    pub(super) fn records(&self) -> &[Record] {
        match self {
            Self::One(record) => slice::from_ref(record),
            Self::Several(several) => &several.records,
        }
    }

    /// Reads a byte of the first rule: the line of memory that a comparison begins with.
    pub(super) fn touch(&self) -> usize {
        self.records().first().map_or(0, Record::touch)
    }

    /// The values of the target: those of any of its rules.
    pub(super) fn key(&self) -> &[u8] {
        self.records().first().map(Record::key).unwrap_or_default()
    }

    /// Adds a rule of the same target and drops those that it outweighs.
    pub(super) fn add(&mut self, new: Record) -> Change {
        match self {
            Self::One(own) if own.view().group(&new.view()) == Ordering::Equal => {
                if outweighed(&new, own) {
                    return Change::AlreadyHeld;
                }
                if outweighed(own, &new) {
                    *own = new;
                    return Change::Applied;
                }
            }
            Self::One(_) => {}
            Self::Several(several) => {
                let (start, end) = several.group(&new.view());
                let group = several.records.get(start..end).unwrap_or_default();
                if group.iter().any(|old| outweighed(&new, old)) {
                    return Change::AlreadyHeld;
                }
                // What goes was outweighed in both bounds, so what they say together only grows.
                several.summary.add(&new.view());
                let stay = group.iter().filter(|old| !outweighed(old, &new));
                let mut stay: Vec<Record> = stay.cloned().collect();
                stay.push(new);
                stay.sort_by(|one, other| one.content().cmp(other.content()));
                several.records.splice(start..end, stay);
                return Change::Applied;
            }
        }
        let mut records = self.records().to_vec();
        records.push(new);
        records.sort_by(|one, other| {
            one.view().group(&other.view()).then_with(|| one.content().cmp(other.content()))
        });
        *self = Self::Several(Box::new(Several::of(records)));
        Change::Applied
    }

    /// Keeps the rules that are needed; `false`: none is left, and nothing was changed.
    pub(super) fn retain(&mut self, needed: impl Fn(&View<'_>) -> bool) -> bool {
        let stays = |record: &&Record| needed(&record.view());
        let mut stay: Vec<Record> = self.records().iter().filter(stays).cloned().collect();
        *self = match (stay.len(), stay.pop()) {
            (_, None) => return false,
            (1, Some(only)) => Self::One(only),
            (_, Some(last)) => {
                stay.push(last);
                Self::Several(Box::new(Several::of(stay)))
            }
        };
        true
    }

    /// What the rules say of a token of this target.
    pub(super) fn found(&self, ids: TokenIds<'_>, names: Names, visit: &mut dyn FnMut(Found)) {
        match self {
            Self::One(record) => found(&record.view(), ids, names, visit),
            Self::Several(several) => several.summary.found(ids, names, visit),
        }
    }

    pub(super) fn summary(&self) -> Summary {
        match self {
            Self::One(record) => Summary::of([record.view()].into_iter()),
            Self::Several(several) => several.summary.clone(),
        }
    }
}

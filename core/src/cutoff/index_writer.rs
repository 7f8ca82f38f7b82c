//! Writes an index: the layout stands in `index`.

use alloc::vec::Vec;
use core::iter::{once, repeat};

use super::contents::DESCRIBED;
use super::dimension::{Dimension, MAX_DIMENSIONS, Shape};
use super::encoding::{fill_u64, number, put_bytes, put_u64};
use super::entry::{self, Entry, TAG_BITS};
use super::hashing::HashKey;
use super::held::Held;
use super::key::{self, KeyValues};
use super::line::{ENTRIES, LINE, Layout, seal};
use super::sealed;
use super::snapshot::{Form, LENGTH_AT, put_time};
use super::state::Cutoffs;
use super::summary::{Names, Summary};
use super::table::Table;
use crate::time::UnixTime;

/// Where stands where the shapes end.
const END_AT: usize = 120;

/// How many of a hundred places in the lines are used: 64 / 5 / 0.82 = 15.6 bytes a target.
const FILLED: usize = 82;

/// One shape, ready to be written.
struct Area<'s> {
    shape: &'s Shape,
    /// Where its dimensions stand among all.
    places: Vec<u32>,
    targets: usize,
    layout: Layout,
    lines: Vec<u8>,
    keys: Vec<u8>,
    elsewhere: Vec<u8>,
}

/// Can a token match several targets of this shape in numbers that multiply?
fn multiplies(shape: &Shape) -> bool {
    let several = shape.iter().filter(|one| one.is_typed() || **one == Dimension::Confirmation);
    several.count() > 1
}

/// Where sorted hashes lie, each in its own line or the next that has room; and how far that reaches.
fn place(hashes: impl Iterator<Item = u64>, layout: Layout) -> (Vec<u64>, u64) {
    let (mut places, mut reach) = (Vec::new(), 0);
    let (mut line, mut used) = (0, 0);
    for hash in hashes {
        let home = layout.home(hash);
        if home > line {
            (line, used) = (home, 0);
        } else if used == ENTRIES {
            (line, used) = (line.saturating_add(1), 0);
        }
        used = used.saturating_add(1);
        reach = reach.max(line.saturating_sub(home));
        places.push(line);
    }
    (places, reach)
}

/// What one shape holds, by hash: read once, for it lies scattered in memory.
struct Gathered<'s> {
    shape: &'s Shape,
    table: &'s Table,
    entries: Vec<(u64, Entry)>,
    /// What needs more room than an entry has, with the key that settles equal hashes.
    others: Vec<(u64, &'s [u8], Summary)>,
    /// A hash of all of it, whatever order it lies in.
    sum: u64,
}

impl<'s> Gathered<'s> {
    fn of(shape: &'s Shape, table: &'s Table, key: &HashKey) -> Self {
        let (mut entries, mut others) = (Vec::with_capacity(table.targets()), Vec::new());
        let mut sum = 0_u64;
        for held in table.iter() {
            let hash = key::hash(key, KeyValues::of(held.key()));
            let contents = held.records().iter().map(|record| key.bytes(record.content()));
            sum = contents.fold(sum, u64::wrapping_add);
            match Entry::of(held) {
                Some(entry) => entries.push((hash, entry)),
                None => others.push((hash, held.key(), held.summary())),
            }
        }
        others.sort_unstable_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
        Self { shape, table, entries, others, sum }
    }
}

impl<'s> Area<'s> {
    fn of(gathered: Gathered<'s>, area: u64, key: &HashKey) -> Self {
        let Gathered { shape, table, mut entries, others, .. } = gathered;
        let (mut keys, mut elsewhere) = (Vec::new(), Vec::new());
        let second = area.saturating_add(1);
        let send = |elsewhere: &mut Vec<u8>, summary: &Summary| {
            let mut content = Vec::new();
            entry::write(summary, &mut content);
            Entry::Elsewhere { offset: sealed::put(elsewhere, &content, second, key) }
        };
        for (hash, _, summary) in others {
            if !summary.is_silent() {
                entries.push((hash, send(&mut elsewhere, &summary)));
            }
        }
        entries.sort_unstable();
        let times: Vec<i64> = entries.iter().filter_map(|(_, entry)| entry.time()).collect();
        let mut base = times.iter().copied().min().unwrap_or(0);
        let hashes = || entries.iter().map(|(hash, _)| *hash);
        let lines = entries.len().saturating_mul(100).div_ceil(ENTRIES.saturating_mul(FILLED));
        let mut layout = Layout::new(number(lines.max(1)), 0, base);
        // A plain rule whose time does not fit takes 32 bytes elsewhere. More lines leave more bits to what
        // the rules say, until the last offset has room.
        let offset = elsewhere.len().saturating_add(entries.len().saturating_mul(32));
        let farthest = Entry::Elsewhere { offset: number(offset) };
        let mut places;
        loop {
            let reach;
            (places, reach) = place(hashes(), layout);
            layout = Layout::new(layout.lines, reach, base);
            if farthest.pack(base, layout.value_bits()).is_some() {
                break;
            }
            layout = Layout::new(layout.lines.saturating_mul(2), 0, base);
        }
        base = fitting(times, layout.value_bits());
        layout = Layout::new(layout.lines, layout.reach, base);
        for (_, entry) in &mut entries {
            if entry.pack(base, layout.value_bits()).is_none() {
                *entry = send(&mut elsewhere, &entry.summary());
            }
        }
        if multiplies(shape) {
            let mut all: Vec<&Held> = table.iter().collect();
            all.sort_unstable_by(|one, other| one.key().cmp(other.key()));
            for held in all {
                let mut content = Vec::new();
                put_bytes(&mut content, held.key());
                entry::write(&held.summary(), &mut content);
                sealed::put(&mut keys, &content, area, key);
            }
        }
        let lines = write_lines(&entries, &places, &layout, key);
        let (places, targets) = (Vec::new(), entries.len());
        Self { shape, places, targets, layout, lines, keys, elsewhere }
    }
}

/// What times are counted from, in so many bits: the earliest, if the latest then fits; else such that those
/// about the middle one do, for a few far ones must not crowd out all others.
fn fitting(mut times: Vec<i64>, bits: u32) -> i64 {
    let span =
        1_i64.checked_shl(bits.saturating_sub(TAG_BITS)).unwrap_or(i64::MAX).saturating_sub(1);
    let (earliest, latest) = (times.iter().min().copied(), times.iter().max().copied());
    let (earliest, latest) = (earliest.unwrap_or(0), latest.unwrap_or(0));
    if latest.saturating_sub(earliest) <= span || times.is_empty() {
        return earliest;
    }
    let middle = times.len() / 2;
    let (_, middle, _) = times.select_nth_unstable(middle);
    middle.saturating_sub(span / 2).max(0)
}

fn write_lines(
    entries: &[(u64, Entry)],
    places: &[u64],
    layout: &Layout,
    key: &HashKey,
) -> Vec<u8> {
    let all = usize::try_from(layout.lines.saturating_add(layout.reach)).unwrap_or(usize::MAX);
    let mut bytes = alloc::vec![0; all.saturating_mul(LINE)];
    let (lines, _) = bytes.as_chunks_mut::<LINE>();
    let mut rest = entries.iter().zip(places).peekable();
    for (line, place) in lines.iter_mut().zip(0..) {
        let mut count = 0_u32;
        for slot in line.chunks_exact_mut(12) {
            let Some(((hash, entry), _)) = rest.next_if(|(_, at)| **at == place) else { break };
            let packed = entry.pack(layout.base, layout.value_bits()).unwrap_or_default();
            slot.copy_from_slice(&layout.write_entry(*hash, packed));
            count = count.saturating_add(1);
        }
        let sealed = seal(line, count, place, key);
        if let Some(slot) = line.last_chunk_mut() {
            *slot = sealed.to_le_bytes();
        }
    }
    bytes
}

impl Cutoffs {
    /// The rules as an [`Index`](crate::Index): decisions alone, to be asked in place, without what was
    /// said to people. `secret`: 16 random bytes, of a source that nobody can guess; equal states with
    /// equal secrets and times give equal bytes, and one secret may serve many. On a replica it is as old as its rules, on an authority
    /// of `now`.
    #[must_use]
    pub fn to_index(&self, secret: [u8; 16], now: UnixTime) -> Vec<u8> {
        let mut key = HashKey::new(secret);
        let as_of = self.written_at(now);
        let gathered = self.shapes.iter().map(|(shape, table)| Gathered::of(shape, table, &key));
        let gathered: Vec<Gathered<'_>> = gathered.collect();
        // Two indexes of one secret differ in it.
        let contents = gathered.iter().map(|shape| shape.sum);
        let contents = contents.fold(self.hash_of_rest(&key, as_of), u64::wrapping_add);
        key.bind(contents);
        let areas = gathered.into_iter().zip((0..).step_by(2));
        let mut areas: Vec<Area<'_>> =
            areas.map(|(shape, area)| Area::of(shape, area, &key)).collect();
        // In the order of the shapes, whatever order they came in.
        let mut dimensions: Vec<&Dimension> = Vec::new();
        for area in &mut areas {
            for dimension in area.shape {
                let known = dimensions.iter().position(|own| *own == dimension);
                let place = known.unwrap_or(dimensions.len());
                if known.is_none() {
                    dimensions.push(dimension);
                }
                area.places.push(u32::try_from(place).unwrap_or(u32::MAX));
            }
        }
        let mut header = Form::Index.start();
        header.extend_from_slice(&key.secret());
        put_u64(&mut header, self.sequence);
        put_u64(&mut header, contents);
        put_time(&mut header, as_of);
        self.horizon.write(&mut header);
        put_u64(&mut header, number(dimensions.len()));
        put_u64(&mut header, number(areas.len()));
        put_u64(&mut header, 0); // where the shapes end
        dimensions.into_iter().for_each(|dimension| dimension.borrowed().write(&mut header));
        let end = header.len().saturating_add(areas.len().saturating_mul(DESCRIBED));
        let (described, length) = describe(&areas, end.saturating_add(8));
        fill_u64(&mut header, LENGTH_AT, number(length));
        fill_u64(&mut header, END_AT, number(end));
        header.extend_from_slice(&described);
        let checksum = key.bytes(&header);
        put_u64(&mut header, checksum);
        let mut bytes = header;
        bytes.reserve_exact(length.saturating_sub(bytes.len()));
        for area in &areas {
            for part in [&area.lines, &area.keys, &area.elsewhere] {
                bytes.resize(aligned(bytes.len()), 0);
                bytes.extend_from_slice(part);
            }
        }
        bytes
    }
}

impl Cutoffs {
    /// A hash of what an index says beside its rules.
    fn hash_of_rest(&self, key: &HashKey, as_of: Option<i64>) -> u64 {
        let mut header = Vec::new();
        put_time(&mut header, as_of);
        self.horizon.write(&mut header);
        put_u64(&mut header, self.sequence);
        key.bytes(&header)
    }
}

/// The next multiple of a line.
const fn aligned(place: usize) -> usize {
    place.div_ceil(LINE).saturating_mul(LINE)
}

/// The shapes with their places from `start` on; and where all ends.
fn describe(areas: &[Area<'_>], start: usize) -> (Vec<u8>, usize) {
    let (mut bytes, mut end) = (Vec::new(), start);
    for area in areas {
        let length = u32::try_from(area.places.len()).unwrap_or(u32::MAX);
        let places = area.places.iter().copied().chain(repeat(0)).take(MAX_DIMENSIONS);
        let names = Names::of(area.shape).bits();
        for word in once(length).chain(places).chain(once(names)) {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        let mut put = |value: u64| put_u64(&mut bytes, value);
        put(number(area.targets));
        put(area.layout.lines);
        put(area.layout.reach);
        put(area.layout.base.unsigned_abs());
        let parts = [(&area.lines, false), (&area.keys, true), (&area.elsewhere, true)];
        for (part, with_length) in parts {
            end = aligned(end);
            put(number(end));
            if with_length {
                put(number(part.len()));
            }
            end = end.saturating_add(part.len());
        }
    }
    (bytes, end)
}

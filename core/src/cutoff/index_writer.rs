//! Writes an index: the layout stands in `index`.

use alloc::vec::Vec;

use super::dimension::{Dimension, Shape, write_shape};
use super::encoding::put_bytes;
use super::entry::{self, Entry};
use super::hashing::HashKey;
use super::held::Held;
use super::key::{self, KeyValues};
use super::line::{ENTRIES, LINE, Layout, seal};
use super::sealed;
use super::snapshot::{Form, put_time};
use super::state::Cutoffs;
use super::table::Table;
use crate::time::{UnixTime, within_range};

/// How many of a hundred places in the lines are used: 64 / 5 / 0.82 = 15.6 bytes a target.
const FILLED: usize = 82;

/// One shape, ready to be written.
struct Area<'s> {
    shape: &'s Shape,
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

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
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

impl<'s> Area<'s> {
    fn of(shape: &'s Shape, table: &'s Table, area: u64, key: &HashKey) -> Self {
        let hash = |held: &Held| key::hash(key, KeyValues::of(held.key()));
        let mut held: Vec<(u64, &Held)> = table.iter().map(|held| (hash(held), held)).collect();
        held.sort_unstable_by(|one, other| {
            one.0.cmp(&other.0).then_with(|| one.1.key().cmp(other.1.key()))
        });
        let (mut keys, mut elsewhere) = (Vec::new(), Vec::new());
        let second = area.saturating_add(1);
        let send = |elsewhere: &mut Vec<u8>, held: &Held| {
            let mut content = Vec::new();
            entry::write(&held.summary(), &mut content);
            Entry::Elsewhere { offset: sealed::put(elsewhere, &content, second, key) }
        };
        let mut entries: Vec<(u64, Entry, &Held)> = Vec::with_capacity(held.len());
        for (hash, held) in held {
            match Entry::of(&held.summary()) {
                Ok(Some(plain)) => entries.push((hash, plain, held)),
                Ok(None) => {}
                Err(()) => entries.push((hash, send(&mut elsewhere, held), held)),
            }
        }
        let base = entries.iter().filter_map(|(_, entry, _)| entry.time()).min().unwrap_or(0);
        let hashes = || entries.iter().map(|(hash, ..)| *hash);
        let lines = entries.len().saturating_mul(100).div_ceil(ENTRIES.saturating_mul(FILLED));
        let mut layout = Layout { lines: number(lines.max(1)), reach: 0, base };
        // A plain rule whose time does not fit takes 32 bytes elsewhere. More lines leave more bits to what
        // the rules say, until the last offset has room.
        let offset = elsewhere.len().saturating_add(entries.len().saturating_mul(32));
        let farthest = Entry::Elsewhere { offset: number(offset) };
        let mut places;
        loop {
            (places, layout.reach) = place(hashes(), layout);
            if farthest.pack(base, layout.value_bits()).is_some() {
                break;
            }
            layout.lines = layout.lines.saturating_mul(2);
        }
        for (_, entry, held) in &mut entries {
            if entry.pack(base, layout.value_bits()).is_none() {
                *entry = send(&mut elsewhere, held);
            }
        }
        if multiplies(shape) {
            for (_, entry, held) in &entries {
                let mut content = Vec::new();
                put_bytes(&mut content, held.key());
                let packed = entry.pack(0, 64).unwrap_or_default();
                content.extend_from_slice(&packed.to_le_bytes());
                sealed::put(&mut keys, &content, area, key);
            }
        }
        let lines = write_lines(&entries, &places, &layout, key);
        Self { shape, targets: entries.len(), layout, lines, keys, elsewhere }
    }
}

fn write_lines(
    entries: &[(u64, Entry, &Held)],
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
            let Some(((hash, entry, _), _)) = rest.next_if(|(_, at)| **at == place) else { break };
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
    /// equal secrets and times give equal bytes. On a replica it is as old as its rules, on an authority
    /// of `now`.
    #[must_use]
    pub fn to_index(&self, secret: [u8; 16], now: UnixTime) -> Vec<u8> {
        let key = HashKey::new(secret);
        let areas = self.shapes.iter().zip((0..).step_by(2));
        let areas: Vec<Area<'_>> =
            areas.map(|((shape, table), area)| Area::of(shape, table, area, &key)).collect();
        let as_of = if self.source.is_local() { Some(now) } else { self.source.as_of() };
        let mut header = Form::Index.start();
        let put = |bytes: &mut Vec<u8>, value: u64| bytes.extend_from_slice(&value.to_le_bytes());
        put(&mut header, 0); // the length, once it is known
        header.extend_from_slice(&key.secret());
        put(&mut header, self.sequence);
        put_time(&mut header, as_of.map(within_range));
        self.horizon.write(&mut header);
        put(&mut header, number(areas.len()));
        put(&mut header, 0); // where the shapes end
        // The descriptions have one length, whatever they say: once for the length, once for the places.
        let described = describe(&areas, 0);
        let end = header.len().saturating_add(described.0.len());
        let start = aligned(end.saturating_add(8));
        let (described, length) = describe(&areas, start);
        for (range, value) in [(16..24, length), (104..112, end)] {
            if let Some(slot) = header.get_mut(range) {
                slot.copy_from_slice(&number(value).to_le_bytes());
            }
        }
        header.extend_from_slice(&described);
        let checksum = key.bytes(&header);
        put(&mut header, checksum);
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

/// The next multiple of a line.
const fn aligned(place: usize) -> usize {
    place.div_ceil(LINE).saturating_mul(LINE)
}

/// The shapes with their places from `start` on; and where all ends.
fn describe(areas: &[Area<'_>], start: usize) -> (Vec<u8>, usize) {
    let (mut bytes, mut end) = (Vec::new(), start);
    for area in areas {
        write_shape(area.shape, &mut bytes);
        let mut put = |value: u64| bytes.extend_from_slice(&value.to_le_bytes());
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

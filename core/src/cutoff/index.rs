//! Decisions alone, in place: a table of fingerprints that is asked as it lies in a file, in flash, in a
//! browser's buffer. At most 16 bytes for a simple rule; nothing is copied, nothing allocated.
//!
//! ```text
//!   0  as every form begins (see `snapshot`), 'I', and the number of bytes in all
//!  24  16 bytes  secret of the hashes: whoever knows it can aim at a false match, so keep it as the rules
//!  40  u64       sequence number
//!  48  i64 x 6   as of; floor, login floor, leeway, pruned at, seen; -1: none
//!  96  u64 x 2   number of shapes; where they end
//! 112  shapes in order: the dimensions, then 9 u64: targets, lines, reach, base, and where these lie and
//!      how long they are: lines (place; see `line`), keys, elsewhere (place and bytes; see `sealed`)
//!      then a keyed checksum of all so far; then, each at a multiple of 64, the areas
//! ```
//! Fingerprints are all 64 bits of a keyed hash (see `hashing`). One of n targets is met by chance with
//! at most n * (d + 1) * 2^-64 for d dimensions: for ten million users of issuers once in 6 * 10^11 tokens.
//! A false match adds a rule, so it can only refuse more, and a rule that names the token's own values
//! is always found. Opening reads the beginning alone; lines and entries are proven when they are read.

use core::fmt;
use core::time::Duration;

use super::dimension::WrittenShape;
use super::encoding::Bytes;
use super::entry::{self, Entry};
use super::facts::Facts;
use super::freshness::{Freshness, Source};
use super::hashing::HashKey;
use super::horizon::Horizon;
use super::line::{LINE, Layout, Line};
use super::load::LoadError;
use super::matching::private::Matching;
use super::matching::{Damaged, FreshWithin, RuleSet, Visit};
use super::sealed;
use super::snapshot::{Form, read_time};
use super::summary::{Names, TokenIds};
use super::values::{Places, Values, target};
use crate::time::UnixTime;

/// Rules as a validation asks them, in place in bytes that [`Cutoffs::to_index`](crate::Cutoffs::to_index)
/// made.
///
/// It cannot be changed or listed. It refuses all that the rules refuse which it was made of; with a
/// chance of about one in 10^12 for each token it refuses one more. Bytes that were damaged after it was
/// opened answer `rules_unavailable`.
///
/// ```
/// use core::time::Duration;
/// use lowwater::{Cutoffs, Freshness, Index, Rule, Target, UnixTime};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let mut cutoffs = Cutoffs::local();
/// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now), now)?;
/// let random = [7; 16]; // of the system's random source
/// let bytes = cutoffs.to_index(random, now);
/// // A file mapped into memory does as well: `validator.validate(token, &index, now)`.
/// let index = Index::replica(&bytes, Duration::from_secs(30), Duration::from_secs(300))?;
/// assert_eq!(index.freshness(now), Freshness::Fresh);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Index<'b> {
    bytes: &'b [u8],
    key: HashKey,
    source: Source,
    horizon: Horizon,
    sequence: u64,
    shapes: Bytes<'b>,
    count: u64,
}

/// What stands of one shape at the beginning.
#[derive(Clone, Copy)]
pub(super) struct Described<'b> {
    pub(super) shape: WrittenShape<'b>,
    pub(super) targets: u64,
    pub(super) layout: Layout,
    lines: &'b [[u8; LINE]],
    keys: &'b [u8],
    elsewhere: &'b [u8],
    number: u64,
}

impl<'b> Index<'b> {
    /// Opens the index of this very process: it is always fresh.
    ///
    /// # Errors
    /// Bytes that do not begin as an index does, or of another length than was written.
    pub fn local(bytes: &'b [u8]) -> Result<Self, LoadError> {
        Self::open(bytes, Source::Local)
    }

    /// Opens the index of another process: it is as old as it says, and counts as [`Cutoffs::replica`]
    /// does (see there for the bounds).
    ///
    /// [`Cutoffs::replica`]: crate::Cutoffs::replica
    ///
    /// # Errors
    /// The same; and bounds that are none.
    pub fn replica(
        bytes: &'b [u8],
        stale_after: Duration,
        expired_after: Duration,
    ) -> Result<Self, LoadError> {
        let source = Source::replica(stale_after, expired_after);
        Self::open(bytes, source.map_err(|_| LoadError::Bounds)?)
    }

    fn open(bytes: &'b [u8], source: Source) -> Result<Self, LoadError> {
        let rest = Form::Index.read(bytes)?;
        let opened = Self::read(bytes, rest, source).ok_or(LoadError::Malformed)?;
        let sound = opened.sound.then_some(opened.index).ok_or(LoadError::Damaged)?;
        // All shapes once, so that asking never meets one that makes no sense.
        let whole = sound.each_shape().all(|shape| shape.is_some());
        whole.then_some(sound).ok_or(LoadError::Malformed)
    }

    fn read(bytes: &'b [u8], mut rest: Bytes<'b>, mut source: Source) -> Option<Opened<'b>> {
        let key = HashKey::new(rest.array()?);
        let sequence = rest.u64()?;
        let as_of = read_time(&mut rest);
        let horizon = Horizon::read(&mut rest);
        let (count, end) = (rest.u64()?, usize::try_from(rest.u64()?).ok()?);
        let (header, mut behind) = (bytes.get(..end)?, Bytes(bytes.get(end..)?));
        let sound = behind.u64()? == key.bytes(header);
        let shapes = Bytes(header.get(112..)?);
        if !sound {
            let horizon = Horizon::default();
            let index = Self { bytes, key, source, horizon, sequence, shapes, count: 0 };
            return Some(Opened { sound, index });
        }
        if let Some(as_of) = as_of? {
            source.read_back(UnixTime::from_millis(as_of));
        }
        let index = Self { bytes, key, source, horizon: horizon?, sequence, shapes, count };
        Some(Opened { sound, index })
    }

    /// The shapes; `None` for one that makes no sense, and nothing after it.
    fn each_shape(&self) -> impl Iterator<Item = Option<Described<'b>>> + use<'b> {
        let (bytes, mut rest, count) = (self.bytes, self.shapes, self.count);
        let mut done = false;
        (0..count).map_while(move |number| {
            let described = Described::read(&mut rest, bytes, number);
            let last = core::mem::replace(&mut done, described.is_none());
            (!last).then_some(described)
        })
    }

    /// How old the rules are.
    #[must_use]
    pub fn freshness(&self, now: UnixTime) -> Freshness {
        self.source.freshness(now)
    }

    /// The same rules with a tighter second bound, as [`Cutoffs::fresh_within`] has it.
    ///
    /// [`Cutoffs::fresh_within`]: crate::Cutoffs::fresh_within
    #[must_use]
    pub const fn fresh_within(&self, bound: Duration) -> FreshWithin<'_, Self> {
        FreshWithin { rules: self, bound }
    }

    /// The sequence number of the state that it was made of.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// How many targets have rules that can refuse a token.
    #[must_use]
    pub fn targets(&self) -> u64 {
        self.each_shape().flatten().map(|shape| shape.targets).fold(0, u64::saturating_add)
    }

    /// Reads every byte: finds damage before a token meets it.
    ///
    /// # Errors
    /// Some line or entry is not as it was written.
    pub fn check_all(&self) -> Result<(), LoadError> {
        let sound = |shape: Option<Described<'_>>| {
            shape.is_some_and(|shape| {
                let lines = shape.lines.iter().zip(0..);
                let sound = lines.map(|(line, place)| Line(line).is_sound(place, &self.key));
                let areas = [shape.keys, shape.elsewhere].into_iter().zip(shape.areas());
                let areas = areas.map(|(area, seal)| sealed::all_sound(area, seal, &self.key));
                sound.chain(areas).all(|sound| sound)
            })
        };
        if self.each_shape().all(sound) { Ok(()) } else { Err(LoadError::Damaged) }
    }
}

/// What was read, and whether its checksum fits.
struct Opened<'b> {
    sound: bool,
    index: Index<'b>,
}

impl<'b> Described<'b> {
    fn read(rest: &mut Bytes<'b>, bytes: &'b [u8], number: u64) -> Option<Self> {
        let shape = WrittenShape::read(rest)?;
        let (targets, lines, reach) = (rest.u64()?, rest.u64()?, rest.u64()?);
        let base = rest.i64()?;
        let mut area = |length: Option<usize>| {
            let place = usize::try_from(rest.u64()?).ok()?;
            let length = match length {
                Some(length) => length,
                None => usize::try_from(rest.u64()?).ok()?,
            };
            bytes.get(place..place.checked_add(length)?)
        };
        // Behind the last line that hashes lead to lie as many as the farthest reach.
        let all = usize::try_from(lines.checked_add(reach)?).ok()?;
        let (lines_area, rest) = area(Some(all.checked_mul(LINE)?))?.as_chunks();
        let (keys, elsewhere) = (area(None)?, area(None)?);
        let layout = Layout { lines, reach, base };
        let sane = rest.is_empty() && lines > 0;
        sane.then_some(Self { shape, targets, layout, lines: lines_area, keys, elsewhere, number })
    }

    /// What tells the areas of all shapes apart.
    fn areas(&self) -> [u64; 2] {
        let first = self.number.wrapping_mul(2);
        [first, first.wrapping_add(1)]
    }

    fn line(&self, place: u64) -> Option<Line<'b>> {
        self.lines.get(usize::try_from(place).ok()?).map(Line)
    }
}

/// One target that a token matches, about to be looked up.
#[derive(Clone, Copy)]
struct Pending<'b> {
    described: Described<'b>,
    places: Places,
    hash: u64,
}

/// So many lookups wait for memory at the same time.
const TOGETHER: usize = 8;

struct Asking<'a, 'b, 'c> {
    index: &'a Index<'b>,
    facts: &'a Facts<'c>,
    ids: TokenIds<'a>,
}

impl<'b> Asking<'_, 'b, '_> {
    fn ask(&self, visit: Visit<'_>) -> Result<(), Damaged> {
        let mut values = Values::new(self.facts, &self.index.key);
        let mut pending: [Option<Pending<'b>>; TOGETHER] = [None; TOGETHER];
        let mut waiting = 0_usize;
        for described in self.index.each_shape() {
            let described = described.ok_or(Damaged)?;
            let Some(places) = values.places(described.shape.dimensions()) else { continue };
            match places.only {
                Some(hash) if places.are_kept() => {
                    if waiting == TOGETHER {
                        self.look_up(&pending, &values, visit)?;
                        (pending, waiting) = ([None; TOGETHER], 0);
                    }
                    if let Some(slot) = pending.get_mut(waiting) {
                        *slot = Some(Pending { described, places, hash });
                    }
                    waiting = waiting.saturating_add(1);
                }
                Some(hash) => {
                    let pending = [Some(Pending { described, places, hash })];
                    self.look_up(&pending, &values, visit)?;
                }
                None => self.ask_several(&described, &places, &values, visit)?,
            }
        }
        self.look_up(&pending, &values, visit)
    }

    /// Looks up several targets: first their lines, all at once, then what these say. A processor waits
    /// for all of them together as long as nothing is decided in between.
    fn look_up(
        &self,
        pending: &[Option<Pending<'b>>],
        values: &Values<'_, '_, '_>,
        visit: Visit<'_>,
    ) -> Result<(), Damaged> {
        let waiting = || pending.iter().map_while(Option::as_ref);
        let mut sound = true;
        for Pending { described, hash, .. } in waiting() {
            let home = described.layout.home(*hash);
            let line = described.line(home);
            sound &= line.is_some_and(|line| line.is_sound(home, &self.index.key));
            // Two lines in five are full, and then the next is read too: have it come along.
            let next = described.line(home.saturating_add(1)).map(|line| line.is_full());
            core::hint::black_box(next);
        }
        if !sound {
            return Err(Damaged);
        }
        for Pending { described, places, hash } in waiting() {
            let target = || target(&described.shape.owned(), &values.only(places));
            self.find(described, *hash, true, &target, visit)?;
        }
        Ok(())
    }

    /// What stands of a hash. `proven`: its first line was found sound.
    fn find(
        &self,
        described: &Described<'b>,
        hash: u64,
        proven: bool,
        target: &dyn Fn() -> Option<super::Target>,
        visit: Visit<'_>,
    ) -> Result<(), Damaged> {
        let layout = &described.layout;
        let home = layout.home(hash);
        for away in 0..=layout.reach {
            let place = home.saturating_add(away);
            let line = described.line(place).ok_or(Damaged)?;
            if !(proven && away == 0) && !line.is_sound(place, &self.index.key) {
                return Err(Damaged);
            }
            for entry in line.entries(hash, layout) {
                self.say(described, entry, target, visit)?;
            }
            if !line.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// A token that has several values of one of the dimensions.
    fn ask_several(
        &self,
        described: &Described<'b>,
        places: &Places,
        values: &Values<'_, '_, '_>,
        visit: Visit<'_>,
    ) -> Result<(), Damaged> {
        let [keys, _] = described.areas();
        let several =
            usize::try_from(described.targets).is_ok_and(|all| values.targets(places) > all);
        let mut outcome = Ok(());
        if several && !described.keys.is_empty() {
            // As in the live set: where the token has more combinations than there are targets, these are
            // asked instead. Shapes of several claims keep their keys for that.
            sealed::each(described.keys, keys, &self.index.key, |content| {
                let mut content = Bytes(content);
                let (key, packed) = (content.bytes()?, content.u64()?);
                if values.have(places, key) {
                    let target = || super::Target::of_key(&described.shape.owned(), key);
                    let entry = Entry::unpack(packed, 0);
                    self.say(described, entry, &target, visit).ok()?;
                }
                Some(())
            })
            .ok_or(Damaged)
        } else {
            values.each_target(places, &mut |hash, chosen| {
                let target = || target(&described.shape.owned(), chosen);
                if outcome.is_ok() {
                    outcome = self.find(described, hash, false, &target, visit);
                }
            });
            outcome
        }
    }

    fn say(
        &self,
        described: &Described<'b>,
        entry: Entry,
        target: &dyn Fn() -> Option<super::Target>,
        visit: Visit<'_>,
    ) -> Result<(), Damaged> {
        let names = Names::of(described.shape.dimensions());
        let mut say = |found| visit(target, found);
        match entry {
            Entry::Plain { tag, time } => say(entry::found(tag, time, names)),
            Entry::Elsewhere { offset } => {
                let [_, elsewhere] = described.areas();
                let read = sealed::read(described.elsewhere, offset, elsewhere, &self.index.key)
                    .and_then(|content| entry::read(content, self.ids, names, &mut say));
                read.ok_or(Damaged)?;
            }
        }
        Ok(())
    }
}

impl RuleSet for Index<'_> {}

impl Matching for Index<'_> {
    fn matching(&self, facts: &Facts<'_>, visit: Visit<'_>) -> Result<(), Damaged> {
        let (session, token_id) = (facts.claims.session(), facts.claims.token_id());
        Asking { index: self, facts, ids: TokenIds { session, token_id } }.ask(visit)
    }

    fn source(&self) -> Source {
        self.source
    }

    fn horizon(&self) -> Horizon {
        self.horizon
    }
}

impl fmt::Debug for Index<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Index");
        debug.field("bytes", &self.bytes.len()).field("sequence", &self.sequence);
        debug.finish_non_exhaustive()
    }
}

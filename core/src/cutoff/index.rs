//! Decisions alone, in place: a table of fingerprints that is asked as it lies in a file, in flash, in a
//! browser's buffer. At most 16 bytes for a simple rule (from some ten thousand on); nothing is copied,
//! nothing allocated.
//!
//! ```text
//!   0  as every form begins (see `snapshot`), 'I', and the number of bytes in all
//!  24  16 bytes  secret of the hashes: whoever knows it can aim at a false match, so keep it as the rules
//!  40  u64 x 2   sequence number; a hash of all entries, on which every checksum depends: parts of two
//!                indexes do not mix
//!  56  i64 x 6   as of; floor, login floor, leeway, pruned at, seen; -1: none
//! 104  u64 x 3   number of dimensions, number of shapes; where both end
//! 128  dimensions: as in `dimension`, each once; then shapes in order, 144 bytes each: u32 number of
//!      dimensions, u32 x 16 which, u32 bit 0: names a client, bit 1: a session or device; then 9 u64:
//!      targets, lines, reach, base, and where these lie and how long they are: lines (place; see
//!      `line`), keys, elsewhere (place and bytes; see `sealed`)
//!      then a keyed checksum of all so far; then, each at a multiple of 64, the areas
//! ```
//! Fingerprints are all 64 bits of a keyed hash (see `hashing`). One of n targets is met by chance with
//! at most n * (d + 1) * 2^-64 for d dimensions: for ten million users of issuers once in 6 * 10^11 lookups.
//! A false match adds a rule, so it can only refuse more, and a rule that names the token's own values
//! is always found. Opening reads the beginning alone; lines and entries are proven when they are read.

use core::fmt;
use core::time::Duration;

use super::contents::{Contents, Described, READ_AHEAD};
use super::encoding::Bytes;
use super::entry::{self, Entry};
use super::facts::Facts;
use super::freshness::{Freshness, Source};
use super::hashing::HashKey;
use super::horizon::Horizon;
use super::load::LoadError;
use super::matching::private::Matching;
use super::matching::{Damaged, FreshWithin, Named, RuleSet, Visit};
use super::sealed;
use super::snapshot::{Form, read_time};
use super::summary::TokenIds;
use super::target::Target;
use super::values::{Meets, Values, target};
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
    key: HashKey,
    source: Source,
    horizon: Horizon,
    sequence: u64,
    as_of: Option<i64>,
    contents: Contents<'b>,
}

impl<'b> Index<'b> {
    /// Opens the index of this very process: it is always fresh.
    ///
    /// # Errors
    /// Bytes that do not begin as an index does, or of another length than was written; the index of a
    /// replica that was never loaded.
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
        let parts = end(rest).and_then(|end| bytes.split_at_checked(end));
        let (header, behind) = parts.ok_or(LoadError::Malformed)?;
        let mut rest = Bytes(header.get(24..).unwrap_or_default());
        let key = HashKey::new(rest.array().ok_or(LoadError::Malformed)?);
        if Bytes(behind).u64() != Some(key.bytes(header)) {
            return Err(LoadError::Damaged);
        }
        let index = Self::read(bytes, rest, key, source).ok_or(LoadError::Malformed)?;
        if index.as_of.is_none() && source.is_local() {
            return Err(LoadError::Blind);
        }
        Ok(index)
    }

    fn read(
        bytes: &'b [u8],
        mut header: Bytes<'b>,
        mut key: HashKey,
        mut source: Source,
    ) -> Option<Self> {
        let sequence = header.u64()?;
        key.bind(header.u64()?);
        let as_of = read_time(&mut header)?;
        let horizon = Horizon::read(&mut header)?;
        let (dimensions, shapes, _end) = (header.u64()?, header.u64()?, header.u64()?);
        let contents = Contents::read(header, bytes, dimensions, shapes)?;
        if let Some(as_of) = as_of {
            source.read_back(UnixTime::from_millis(as_of));
        }
        Some(Self { key, source, horizon, sequence, as_of, contents })
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
        self.contents.shapes().map(|shape| shape.targets).fold(0, u64::saturating_add)
    }

    /// Reads every byte: finds damage before a token meets it.
    ///
    /// # Errors
    /// Some line or entry is not as it was written.
    pub fn check_all(&self) -> Result<(), LoadError> {
        let sound = self.contents.shapes().all(|shape| shape.is_sound(&self.key));
        if sound { Ok(()) } else { Err(LoadError::Damaged) }
    }
}

/// Where the header ends.
fn end(mut rest: Bytes<'_>) -> Option<usize> {
    rest.take(96)?;
    usize::try_from(rest.u64()?).ok()
}

/// One token, asking.
struct Asking<'a, 'b, 'c> {
    index: &'a Index<'b>,
    values: Values<'a, 'c>,
    ids: TokenIds<'a>,
}

impl<'b> Asking<'_, 'b, '_> {
    fn ask(&self, visit: Visit<'_>) -> Result<(), Damaged> {
        let contents = &self.index.contents;
        let (mut hashes, mut waiting) = ([(0, None); READ_AHEAD], 0_usize);
        for shape in contents.read_ahead() {
            match self.values.meets(shape.places()) {
                Meets::Nothing => {}
                Meets::Several => self.ask_several(shape, visit)?,
                Meets::One(hash) => {
                    if let Some(slot) = hashes.get_mut(waiting) {
                        *slot = (hash, Some(shape));
                    }
                    waiting = waiting.saturating_add(1);
                }
            }
        }
        self.look_up(hashes.get(..waiting).unwrap_or_default(), visit)?;
        for shape in contents.others() {
            match self.values.meets(shape.places()) {
                Meets::Nothing => {}
                Meets::Several => self.ask_several(&shape, visit)?,
                Meets::One(hash) => self.look_up(&[(hash, Some(&shape))], visit)?,
            }
        }
        Ok(())
    }

    /// Looks up several targets: first a word of each line, then the lines, then what these say. A processor
    /// waits for all words together, for they are few instructions apart and nothing is decided in
    /// between (with ten million rules of five shapes a quarter less than line by line).
    #[inline]
    fn look_up(
        &self,
        hashes: &[(u64, Option<&Described<'b>>)],
        visit: Visit<'_>,
    ) -> Result<(), Damaged> {
        let all = || hashes.iter().filter_map(|(hash, shape)| shape.map(|shape| (*hash, shape)));
        let touched = all().fold(0, |touched, (hash, shape)| {
            touched ^ shape.line(shape.layout.home(hash)).map_or(0, |line| line.trailer())
        });
        core::hint::black_box(touched);
        let sound = all().fold(true, |sound, (hash, shape)| {
            let home = shape.layout.home(hash);
            sound & shape.line(home).is_some_and(|line| line.is_sound(home, &self.index.key))
        });
        if !sound {
            return Err(Damaged);
        }
        for (hash, shape) in all() {
            let target = || {
                let chosen = self.values.only(shape.places());
                Named::from(target(&self.index.contents.shape(shape), &chosen))
            };
            self.find(shape, hash, true, &target, visit)?;
        }
        Ok(())
    }

    /// What stands of a hash. `proven`: its first line was found sound.
    #[inline]
    fn find(
        &self,
        shape: &Described<'b>,
        hash: u64,
        proven: bool,
        target: &dyn Fn() -> Named,
        visit: Visit<'_>,
    ) -> Result<(), Damaged> {
        let home = shape.layout.home(hash);
        for away in 0..=shape.layout.reach {
            let place = home.saturating_add(away);
            let line = shape.line(place).ok_or(Damaged)?;
            let proven = proven && away == 0;
            if !proven && !line.is_sound(place, &self.index.key) {
                return Err(Damaged);
            }
            for packed in line.entries(hash, &shape.layout) {
                self.say(shape, Entry::unpack(packed, shape.layout.base), target, visit)?;
            }
            if !line.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// A token that has several values of one of the dimensions.
    fn ask_several(&self, shape: &Described<'b>, visit: Visit<'_>) -> Result<(), Damaged> {
        let places = shape.places();
        let all = usize::try_from(shape.targets).unwrap_or(usize::MAX);
        if !shape.keys.is_empty() && self.values.targets(places) > all {
            // As in the live set: where the token has more combinations than there are targets, these are
            // asked instead. Shapes of several claims keep their keys for that.
            let [keys, _] = shape.areas();
            return sealed::each(shape.keys, keys, &self.index.key, |content| {
                let mut content = Bytes(content);
                let key = content.bytes()?;
                if self.values.have(places, key) {
                    let target =
                        || Named::from(Target::of_key(&self.index.contents.shape(shape), key));
                    let mut say = |found| visit(&target, found);
                    entry::read(content.0, self.ids, shape.names, &mut say)?;
                }
                Some(())
            })
            .ok_or(Damaged);
        }
        let mut outcome = Ok(());
        self.values.each_target(places, &mut |hash, chosen| {
            let target = || Named::from(target(&self.index.contents.shape(shape), chosen));
            if outcome.is_ok() {
                outcome = self.find(shape, hash, false, &target, visit);
            }
        });
        outcome
    }

    fn say(
        &self,
        shape: &Described<'b>,
        entry: Entry,
        target: &dyn Fn() -> Named,
        visit: Visit<'_>,
    ) -> Result<(), Damaged> {
        let mut say = |found| visit(target, found);
        match entry {
            Entry::Plain { tag, time } => say(entry::found(tag, time, shape.names)),
            Entry::Elsewhere { offset } => {
                let [_, elsewhere] = shape.areas();
                let read = sealed::read(shape.elsewhere, offset, elsewhere, &self.index.key)
                    .and_then(|content| entry::read(content, self.ids, shape.names, &mut say));
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
        let values = Values::read(facts, &self.key, self.contents.dimensions());
        Asking { index: self, values, ids: TokenIds { session, token_id } }.ask(visit)
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
        debug.field("targets", &self.targets()).field("sequence", &self.sequence);
        debug.finish_non_exhaustive()
    }
}

//! A set of keys, and the choice of those that a token may mean.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::skipped::SkippedKey;
use super::{Key, KeySetBuilder, offered};
use crate::algorithm::{Algorithm, AlgorithmSet};
use crate::base64url;
use crate::compact::{Compact, Limits};
#[cfg(feature = "ring")]
use crate::error::ConfigError;
use crate::error::KeyFault;
use crate::header::Header;
use crate::reason::Reason;
use crate::rejection::Rejection;
use crate::signature::{self, Backend, Signed, VerifySignature};

/// The most keys that are tried for one token: each costs a signature check, so an attacker who could
/// have many tried would have them all (four covers an issuer that rotates two keys of two kinds).
const MOST_CANDIDATES: usize = 4;

/// The keys that an API accepts tokens from.
///
/// Built once and shared: it cannot be changed. [`Validator::with_keys`](crate::Validator::with_keys)
/// exchanges it at run time.
///
/// ```
/// use lowwater::KeySet;
///
/// let jwks = r#"{"keys":[
///   {"kty":"OKP","crv":"Ed25519","kid":"a","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"},
///   {"kty":"AKP","alg":"ML-DSA-44","kid":"b","pub":"AAAA"}]}"#;
/// let keys = KeySet::from_jwks(jwks)?;
/// assert_eq!(keys.len(), 1);
/// assert_eq!(keys.skipped()[0].key_id(), Some("b")); // of a kind that is not supported: no harm
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct KeySet {
    keys: Vec<Arc<Prepared>>,
    skipped: Vec<SkippedKey>,
    named: BTreeMap<Box<str>, Fitting>,
    nameless: Option<Fitting>,
    all: Fitting,
}

/// For each algorithm the first keys that fit it, as positions in the set: one more than are ever
/// tried, so that "too many" shows, whatever the size of the set.
#[derive(Clone, Default)]
struct Fitting(BTreeMap<Algorithm, Vec<usize>>);

impl Fitting {
    fn add(&mut self, position: usize, key: &Prepared) {
        for (algorithm, _) in key.verifiers.iter() {
            let positions = self.0.entry(*algorithm).or_default();
            if positions.len() <= MOST_CANDIDATES {
                positions.push(position);
            }
        }
    }

    fn of(&self, algorithm: Algorithm) -> &[usize] {
        self.0.get(&algorithm).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A key with what the backend made of it for each algorithm that it may serve.
pub(crate) struct Prepared {
    key: Key,
    name: Arc<KeyName>,
    verifiers: Arc<[(Algorithm, Box<dyn VerifySignature>)]>,
}

/// What is said of a key that verified. Whatever outlives the key set (accepted tokens, tickets, a memo)
/// holds this, and nothing of a secret.
pub(crate) struct KeyName {
    id: Arc<str>,
    issuers: Vec<Arc<str>>,
}

impl KeyName {
    /// The `kid`, or the thumbprint of a key without one.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The issuers to which the key is bound; none: it serves all that are configured.
    pub(crate) fn issuers(&self) -> &[Arc<str>] {
        &self.issuers
    }
}

impl Prepared {
    pub(super) fn new(key: Key, backend: &dyn Backend) -> Result<Self, KeyFault> {
        let verifiers: Vec<_> = Algorithm::ALL
            .into_iter()
            .chain(offered(backend).iter())
            .filter(|algorithm| key.fits(*algorithm))
            .filter_map(|algorithm| Some((algorithm, backend.prepare(algorithm, &key.material())?)))
            .collect();
        if verifiers.is_empty() {
            return Err(KeyFault::Unsupported);
        }
        let id = match key.id() {
            Some(id) => Arc::from(id),
            None => {
                let input = key.material.thumbprint_input();
                Arc::from(base64url::encode(&backend.sha256(input.as_bytes())))
            }
        };
        let name = Arc::new(KeyName { id, issuers: Vec::new() });
        Ok(Self { key, name, verifiers: verifiers.into() })
    }

    /// What is said of it where it verified.
    pub(crate) const fn name(&self) -> &Arc<KeyName> {
        &self.name
    }

    /// The `kid`, or the thumbprint of a key without one.
    pub(crate) fn id(&self) -> &str {
        self.name.id()
    }

    /// The `kid`, if it has one.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.key.id()
    }

    /// What it may serve.
    pub(crate) fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        self.verifiers.iter().map(|(algorithm, _)| *algorithm)
    }

    /// The issuers to which it is bound.
    pub(crate) fn issuers(&self) -> &[Arc<str>] {
        self.name.issuers()
    }

    fn verifier(&self, algorithm: Algorithm) -> Option<&dyn VerifySignature> {
        let found = self.verifiers.iter().find(|(own, _)| *own == algorithm)?;
        Some(&*found.1)
    }

    fn bound_to(&self, issuers: Vec<Arc<str>>) -> Self {
        let name = Arc::new(KeyName { id: Arc::clone(&self.name.id), issuers });
        Self { key: self.key.clone(), name, verifiers: Arc::clone(&self.verifiers) }
    }
}

/// The keys that a token may mean, in the order in which they are tried.
pub(crate) struct Candidates<'k> {
    found: [Option<(&'k Arc<Prepared>, &'k dyn VerifySignature)>; MOST_CANDIDATES],
}

impl<'k> Candidates<'k> {
    pub(crate) fn iter(
        &self,
    ) -> impl Iterator<Item = (&'k Arc<Prepared>, &'k dyn VerifySignature)> + '_ {
        self.found.iter().flatten().copied()
    }
}

impl KeySet {
    /// No key: what is known of an issuer whose keys were not fetched yet. Every token is answered `key_not_found`.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(Vec::new(), Vec::new())
    }

    /// Reads a JWK Set (RFC 7517 section 5) for ring. Keys that cannot be used are [`skipped`](Self::skipped).
    ///
    /// # Errors
    /// A text that is not strict JSON or no JWK Set; a set in which no key can be used.
    #[cfg(feature = "ring")]
    pub fn from_jwks(jwks: &str) -> Result<Self, ConfigError> {
        Self::builder().jwks(jwks)?.build()
    }

    /// Reads what a file of keys holds: a JWK Set, a lone JWK, a public key in PEM or in DER; see
    /// [`KeySetBuilder::read`].
    ///
    /// # Errors
    /// Anything else, and keys that must not be used.
    #[cfg(feature = "ring")]
    pub fn read(file: &[u8]) -> Result<Self, ConfigError> {
        Self::builder().read(file)?.build()
    }

    /// A set of keys that were read one by one.
    ///
    /// # Errors
    /// No key at all, or one that the backend cannot use.
    #[cfg(feature = "ring")]
    pub fn from_keys(keys: impl IntoIterator<Item = Key>) -> Result<Self, ConfigError> {
        keys.into_iter().try_fold(Self::builder(), KeySetBuilder::key)?.build()
    }

    /// Collects keys of several forms, with signatures by ring.
    #[cfg(feature = "ring")]
    pub const fn builder() -> KeySetBuilder<'static> {
        Self::builder_with(&crate::ring::Ring)
    }

    /// Collects keys of several forms, with signatures by the backend that is handed in: `AwsLc`, `Ring`,
    /// or one's own.
    pub const fn builder_with(backend: &dyn Backend) -> KeySetBuilder<'_> {
        KeySetBuilder::new(backend)
    }

    pub(super) fn new(keys: Vec<Arc<Prepared>>, skipped: Vec<SkippedKey>) -> Self {
        let mut named: BTreeMap<Box<str>, Fitting> = BTreeMap::new();
        let (mut nameless, mut all) = (None, Fitting::default());
        for (position, key) in keys.iter().enumerate() {
            match key.key.id() {
                Some(id) => named.entry(id.into()).or_default().add(position, key),
                None => nameless.get_or_insert_with(Fitting::default).add(position, key),
            }
            all.add(position, key);
        }
        Self { keys, skipped, named, nameless, all }
    }

    /// Binds every key of this set to an issuer: a token that one of them verifies must carry it.
    ///
    /// Called again, it adds another. Without it a key serves all configured issuers, so that, where
    /// there are several, one of them could sign tokens in the name of another.
    ///
    /// ```
    /// # use lowwater::{Key, KeySet};
    /// # let (a, b) = ([1; 32], [2; 32]);
    /// let keys = KeySet::from_keys([Key::from_secret(&a)?])?.for_issuer("https://a.example/")
    ///     .union(&KeySet::from_keys([Key::from_secret(&b)?])?.for_issuer("https://b.example/"));
    /// assert_eq!(keys.len(), 2);
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    #[must_use]
    pub fn for_issuer(self, issuer: &str) -> Self {
        let issuer: Arc<str> = Arc::from(issuer);
        let bind = |key: &Arc<Prepared>| {
            let mut issuers = key.issuers().to_vec();
            if !issuers.contains(&issuer) {
                issuers.push(Arc::clone(&issuer));
            }
            Arc::new(key.bound_to(issuers))
        };
        Self { keys: self.keys.iter().map(bind).collect(), ..self }
    }

    /// The keys of both sets, this one's first.
    ///
    /// A key that stands in both (some issuers publish one key for all their tenants) is one key
    /// afterwards: bound to the issuers of both, or to none if it was unbound in either. It serves what
    /// this set's backend made of it.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut keys = self.keys.clone();
        let mut places: BTreeMap<(Arc<str>, Option<Algorithm>), Vec<usize>> = BTreeMap::new();
        for (place, key) in keys.iter().enumerate() {
            places.entry((Arc::clone(&key.name.id), key.key.algorithm())).or_default().push(place);
        }
        for key in &other.keys {
            let likely = places.get(&(Arc::clone(&key.name.id), key.key.algorithm()));
            let twin = likely.into_iter().flatten().find_map(|place| {
                let twin = keys.get(*place).filter(|twin| twin.key == key.key)?;
                Some((*place, Arc::clone(twin)))
            });
            match twin {
                None => keys.push(Arc::clone(key)),
                Some((place, twin)) => {
                    let mut issuers = twin.issuers().to_vec();
                    issuers.extend(
                        key.issuers().iter().filter(|one| !twin.issuers().contains(one)).cloned(),
                    );
                    if twin.issuers().is_empty() || key.issuers().is_empty() {
                        issuers.clear();
                    }
                    if let Some(slot) = keys.get_mut(place) {
                        *slot = Arc::new(twin.bound_to(issuers));
                    }
                }
            }
        }
        let skipped = self.skipped.iter().chain(&other.skipped).cloned().collect();
        Self::new(keys, skipped)
    }

    /// How many keys can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Is it [`empty`](Self::empty)? No set that was read is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that cannot be used, with reasons.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }

    /// The keys in their order.
    pub(super) fn prepared(&self) -> impl Iterator<Item = &Arc<Prepared>> {
        self.keys.iter()
    }

    /// The names of the keys: `kid`, or the thumbprint (RFC 7638) of a key without one.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id())
    }

    /// Checks shape, header and signature of any signed message, and stops there.
    ///
    /// The limits are the default ones: 16 KiB, no padding. No claim is read, no policy applied, no
    /// rule asked: what comes back is proven bytes and no more.
    ///
    /// # Errors
    /// A [`Rejection`] of the stages shape, header, key and signature; an empty allow-list allows
    /// nothing.
    pub fn verify(
        &self,
        token: &str,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Result<Signed, Rejection> {
        self.verify_up_to(token, Limits::default().max_token_bytes, algorithms)
    }

    /// The same for a message that may have more bytes: a status list, say.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_up_to(
        &self,
        message: &str,
        most_bytes: usize,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Result<Signed, Rejection> {
        let limits = Limits { max_token_bytes: most_bytes, ..Limits::default() };
        self.prove(message, &limits, algorithms.into_iter().collect()).map_err(Rejection::new)
    }

    /// The first four steps of a validation.
    pub(crate) fn prove(
        &self,
        token: &str,
        limits: &Limits,
        allowed: AlgorithmSet,
    ) -> Result<Signed, Reason> {
        let mut compact = Compact::parse(token, limits)?;
        let header = Header::parse(&mut compact, allowed)?;
        let candidates = self.select(&header)?;
        signature::verify(compact, header, &candidates)
    }

    /// The keys that the token may mean and that fit its algorithm.
    ///
    /// It names a `kid`: the keys of that name and those without one (a lone PEM has none). It names
    /// none: all keys.
    pub(crate) fn select(&self, header: &Header) -> Result<Candidates<'_>, Reason> {
        let algorithm = header.algorithm;
        let positions = |fitting: Option<&Fitting>| -> [Option<usize>; MOST_CANDIDATES + 1] {
            let mut first = [None; MOST_CANDIDATES + 1];
            let fitting = fitting.map(|fitting| fitting.of(algorithm)).unwrap_or_default();
            first.iter_mut().zip(fitting).for_each(|(slot, position)| *slot = Some(*position));
            first
        };
        let (own, others, any) = match header.key_id() {
            None => (positions(Some(&self.all)), positions(None), false),
            Some(id) => {
                let own = self.named.get(id);
                let any = own.is_some() || self.nameless.is_some();
                (positions(own), positions(self.nameless.as_ref()), any)
            }
        };
        let mut candidates = Candidates { found: [None; MOST_CANDIDATES] };
        let mut slots = candidates.found.iter_mut();
        let (mut own, mut others) =
            (own.iter().flatten().peekable(), others.iter().flatten().peekable());
        while let Some(position) = match (own.peek(), others.peek()) {
            (Some(one), Some(other)) if other < one => others.next(),
            (None, _) => others.next(),
            (Some(_), _) => own.next(),
        } {
            let key = self.keys.get(*position);
            let Some(key) = key.and_then(|key| Some((key, key.verifier(algorithm)?))) else {
                continue;
            };
            match slots.next() {
                Some(slot) => *slot = Some(key),
                None => {
                    return Err(Reason::KeyAmbiguous { algorithm, limit: MOST_CANDIDATES });
                }
            }
        }
        match candidates.found {
            [Some(_), ..] => Ok(candidates),
            _ if any => Err(Reason::KeyMismatch { algorithm }),
            _ => Err(Reason::KeyNotFound { algorithm, named: header.key_id().is_some() }),
        }
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet")
            .field("keys", &self.keys.iter().map(|key| &key.key).collect::<Vec<_>>())
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}

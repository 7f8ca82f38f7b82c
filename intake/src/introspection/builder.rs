//! How introspection is configured.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use lowwater::{Algorithm, ConfigError};

use super::{Credentials, Introspection};
use crate::address::{Address, Schemes};
use crate::config::{Config, mistake};

pub(super) const WHAT: &str = "introspection";

const SECOND: Duration = Duration::from_secs(1);
const TTL: Duration = Duration::from_secs(60);
const MOST_TTL: Duration = Duration::from_secs(60 * 60);
const INACTIVE_TTL: Duration = Duration::from_secs(10);
const LEAST_INACTIVE_TTL: Duration = Duration::from_secs(5);
const MOST_INACTIVE_TTL: Duration = Duration::from_secs(30);
const COOL_DOWN: Duration = Duration::from_secs(30);
const MOST_COOL_DOWN: Duration = Duration::from_secs(10 * 60);
/// A request waits for it.
const TIMEOUT: Duration = Duration::from_secs(3);
/// What a key source takes at most to fetch keys for a signed response, where nothing else is said.
const KEYS: Duration = Duration::from_secs(10);
const MOST_TIMEOUT: Duration = Duration::from_secs(60);
/// A response with 12 members takes about 2 KiB.
const MAX_ENTRIES: usize = 10_000;
const MOST_ENTRIES: usize = 1_000_000;
const MAX_CACHE_BYTES: usize = 16 * 1024 * 1024;
const MOST_CACHE_BYTES: usize = 1024 * 1024 * 1024;
const MAX_PENDING: usize = 256;
const MOST_PENDING: usize = 10_000;
const MAX_BYTES: usize = 64 * 1024;
const MOST_BYTES: usize = 1024 * 1024;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) issuer: Box<str>,
    pub(super) endpoint: Address,
    pub(super) credentials: Credentials,
    pub(super) signed: Option<Signed>,
    pub(super) ttl: Duration,
    pub(super) inactive_ttl: Duration,
    pub(super) cool_down: Duration,
    pub(super) timeout: Duration,
    pub(super) max_entries: usize,
    pub(super) max_cache_bytes: usize,
    pub(super) max_pending: usize,
    pub(super) max_bytes: usize,
}

impl Settings {
    /// How long it may take until an answer is told.
    pub(super) const fn longest(&self) -> Duration {
        let keys = if self.signed.is_some() { KEYS } else { Duration::ZERO };
        self.timeout.saturating_add(keys)
    }
}

/// For whom responses are signed, and how.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) audience: Vec<String>,
    pub(super) algorithms: Vec<Algorithm>,
}

/// Configures an [`Introspection`].
#[derive(Clone, Debug)]
#[must_use]
pub struct IntrospectionBuilder {
    issuer: String,
    endpoint: String,
    credentials: Credentials,
    schemes: Schemes,
    signed: Option<Signed>,
    ttl: Duration,
    inactive_ttl: Duration,
    cool_down: Duration,
    timeout: Duration,
    max_entries: usize,
    max_cache_bytes: usize,
    max_pending: usize,
    max_bytes: usize,
}

impl IntrospectionBuilder {
    pub(super) fn new(issuer: &str, endpoint: &str, credentials: Credentials) -> Self {
        Self {
            issuer: issuer.into(),
            endpoint: endpoint.into(),
            credentials,
            schemes: Schemes::Https,
            signed: None,
            ttl: TTL,
            inactive_ttl: INACTIVE_TTL,
            cool_down: COOL_DOWN,
            timeout: TIMEOUT,
            max_entries: MAX_ENTRIES,
            max_cache_bytes: MAX_CACHE_BYTES,
            max_pending: MAX_PENDING,
            max_bytes: MAX_BYTES,
        }
    }

    pub(super) fn from_json(json: &str) -> Result<Self, ConfigError> {
        const KNOWN: [&str; 17] = [
            "issuer",
            "endpoint",
            "client_id",
            "client_secret",
            "bearer",
            "credentials",
            "signed_for",
            "algorithms",
            "ttl",
            "inactive_ttl",
            "cool_down",
            "timeout",
            "max_entries",
            "max_cache_bytes",
            "max_pending",
            "max_bytes",
            "allow_loopback_http",
        ];
        let config = Config::read(WHAT, json, &KNOWN)?;
        let (client, secret) = (config.text("client_id")?, config.text("client_secret")?);
        let (bearer, connection) = (config.text("bearer")?, config.text("credentials")?);
        let credentials = match (client, secret, bearer, connection.as_deref()) {
            (Some(client), Some(secret), None, None) => Credentials::basic(&client, &secret)?,
            (None, None, Some(token), None) => Credentials::bearer(&token)?,
            (None, None, None, Some("connection")) => Credentials::of_the_connection(),
            _ => {
                return Err(config.mistake(
                    "give `client_id` with `client_secret`, or `bearer`, or `credentials`: \"connection\" where a \
                     client certificate says who asks",
                ));
            }
        };
        let (issuer, endpoint) = (config.needed("issuer")?, config.needed("endpoint")?);
        let mut builder = Self::new(&issuer, &endpoint, credentials);
        if let Some(audience) = config.texts("signed_for")? {
            builder.signed = Some(Signed { audience, algorithms: config.algorithms()? });
        } else if config.members.has("algorithms") {
            return Err(
                config.mistake("`algorithms` wants `signed_for`: whom signed responses name")
            );
        }
        for (member, span) in [
            ("ttl", &mut builder.ttl),
            ("inactive_ttl", &mut builder.inactive_ttl),
            ("cool_down", &mut builder.cool_down),
            ("timeout", &mut builder.timeout),
        ] {
            *span = config.span(member)?.unwrap_or(*span);
        }
        for (member, bound) in [
            ("max_entries", &mut builder.max_entries),
            ("max_cache_bytes", &mut builder.max_cache_bytes),
            ("max_pending", &mut builder.max_pending),
            ("max_bytes", &mut builder.max_bytes),
        ] {
            *bound = config.count(member)?.unwrap_or(*bound);
        }
        if config.flag("allow_loopback_http")? {
            builder.schemes = Schemes::HttpsOrLoopback;
        }
        Ok(builder)
    }

    /// Asks for signed responses (RFC 9701) and takes no others: they have to name one of these (`aud`), which is what
    /// the authorization server calls this API, and be signed by one of these algorithms.
    pub fn signed<'a>(
        mut self,
        audience: impl IntoIterator<Item = &'a str>,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Self {
        let audience = audience.into_iter().map(String::from).collect();
        self.signed = Some(Signed { audience, algorithms: algorithms.into_iter().collect() });
        self
    }

    /// Takes `http` too, of this machine alone: for tests, and for a proxy beside the process.
    pub const fn allow_loopback_http(mut self) -> Self {
        self.schemes = Schemes::HttpsOrLoopback;
        self
    }

    /// How long a response counts, at most: 60 seconds; 0 keeps none. So long a token may live on that the server
    /// revoked and no rule names.
    pub const fn ttl(mut self, span: Duration) -> Self {
        self.ttl = span;
        self
    }

    /// How long a token that is not active is not asked about again: 10 seconds.
    pub const fn inactive_ttl(mut self, span: Duration) -> Self {
        self.inactive_ttl = span;
        self
    }

    /// The longest pause after failures: 30 seconds.
    pub const fn cool_down(mut self, span: Duration) -> Self {
        self.cool_down = span;
        self
    }

    /// How long an answer may take: 3 seconds, for a request waits for it.
    pub const fn timeout(mut self, span: Duration) -> Self {
        self.timeout = span;
        self
    }

    /// How many responses are kept, at most: 10,000, and as many of tokens that are not active.
    pub const fn max_entries(mut self, entries: usize) -> Self {
        self.max_entries = entries;
        self
    }

    /// What they take of memory, at most: 16 MiB; a quarter of it for tokens that are not active.
    pub const fn max_cache_bytes(mut self, bytes: usize) -> Self {
        self.max_cache_bytes = bytes;
        self
    }

    /// How many tokens are asked about at the same time, at most: 256.
    pub const fn max_pending(mut self, tokens: usize) -> Self {
        self.max_pending = tokens;
        self
    }

    /// The longest answer: 64 KiB.
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The state machine.
    ///
    /// # Errors
    /// An empty issuer; an endpoint that is not `https`; a span or a bound out of its range; signed responses for nobody or
    /// by no algorithm.
    pub fn build(self) -> Result<Introspection, ConfigError> {
        if self.issuer.is_empty() {
            return Err(mistake(WHAT, "the issuer must not be empty"));
        }
        let endpoint = Address::parse(&self.endpoint, self.schemes).map_err(|_| {
            mistake(
                WHAT,
                "the endpoint must be https, with a host and without a user (http of this machine wants \
                 `allow_loopback_http`)",
            )
        })?;
        if let Some(Signed { audience, algorithms }) = &self.signed {
            if audience.is_empty() || audience.iter().any(String::is_empty) {
                return Err(mistake(
                    WHAT,
                    "name whom signed responses are for, none of them empty",
                ));
            }
            if algorithms.is_empty() {
                return Err(mistake(WHAT, "name at least one algorithm of signed responses"));
            }
        }
        let within = |right: bool, expected: &str| match right {
            true => Ok(()),
            false => Err(mistake(WHAT, expected)),
        };
        within(self.ttl <= MOST_TTL, "`ttl` must be at most 1 hour")?;
        within(
            (LEAST_INACTIVE_TTL..=MOST_INACTIVE_TTL).contains(&self.inactive_ttl),
            "`inactive_ttl` must be 5 to 30 seconds",
        )?;
        within(
            (SECOND..=MOST_COOL_DOWN).contains(&self.cool_down),
            "`cool_down` must be 1 second to 10 minutes",
        )?;
        within(
            !self.timeout.is_zero() && self.timeout <= MOST_TIMEOUT,
            "`timeout` must be above 0 and at most 1 minute",
        )?;
        within(self.max_entries <= MOST_ENTRIES, "`max_entries` must be at most 1000000")?;
        within(
            self.max_cache_bytes <= MOST_CACHE_BYTES,
            "`max_cache_bytes` must be at most 1 GiB",
        )?;
        within((1..=MOST_PENDING).contains(&self.max_pending), "`max_pending` must be 1 to 10000")?;
        within((1..=MOST_BYTES).contains(&self.max_bytes), "`max_bytes` must be 1 to 1 MiB")?;
        Ok(Introspection::new(Settings {
            issuer: self.issuer.into(),
            endpoint,
            credentials: self.credentials,
            signed: self.signed,
            ttl: self.ttl,
            inactive_ttl: self.inactive_ttl,
            cool_down: self.cool_down,
            timeout: self.timeout,
            max_entries: self.max_entries,
            max_cache_bytes: self.max_cache_bytes,
            max_pending: self.max_pending,
            max_bytes: self.max_bytes,
        }))
    }
}

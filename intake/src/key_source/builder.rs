//! How a key source is configured.

use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;

use lowwater::ConfigError;

use super::KeySource;
use crate::address::{Address, Schemes, metadata_of};
use crate::config::{Config, mistake};

const WHAT: &str = "key source";

/// Ten minutes: what an issuer may say without saying it, and how long a withdrawn key lives then.
const FRESH_FOR: Duration = Duration::from_secs(10 * 60);
/// What an issuer says counts from the one to the other.
pub(super) const LEAST_FRESH: Duration = Duration::from_secs(60);
pub(super) const MOST_FRESH: Duration = Duration::from_secs(24 * 60 * 60);
const STALE_FOR: Duration = Duration::from_secs(24 * 60 * 60);
const COOL_DOWN: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(5);
/// A key with its chain of certificates has some 10 KiB.
const MAX_BYTES: usize = 512 * 1024;
/// What no setting may pass.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Where fetching begins.
#[derive(Clone, Debug)]
pub(super) enum Start {
    Metadata(Address),
    Keys(Address),
}

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) issuer: Box<str>,
    pub(super) start: Start,
    pub(super) schemes: Schemes,
    pub(super) fresh_for: Duration,
    pub(super) stale_for: Duration,
    pub(super) cool_down: Duration,
    pub(super) timeout: Duration,
    pub(super) max_bytes: usize,
}

/// Configures a [`KeySource`].
#[derive(Clone, Debug)]
#[must_use]
pub struct KeySourceBuilder {
    issuer: String,
    /// The address of the key set.
    jwks: Option<String>,
    /// That of metadata elsewhere than the issuer's own.
    metadata: Option<String>,
    schemes: Schemes,
    fresh_for: Duration,
    stale_for: Duration,
    cool_down: Duration,
    timeout: Duration,
    max_bytes: usize,
}

impl KeySourceBuilder {
    pub(super) fn new(issuer: &str, jwks: Option<&str>) -> Self {
        Self {
            issuer: issuer.into(),
            jwks: jwks.map(Into::into),
            metadata: None,
            schemes: Schemes::Https,
            fresh_for: FRESH_FOR,
            stale_for: STALE_FOR,
            cool_down: COOL_DOWN,
            timeout: TIMEOUT,
            max_bytes: MAX_BYTES,
        }
    }

    /// Reads `{"issuer"}`, and perhaps `"jwks_url"` or `"metadata_url"`, `"allow_loopback_http"` (true or false), `"fresh_for"`,
    /// `"stale_for"`, `"cool_down"`, `"timeout"` in seconds, `"max_bytes"`.
    pub(super) fn from_json(json: &str) -> Result<Self, ConfigError> {
        let known = [
            "issuer",
            "jwks_url",
            "metadata_url",
            "allow_loopback_http",
            "fresh_for",
            "stale_for",
            "cool_down",
            "timeout",
            "max_bytes",
        ];
        let config = Config::read(WHAT, json, &known)?;
        let mut builder = Self::new(&config.needed("issuer")?, config.text("jwks_url")?.as_deref());
        builder.metadata = config.text("metadata_url")?;
        if config.flag("allow_loopback_http")? {
            builder = builder.allow_loopback_http();
        }
        if let Some(bytes) = config.count("max_bytes")? {
            builder = builder.max_bytes(bytes);
        }
        let spans = [
            ("fresh_for", &mut builder.fresh_for),
            ("stale_for", &mut builder.stale_for),
            ("cool_down", &mut builder.cool_down),
            ("timeout", &mut builder.timeout),
        ];
        for (name, slot) in spans {
            *slot = config.span(name)?.unwrap_or(*slot);
        }
        Ok(builder)
    }

    /// Reads the metadata here: of an authorization server that publishes them elsewhere (RFC 8414). They still have to name
    /// the issuer.
    pub fn metadata_url(mut self, url: &str) -> Self {
        self.metadata = Some(url.into());
        self
    }

    /// Takes `http` too, of this machine alone: for tests, and for a proxy beside the process.
    pub const fn allow_loopback_http(mut self) -> Self {
        self.schemes = Schemes::HttpsOrLoopback;
        self
    }

    /// How long keys are fresh where the issuer does not say: 10 minutes. What it says counts from 1 minute to 24 hours.
    pub const fn fresh_for(mut self, span: Duration) -> Self {
        self.fresh_for = span;
        self
    }

    /// How long keys are used beyond that while no others can be had: 24 hours.
    pub const fn stale_for(mut self, span: Duration) -> Self {
        self.stale_for = span;
        self
    }

    /// The shortest time between two fetches for a key that is missing: 30 seconds.
    pub const fn cool_down(mut self, span: Duration) -> Self {
        self.cool_down = span;
        self
    }

    /// How long a round may take, with metadata and redirects: 5 seconds.
    pub const fn timeout(mut self, span: Duration) -> Self {
        self.timeout = span;
        self
    }

    /// The longest answer: 512 KiB.
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The source.
    ///
    /// # Errors
    /// An empty issuer; an address that is not `https`; a span or a size out of its range.
    pub fn build(self) -> Result<KeySource, ConfigError> {
        let refused = |expected: &str| mistake(WHAT, expected);
        if self.issuer.is_empty() {
            return Err(refused("the issuer must not be empty"));
        }
        let address = |text: &str| {
            Address::parse(text, self.schemes).map_err(|_| {
                refused(
                    "the address must be https, with a host and without a user (http of this machine wants \
                     `allow_loopback_http`)",
                )
            })
        };
        let start = match (&self.jwks, &self.metadata) {
            (Some(_), Some(_)) => {
                return Err(refused("give the address of the keys or of the metadata, not both"));
            }
            (Some(url), None) => Start::Keys(address(url)?),
            (None, Some(url)) => Start::Metadata(address(url)?),
            (None, None) => Start::Metadata(address(&metadata_of(&self.issuer))?),
        };
        let second = Duration::from_secs(1);
        if !(LEAST_FRESH..=MOST_FRESH).contains(&self.fresh_for) {
            return Err(refused("`fresh_for` must be 1 minute to 24 hours"));
        }
        if !(second..=MOST_FRESH).contains(&self.cool_down) {
            return Err(refused("`cool_down` must be 1 second to 24 hours"));
        }
        if self.timeout.is_zero() || self.timeout > LEAST_FRESH {
            return Err(refused("`timeout` must be above 0 and at most 1 minute"));
        }
        if self.stale_for > Duration::from_secs(30 * 24 * 60 * 60) {
            return Err(refused("`stale_for` must be at most 30 days"));
        }
        if !(1..=MOST_BYTES).contains(&self.max_bytes) {
            return Err(refused("`max_bytes` must be 1 to 16 MiB"));
        }
        Ok(KeySource::new(Settings {
            issuer: self.issuer.into(),
            start,
            schemes: self.schemes,
            fresh_for: self.fresh_for,
            stale_for: self.stale_for,
            cool_down: self.cool_down,
            timeout: self.timeout,
            max_bytes: self.max_bytes,
        }))
    }
}

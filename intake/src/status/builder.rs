//! How status lists are configured.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use lowwater::{Algorithm, ConfigError};

use super::lists::StatusLists;
use crate::address::{Address, Schemes};
use crate::config::{Config, mistake};

const WHAT: &str = "status lists";
const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// What an issuer says (`ttl`) counts from the one to the other.
pub(super) const LEAST_FRESH: Duration = Duration::from_secs(60);
pub(super) const MOST_FRESH: Duration = DAY;
const MOST_LEEWAY: Duration = Duration::from_secs(300);
const MOST_LISTS: usize = 1024;
const MIB: usize = 1024 * 1024;
const MOST_BYTES: usize = 64 * MIB;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) issuer: Box<str>,
    /// Whose keys sign the lists.
    pub(super) list_issuer: Box<str>,
    pub(super) algorithms: Vec<Algorithm>,
    prefixes: Vec<Address>,
    pub(super) schemes: Schemes,
    pub(super) leeway: Duration,
    pub(super) fresh_for: Duration,
    pub(super) stale_for: Duration,
    pub(super) cool_down: Duration,
    pub(super) timeout: Duration,
    pub(super) forget_after: Duration,
    pub(super) max_lists: usize,
    pub(super) max_bytes: usize,
    pub(super) max_list_bytes: usize,
}

impl Settings {
    pub(super) fn allows(&self, address: &Address) -> bool {
        self.prefixes.iter().any(|prefix| address.is_under(prefix))
    }

    /// The address of a list, if it may be fetched.
    pub(super) fn address(&self, uri: &str) -> Option<Address> {
        Address::parse(uri, self.schemes).ok().filter(|address| self.allows(address))
    }
}

/// Configures [`StatusLists`].
#[derive(Clone, Debug)]
#[must_use]
pub struct StatusListsBuilder {
    prefixes: Vec<String>,
    settings: Settings,
}

impl StatusListsBuilder {
    pub(super) fn new(issuer: &str, prefixes: Vec<String>, algorithms: Vec<Algorithm>) -> Self {
        let settings = Settings {
            issuer: issuer.into(),
            list_issuer: issuer.into(),
            algorithms,
            prefixes: Vec::new(),
            schemes: Schemes::Https,
            leeway: Duration::from_secs(60),
            fresh_for: Duration::from_secs(10 * 60),
            stale_for: Duration::from_secs(60 * 60),
            cool_down: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            forget_after: DAY,
            max_lists: 32,
            max_bytes: 4 * MIB,
            max_list_bytes: 16 * MIB,
        };
        Self { prefixes, settings }
    }

    pub(super) fn from_json(json: &str) -> Result<StatusLists, ConfigError> {
        let known = [
            "issuer",
            "lists",
            "algorithms",
            "list_issuer",
            "allow_loopback_http",
            "leeway",
            "fresh_for",
            "stale_for",
            "cool_down",
            "timeout",
            "forget_after",
            "max_lists",
            "max_bytes",
            "max_list_bytes",
        ];
        let config = Config::read(WHAT, json, &known)?;
        let prefixes = config.texts("lists")?.unwrap_or_default();
        let mut own = Self::new(&config.needed("issuer")?, prefixes, config.algorithms()?);
        let settings = &mut own.settings;
        if let Some(issuer) = config.text("list_issuer")? {
            settings.list_issuer = issuer.into();
        }
        if config.flag("allow_loopback_http")? {
            settings.schemes = Schemes::HttpsOrLoopback;
        }
        for (member, span) in [
            ("leeway", &mut settings.leeway),
            ("fresh_for", &mut settings.fresh_for),
            ("stale_for", &mut settings.stale_for),
            ("cool_down", &mut settings.cool_down),
            ("timeout", &mut settings.timeout),
            ("forget_after", &mut settings.forget_after),
        ] {
            *span = config.span(member)?.unwrap_or(*span);
        }
        for (member, count) in [
            ("max_lists", &mut settings.max_lists),
            ("max_bytes", &mut settings.max_bytes),
            ("max_list_bytes", &mut settings.max_list_bytes),
        ] {
            *count = config.count(member)?.unwrap_or(*count);
        }
        own.build()
    }

    /// Another issuer than that of the tokens signs the lists (a Status Issuer): its name, to which its keys are bound.
    pub fn signed_by(mut self, issuer: &str) -> Self {
        self.settings.list_issuer = issuer.into();
        self
    }

    /// Takes `http` too, of this machine alone: for tests, and for a proxy beside the process.
    pub const fn allow_loopback_http(mut self) -> Self {
        self.settings.schemes = Schemes::HttpsOrLoopback;
        self
    }

    /// How far the clock of whoever signs lists may be ahead: 60 s. An `exp` is over at once.
    pub const fn leeway(mut self, leeway: Duration) -> Self {
        self.settings.leeway = leeway;
        self
    }

    /// How long a list is fresh that does not say (`ttl`): 10 minutes. What it says counts from 1 minute to 24 hours.
    pub const fn fresh_for(mut self, span: Duration) -> Self {
        self.settings.fresh_for = span;
        self
    }

    /// How long a list is used beyond that while no other can be had, never past its `exp`: 1 hour.
    pub const fn stale_for(mut self, span: Duration) -> Self {
        self.settings.stale_for = span;
        self
    }

    /// The shortest time between two good fetches of one list, whatever it says, and the longest wait after a failure: 30
    /// seconds.
    pub const fn cool_down(mut self, span: Duration) -> Self {
        self.settings.cool_down = span;
        self
    }

    /// How long a fetch may take, with its redirects: 5 seconds.
    pub const fn timeout(mut self, span: Duration) -> Self {
        self.settings.timeout = span;
        self
    }

    /// After how long a list is given up that no token named: 24 hours.
    pub const fn forget_after(mut self, span: Duration) -> Self {
        self.settings.forget_after = span;
        self
    }

    /// The most lists that are kept: 32. Where there are more, one that no token named for a minute makes room.
    pub const fn max_lists(mut self, lists: usize) -> Self {
        self.settings.max_lists = lists;
        self
    }

    /// The longest answer: 4 MiB.
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_bytes = bytes;
        self
    }

    /// The largest list once it is inflated: 16 MiB.
    pub const fn max_list_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_list_bytes = bytes;
        self
    }

    /// The lists, of which none is there yet.
    ///
    /// # Errors
    /// An empty issuer, no algorithm, no prefix or one that is not `https`, a span or a size out of its range.
    pub fn build(self) -> Result<StatusLists, ConfigError> {
        let Self { prefixes, mut settings } = self;
        let refused = |expected: &str| Err(mistake(WHAT, expected));
        if settings.issuer.is_empty() || settings.list_issuer.is_empty() {
            return refused("the issuer must not be empty");
        }
        if settings.algorithms.is_empty() {
            return refused("name at least one algorithm");
        }
        if prefixes.is_empty() {
            return refused("`lists` must name where lists may lie, one address at least");
        }
        for text in prefixes {
            match Address::parse(&text, settings.schemes) {
                Ok(address) if address.is_prefix() => settings.prefixes.push(address),
                _ => {
                    return refused(
                        "an address in `lists` must be https, with a host, without a user and a query (http of this \
                         machine wants `allow_loopback_http`)",
                    );
                }
            }
        }
        let within =
            |span: Duration, least: Duration, most: Duration| (least..=most).contains(&span);
        if settings.leeway > MOST_LEEWAY {
            return refused("`leeway` must be 0 to 300 seconds");
        }
        if !within(settings.fresh_for, LEAST_FRESH, MOST_FRESH) {
            return refused("`fresh_for` must be 1 minute to 24 hours");
        }
        if settings.stale_for > DAY {
            return refused("`stale_for` must be at most 24 hours");
        }
        if !within(settings.cool_down, SECOND, LEAST_FRESH) {
            return refused("`cool_down` must be 1 second to 1 minute");
        }
        if settings.timeout.is_zero() || settings.timeout > LEAST_FRESH {
            return refused("`timeout` must be above 0 and at most 1 minute");
        }
        if !within(settings.forget_after, LEAST_FRESH, DAY.saturating_mul(30)) {
            return refused("`forget_after` must be 1 minute to 30 days");
        }
        if !(1..=MOST_LISTS).contains(&settings.max_lists) {
            return refused("`max_lists` must be 1 to 1024");
        }
        let sizes = [settings.max_bytes, settings.max_list_bytes];
        if !sizes.iter().all(|size| (1..=MOST_BYTES).contains(size)) {
            return refused("`max_bytes` and `max_list_bytes` must be 1 to 64 MiB");
        }
        Ok(StatusLists::of(Arc::new(settings)))
    }
}

//! How polling is configured.

use alloc::string::String;
use core::time::Duration;

use lowwater::ConfigError;

use super::{EventPoll, Said};
use crate::address::{Address, Schemes};
use crate::config::{Config, SECOND, mistake};

const WHAT: &str = "event poll";
const MAX_EVENTS: u32 = 50;
const MOST_EVENTS: u32 = 1000;
/// Longer than transmitters hold an empty answer back: half a minute to a minute, usually.
const TIMEOUT: Duration = Duration::from_secs(90);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(10 * 60);
const INTERVAL: Duration = Duration::from_secs(30);
const LONGEST_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) struct Settings {
    pub(super) address: Address,
    /// A secret: never in `Debug`.
    pub(super) authorization: Option<String>,
    pub(super) max_events: u32,
    pub(super) long_poll: bool,
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
}

impl EventPoll {
    /// Polls at this address (the stream's `delivery.endpoint_url`).
    ///
    /// # Errors
    /// An address that is not `https`, has no host, or names a user.
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        Self::of(url, Schemes::Https)
    }

    /// Takes `http` too, of this machine alone: for tests, and for a proxy beside the process.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn on_loopback(url: &str) -> Result<Self, ConfigError> {
        Self::of(url, Schemes::HttpsOrLoopback)
    }

    fn of(url: &str, schemes: Schemes) -> Result<Self, ConfigError> {
        let expected = "the address must be https, with a host and without a user (http of this machine wants \
                        `allow_loopback_http`)";
        let address = Address::parse(url, schemes).map_err(|_| mistake(WHAT, expected))?;
        let settings = Settings {
            address,
            authorization: None,
            max_events: MAX_EVENTS,
            long_poll: true,
            interval: INTERVAL,
            timeout: TIMEOUT,
        };
        Ok(Self {
            settings,
            asked: None,
            open: alloc::collections::BTreeSet::new(),
            said: Said::default(),
            drained: None,
            as_of: None,
            due: None,
            settled_due: None,
            failures: 0,
            fault: None,
            number: 0,
        })
    }

    /// Reads `{"url"}`, and perhaps `"authorization"` (the value of that header), `"max_events"`, `"long_poll"`: `false`,
    /// `"interval"` and `"timeout"` in seconds, `"allow_loopback_http"`: `true`.
    ///
    /// # Errors
    /// What was expected.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let known = [
            "url",
            "authorization",
            "max_events",
            "long_poll",
            "interval",
            "timeout",
            "allow_loopback_http",
        ];
        let config = Config::read(WHAT, json, &known)?;
        let loopback = config.flag("allow_loopback_http")?;
        let schemes = if loopback { Schemes::HttpsOrLoopback } else { Schemes::Https };
        let mut poll = Self::of(&config.needed("url")?, schemes)?;
        if let Some(authorization) = config.text("authorization")? {
            poll = poll.authorization(&authorization)?;
        }
        if let Some(raw) = config.members.raw("max_events") {
            let most = raw.parse().map_err(|_| config.mistake("`max_events` must be a number"))?;
            poll = poll.max_events(most)?;
        }
        if config.members.has("long_poll") && !config.flag("long_poll")? {
            poll = poll.short_poll();
        }
        if let Some(interval) = config.span("interval")? {
            poll = poll.interval(interval)?;
        }
        match config.span("timeout")? {
            Some(timeout) => poll.timeout(timeout),
            None => Ok(poll),
        }
    }

    /// What to send as `Authorization`: `Bearer ..`, say. It stands in no `Debug` and no message.
    ///
    /// # Errors
    /// Anything but visible characters of ASCII and single spaces between them.
    pub fn authorization(mut self, value: &str) -> Result<Self, ConfigError> {
        let word =
            |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
        if !value.split(' ').all(word) {
            return Err(mistake(WHAT, "`authorization` must be words of visible characters"));
        }
        self.settings.authorization = Some(value.into());
        Ok(self)
    }

    /// How many tokens one answer may bring: 50 where nothing is said.
    ///
    /// # Errors
    /// None, or more than 1000.
    pub fn max_events(mut self, most: u32) -> Result<Self, ConfigError> {
        if !(1..=MOST_EVENTS).contains(&most) {
            return Err(mistake(WHAT, "`max_events` must be 1 to 1000"));
        }
        self.settings.max_events = most;
        Ok(self)
    }

    /// Asks for an answer at once, and then waits for the [interval](Self::interval): for transmitters that hold no request
    /// back. How young the rules are at best follows from it.
    #[must_use]
    pub const fn short_poll(mut self) -> Self {
        self.settings.long_poll = false;
        self
    }

    /// The wait of a short poll after an answer that brought nothing: 30 s where nothing is said.
    ///
    /// # Errors
    /// Less than a second, more than a day.
    pub fn interval(mut self, interval: Duration) -> Result<Self, ConfigError> {
        if !(SECOND..=LONGEST_INTERVAL).contains(&interval) {
            return Err(mistake(WHAT, "`interval` must be 1 second to 24 hours"));
        }
        self.settings.interval = interval;
        Ok(self)
    }

    /// How long an answer may take: 90 s where nothing is said. Longer than the transmitter holds a long poll back, or none
    /// ever comes to an end.
    ///
    /// # Errors
    /// Less than a second, more than 10 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Result<Self, ConfigError> {
        if !(SECOND..=LONGEST_TIMEOUT).contains(&timeout) {
            return Err(mistake(WHAT, "`timeout` must be 1 second to 10 minutes"));
        }
        self.settings.timeout = timeout;
        Ok(self)
    }
}

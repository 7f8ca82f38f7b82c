//! What a source of rules may say: whom it may name.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use lowwater::{ConfigError, Rule, Target, TargetValue};

use crate::config::Config;

/// Whom a source of rules may name: its issuers, and of their tokens which dimensions, perhaps of one tenant alone.
///
/// A source that was taken over can then end what its own issuer began, and nothing of another's. A rule outside is
/// refused as a whole and reported; nothing is cut to fit.
///
/// ```
/// use lowwater::{Rule, Target, UnixTime};
/// use lowwater_intake::{Authority, Overreach};
///
/// let own = Authority::over_issuer("https://issuer.example/");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let user = Target::subject("u1");
/// assert!(own.admit(&Rule::issued_before(user.clone().at_issuer("https://issuer.example/"), now)).is_ok());
/// let others = Rule::issued_before(user.clone().at_issuer("https://other.example/"), now);
/// assert_eq!(own.admit(&others), Err(Overreach::Issuer));
/// assert_eq!(own.admit(&Rule::issued_before(user, now)), Err(Overreach::Issuer));
/// assert_eq!(own.admit(&Rule::issued_before(Target::everyone(), now)), Err(Overreach::Everyone));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    issuers: BTreeSet<String>,
    dimensions: BTreeSet<String>,
    tenant: Option<TargetValue>,
    everyone: bool,
}

/// Beside `issuer`, which every rule has to name.
const USUAL: [&str; 7] =
    ["subject", "client", "session", "token_id", "tenant", "device", "confirmation"];

impl Authority {
    /// The tokens of one issuer, by `subject`, `client`, `session`, `token_id`, `tenant`, `device` and `confirmation`: not
    /// the issuer as a whole, not its keys, and no other claim.
    #[must_use]
    pub fn over_issuer(issuer: &str) -> Self {
        Self {
            issuers: [issuer.to_string()].into(),
            dimensions: USUAL.map(String::from).into(),
            tenant: None,
            everyone: false,
        }
    }

    /// Reads `{"issuers": [..]}`, and perhaps `"dimensions"`: a list in place of the usual ones, `"tenant"`: a string, an
    /// integer or a boolean, `"everyone"`: `true`.
    ///
    /// ```
    /// use lowwater_intake::Authority;
    ///
    /// let read = Authority::from_json(r#"{"issuers": ["https://issuer.example/"], "dimensions": ["subject", "claim:email"]}"#)?;
    /// assert_eq!(read, Authority::over_issuer("https://issuer.example/").by_dimensions(["subject", "claim:email"]));
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let known = ["issuers", "dimensions", "tenant", "everyone"];
        let config = Config::read("authority", json, &known)?;
        let issuers = config.texts("issuers")?.unwrap_or_default();
        let issuers: BTreeSet<_> = issuers.into_iter().collect();
        if issuers.is_empty() {
            return Err(config.mistake("`issuers` must list at least one"));
        }
        let mut authority = Self { issuers, ..Self::over_issuer("") };
        if let Some(dimensions) = config.texts("dimensions")? {
            authority = authority.by_dimensions(dimensions.iter().map(String::as_str));
        }
        if let Some(raw) = config.members.raw("tenant") {
            let read = |target: Target| target.dimensions().next().map(|(_, value)| value.clone());
            let target = Target::from_json(&format!(r#"{{"tenant":{raw}}}"#));
            authority.tenant = target.ok().and_then(read);
            if authority.tenant.is_none() {
                return Err(config.mistake("`tenant` must be a string, an integer or a boolean"));
            }
        }
        authority.everyone = config.flag("everyone")?;
        Ok(authority)
    }

    /// And those of another.
    #[must_use]
    pub fn and_issuer(mut self, issuer: &str) -> Self {
        self.issuers.insert(issuer.to_string());
        self
    }

    /// These dimensions alone, as a rule's JSON calls them: `subject`, `claim:email`. With `issuer` among them a rule may
    /// name an issuer and nothing else.
    #[must_use]
    pub fn by_dimensions<'d>(mut self, dimensions: impl IntoIterator<Item = &'d str>) -> Self {
        self.dimensions = dimensions.into_iter().map(String::from).collect();
        self
    }

    /// Another dimension beside the others.
    #[must_use]
    pub fn and_dimension(mut self, dimension: &str) -> Self {
        self.dimensions.insert(dimension.to_string());
        self
    }

    /// The tokens of one tenant alone: every rule has to name it.
    #[must_use]
    pub fn within_tenant(mut self, tenant: impl Into<TargetValue>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Everyone too, and targets without an issuer: the word of an operator.
    #[must_use]
    pub const fn and_everyone(mut self) -> Self {
        self.everyone = true;
        self
    }

    /// May the source make this rule?
    ///
    /// # Errors
    /// What lies outside. The rule must not be applied then.
    pub fn admit(&self, rule: &Rule) -> Result<(), Overreach> {
        let target = rule.target();
        if target.is_everyone() {
            return if self.everyone { Ok(()) } else { Err(Overreach::Everyone) };
        }
        let named: Vec<_> = target.dimensions().collect();
        let of = |name: &str| named.iter().find(|(own, _)| own == name).map(|(_, value)| *value);
        match of("issuer") {
            Some(TargetValue::Text(issuer)) if self.issuers.contains(&**issuer) => {}
            None if self.everyone => {}
            _ => return Err(Overreach::Issuer),
        }
        let allowed = |name: &str| self.dimensions.contains(name);
        let mut others =
            named.iter().map(|(name, _)| &**name).filter(|name| *name != "issuer").peekable();
        if others.peek().is_none() && !allowed("issuer") {
            return Err(Overreach::Dimension("issuer".into()));
        }
        if let Some(other) = others.find(|name| !allowed(name)) {
            return Err(Overreach::Dimension(other.into()));
        }
        if self.tenant.is_some() && of("tenant") != self.tenant.as_ref() {
            return Err(Overreach::Tenant);
        }
        Ok(())
    }
}

/// A source named somebody that it may not name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overreach {
    /// Everyone.
    Everyone,
    /// No issuer, or one that is not the source's.
    Issuer,
    /// A dimension that is not the source's to name.
    Dimension(String),
    /// No tenant, or another than the source's.
    Tenant,
}

impl fmt::Display for Overreach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("the source may not name everyone"),
            Self::Issuer => f.write_str("the source may name its own issuers alone"),
            Self::Dimension(name) => write!(f, "the source may not name `{name}`"),
            Self::Tenant => f.write_str("the source may name its own tenant alone"),
        }
    }
}

impl core::error::Error for Overreach {}

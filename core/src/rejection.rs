//! The answer "no": what was wrong, what the client can do, and how HTTP says it.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::fmt;
use core::fmt::Write as _;
use core::time::Duration;

use crate::reason::{Code, Reason, Stage};
use crate::status::WantedList;
use crate::time::UnixTime;

/// What the client can do about a rejection.
///
/// ```
/// use lowwater::{Rejection, Remedy};
///
/// fn next_step(rejection: &Rejection) -> &'static str {
///     match rejection.remedy() {
///         Remedy::Refresh => "use the refresh token",
///         Remedy::WaitUntil(_) => "wait, then refresh or retry",
///         Remedy::Reauthenticate => "log in again",
///         Remedy::StepUp => "ask for more scope",
///         Remedy::RetryLater => "retry the same request later",
///         Remedy::None | Remedy::Stop => "give up",
///     }
/// }
/// assert_eq!(next_step(&Rejection::missing_token()), "give up");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a new remedy should break a caller's match")]
pub enum Remedy {
    /// Nothing: the same request will be refused again.
    None,
    /// Use the refresh token: a token issued now passes.
    Refresh,
    /// Log in again: a refreshed token would be refused too.
    Reauthenticate,
    /// Ask for more scope.
    StepUp,
    /// Wait until this instant. Then, for `token_not_yet_valid` and `issued_in_future`, the same token
    /// passes; for `token_revoked` a token issued from then on does, so refresh once it has come.
    WaitUntil(UnixTime),
    /// Do not retry: a person has to change something first.
    Stop,
    /// Retry the same request later: the fault is on this side.
    RetryLater,
}

impl Remedy {
    /// The word, equal in every language: `none`, `refresh`, `reauthenticate`, `step_up`,
    /// `wait_until`, `stop`, `retry_later`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Refresh => "refresh",
            Self::Reauthenticate => "reauthenticate",
            Self::StepUp => "step_up",
            Self::WaitUntil(_) => "wait_until",
            Self::Stop => "stop",
            Self::RetryLater => "retry_later",
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What every challenge of one API says about itself.
#[derive(Debug, Default)]
pub(crate) struct Challenge {
    pub(crate) realm: Option<Box<str>>,
    pub(crate) resource_metadata: Option<Box<str>>,
}

/// A token was refused, and why.
///
/// Answer a request with [`http_status`](Self::http_status) and
/// [`www_authenticate`](Self::www_authenticate); log [`code`](Self::code) and the text of `Display`,
/// which holds no text of the token.
///
/// ```
/// use lowwater::{Code, Rejection, Remedy, Stage};
///
/// let rejection = Rejection::missing_token();
/// assert_eq!(rejection.code(), Code::TokenMissing);
/// assert_eq!(rejection.stage(), Stage::Shape);
/// assert_eq!(rejection.remedy(), Remedy::None);
/// assert_eq!(rejection.http_status(), 401);
/// assert_eq!(rejection.www_authenticate().as_deref(), Some("Bearer"));
/// ```
#[derive(Clone)]
#[must_use = "a rejection has to be answered"]
pub struct Rejection {
    reason: Reason,
    remedy: Remedy,
    /// Seconds for `Retry-After`. 32 bits hold 136 years and keep a rejection below 128 bytes, from
    /// where on clippy would warn every caller who returns one.
    retry_after: Option<u32>,
    /// Seconds for `max_age` of RFC 9470.
    max_age: Option<u32>,
    /// The scopes that were asked for, as the challenge lists them.
    scope: Option<Box<str>>,
    wanted_list: Option<Box<WantedList>>,
    challenge: Option<Arc<Challenge>>,
}

impl Rejection {
    /// The answer to a request that carries no token at all.
    ///
    /// [`Validator::missing_token`](crate::Validator::missing_token) adds the realm.
    pub fn missing_token() -> Self {
        Self::new(Reason::TokenMissing("the request carries no token"))
    }

    /// A rejection with the remedy that follows from the reason alone.
    pub(crate) fn new(reason: Reason) -> Self {
        let remedy = match reason.code() {
            Code::TokenExpired | Code::TokenTooOld | Code::IssuedBeforeFloor => Remedy::Refresh,
            Code::ScopeMissing => Remedy::StepUp,
            Code::Suspended | Code::StatusSuspended => Remedy::Stop,
            Code::RulesUnavailable
            | Code::KeysUnavailable
            | Code::StatusUnavailable
            | Code::IntrospectionUnavailable => Remedy::RetryLater,
            Code::SessionRevoked | Code::StatusInvalid => Remedy::Reauthenticate,
            _ => Remedy::None,
        };
        Self {
            reason,
            remedy,
            retry_after: None,
            max_age: None,
            scope: None,
            wanted_list: None,
            challenge: None,
        }
    }

    /// Ends well at `time`: says so, and how many seconds that is from now.
    pub(crate) fn wait_until(mut self, time: UnixTime, now: UnixTime) -> Self {
        self.remedy = Remedy::WaitUntil(time);
        self.retry_after = Some(whole_seconds_up(time.since(now)));
        self
    }

    /// Ends by itself: says in how many seconds to ask again.
    pub(crate) const fn retry_in(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same for a span: whole seconds, rounded up.
    pub(crate) fn retry_after_span(self, span: Duration) -> Self {
        let seconds = span.as_millis().div_ceil(1000);
        self.retry_in(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    pub(crate) const fn remedied_by(mut self, remedy: Remedy) -> Self {
        self.remedy = remedy;
        self
    }

    /// A login within the last `max_age` seconds satisfies what was refused.
    pub(crate) const fn login_within(mut self, max_age: u32) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// No login satisfies it before `time`.
    pub(crate) fn not_before(mut self, time: UnixTime, now: UnixTime) -> Self {
        if time > now {
            self.retry_after = Some(whole_seconds_up(time.since(now)));
        }
        self
    }

    pub(crate) fn with_scope(mut self, scope: Box<str>) -> Self {
        self.scope = Some(scope);
        self
    }

    pub(crate) fn with_wanted_list(mut self, list: WantedList) -> Self {
        self.wanted_list = Some(Box::new(list));
        self
    }

    pub(crate) fn with_challenge(mut self, challenge: &Arc<Challenge>) -> Self {
        self.challenge = Some(Arc::clone(challenge));
        self
    }

    /// What was wrong.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.reason.code()
    }

    /// How far the token came.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.reason.stage()
    }

    /// What the client can do.
    #[must_use]
    pub const fn remedy(&self) -> Remedy {
        self.remedy
    }

    /// The sentence of `Display`: lower case, no full stop, no text of the token.
    #[must_use]
    pub fn message(&self) -> String {
        self.reason.to_string()
    }

    /// 401, 403 or 503: a valid token of someone who may not do this is never 401.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self.code() {
            Code::ScopeMissing
            | Code::PermissionMissing
            | Code::SubjectNotAllowed
            | Code::Suspended
            | Code::StatusSuspended => 403,
            Code::RulesUnavailable
            | Code::StatusUnavailable
            | Code::KeysUnavailable
            | Code::IntrospectionUnavailable => 503,
            _ => 401,
        }
    }

    /// Seconds for a `Retry-After` header, where waiting helps.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    /// The status list without which the token cannot be decided: have it fetched (`StatusLists::want` of
    /// `lowwater-intake`).
    #[must_use]
    pub fn wanted_list(&self) -> Option<&WantedList> {
        self.wanted_list.as_deref()
    }

    /// The headers of the answer: `WWW-Authenticate` and `Retry-After`, each where it has one.
    ///
    /// ```
    /// use lowwater::Rejection;
    ///
    /// let headers: Vec<_> = Rejection::missing_token().headers().collect();
    /// assert_eq!(headers, [("WWW-Authenticate", "Bearer".to_string())]);
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let challenge = self.www_authenticate().map(|value| ("WWW-Authenticate", value));
        let wait = self.retry_after().map(|seconds| ("Retry-After", seconds.to_string()));
        challenge.into_iter().chain(wait)
    }

    /// The `WWW-Authenticate` header (RFC 6750 section 3, RFC 9470, RFC 9728), where the answer has one.
    ///
    /// It never holds text of the token.
    #[must_use]
    pub fn www_authenticate(&self) -> Option<String> {
        let error = match (self.code(), self.remedy) {
            (Code::TokenMissing, _) => None,
            (Code::ScopeMissing, _) => Some("insufficient_scope"),
            (_, Remedy::Reauthenticate) => Some("insufficient_user_authentication"),
            _ if self.http_status() != 401 => return None,
            _ => Some("invalid_token"),
        };
        let mut header = String::from("Bearer");
        let mut separator = " ";
        let mut parameter = |name: &str, value: &str| {
            // Values are configuration that was checked, or words of this crate: no quote, no control.
            let _infallible = write!(header, "{separator}{name}=\"{value}\"");
            separator = ", ";
        };
        let about = self.challenge.as_deref();
        if let Some(realm) = about.and_then(|challenge| challenge.realm.as_deref()) {
            parameter("realm", realm);
        }
        if let Some(error) = error {
            parameter("error", error);
        }
        if let (Some("insufficient_user_authentication"), Some(max_age)) = (error, self.max_age) {
            parameter("max_age", &max_age.to_string());
        }
        if let (Some("insufficient_scope"), Some(scope)) = (error, self.scope.as_deref()) {
            parameter("scope", scope);
        }
        if let Some(metadata) = about.and_then(|challenge| challenge.resource_metadata.as_deref()) {
            parameter("resource_metadata", metadata);
        }
        Some(header)
    }
}

/// Milliseconds as whole seconds, rounded up; 0 for the past.
fn whole_seconds_up(millis: i64) -> u32 {
    let seconds = millis.max(0).unsigned_abs().div_ceil(1000);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("stage", &self.stage())
            .field("code", &self.code())
            .field("remedy", &self.remedy)
            .field("message", &self.message())
            .finish()
    }
}

impl core::error::Error for Rejection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_read_as_rfc_6750_shows_them() {
        let about = Arc::new(Challenge {
            realm: Some("api".into()),
            resource_metadata: Some(
                "https://api.example/.well-known/oauth-protected-resource".into(),
            ),
        });
        let scope = Rejection::new(Reason::Scope { any: false })
            .with_scope("read write".into())
            .with_challenge(&about);
        assert_eq!(
            scope.www_authenticate().unwrap(),
            "Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"read write\", \
             resource_metadata=\"https://api.example/.well-known/oauth-protected-resource\""
        );
        assert_eq!(Rejection::new(Reason::Suspended).www_authenticate(), None);
        assert_eq!(Rejection::new(Reason::Subject).www_authenticate(), None);
        let login = Rejection::new(Reason::NoAuthenticationTime).login_within(30);
        assert_eq!(
            login.www_authenticate().unwrap(),
            "Bearer error=\"insufficient_user_authentication\", max_age=\"30\""
        );
    }

    #[test]
    fn waiting_is_told_in_whole_seconds_rounded_up() {
        let now = UnixTime::from_millis(1_500);
        let waiting = Rejection::new(Reason::Encrypted).wait_until(UnixTime::from_secs(2), now);
        assert_eq!(waiting.retry_after(), Some(1));
        let past = Rejection::new(Reason::Encrypted).wait_until(UnixTime::from_secs(1), now);
        assert_eq!(past.retry_after(), Some(0));
    }
}

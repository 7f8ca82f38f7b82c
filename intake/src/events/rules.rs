//! The rules of one action.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use lowwater::{At, Rule, Target, Until};

use super::table::EventAction;
use crate::message::{end, instant};
use crate::subject::Whom;

/// The greatest version of a suspension: no event has it, for none comes from so late a time.
const LAST_VERSION: u64 = (1 << 53) - 1;

/// When it happened, and what goes with it.
pub(crate) struct Happened<'e> {
    pub(crate) at: At,
    /// When the message was made: what it ends is no younger.
    pub(crate) issued: At,
    pub(crate) max_session: Option<Duration>,
    pub(crate) max_lifetime: Option<Duration>,
    /// The receiver's own among the audience.
    pub(crate) clients: &'e [String],
    pub(crate) issuer: &'e str,
    pub(crate) token_id: &'e str,
    pub(crate) name: &'static str,
}

impl Happened<'_> {
    /// An event does not happen after it is told. So what a message does is settled when it is signed: sent again, it
    /// does nothing more, whatever time it claims.
    pub(crate) fn told(happened: At, issued: At) -> At {
        if instant(happened) > end(issued) { issued } else { happened }
    }

    /// Of several suspensions the latest event counts, in whatever order they come.
    fn version(&self) -> u64 {
        u64::try_from(instant(self.at).as_millis()).unwrap_or(0)
    }

    fn until(&self, longest: Option<Duration>) -> Until {
        let until = |longest| end(self.issued).after(longest).into();
        longest.map_or(Until::Never, until)
    }

    /// What the action says about them.
    pub(crate) fn rules(&self, action: EventAction, whom: &Whom) -> Vec<Rule> {
        let each = |whom: &Whom, rule: &dyn Fn(Target) -> Rule| -> Vec<Rule> {
            whom.targets().into_iter().map(|target| rule(target).with_reason(self.name)).collect()
        };
        let token = |target| Rule::revoked(target, self.until(self.max_lifetime));
        let authenticated = |target| match whom.is_token() {
            true => token(target),
            false => Rule::authenticated_before(target, self.at),
        };
        let issued = |target| match whom.is_token() {
            true => token(target),
            false => Rule::issued_before(target, self.at),
        };
        let suspended = |target| Rule::suspended(target, true, self.version());
        let mut rules = Vec::new();
        match action {
            EventAction::Nothing => {}
            EventAction::EndSession => match whom.session().filter(|_| !whom.is_token()) {
                Some(session) => rules.extend(each(&session, &|target| {
                    Rule::revoked(target, self.until(self.max_session))
                })),
                None => rules.extend(each(whom, &authenticated)),
            },
            EventAction::Reauthenticate => rules.extend(each(whom, &authenticated)),
            EventAction::Refresh => rules.extend(each(whom, &issued)),
            EventAction::EndGrant if whom.is_token() || whom.has_client() => {
                rules.extend(each(whom, &issued));
            }
            EventAction::EndGrant => {
                for client in self.clients {
                    rules.extend(each(whom, &|target| issued(target.and(Target::client(client)))));
                }
            }
            EventAction::Suspend => rules.extend(each(whom, &suspended)),
            EventAction::SuspendAndReauthenticate => {
                rules.extend(each(whom, &suspended));
                rules.extend(each(whom, &authenticated));
            }
            EventAction::SuspendAndRefresh => {
                rules.extend(each(whom, &suspended));
                rules.extend(each(whom, &issued));
            }
            EventAction::Resume => {
                rules.extend(each(whom, &|target| Rule::suspended(target, false, self.version())))
            }
            EventAction::Purge => {
                if whom.has_subject() {
                    let id = format!("account-purged {} {}", self.issuer, self.token_id);
                    rules.extend(each(whom, &|target| {
                        Rule::suspended(target, true, LAST_VERSION).with_id(&id)
                    }));
                }
                rules.extend(each(whom, &authenticated));
            }
        }
        rules
    }
}

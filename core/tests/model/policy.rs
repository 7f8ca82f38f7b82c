//! Policies, each as plain values and as a validator.

use std::sync::OnceLock;
use std::time::Duration;

use lowwater::{Algorithm, KeySet, MissingAuthTime, SameSecond, Validator};

use crate::signing::{AUDIENCE, ISSUER, Signer};

pub const OTHER_ISSUER: &str = "https://other.example/";

/// What of a policy the model needs. Times in milliseconds.
#[derive(Clone, Debug)]
pub struct Terms {
    pub accept_same_second: bool,
    pub refuse_missing_login: bool,
    pub leeway: i64,
    /// Without: unbounded, and `iat` and `exp` may be missing.
    pub max_lifetime: Option<i64>,
    pub max_session: Option<i64>,
    pub tenant_claim: &'static str,
}

/// What pruning may go by: the longest of several policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub leeway: i64,
    pub max_lifetime: Option<i64>,
    pub max_session: Option<i64>,
}

impl Terms {
    pub const fn retention(&self) -> Retention {
        Retention {
            leeway: self.leeway,
            max_lifetime: self.max_lifetime,
            max_session: self.max_session,
        }
    }

    fn validator(&self) -> Validator {
        let span = |millis: i64| Duration::from_millis(millis.unsigned_abs());
        let builder = Validator::builder()
            .issuer(ISSUER)
            .issuer(OTHER_ISSUER)
            .audience(AUDIENCE)
            .algorithms([Algorithm::Hs256])
            .keys(KeySet::from_keys([Signer::Secret.key("k")]).unwrap())
            .leeway(span(self.leeway))
            .tenant_claim(self.tenant_claim)
            .same_second(match self.accept_same_second {
                true => SameSecond::Accept,
                false => SameSecond::Refuse,
            })
            .missing_auth_time(match self.refuse_missing_login {
                true => MissingAuthTime::Refuse,
                false => MissingAuthTime::UseIssuedAt,
            });
        let builder = match self.max_lifetime {
            Some(lifetime) => builder.max_lifetime(span(lifetime)),
            None => builder.unbounded_lifetime().accept_missing_exp().accept_missing_iat(),
        };
        match self.max_session {
            Some(session) => builder.max_session(span(session)),
            None => builder,
        }
        .build()
        .unwrap()
    }
}

impl Retention {
    pub fn join(self, other: Self) -> Self {
        let longer = |one: Option<i64>, other: Option<i64>| Some(one?.max(other?));
        Self {
            leeway: self.leeway.max(other.leeway),
            max_lifetime: longer(self.max_lifetime, other.max_lifetime),
            max_session: longer(self.max_session, other.max_session),
        }
    }

    /// Is everything that the policy accepts kept this long?
    pub fn covers(self, terms: &Terms) -> bool {
        self.join(terms.retention()) == self
    }
}

/// How many policies in a row differ in neither lifetime nor session.
pub const ALIKE: usize = 24;

/// Every combination, made once.
pub fn all() -> &'static [(Terms, Validator)] {
    static ALL: OnceLock<Vec<(Terms, Validator)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = Vec::new();
        for max_lifetime in [Some(600_000), Some(3_600_000), None] {
            for max_session in [None, Some(1_000_000), Some(5_000_000)] {
                for leeway in [0, 1000, 60_000] {
                    for switches in 0..8 {
                        let terms = Terms {
                            accept_same_second: switches & 1 != 0,
                            refuse_missing_login: switches & 2 != 0,
                            leeway,
                            max_lifetime,
                            max_session,
                            tenant_claim: if switches & 4 == 0 { "org_id" } else { "plan" },
                        };
                        let validator = terms.validator();
                        all.push((terms, validator));
                    }
                }
            }
        }
        all
    })
}

//! How long tokens are accepted: what it takes to forget a rule safely.

/// How long the validators that share a set of rules accept tokens: what pruning may go by.
///
/// [`Validator::retention`](crate::Validator::retention) gives that of one validator; where several share
/// the rules, [`join`](Self::join) them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Milliseconds; `None`: unbounded.
    pub(crate) max_lifetime: Option<i64>,
    pub(crate) leeway: i64,
    /// Milliseconds; `None`: not enforced.
    pub(crate) max_session: Option<i64>,
}

impl Retention {
    /// The longer of two, in each part.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let longer = |one: Option<i64>, other: Option<i64>| Some(one?.max(other?));
        Self {
            max_lifetime: longer(self.max_lifetime, other.max_lifetime),
            leeway: self.leeway.max(other.leeway),
            max_session: longer(self.max_session, other.max_session),
        }
    }
}

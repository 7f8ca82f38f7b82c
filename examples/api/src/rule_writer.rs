//! Applies rules, one turn after another, and keeps them before anybody is told so.
//!
//! One thread does both, so rules come into the file in the order of their turns. A turn takes all that wait:
//! under load many rules share one `fdatasync`. A rule holds from its turn on, so before it is acknowledged;
//! where the file fails it holds until the process ends, and its sender is told that it is not kept. More is
//! refused then than was promised, never less.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::thread;

use axum::http::StatusCode;
use lowwater::{ApplyError, Change, Cutoffs, Rule};
use lowwater_edge::{SharedCutoffs, now};
use tokio::sync::{mpsc, oneshot};

use crate::guard::Denied;

/// Rules that wait for their turn. Whoever brings more waits for a place.
const MOST_WAITING: usize = 1024;

/// Takes rules from all requests.
#[derive(Clone, Debug)]
pub(crate) struct RuleWriter {
    /// To the thread; it ends with the last of these.
    orders: mpsc::Sender<Order>,
}

/// A rule to be applied.
#[derive(Debug)]
struct Order {
    /// The rule.
    rule: Rule,
    /// To whoever waits for it.
    answer: oneshot::Sender<Result<Change, NotApplied>>,
}

/// A rule was not applied, or not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotApplied {
    /// It cannot be applied.
    Refused(ApplyError),
    /// It holds, but only until this process ends.
    NotKept(String),
}

impl RuleWriter {
    /// Begins. `keep` is given whole lines; when it returns, they are kept.
    pub(crate) fn start(
        rules: Arc<SharedCutoffs>,
        mut keep: impl FnMut(&str) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Self> {
        let (orders, mut waiting) = mpsc::channel(MOST_WAITING);
        thread::Builder::new().name("rules".to_owned()).spawn(move || {
            let mut turn = Vec::new();
            while waiting.blocking_recv_many(&mut turn, MOST_WAITING) > 0 {
                take(&rules, &mut keep, &mut turn);
            }
        })?;
        Ok(Self { orders })
    }

    /// Applies a rule and keeps it. When this returns a change, it is on the disk.
    pub(crate) async fn apply(&self, rule: Rule) -> Result<Change, NotApplied> {
        let ended = || NotApplied::NotKept("the writer of rules has ended".to_owned());
        let (answer, answered) = oneshot::channel();
        self.orders.send(Order { rule, answer }).await.map_err(|_| ended())?;
        answered.await.unwrap_or_else(|_| Err(ended()))
    }
}

/// One turn: applies, writes, and then answers.
fn take(
    rules: &SharedCutoffs,
    keep: &mut impl FnMut(&str) -> io::Result<()>,
    turn: &mut Vec<Order>,
) {
    let now = now();
    // What is new, in the form in which it was applied. What is held already is kept already, or keeping
    // it failed: then `keep` fails for all that come after it.
    let mut new = Cutoffs::local();
    let mut apply = |rules: &mut Cutoffs, rule: &Rule| {
        let change = rules.apply(rule.clone(), now)?;
        if change != Change::AlreadyHeld {
            new.apply(rule.clone(), now)?;
        }
        Ok(change)
    };
    let all = |rules: &mut Cutoffs| {
        let changes = turn.iter().map(|order| apply(rules, &order.rule));
        Ok::<_, Infallible>(changes.collect::<Vec<Result<Change, ApplyError>>>())
    };
    let Ok(changes) = rules.update(all);
    let lines: String = new.list().iter().map(|rule| rule.to_json() + "\n").collect();
    let kept = keep(&lines);
    for (order, change) in turn.drain(..).zip(changes) {
        let answer = match (change, &kept) {
            (Ok(change), Ok(())) => Ok(change),
            (Ok(_), Err(fault)) => Err(NotApplied::NotKept(fault.to_string())),
            (Err(mistake), _) => Err(NotApplied::Refused(mistake)),
        };
        // Whoever asked may have gone; the rule holds all the same.
        let _gone = order.answer.send(answer);
    }
}

impl From<NotApplied> for Denied {
    fn from(fault: NotApplied) -> Self {
        match fault {
            NotApplied::Refused(mistake) => mistake.into(),
            NotApplied::NotKept(fault) => Self::request(
                StatusCode::INTERNAL_SERVER_ERROR,
                "rule_not_kept",
                format!("the rule holds until the server ends, and is not kept: {fault}"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lowwater::{Target, UnixTime};

    /// Where an answer arrives.
    type Answered = oneshot::Receiver<Result<Change, NotApplied>>;

    /// Suspensions of these users, and where their answers arrive.
    fn orders(users: &[&str]) -> (Vec<Order>, Vec<Answered>) {
        let order = |user: &&str| {
            let (answer, answered) = oneshot::channel();
            (Order { rule: Rule::suspended(Target::subject(user), true, 1), answer }, answered)
        };
        users.iter().map(order).unzip()
    }

    #[test]
    fn nobody_has_an_answer_before_the_lines_are_kept() {
        let rules = SharedCutoffs::new(Cutoffs::local());
        let (mut turn, mut answers) = orders(&["u1", "u2", "u1"]);
        let mut kept = String::new();
        let mut keep = |lines: &str| {
            for answer in &mut answers {
                assert_eq!(answer.try_recv(), Err(oneshot::error::TryRecvError::Empty));
            }
            kept.push_str(lines);
            Ok(())
        };
        take(&rules, &mut keep, &mut turn);
        let changes: Vec<_> = answers.iter_mut().map(|answer| answer.try_recv().unwrap()).collect();
        assert_eq!(changes, [Change::Applied, Change::Applied, Change::AlreadyHeld].map(Ok));
        assert_eq!(kept.lines().count(), 2, "{kept}");
    }

    #[test]
    fn a_rule_that_is_not_kept_holds_and_is_not_acknowledged() {
        let rules = SharedCutoffs::new(Cutoffs::local());
        // The second time it is held already, and still nobody may believe that it is kept.
        for _ in 0..2 {
            let (mut turn, mut answers) = orders(&["u1"]);
            let full = || io::Error::from(io::ErrorKind::StorageFull);
            take(&rules, &mut |_: &str| Err(full()), &mut turn);
            let answer = answers.pop().unwrap().try_recv().unwrap();
            assert_eq!(answer, Err(NotApplied::NotKept(full().to_string())));
            assert_eq!(rules.current().len(), 1);
        }
        let denied = Denied::from(NotApplied::NotKept(String::new()));
        assert!(format!("{denied:?}").contains("status: 500"));
    }

    #[test]
    fn what_is_kept_is_the_rule_as_it_was_applied() {
        let rules = SharedCutoffs::new(Cutoffs::local());
        let (mut turn, _answers) = orders(&["u1"]);
        let year_2999 = UnixTime::from_secs(32_472_144_000);
        turn[0].rule = Rule::issued_before(Target::subject("u1"), year_2999);
        let mut text = "{\"state\":{}}\n".to_owned();
        let mut keep = |lines: &str| {
            text.push_str(lines);
            Ok(())
        };
        take(&rules, &mut keep, &mut turn);
        let mut read = Cutoffs::local();
        read.load_json_lines(&text).unwrap();
        assert!(text.contains("raw_at"), "{text}");
        assert_eq!(read.list(), rules.current().list());
    }
}

//! An explanation's first failure is the validation's rejection, and every form of it can be read.

use arbitrary::{Result, Unstructured};
use lowwater::{Change, Cutoffs, Outcome, Rejection, Rule, Ticket, UnixTime, Validator, affected};
use serde_json::Value;

use crate::given::{HS256, TRUSTING, told};
use crate::made::{rule, state, time, token};
use crate::strict_json::object;

/// Whom a rule hits by itself: who is refused where it stands alone.
fn hit(ticket: &Ticket, rule: &Rule, validator: &Validator, token: &str, now: UnixTime) {
    let mut alone = Cutoffs::local();
    let applied = alone.apply(rule.clone(), now);
    let refused = validator.validate(token, &alone, now).is_err();
    let hit = ticket.is_affected_by(rule, now);
    assert_eq!(affected([ticket], rule, now).count(), usize::from(hit));
    match applied {
        // It asked for more than what came to be held.
        Ok(Change::Clamped) => assert!(hit || !refused),
        Ok(_) => assert_eq!(hit, refused, "{token}"),
        Err(_) => assert!(!hit),
    }
}

fn ask(data: &[u8]) -> Result<()> {
    let from = &mut Unstructured::new(data);
    let rules = state(from, Cutoffs::local())?;
    for _ in 0..2 {
        let token = match from.ratio(1, 8)? {
            true => String::from_utf8_lossy(from.bytes(from.len() / 2)?).into_owned(),
            false => token(from)?,
        };
        let now = UnixTime::from_millis(time(from)?);
        for validator in [&*HS256, &*TRUSTING] {
            let decided = validator.validate(&token, &rules, now);
            let explained = validator.explain(&token, &rules, now);
            assert_eq!(told(&decided), explained.rejection().map(Rejection::to_json));
            let failed = explained.checks().iter().find(|check| check.outcome == Outcome::Fail);
            let code = explained.rejection().map(Rejection::code);
            assert_eq!(failed.and_then(|check| check.code), code, "{explained}");
            let json = explained.to_json();
            assert!(object(&json).is_some(), "{json}");
            let ticket = decided.as_ref().ok().map(lowwater::Accepted::ticket);
            if let Some(ticket) = ticket {
                assert!(ticket.recheck(&rules, now).is_ok());
                hit(&ticket, &rule(from)?, validator, &token, now);
            }
            if let Err(no) = decided {
                assert!(serde_json::from_str::<Value>(&no.to_json()).is_ok());
                for (name, value) in no.headers() {
                    let plain = value.bytes().all(|byte| (b' '..0x7f).contains(&byte));
                    assert!(plain, "{name}: {value:?}");
                }
            }
        }
    }
    Ok(())
}

pub fn run(data: &[u8]) {
    // Too few bytes for all choices: nothing left to try.
    let _ = ask(data);
}

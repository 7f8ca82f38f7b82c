//! Rules for the cutoff stage, one a user, and tokens of users who have one or have none.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{Cutoffs, Index, Rule, Target, UnixTime};
use lowwater_edge::now;
use ring::hmac;

use crate::Fault;
use crate::fixture::{Fixture, Rules, Sample};

/// So many tokens, of users in no order, that neither they nor their rules stay in a cache.
const TOKENS: u64 = 20_000;
/// Rules are older than tokens: a token that meets its rule passes, so both kinds run all of the stage.
const AGE: i64 = 3600;

/// Sets of rules that were built: ten million take seconds, and more than one contestant asks them.
pub struct Kept {
    issuer: String,
    live: HashMap<u64, Arc<Cutoffs>>,
    indexes: HashMap<u64, Arc<Index<'static>>>,
}

impl Kept {
    pub fn for_issuer(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), live: HashMap::new(), indexes: HashMap::new() }
    }

    pub fn live(&mut self, count: u64) -> Result<Arc<Cutoffs>, Fault> {
        if let Some(built) = self.live.get(&count) {
            return Ok(Arc::clone(built));
        }
        let (mut cutoffs, now) = (Cutoffs::local(), now());
        let at = UnixTime::from_millis(now.as_millis() - AGE * 1000);
        for user in 0..count {
            let target = Target::subject(&subject(user)).at_issuer(&self.issuer);
            cutoffs.apply(Rule::issued_before(target, at), now)?;
        }
        let built = Arc::new(cutoffs);
        self.live.insert(count, Arc::clone(&built));
        Ok(built)
    }

    pub fn index(&mut self, count: u64) -> Result<Arc<Index<'static>>, Fault> {
        if let Some(built) = self.indexes.get(&count) {
            return Ok(Arc::clone(built));
        }
        // Kept until the process ends, as a mapped file would be.
        let bytes = Vec::leak(self.live(count)?.to_index([7; 16], now()));
        let built = Arc::new(Index::local(bytes)?);
        self.indexes.insert(count, Arc::clone(&built));
        Ok(built)
    }
}

fn subject(user: u64) -> String {
    format!("auth0|{user:024x}")
}

/// The fixture's token, signed anew for each of many users.
pub fn tokens(fixture: &Fixture, rules: Rules) -> Result<Vec<Sample>, Fault> {
    let template = &fixture.tokens["accepted"][0];
    let mut parts = template.split('.');
    let (header, payload) = parts.next().zip(parts.next()).ok_or("no token")?;
    let payload = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(payload)?)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &fixture.bytes("k")?);
    let first = if rules.met { 0 } else { rules.count };
    let sign = |number: u64| {
        let user = first + mixed(number) % rules.count.max(1);
        let payload = payload.replacen(&fixture.subject, &subject(user), 1);
        let message = format!("{header}.{}", BASE64_URL_SAFE_NO_PAD.encode(payload));
        let tag = BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
        Sample::new(format!("{message}.{tag}"))
    };
    Ok((0..TOKENS).map(sign).collect())
}

/// Numbers without a pattern that a processor could guess (the last steps of splitmix64).
fn mixed(number: u64) -> u64 {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 27)
}

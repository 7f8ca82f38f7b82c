//! Messages beside tokens: which reader takes each kind, and what came of it as one line.
use std::error::Error;

use lowwater::{Backend, NoCutoffs, Policy, Rule, UnixTime, Validator};
use lowwater_intake::{
    EventReceiver, GlobalRevocation, LogoutReceiver, MessageFault, NotApplied, RevocationFault,
    RevocationRequest, Revoker, StatusLists,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::format::{File, time};

#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    kind: String,
    config: Box<RawValue>,
    keys: String,
    now: f64,
    #[serde(default)]
    uri: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    content_type: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    client: Option<String>,
    result: String,
    code: Option<String>,
    #[serde(default)]
    rules: Vec<Box<RawValue>>,
    #[serde(default)]
    not_applied: Vec<String>,
}

/// Rules, and why there are no others; or the code of a fault.
type Came = Result<(Vec<Rule>, Vec<String>), String>;

fn refused(fault: MessageFault) -> String {
    fault.code().to_owned()
}

impl Message {
    /// What should come of it.
    pub(crate) fn expected(&self) -> String {
        match (&*self.result, &self.code) {
            ("accept", _) => {
                let rule = |rule: &RawValue| match Rule::from_json(rule.get()) {
                    Ok(rule) => rule.to_json(),
                    Err(mistake) => format!("{rule}: {mistake}"),
                };
                let rules = self.rules.iter().map(|one| rule(one)).collect();
                line(rules, self.not_applied.clone())
            }
            (result, Some(code)) => format!("{result} {code}"),
            (result, None) => result.into(),
        }
    }

    /// What came.
    pub(crate) fn told(&self, on: &dyn Backend, file: &File) -> String {
        match self.read(on, file) {
            Err(_) => "config_error".into(),
            Ok(Err(code)) => format!("reject {code}"),
            Ok(Ok((rules, why))) => line(rules.iter().map(Rule::to_json).collect(), why),
        }
    }

    fn read(&self, on: &dyn Backend, file: &File) -> Result<Came, Box<dyn Error>> {
        let keys = file.keysets.get(&self.keys).ok_or("no key set")?.read(on, false)?;
        let (config, now) = (self.config.get(), time(self.now));
        match &*self.kind {
            "logout" => {
                let receiver = LogoutReceiver::from_json(config)?;
                let logout = match &self.body {
                    Some(body) => receiver.receive(body.as_bytes(), &keys, now),
                    None => receiver.read(&self.token, &keys, now),
                };
                Ok(logout.map(|logout| (logout.rules().to_vec(), Vec::new())).map_err(refused))
            }
            "security_event" => {
                let receiver = EventReceiver::from_json(config)?;
                let received = match &self.body {
                    Some(body) => receiver.push(&self.content_type, body.as_bytes(), &keys, now),
                    None => receiver.receive(&self.token, &keys, now),
                };
                let why = |no: &NotApplied| no.code().to_owned();
                Ok(received.map_err(refused).map(|received| {
                    let events = received.events().iter().flat_map(|event| &event.not_applied);
                    (received.rules().to_vec(), events.map(why).collect())
                }))
            }
            "revocation" => {
                let receiver = GlobalRevocation::from_json(config)?;
                let body = self.body.as_deref().unwrap_or_default();
                let revoked = receiver.receive(&self.content_type, body.as_bytes(), now);
                let code = |no: RevocationFault| no.code().to_owned();
                Ok(revoked.map(|revoked| (revoked.rules().to_vec(), Vec::new())).map_err(code))
            }
            // What is configured is the policy by which the token would be accepted.
            "token_revocation" => {
                Ok(self.revoke(&Validator::new(Policy::from_json(config)?, keys), now))
            }
            "status_list" => {
                let mut lists = StatusLists::from_json(config)?;
                let taken = lists.hydrate(&self.uri, &self.token, &keys, now);
                Ok(taken
                    .map(|()| (Vec::new(), Vec::new()))
                    .map_err(|fault| fault.code().to_owned()))
            }
            _ => Err("a kind of message that nobody reads".into()),
        }
    }

    fn revoke(&self, validator: &Validator, now: UnixTime) -> Came {
        let body = self.body.as_deref().unwrap_or_default();
        let request =
            RevocationRequest::read(&self.content_type, body.as_bytes()).map_err(refused)?;
        let by = self.client.as_deref().map_or(Revoker::Operator, Revoker::Client);
        let revoked = match validator.validate(request.token(), &NoCutoffs, now) {
            Err(no) => Err(no.code().as_str()),
            Ok(accepted) => RevocationRequest::access_token(&accepted, by).map_err(|no| no.code()),
        };
        Ok(match revoked {
            Ok(revoked) => (revoked.rules().to_vec(), Vec::new()),
            Err(why) => (Vec::new(), vec![why.into()]),
        })
    }
}

fn line(rules: Vec<String>, why: Vec<String>) -> String {
    format!("accept [{}] not applied [{}]", rules.join(","), why.join(","))
}

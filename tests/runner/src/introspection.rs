//! Tokens that their authorization server is asked about: the server is the vector.
use std::error::Error;

use lowwater::{Backend, Cutoffs, Rejection, Validator};
use lowwater_intake::{Answer as Answered, Asked, Introspection};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::format::{Answer, Expected};

/// The token, and what the server says; nothing, where nobody may be asked.
#[derive(Deserialize)]
pub(crate) struct Asking {
    ask: Option<String>,
    response: Option<Response>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: Option<u16>,
    content_type: Option<String>,
    body: String,
}

/// One instance for a test or a scenario.
pub(crate) fn configured(
    config: Option<&RawValue>,
) -> Result<Option<Introspection>, Box<dyn Error>> {
    Ok(config.map(|config| Introspection::from_json(config.get())).transpose()?)
}

impl Asking {
    /// What comes of it, where a token is asked about. Whether anybody is asked has to be as the vector says.
    pub(crate) fn answer(
        &self,
        instance: Option<&mut Introspection>,
        on: &dyn Backend,
        validator: &Validator,
        cutoffs: &Cutoffs,
        expected: &Expected,
    ) -> Option<Answer> {
        let token = self.ask.as_deref()?;
        let Some(instance) = instance else { return Some(Err("no config".into())) };
        let now = expected.time();
        let response = match (instance.ask(token, validator, on, now), &self.response) {
            (Ok(Asked::Known(response)), None) => response,
            (Ok(Asked::Fetch(fetch)), Some(Response { status, content_type, body })) => {
                let content_type = content_type.as_deref().map(|value| ("Content-Type", value));
                let headers = Vec::from_iter(content_type);
                let answer = Answered::new(status.unwrap_or(200), &headers, body.as_bytes());
                match instance.answered(&fetch, &answer, validator.keys(), now) {
                    Ok(response) => response,
                    Err(no) => return Some(Ok(Err(no.rejection(validator)))),
                }
            }
            (Err(no), None) => return Some(Ok(Err(no))),
            (asked, response) => {
                let given = response.is_some();
                return Some(Err(format!("{asked:?}, and a response is there: {given}").into()));
            }
        };
        let decided = validator.introspected(&response, cutoffs, now);
        let explained = validator.explain_introspected(&response, cutoffs, now);
        if explained.rejection().map(Rejection::to_json)
            != decided.as_ref().err().map(Rejection::to_json)
        {
            return Some(Err("an explanation tells otherwise".into()));
        }
        Some(Ok(decided.and_then(|accepted| accepted.require(&expected.requirement()))))
    }
}

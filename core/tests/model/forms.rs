//! The forms in which a state can be asked. Each decides as the state itself.

use lowwater::{Cutoffs, Index, RuleSet};

use super::ask::{at, span};
use super::state::{Source, State};

/// One form, and what it has to be told apart from by no decision.
pub struct Form<'b> {
    pub name: &'static str,
    pub rules: Box<dyn RuleSet + 'b>,
    pub model: State,
}

/// Every form of a state. `index`: the bytes of its index.
pub fn forms<'b>(
    real: &Cutoffs,
    model: &State,
    now: i64,
    index: &'b [u8],
) -> Result<Vec<Form<'b>>, String> {
    let (text, text_model) = by_text(real, model)?;
    let (bytes, bytes_model) = by_snapshot(real, model, now)?;
    let index = match model.source {
        Source::Local => Index::local(index),
        Source::Replica { stale_after, expired_after, .. } => {
            Index::replica(index, span(stale_after), span(expired_after))
        }
    };
    let index = index.map_err(|error| error.to_string())?;
    index.check_all().map_err(|error| error.to_string())?;
    Ok(vec![
        Form { name: "index", rules: Box::new(index), model: model.clone() },
        Form { name: "json lines", rules: Box::new(text), model: text_model },
        Form { name: "snapshot", rules: Box::new(bytes), model: bytes_model },
    ])
}

pub fn empty(source: Source) -> Cutoffs {
    match source {
        Source::Local => Cutoffs::local(),
        Source::Replica { stale_after, expired_after, .. } => {
            Cutoffs::replica(span(stale_after), span(expired_after)).unwrap()
        }
    }
}

/// Written as text and read back: no load.
pub fn by_text(real: &Cutoffs, model: &State) -> Result<(Cutoffs, State), String> {
    let text = real.to_json_lines();
    let mut copy = empty(model.source);
    let rules = copy.load_json_lines(&text).map_err(|error| format!("{error}\n{text}"))?;
    if rules != real.len() || copy.list() != real.list() || copy.to_json_lines() != text {
        return Err(format!(
            "another state came back from\n{text}and is\n{}",
            copy.to_json_lines()
        ));
    }
    let mut model = model.clone();
    if let Source::Replica { unchecked, .. } = &mut model.source {
        *unchecked = true;
    }
    Ok((copy, model))
}

/// Written as bytes and read back: a replica is as old as the bytes say.
pub fn by_snapshot(real: &Cutoffs, model: &State, now: i64) -> Result<(Cutoffs, State), String> {
    let bytes = real.to_snapshot(at(now));
    let mut copy = empty(model.source);
    let rules = copy.load_snapshot(&bytes, at(now)).map_err(|error| error.to_string())?;
    // Reading is seeing the time, and a state from a time to come is not believed.
    let told =
        !matches!(model.source, Source::Replica { loaded: Some(at), .. } if at > now + 60_000);
    let seen = model.horizon.seen >= Some(now);
    let other = (told && seen && copy.to_snapshot(at(now)) != bytes) || copy.list() != real.list();
    if rules != real.len() || other {
        return Err(format!("{} came back from {}", copy.to_json_lines(), real.to_json_lines()));
    }
    let mut model = model.clone();
    // On an authority the bytes are of now. Those of a replica that was never loaded are no load.
    let as_of = match &mut model.source {
        Source::Local => Some(now),
        Source::Replica { loaded, .. } => loaded.take(),
    };
    if let Some(as_of) = as_of {
        model.loaded(as_of, now);
    }
    Ok((copy, model))
}

//! Runs every vector of the files and folders named, and exits with 1 if any fails.
//! It loads, builds, calls and compares, and knows nothing of what a vector is about.
mod format;
use std::{collections::BTreeMap, error::Error, process::ExitCode};

use format::{Case, Expected, File, Step};
use lowwater::{Accepted, Cutoffs, Policy, Rejection, Rule, Validator};

/// Accepted or rejected; `Err`: a mistake in policy, keys or rules.
type Answer = Result<Result<(), Rejection>, Box<dyn Error>>;

fn validate(validator: &Validator, cutoffs: &Cutoffs, token: &str, case: &Expected) -> Answer {
    let asked =
        |accepted: Accepted| accepted.require(&case.require.clone().unwrap_or_default().into());
    Ok(validator.validate(token, cutoffs, case.time()).and_then(asked))
}

fn build(file: &File, keys: &str, policy: Option<&str>) -> Result<Validator, Box<dyn Error>> {
    let policy = Policy::from_json(
        policy.and_then(|name| file.policies.get(name)).ok_or("no policy")?.get(),
    )?;
    let keys = file.keysets.get(keys).ok_or("no key set")?.read(policy.allows_short_secret())?;
    Ok(Validator::new(policy, keys))
}

fn run_test(file: &File, case: &Case) -> Answer {
    if case.only.is_some() && case.policy.is_none() {
        let algorithms =
            case.algorithms.iter().map(|name| name.parse()).collect::<Result<Vec<_>, _>>()?;
        let keys = file.keysets.get(&case.keys).ok_or("no key set")?.read(false)?;
        return Ok(keys.verify(&case.token, algorithms).map(drop));
    }
    let validator = build(file, &case.keys, case.policy.as_deref())?;
    if case.only.is_some() {
        return Ok(validator.verify(&case.token).map(drop));
    }
    let mut cutoffs = Cutoffs::local();
    for rule in &case.rules {
        cutoffs.apply(Rule::from_json(rule.get())?, case.expected.time())?;
    }
    validate(&validator, &cutoffs, &case.token, &case.expected)
}

/// One line for each step that answered otherwise than expected.
fn run_scenario(
    file: &File,
    case: &Case,
    failures: &mut Vec<String>,
) -> Result<(), Box<dyn Error>> {
    let validator = build(file, &case.keys, case.policy.as_deref())?;
    let mut cutoffs = Cutoffs::local();
    for (number, step) in case.steps.iter().enumerate() {
        match step {
            Step { apply: Some(rule), expected, .. } => {
                cutoffs.apply(Rule::from_json(rule.get())?, expected.time())?;
            }
            Step { check: Some(token), expected, .. } => {
                let answer = validate(&validator, &cutoffs, token, expected);
                let wrong = expected.compare(&answer).err();
                failures.extend(wrong.map(|wrong| format!("{} step {number}: {wrong}", case.id)));
            }
            _ => {} // `loaded` on a local set does nothing; other steps are features, found before
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let (mut passed, mut failed, mut unsupported) = (0, 0, BTreeMap::<String, u32>::new());
    let paths: Vec<_> =
        std::env::args().skip(1).flat_map(|path| format::files(path.as_ref())).collect();
    for path in &paths {
        let file = File::read(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        for case in file.tests.iter().chain(&file.scenarios) {
            if let Some(feature) = case.unsupported() {
                *unsupported.entry(feature).or_default() += 1;
                continue;
            }
            let mut failures = Vec::new();
            if case.steps.is_empty() {
                let wrong = case.expected.compare(&run_test(&file, case)).err();
                failures.extend(wrong.map(|wrong| format!("{}: {wrong}", case.id)));
            } else if let Err(mistake) = run_scenario(&file, case, &mut failures) {
                failures.push(format!("{}: {mistake}", case.id));
            }
            failures.iter().for_each(|failure| println!("{failure} [{}]", path.display()));
            if failures.is_empty() { passed += 1 } else { failed += 1 }
        }
    }
    unsupported
        .iter()
        .for_each(|(feature, count)| println!("unsupported: {feature}, {count} cases"));
    println!("{passed} passed, {failed} failed");
    if failed > 0 || passed == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

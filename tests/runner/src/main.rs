//! Runs every vector of the files and folders named, and exits with 1 if any fails.
//! It loads, builds, calls and compares, and knows nothing of what a vector is about.
#![expect(clippy::print_stdout, clippy::arithmetic_side_effects, reason = "it prints and counts")]
mod format;
use std::{error::Error, process::ExitCode};

use format::{Answer, Case, Expected, File};
use lowwater::{Cutoffs, Policy, Rule, UnixTime, Validator};

fn build(file: &File, case: &Case) -> Result<Validator, Box<dyn Error>> {
    let policy = case.policy.as_ref().and_then(|name| file.policies.get(name));
    let policy = Policy::from_json(policy.ok_or("no policy")?.get())?;
    let keys = file.keysets.get(&case.keys).ok_or("no key set")?;
    let keys = keys.read(policy.allows_short_secret())?;
    Ok(Validator::new(policy, keys))
}

fn ask(validator: &Validator, cutoffs: &Cutoffs, token: &str, asked: &Expected) -> Answer {
    let accepted = validator.validate(token, cutoffs, asked.time());
    Ok(accepted.and_then(|accepted| accepted.require(&asked.requirement())))
}

fn run_test(file: &File, case: &Case) -> Answer {
    if case.only.is_some() && case.policy.is_none() {
        let algorithms: Result<Vec<_>, _> =
            case.algorithms.iter().map(|name| name.parse()).collect();
        let keys = file.keysets.get(&case.keys).ok_or("no key set")?.read(false)?;
        return Ok(keys.verify(&case.token, algorithms?).map(drop));
    }
    let validator = build(file, case)?;
    if case.only.is_some() {
        return Ok(validator.verify(&case.token).map(drop));
    }
    let mut cutoffs = Cutoffs::local();
    for rule in &case.rules {
        cutoffs.apply(Rule::from_json(rule.get())?, case.expected.time())?;
    }
    ask(&validator, &cutoffs, &case.token, &case.expected)
}

/// What answered otherwise than expected: the test, or steps of the scenario.
fn run(file: &File, case: &Case) -> Result<Vec<String>, Box<dyn Error>> {
    if case.steps.is_empty() {
        return Ok(case.expected.compare(&run_test(file, case)).err().into_iter().collect());
    }
    let (validator, mut cutoffs) = (build(file, case)?, case.set.cutoffs()?);
    let (mut failures, mut clock) = (Vec::new(), UnixTime::from_secs(0));
    for (number, step) in case.steps.iter().enumerate() {
        step.change(&case.set, &mut cutoffs, &validator, &mut clock)?;
        if let Some(token) = &step.check {
            let answer = ask(&validator, &cutoffs, token, &step.expected);
            let wrong = step.expected.compare(&answer).err();
            failures.extend(wrong.map(|wrong| format!("step {number}: {wrong}")));
        }
    }
    Ok(failures)
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut passed, mut failed) = (0, 0);
    for path in format::files(std::env::args().skip(1))? {
        let file = File::read(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        for case in file.tests.iter().chain(&file.scenarios) {
            let failures = run(&file, case).unwrap_or_else(|mistake| vec![mistake.to_string()]);
            let print = |wrong| println!("{}: {wrong} [{}]", case.id, path.display());
            failures.iter().for_each(print);
            *if failures.is_empty() { &mut passed } else { &mut failed } += 1;
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(if failed > 0 || passed == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

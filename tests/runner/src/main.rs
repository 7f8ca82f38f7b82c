//! Runs every vector of the files and folders named, and exits with 1 if any fails. With `--answers` it
//! prints what came of each instead, one line an answer, as the runners of all languages do.
//! `--backend=aws-lc-rs`: on that library, and not on ring.
//! It loads, builds, calls and compares, and knows nothing of what a vector is about.
#![expect(clippy::print_stdout, clippy::arithmetic_side_effects, reason = "it prints and counts")]
mod format;
mod messages;
mod status;

mod introspection;
use std::{cell::RefCell, error::Error, process::ExitCode};

use format::{Answer, Case, Expected, File};
use lowwater::{
    AwsLc, Backend, Cutoffs, Memo, Policy, Rejection, Ring, Rule, RuleSet, UnixTime, Validator,
};

fn build(on: &dyn Backend, file: &File, case: &Case) -> Result<Validator, Box<dyn Error>> {
    let policy = case.policy.as_ref().and_then(|name| file.policies.get(name));
    let policy = Policy::from_json(policy.ok_or("no policy")?.get())?;
    let keys = file.keysets.get(&case.keys).ok_or("no key set")?;
    let keys = keys.read(on, policy.allows_short_secret())?;
    Ok(Validator::new(policy, keys))
}

thread_local! {
    /// One for all vectors, policies and keys.
    static MEMO: RefCell<Memo> = RefCell::new(Memo::new(1 << 20, [7; 16]));
}

/// Asks without a memo, with one, and with one that knows the token: the answers are one answer.
fn ask(validator: &Validator, rules: &impl RuleSet, token: &str, asked: &Expected) -> Answer {
    let known = |memo: &RefCell<Memo>| validator.validate_with(memo, token, rules, asked.time());
    let answers =
        [validator.validate(token, rules, asked.time()), MEMO.with(known), MEMO.with(known)];
    let [plain, new, again] =
        answers.map(|decided| decided.and_then(|accepted| accepted.require(&asked.requirement())));
    let told = |answer: &Result<(), Rejection>| answer.as_ref().err().map(Rejection::to_json);
    if [&new, &again].into_iter().any(|answer| told(answer) != told(&plain)) {
        return Err("a memo changes the answer".into());
    }
    Ok(plain)
}

fn run_test(on: &dyn Backend, file: &File, case: &Case) -> Answer {
    if case.only.is_some() && case.policy.is_none() {
        let algorithms: Result<Vec<_>, _> =
            case.algorithms.iter().map(|name| name.parse()).collect();
        let keys = file.keysets.get(&case.keys).ok_or("no key set")?.read(on, false)?;
        return Ok(keys.verify(&case.token, algorithms?).map(drop));
    }
    let validator = build(on, file, case)?;
    if case.only.is_some() {
        return Ok(validator.verify(&case.token).map(drop));
    }
    let mut cutoffs = Cutoffs::local();
    for rule in &case.rules {
        cutoffs.apply(Rule::from_json(rule.get())?, case.expected.time())?;
    }
    if let (Some(config), Some(lists)) = (&case.config, &case.lists) {
        let lists = status::read(config, lists, validator.keys())?;
        return ask(&validator, &cutoffs.with_status(&lists), &case.token, &case.expected);
    }
    let mut own = introspection::configured(case.config.as_deref())?;
    let asked = case.asking.answer(own.as_mut(), on, &validator, &cutoffs, &case.expected);
    asked.unwrap_or_else(|| ask(&validator, &cutoffs, &case.token, &case.expected))
}

/// A step of a scenario (nothing for a test), what was expected of it, and what came.
type Asked<'f> = (String, &'f Expected, Answer);

/// What came of the test, or of each step of the scenario that asks.
fn run<'f>(
    on: &dyn Backend,
    file: &'f File,
    case: &'f Case,
) -> Result<Vec<Asked<'f>>, Box<dyn Error>> {
    if case.steps.is_empty() {
        return Ok(vec![(String::new(), &case.expected, run_test(on, file, case))]);
    }
    let (validator, mut cutoffs) = (build(on, file, case)?, case.set.cutoffs()?);
    let (mut asked, mut clock) = (Vec::new(), UnixTime::from_secs(0));
    let mut own = introspection::configured(case.config.as_deref())?;
    for (number, step) in case.steps.iter().enumerate() {
        step.change(&case.set, &mut cutoffs, &validator, &mut clock)?;
        if let Some(token) = &step.check {
            let answer = ask(&validator, &cutoffs, token, &step.expected);
            asked.push((format!("#{number}"), &step.expected, answer));
        }
        let answer = step.asking.answer(own.as_mut(), on, &validator, &cutoffs, &step.expected);
        asked.extend(answer.map(|answer| (format!("#{number}"), &step.expected, answer)));
    }
    Ok(asked)
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut passed, mut failed) = (0, 0);
    let (options, paths): (Vec<_>, Vec<_>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let (mut show, mut on): (bool, &dyn Backend) = (false, &Ring);
    for option in options {
        match option.as_str() {
            "--answers" => show = true,
            "--backend=ring" => on = &Ring,
            "--backend=aws-lc-rs" => on = &const { AwsLc::new() },
            _ => return Err(format!("no such option: {option}").into()),
        }
    }
    for path in format::files(paths.into_iter())? {
        let file = File::read(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        let name = path.file_name().unwrap_or_default().display();
        for case in file.tests.iter().chain(&file.scenarios) {
            let asked = run(on, &file, case);
            let asked = asked.unwrap_or_else(|no| vec![(String::new(), &case.expected, Err(no))]);
            let mut wrong = false;
            for (step, expected, answer) in &asked {
                let compared = expected.compare(answer);
                wrong |= compared.is_err();
                match compared {
                    _ if show => println!("{name}\t{}\t{step}\t{}", case.id, format::told(answer)),
                    Err(wrong) => println!("{}{step}: {wrong} [{}]", case.id, path.display()),
                    Ok(()) => {}
                }
            }
            *if wrong { &mut failed } else { &mut passed } += 1;
        }
        for message in &file.messages {
            let (told, expected) = (message.told(on, &file), message.expected());
            let right = told == expected;
            if !right && !show {
                let (id, path) = (&message.id, path.display());
                println!("{id}: expected {expected}, got {told} [{path}]");
            }
            *if right { &mut passed } else { &mut failed } += 1;
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(if failed > 0 || passed == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

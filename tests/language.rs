//! The rule language, as its page promises it: truth tables, the law of unknown values, mistakes with their places.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

#[path = "language/law.rs"]
mod law;
#[path = "language/mistakes.rs"]
mod mistakes;
#[path = "language/tables.rs"]
mod tables;

use plimsoll::engine::{Heed, Run, check};
use plimsoll::facts::{Options, Target};
use plimsoll::policy::{Mistake, Policy, Reader, Rule, Truth, Values, lists};
use plimsoll::source::{FileId, Found, Memory, Source, guess};
use plimsoll::syntax::{Data, yaml};

/// YAML as data.
fn data(text: &str) -> Data {
    let source = Source::new(FileId(0), "rule.yaml", text);
    let tree = yaml::parse(&source, yaml::Limits::default());
    assert!(tree.problems.is_empty(), "{text}\n{:?}", tree.problems);
    tree.to_data(tree.root().unwrap(), &mut 100_000).unwrap()
}

/// A rule, read as strictly as `plimsoll test` reads it.
fn rule(text: &str) -> Result<Rule, Mistake> {
    rule_with(text, lists())
}

fn rule_with(text: &str, mut values: Values) -> Result<Rule, Mistake> {
    values.set_strict();
    Rule::read(&Reader::new(&data(text).borrowed()), values)
}

/// A rule on a kind that fires when a condition holds.
fn rule_when(kind: &str, when: &str) -> Rule {
    let text = format!(
        "id: x\ntitle: X\nseverity: low\ntargets: [compose]\non: {kind}\nwhen: {when}\nmessage: \"`{{name}}`\"\n"
    );
    rule(&text).unwrap_or_else(|mistake| panic!("{when}: {} at {:?}", mistake.message, mistake.path))
}

/// Judges files of memory with one rule; the first file is the one that is named.
fn judge(rule: Rule, files: &[(&str, &str)]) -> Run {
    let memory = files.iter().fold(Memory::default(), |memory, (path, text)| memory.with(path, text));
    let path = files[0].0;
    let found = Found { path: path.to_owned(), guess: guess(path), named: true };
    let options = Options { target: Some(Target::Compose), ..Options::default() };
    let run = check(&memory, &[found], &options, &Policy::new(vec![rule]), Heed::Never);
    // What a file refers to may be missing: then much is unknown, and the rest is judged.
    let unreadable =
        run.report.problems.iter().find(|problem| problem.id() != "include-or-extends-unresolvable");
    assert!(unreadable.is_none(), "{}\n{unreadable:?}", files[0].1);
    run
}

/// Whether a condition is true, false or unknown of the only service of a Compose file.
fn verdict(when: &str, compose: &str) -> Truth {
    outcome(&judge(rule_when("service", when), &[("compose.yaml", compose)]))
}

/// A finding says true, an undecided rule says unknown, silence says false.
fn outcome(run: &Run) -> Truth {
    match (run.report.findings.len(), run.report.undecided.len()) {
        (0, 0) => Truth::False,
        (0, _) => Truth::Unknown,
        _ => Truth::True,
    }
}

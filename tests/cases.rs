//! The peers' own test cases, where they are at hand: every verdict that differs from a label has its reason in
//! `tests/cases/disagreements.yaml`, and every reason there is still needed.
//!
//! The cases are not ours, so they stay beside the project, with the scorer. `cargo test --test cases -- --nocapture`
//! prints both scores: of all labels, and without those that a reason shows to be wrong or contradicted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops and says so")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;
use support::skipped;

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Because {
    Fact,
    Contradicted,
    Ours,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disagreement {
    because: Because,
    why: String,
    #[serde(default)]
    verdict: Vec<String>,
    #[serde(default)]
    place: Vec<String>,
}

fn disagreements() -> Vec<Disagreement> {
    serde_yaml::from_str(include_str!("cases/disagreements.yaml")).unwrap()
}

/// `peer case`, as a row of the scorer's list of contested cases.
fn row(case: &str) -> String {
    case.replacen(' ', "\t", 1) + "\t\n"
}

/// The scorer over the visible cases, with every rule on.
struct Scorer {
    cases: PathBuf,
    scratch: tempfile::TempDir,
}

impl Scorer {
    fn at_hand() -> Option<Self> {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
        if !cases.join("score.py").exists() {
            skipped("the peers' cases are not beside the project");
            return None;
        }
        support::installed("python3").then(|| Self { cases, scratch: tempfile::tempdir().unwrap() })
    }

    /// Runs it with these cases left out besides those that it knows as contested.
    fn run(&self, left_out: &str, more: &[&str]) {
        let known = fs::read_to_string(self.cases.join("contested.tsv")).unwrap();
        let contested = self.file("contested.tsv");
        fs::write(&contested, format!("{}\n{left_out}", known.trim_end())).unwrap();
        let check = "check --no-config --format json --profile all --min-severity info {paths}";
        let output = Command::new("python3")
            .arg(self.cases.join("score.py"))
            .args(["--adapter", "plimsoll", "--cases", "visible", "--uncontested", "--ref-lines"])
            .args(["--cmd", &format!("{} {check}", env!("CARGO_BIN_EXE_plimsoll"))])
            .arg("--contested")
            .arg(contested)
            .arg("--exclude-rules")
            .arg(self.cases.join("excluded.txt"))
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// The cases on which the verdict is not the label.
    fn wrong(&self, left_out: &str) -> BTreeSet<String> {
        let verdicts = self.file("verdicts.tsv");
        self.run(left_out, &["--verdicts", verdicts.to_str().unwrap()]);
        let text = fs::read_to_string(verdicts).unwrap();
        let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        rows.filter(|row| row[2] != "right").map(|row| format!("{} {}", row[0], row[1])).collect()
    }

    fn score(&self, left_out: &str, more: &[&str]) -> Score {
        let numbers = self.file("numbers.json");
        self.run(left_out, &[more, &["--json", numbers.to_str().unwrap()]].concat());
        let whole: Value = serde_json::from_slice(&fs::read(numbers).unwrap()).unwrap();
        serde_json::from_value(whole["total"].clone()).unwrap()
    }
}

/// The scorer's counts: labelled items that want a finding and those that have one, those that want none and have one,
/// and the lines that the labels name and our findings share.
#[derive(Deserialize)]
struct Score {
    pos: u64,
    hit: u64,
    neg: u64,
    alarm: u64,
    #[serde(default)]
    lines: u64,
    #[serde(default)]
    located: u64,
}

#[allow(clippy::cast_precision_loss, reason = "counts of cases")]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 }
}

#[test]
fn every_disagreement_has_a_reason_and_every_reason_a_disagreement() {
    let Some(scorer) = Scorer::at_hand() else { return };
    let all = disagreements();
    assert!(all.iter().all(|it| it.why.ends_with('.') && it.verdict.len() + it.place.len() > 0));
    let listed: BTreeSet<String> = all.iter().flat_map(|it| it.verdict.clone()).collect();
    assert_eq!(scorer.wrong(""), listed, "left: verdicts that differ; right: those with a reason");

    let rows: String =
        all.iter().flat_map(|it| it.verdict.iter().chain(&it.place)).map(|it| row(it)).collect();
    let rest = scorer.score(&rows, &[]);
    assert_eq!(rest.located, rest.lines, "lines that no finding names and that have no reason");
}

/// What we promise of the labels that are sound; the figures of all labels stand beside them.
#[test]
#[allow(clippy::print_stderr, reason = "the score is for people")]
fn the_score_holds() {
    let Some(scorer) = Scorer::at_hand() else { return };
    let unsound = disagreements().into_iter().filter(|it| it.because != Because::Ours);
    let unsound: String = unsound.flat_map(|it| [it.verdict, it.place].concat()).map(|it| row(&it)).collect();
    for (kind, recall, alarms, located) in
        [("dockerfile", 97.0, 0.5, 98.0), ("compose", 97.0, 1.0, 98.0), ("stack", 97.0, 1.0, 98.0)]
    {
        for (labels, left_out) in [("all labels", ""), ("sound labels", &unsound)] {
            let score = scorer.score(left_out, &["--kind", kind]);
            let found = percent(score.hit, score.pos);
            let alarmed = percent(score.alarm, score.neg.max(1));
            let placed = percent(score.located, score.lines);
            let Score { pos, hit, neg, alarm, lines, located: named } = score;
            eprintln!(
                "{kind}, {labels}: found {hit} of {pos} ({found:.1} %), alarms {alarm} of {neg} ({alarmed:.1} %), \
                 places {named} of {lines} ({placed:.1} %)"
            );
            let sound = labels == "sound labels";
            assert!(!sound || (found >= recall && alarmed <= alarms && placed >= located), "{kind}");
        }
    }
}

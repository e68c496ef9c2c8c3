//! Every reason for which a repair is refused is given in some case, every kind of change is made in one, and what any rule
//! does is shown.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;

use plimsoll::policy::{Recipe, Verb, all, texts};

use super::{cases, plimsoll, put, tree};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|it| it == "rs")).collect()
}

/// The reasons that are written out in the code, with anything for what is filled in. What cannot happen is a constant.
fn reasons() -> Vec<String> {
    let written =
        Regex::new(r#"(?:Err|ok_or|ok_or_else)\((?:\|\|\s*\{?\s*)?(?:format!\(\s*)?"((?:[^"\\]|\\.)*)""#)
            .unwrap();
    let hole = Regex::new(r"\\\{[^}]*\\\}").unwrap();
    // Mistakes in the examples of rules, and what the disk refuses, are other tests' business.
    let others = ["example.rs", "write.rs", "temporary.rs", "build.rs"];
    let mut all = Vec::new();
    for path in [files("src/fix"), files("src/syntax/yaml")].concat() {
        if others.iter().any(|other| path.ends_with(other)) {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for found in written.captures_iter(code) {
            all.push(hole.replace_all(&regex::escape(&found[1]), ".*").into_owned());
        }
    }
    assert!(all.len() > 20, "where are the reasons? {all:?}");
    all
}

/// The plan of every case with all rules, as programs get it.
fn plans() -> Vec<Value> {
    let plan = |case: &PathBuf| {
        let project = tempfile::tempdir().unwrap();
        fs::create_dir(project.path().join(".git")).unwrap();
        put(project.path(), &tree(&case.join("before")));
        let harden = ["harden", "--no-config", "--profile", "all", "--format", "json", "."];
        serde_json::from_slice(&plimsoll(project.path(), &harden).stdout).unwrap()
    };
    cases().iter().map(plan).collect()
}

/// What is told of every case.
fn notes() -> String {
    cases().iter().map(|case| fs::read_to_string(case.join("notes.txt")).unwrap()).collect()
}

/// The values of a key in one of the lists of the plans, a line each.
fn listed(list: &str, key: &str) -> String {
    let plans = plans();
    let entries = plans.iter().flat_map(|plan| plan[list].as_array().unwrap());
    entries.map(|entry| format!("{}\n", entry[key].as_str().unwrap())).collect()
}

#[test]
fn every_reason_to_refuse_is_given_in_some_case() {
    let told = listed("left", "reason") + &notes();
    // Those that depend on what was named on the command line.
    let asked = fs::read_to_string(root().join("tests/rewrites.rs")).unwrap();
    let is_given = |reason: &String| {
        let reason = Regex::new(reason).unwrap();
        reason.is_match(&told) || reason.is_match(&asked)
    };
    let missing: Vec<String> = reasons().into_iter().filter(|reason| !is_given(reason)).collect();
    assert!(missing.is_empty(), "no case in fixtures/harden gives {missing:#?}");
}

/// What a change is called in rules.
fn name(verb: &Verb) -> String {
    match verb {
        Verb::Recipe(recipe) => Recipe::NAMES.iter().find(|it| it.1 == *recipe).unwrap().0.to_owned(),
        other => format!("{other:?}").split('(').next().unwrap().to_lowercase(),
    }
}

/// Derived from the rules: a kind of change that no rule uses is not missed, a new one is.
#[test]
fn every_kind_of_change_is_made_in_some_case() {
    let notes = notes();
    let (mut used, mut made) = (BTreeSet::new(), BTreeSet::new());
    for rule in all().unwrap() {
        let fixes = rule.cases.iter().flat_map(|case| &case.fixes);
        let verbs: BTreeSet<String> = fixes.flat_map(|fix| &fix.verbs).map(name).collect();
        let told = notes
            .lines()
            .any(|line| line.starts_with("+ ") && line.contains(&format!("[{}] ", rule.about.id)));
        made.extend(verbs.iter().filter(|_| told).cloned());
        used.extend(verbs);
    }
    let missing: Vec<_> = used.difference(&made).collect();
    assert!(used.len() > 8 && missing.is_empty(), "no case in fixtures/harden has {missing:?}");
}

/// By an example with its `fixed:`, or in a case where it takes more than one file.
#[test]
fn what_a_rule_does_is_shown() {
    let (made, texts) = (listed("changes", "rule"), texts());
    let mechanical: BTreeSet<String> = all()
        .unwrap()
        .iter()
        .filter(|rule| rule.cases.iter().flat_map(|case| &case.fixes).any(|fix| !fix.verbs.is_empty()))
        .map(|rule| rule.about.id.clone())
        .collect();
    let shown = |id: &str| {
        let (_, text) = texts.iter().find(|(path, _)| path.ends_with(&format!("/{id}.yaml"))).unwrap();
        text.contains("    fixed:") || made.lines().any(|rule| rule == id)
    };
    let missing: Vec<&String> = mechanical.iter().filter(|id| !shown(id)).collect();
    assert!(mechanical.len() > 100 && missing.is_empty(), "nobody shows what these do: {missing:#?}");
}

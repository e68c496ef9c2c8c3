//! What `fix` and `harden` say beside the rewrite: what was changed with which caveat, and what is left for a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::fix::{Change, Left, Plan};
use crate::policy::{Safety, Severity};

/// The notes of a plan; of what is left from this severity on. Equal repairs of a file, and equal reasons, share a line.
pub fn notes(plan: &Plan, from: Severity) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    for problem in &plan.before.report.problems {
        let path = plan.before.report.path(problem.span.file);
        let _ = writeln!(out, "problem[{}] {path}: {}", problem.id(), problem.message);
    }
    if plan.changes.is_empty() {
        let _ = writeln!(out, "nothing to change");
    }
    changed(plan, &mut out);
    left(plan, from, &mut out);
    out.lines().map(|line| format!("{}\n", crate::report::line(line))).collect()
}

fn changed(plan: &Plan, out: &mut String) {
    let mut groups =
        gathered(&plan.changes, |change| (&change.path, &change.rule, &change.title, &change.caveat));
    groups.sort_by_key(|group| &group[0].path);
    let mut heading = None;
    let several = groups.iter().any(|group| group[0].path != groups[0][0].path);
    for group in &groups {
        let Change { rule, title, safety, path, .. } = group[0];
        if several && heading.replace(path) != Some(path) {
            let _ = writeln!(out, "{path}:");
        }
        let caveat = match (&group[0].caveat, safety) {
            (Some(caveat), Safety::Unsafe) => format!(" ({caveat})"),
            _ => String::new(),
        };
        let subjects = listed(group.iter().map(|change| change.subject.clone()));
        let _ = writeln!(out, "+ {}[{rule}] {subjects}: {title}{caveat}", safety.name());
    }
}

fn left(plan: &Plan, from: Severity, out: &mut String) {
    let report = &plan.after.report;
    let worth = plan.left.iter().filter(|left| left.severity >= from);
    let (harden, mut person): (Vec<&Left>, Vec<&Left>) = worth.partition(|left| left.harden);
    // The worst first.
    person.sort_by_key(|left| std::cmp::Reverse(left.severity));
    let groups = gathered(person, |left| (report.path(left.at.file), left.severity, &left.rule, said(left)));
    if !groups.is_empty() {
        let _ = writeln!(out, "\nleft for a person:");
    }
    let line =
        |left: &Left| report.source(left.at.file).map_or(0, |source| source.position(left.at.start).line);
    for group in &groups {
        let Left { rule, severity, at, .. } = group[0];
        let lines = listed(group.iter().map(|left| line(left).to_string()));
        let subjects = listed(group.iter().map(|left| left.subject.clone()));
        let (path, severity, said) = (report.path(at.file), severity.name(), said(group[0]));
        let _ = writeln!(out, "- {path}:{lines} {severity}[{rule}] {subjects}: {said}");
    }
    if !harden.is_empty() {
        let _ = writeln!(out, "\n`plimsoll harden` mends {} more, each with a caveat", harden.len());
    }
}

/// What to do, or why it was not done; what is wrong where nobody knows.
fn said(left: &Left) -> &str {
    if left.reason.is_empty() { &left.message } else { &left.reason }
}

/// The groups of equal key, in the order in which each begins; none is empty.
fn gathered<'a, T, K: Ord>(
    all: impl IntoIterator<Item = &'a T>,
    key: impl Fn(&'a T) -> K,
) -> Vec<Vec<&'a T>> {
    let mut place: BTreeMap<K, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<&T>> = Vec::new();
    for one in all {
        let at = *place.entry(key(one)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// More than this of one kind are only counted.
const LISTED: usize = 8;

fn listed(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.collect();
    texts.dedup();
    if texts.len() > LISTED {
        let more = texts.len() - LISTED;
        texts.truncate(LISTED);
        texts.push(format!("and {more} more"));
    }
    texts.join(", ")
}

//! What `fix` and `harden` say beside the rewrite: what was changed with which caveat, and what is left for a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::fix::{Change, Left, Plan};
use crate::policy::{Safety, Severity};

/// The notes of a plan. Equal repairs of a file, and equal reasons, share a line.
pub fn notes(plan: &Plan) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    for problem in &plan.before.report.problems {
        let path = plan.before.report.path(problem.span.file);
        let _ = writeln!(out, "problem[{}] {path}: {}", problem.id, problem.message);
    }
    changed(plan, &mut out);
    left(plan, &mut out);
    if plan.changes.is_empty() {
        let _ = writeln!(out, "nothing to change");
    }
    out.lines().map(|line| format!("{}\n", crate::report::line(line))).collect()
}

fn changed(plan: &Plan, out: &mut String) {
    let groups =
        gathered(&plan.changes, |change| (&change.path, &change.rule, &change.title, &change.caveat));
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

fn left(plan: &Plan, out: &mut String) {
    let report = &plan.after.report;
    let worth = plan.left.iter().filter(|left| left.severity > Severity::Info);
    let groups = gathered(worth, |left| (report.path(left.at.file), &left.rule, &left.reason));
    if !groups.is_empty() {
        let _ = writeln!(out, "\nleft for a person:");
    }
    let line =
        |left: &Left| report.source(left.at.file).map_or(0, |source| source.position(left.at.start).line);
    for group in &groups {
        let Left { rule, reason, at, .. } = group[0];
        let lines = listed(group.iter().map(|left| line(left).to_string()));
        let subjects = listed(group.iter().map(|left| left.subject.clone()));
        let _ = writeln!(out, "- {}:{lines} [{rule}] {subjects}: {reason}", report.path(at.file));
    }
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

fn listed(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.collect();
    texts.dedup();
    texts.join(", ")
}

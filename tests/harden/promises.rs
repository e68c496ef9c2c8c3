//! What must hold for the rewrite of any file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;

use plimsoll::engine::{Finding, Report};
use plimsoll::facts::Options;
use plimsoll::fix::{Plan, Wanted, plan};
use plimsoll::policy::{Policy, Selection, Severity, load};
use plimsoll::source::{FileId, Found, Guess, Memory, Source, guess};
use plimsoll::syntax::{dockerfile, yaml};

use super::instructions::{each_alone, mended_alone};
use super::model::only_intended;
use super::other::agrees;
use super::support::skipped;
use super::tree;

/// Files by their paths.
pub type Project = BTreeMap<String, String>;

pub fn alone(name: &str, text: &str) -> Project {
    BTreeMap::from([(name.to_owned(), text.to_owned())])
}

/// Every rule is on.
pub fn everything() -> Policy {
    load(&Selection { profile: "all".to_owned(), ..Selection::default() }).unwrap()
}

/// Mends everything that can be mended.
pub fn mend(project: &Project, policy: &Policy) -> Plan {
    let memory = project.iter().fold(Memory::default(), |memory, (name, text)| memory.with(name, text));
    let found: Vec<Found> = project
        .keys()
        .filter(|name| guess(name).is_some())
        .map(|name| Found { path: name.clone(), guess: guess(name), named: true })
        .collect();
    let wanted = Wanted { behaviour: true, hardening: true, ..Wanted::default() };
    plan(&memory, &found, &Options::default(), policy, wanted)
}

/// A project with what a plan makes of it.
pub fn rewritten(project: &Project, plan: &Plan) -> Project {
    let mut new = project.clone();
    new.extend(plan.files.iter().map(|file| (file.path.clone(), file.after.clone())));
    new
}

/// What must hold for the rewrite of any project; returns what became of it.
pub fn holds(project: &Project, policy: &Policy) -> Project {
    let first = mend(project, policy);
    keeps(project, &first, policy);
    let new = rewritten(project, &first);
    assert!(rewritten(project, &mend(project, policy)) == new, "not deterministic: {project:#?}");
    if !first.files.is_empty() {
        let second = mend(&new, policy);
        let again: Vec<_> = second.changes.iter().map(|change| (&change.rule, &change.subject)).collect();
        assert!(again.is_empty(), "a second run changes more: {again:?} in {}", shown(&new));
        assert!(second.files.is_empty(), "a second run writes");
    }
    new
}

/// What must hold for what a plan makes of a project.
pub fn keeps(project: &Project, plan: &Plan, policy: &Policy) {
    let problems = plan.after.report.problems.len();
    assert!(problems <= plan.before.report.problems.len(), "{:?}", plan.after.report.problems);
    gone_and_none_new(project, plan);
    for file in &plan.files {
        if let Some(text) = project.get(&file.path).filter(|_| guess(&file.path).is_some()) {
            kept(&file.path, text, &file.after, plan, policy);
        }
    }
}

fn kept(name: &str, text: &str, new: &str, plan: &Plan, policy: &Policy) {
    let removed = plan.changes.iter().any(|change| change.rule.ends_with("-ignore"));
    if !removed {
        let mut after = comments(name, new);
        for comment in comments(name, text) {
            let at = after.iter().position(|other| *other == comment);
            let at = at.unwrap_or_else(|| panic!("{name}: lost `{comment}`\n{text}\n=====\n{new}"));
            after.swap_remove(at);
        }
    }
    assert!(new.ends_with('\n') || !text.ends_with('\n'), "{name}: lost its last line ending\n{text}");
    assert_eq!(new.starts_with('\u{feff}'), text.starts_with('\u{feff}'), "{name}: byte order mark");
    let bare = |text: &str| text.replace("\r\n", "").contains('\n');
    assert!(bare(text) || !bare(new), "{name}: line endings are mixed\n{text}\n=====\n{new}");
    if guess(name) != Some(Guess::Dockerfile) {
        only_intended(name, text, new, plan, policy);
        agrees(name, text, new);
    }
}

/// Every change leaves fewer findings of its rule, and no rule has more than before, but for remarks on what something far
/// worse was mended with. Of the worst severity whose number changes there are fewer.
fn gone_and_none_new(project: &Project, plan: &Plan) {
    let count = |report: &Report| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for finding in report.active() {
            *counts.entry(finding.rule.id.clone()).or_default() += 1;
        }
        counts
    };
    let (before, after) = (count(&plan.before.report), count(&plan.after.report));
    let of = |counts: &BTreeMap<String, usize>, rule: &str| counts.get(rule).copied().unwrap_or_default();
    for change in &plan.changes {
        let (old, new) = (of(&before, &change.rule), of(&after, &change.rule));
        let same = |it: &&Finding| it.rule.id == change.rule && it.subject == change.subject;
        // What another change brought may be mended in turn.
        let brought = !plan.before.report.active().any(|it| same(&it));
        assert!(new < old || brought && new <= old, "{} is not gone: {}", change.rule, shown(project));
    }
    let mended = |finding: &&Finding| plan.changes.iter().any(|change| change.rule == finding.rule.id);
    let worst = plan.before.report.active().filter(mended).map(|finding| finding.severity).max();
    for finding in plan.after.report.active() {
        let rule = &finding.rule.id;
        let remark =
            finding.refused.is_none() && worst.is_some_and(|worst| finding.severity.is_far_below(worst));
        assert!(remark || of(&after, rule) <= of(&before, rule), "{rule} is new: {}", shown(project));
    }
    let by_severity = |report: &Report| {
        Severity::ALL.map(|severity| report.active().filter(|finding| finding.severity == severity).count())
    };
    let (before, after) = (by_severity(&plan.before.report), by_severity(&plan.after.report));
    assert!(after < before || plan.changes.is_empty(), "{before:?} became {after:?}: {}", shown(project));
}

/// The files of a project, to look at when something is wrong with them.
pub fn shown(project: &Project) -> String {
    project.iter().map(|(name, text)| format!("\n--- {name} ---\n{text}")).collect()
}

fn comments(name: &str, text: &str) -> Vec<String> {
    let source = Source::new(FileId(0), name, text);
    let spans: Vec<_> = if guess(name) == Some(Guess::Dockerfile) {
        dockerfile::parse(&source).comments.iter().map(|comment| comment.span).collect()
    } else {
        yaml::parse(&source, yaml::Limits::default()).comments.iter().map(|comment| comment.span).collect()
    };
    spans.into_iter().map(|span| source.slice(span).to_owned()).collect()
}

#[test]
fn rewrites_of_fixtures_keep_their_promises() {
    let policy = everything();
    let each = each_alone();
    let mut mended = BTreeSet::new();
    let mut count = 0;
    for (name, text) in tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")) {
        // What the cases become is judged again where they are run.
        if name.contains("/after/") {
            continue;
        }
        let name = name.rsplit('/').next().unwrap().to_owned();
        if guess(&name).is_some() && !text.contains('\0') {
            holds(&alone(&name, &text), &policy);
            mended.append(&mut mended_alone(&name, &text, &policy, &each));
            // The same file as Windows writes it, without its last line ending.
            if !text.contains('\r') {
                let other = alone(&name, &text.trim_end().replace('\n', "\r\n"));
                keeps(&other, &mend(&other, &policy), &policy);
            }
            count += 1;
        }
    }
    assert!(count > 20 && mended.len() > 10, "{count} files, {mended:?}");
}

/// Real files stay out of this repository; where a checkout has them beside it, they must hold, too.
#[test]
fn rewrites_of_real_files_keep_their_promises() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus.tar.xz");
    let folder = tempfile::tempdir().unwrap();
    let unpacked = archive.is_file()
        && Command::new("tar").arg("-C").arg(folder.path()).arg("-xf").arg(&archive).status().is_ok();
    if !unpacked {
        skipped("there is no corpus beside this checkout");
        return;
    }
    let (policy, each) = (everything(), each_alone());
    let files: Vec<(String, String)> = tree(folder.path()).into_iter().collect();
    let broken: Vec<Option<&String>> = files
        .par_iter()
        .filter_map(|(path, text)| {
            let name = path.rsplit('/').next().unwrap();
            guess(name)?;
            // Each says what it broke; all of them are wanted.
            let held = std::panic::catch_unwind(|| {
                holds(&alone(name, text), &policy);
                mended_alone(name, text, &policy, &each);
            });
            Some(held.err().map(|_| path))
        })
        .collect();
    let count = broken.len();
    let broken: Vec<&String> = broken.into_iter().flatten().collect();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(count > 600, "{count}");
}

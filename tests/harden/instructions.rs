//! What changes in a Dockerfile is what the repairs of one rule were to change: every other instruction is there still, in
//! its place and as it was.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::engine::{Heed, check, is_mechanical};
use plimsoll::facts::Options;
use plimsoll::fix::{Plan, edits};
use plimsoll::policy::{Policy, Selection, all, load};
use plimsoll::source::{Edit, FileId, Found, Guess, Memory, Source, Span, guess};
use plimsoll::syntax::dockerfile::{self, Instruction};

use super::promises::{alone, keeps, mend, rewritten};

/// For each rule that can be mended mechanically, a policy of it alone.
pub fn each_alone() -> BTreeMap<String, Policy> {
    let mends = |rule: &plimsoll::policy::Rule| {
        rule.cases.iter().flat_map(|case| &case.fixes).any(|fix| !fix.verbs.is_empty())
    };
    let ids = all().unwrap().into_iter().filter(mends).map(|rule| rule.about.id.clone());
    let policy = |id: &String| load(&Selection { select: vec![id.clone()], ..Selection::default() }).unwrap();
    ids.map(|id| (id.clone(), policy(&id))).collect()
}

/// Mends what each rule finds, and nothing else; returns the rules that changed the file.
pub fn mended_alone(
    name: &str,
    text: &str,
    everything: &Policy,
    policies: &BTreeMap<String, Policy>,
) -> BTreeSet<String> {
    let mut mended = BTreeSet::new();
    if guess(name) != Some(Guess::Dockerfile) {
        return mended;
    }
    let project = alone(name, text);
    let memory = Memory::default().with(name, text);
    let found = [Found { path: name.to_owned(), guess: guess(name), named: true }];
    let run = check(&memory, &found, &Options::default(), everything, Heed::default());
    let repaired = run.report.active().filter(|it| it.repair.as_ref().is_some_and(is_mechanical));
    let rules: BTreeSet<String> = repaired.map(|it| it.rule.id.clone()).collect();
    for (rule, policy) in rules.iter().filter_map(|rule| policies.get_key_value(rule)) {
        let plan = mend(&project, policy);
        keeps(&project, &plan, policy);
        let new = rewritten(&project, &plan);
        if new[name] == text {
            continue;
        }
        only_touched(rule, name, text, &new[name], &plan);
        assert!(mend(&new, policy).changes.is_empty(), "{rule}: a second run changes more in\n{}", new[name]);
        mended.insert(rule.clone());
    }
    mended
}

/// The instructions that no repair touches are among the new ones, in their order and as they were.
fn only_touched(rule: &str, name: &str, text: &str, new: &str, plan: &Plan) {
    let report = &plan.before.report;
    let repairs = report.active().filter_map(|it| it.repair.as_ref()).filter(|it| is_mechanical(it));
    let touched: Vec<Edit> =
        repairs.filter_map(|it| edits(it, &report.sources, &plan.before.documents).ok()).flatten().collect();
    let (before, after) = (read(name, text), read(name, new));
    let mut rest = after.instructions.iter();
    for it in &before.instructions {
        let kept =
            touched.iter().any(|edit| touches(edit, it.span)) || rest.any(|other| said(other) == said(it));
        assert!(kept, "{rule}: `{}` was not to change\n{text}\n=====\n{new}", it.arguments.as_str());
    }
    let more = after.instructions.len().saturating_sub(before.instructions.len());
    assert!(more <= 2 * touched.len(), "{rule}: {more} instructions more\n{text}\n=====\n{new}");
}

/// Whether an edit changes what stands there; lines of their own may be put in before and behind.
fn touches(edit: &Edit, there: Span) -> bool {
    let at = edit.span;
    if at.is_empty() && at.start == there.start {
        return !edit.text.ends_with('\n');
    }
    if at.is_empty() && at.start == there.end {
        return !edit.text.starts_with(['\n', '\r']);
    }
    at.start <= there.end && there.start <= at.end
}

fn read(name: &str, text: &str) -> dockerfile::Dockerfile {
    dockerfile::parse(&Source::new(FileId(0), name, text))
}

/// All that an instruction says, wherever it stands.
fn said(it: &Instruction) -> Vec<&str> {
    let flags = it.flags.iter().flat_map(|flag| [Some(&flag.name), flag.value.as_ref()]).flatten();
    let bodies = it.heredocs.iter().flat_map(|heredoc| [&heredoc.name, &heredoc.body]);
    [&it.word, &it.arguments]
        .into_iter()
        .chain(flags)
        .chain(bodies)
        .map(plimsoll::source::Text::as_str)
        .collect()
}

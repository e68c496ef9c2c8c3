//! What changes in the merged model is what the repairs were to change.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::engine::{Change as Wish, Finding};
use plimsoll::fix::Plan;
use plimsoll::policy::{Policy, Verb};
use plimsoll::source::{FileId, Source, Span};
use plimsoll::syntax::yaml::{Entry, NodeId, Shape, Tree};
use plimsoll::syntax::{Data, yaml};

/// What changes in the merged model stands under a key that one of the repairs writes.
pub fn only_intended(name: &str, text: &str, new: &str, plan: &Plan, policy: &Policy) {
    let model = |text: &str| {
        let source = Source::new(FileId(0), name, text);
        let tree = yaml::parse(&source, yaml::Limits::default());
        tree.root().and_then(|root| tree.to_data(root, &mut 100_000))
    };
    let (Some(before), Some(after)) = (model(text), model(new)) else { return };
    let (intended, items) = (intended(plan, policy), items(plan));
    let mut changed = Vec::new();
    differences(&before, &after, &mut Vec::new(), &mut changed);
    untouched(name, text, new, &intended);
    for (path, old, new_value) in changed {
        assert!(
            path.iter().any(|key| intended.contains(key)),
            "{name}: `{}` was not to change\n{text}\n=====\n{new}",
            path.join(".")
        );
        let (Some(Data::List(old)), Some(Data::List(list))) = (old, new_value) else { continue };
        if let Some(wanted) = path.last().and_then(|key| items.get(key)) {
            let strange = list.iter().find(|item| !old.contains(item) && !wanted.contains(item));
            assert!(strange.is_none(), "{name}: `{}` got {strange:?}\n{text}\n=====\n{new}", path.join("."));
        }
    }
}

/// The items that repairs put into lists, by the keys of the lists; none for a list that something else may change.
fn items(plan: &Plan) -> BTreeMap<String, Vec<Data>> {
    let mut items: BTreeMap<String, Vec<Data>> = BTreeMap::new();
    let mut open = BTreeSet::new();
    for change in &plan.changes {
        let same = |it: &&Finding| it.rule.id == change.rule && it.subject == change.subject;
        let report = &plan.before.report;
        let repairs: Vec<_> = report.active().filter(same).filter_map(|it| it.repair.as_ref()).collect();
        if repairs.is_empty() {
            return BTreeMap::new();
        }
        for wanted in repairs.iter().flat_map(|repair| &repair.changes) {
            match wanted {
                Wish::Set(_, entries) | Wish::Append(_, entries) => {
                    for (key, value) in entries {
                        match value {
                            Data::List(more) => items.entry(key.clone()).or_default().extend(more.clone()),
                            one => items.entry(key.clone()).or_default().push(one.clone()),
                        }
                    }
                }
                Wish::Replace(at, _) => {
                    open.extend(report.source(at.file).into_iter().flat_map(|it| keys_at(it, *at)));
                }
                _ => {}
            }
        }
    }
    items.retain(|key, _| !open.contains(key));
    items
}

/// Every line but those of a key that was to change, or of what it is put into where that has no lines of its own (braces,
/// an alias, a key without a value), is there still, byte for byte and in its place.
fn untouched(name: &str, text: &str, new: &str, intended: &BTreeSet<String>) {
    // The mark stands before whichever line is the first.
    let [text, new] = [text, new].map(|it| it.trim_start_matches('\u{feff}'));
    let source = Source::new(FileId(0), name, text);
    let tree = yaml::parse(&source, yaml::Limits::default());
    let touched = touched(&tree, intended);
    let mut rest = new.split('\n').map(|line| line.trim_end_matches('\r'));
    let mut start = 0;
    for line in text.split('\n') {
        let span = Span::new(FileId(0), start, start + line.len() as u32);
        start = span.end + 1;
        let line = line.trim_end_matches('\r');
        let kept = touched.iter().any(|it| it.start <= span.end && span.start <= it.end)
            || rest.any(|other| other == line);
        assert!(kept, "{name}: the line `{line}` was not to change\n{text}\n=====\n{new}");
    }
}

fn touched(tree: &Tree, intended: &BTreeSet<String>) -> Vec<Span> {
    let mut all = Vec::new();
    for (_, node) in tree.nodes() {
        match &node.shape {
            Shape::Mapping { entries, flow } => {
                all.extend(entries.iter().filter(|it| goes(tree, it, intended)).map(|it| it.span));
                all.extend(flow.then_some(node.span));
            }
            Shape::Sequence { flow: true, .. } | Shape::Alias { .. } => all.push(node.span),
            Shape::Scalar(scalar) if scalar.text.is_empty() => all.push(node.span),
            _ => {}
        }
    }
    all
}

/// Whether an entry may change or go: with its only entries a mapping goes, too.
fn goes(tree: &Tree, entry: &Entry, intended: &BTreeSet<String>) -> bool {
    let inner = tree.entries(entry.value);
    tree.scalar(entry.key).is_some_and(|key| intended.contains(key.text.as_str()))
        || !inner.is_empty() && inner.iter().all(|it| goes(tree, it, intended))
}

/// The keys that repairs write, change something below, or remove.
fn intended(plan: &Plan, policy: &Policy) -> BTreeSet<String> {
    // Whoever waits for a service waits for the healthcheck that it was given.
    let mut keys = BTreeSet::from(["depends_on".to_owned()]);
    for change in &plan.changes {
        for report in [&plan.before.report, &plan.after.report] {
            let same = |it: &&Finding| it.rule.id == change.rule && it.subject == change.subject;
            let repairs = report.active().filter(same).filter_map(|finding| finding.repair.as_ref());
            for wanted in repairs.flat_map(|repair| &repair.changes) {
                match wanted {
                    Wish::Set(_, entries) | Wish::Append(_, entries) | Wish::SetTop(_, entries) => {
                        keys.extend(entries.iter().map(|(key, _)| key.clone()));
                    }
                    Wish::Remove(at) | Wish::Replace(at, _) => {
                        if let Wish::Replace(_, text) = wanted {
                            keys.insert(text.clone());
                        }
                        keys.extend(report.source(at.file).into_iter().flat_map(|it| keys_at(it, *at)));
                    }
                    _ => {}
                }
            }
        }
        // Where one repair made room for another, the finding is in neither report.
        let rule = policy.rules().iter().find(|rule| rule.about.id == change.rule).unwrap();
        for verb in rule.cases.iter().flat_map(|case| &case.fixes).flat_map(|fix| &fix.verbs) {
            match verb {
                Verb::Set(_, entries) | Verb::Append(_, entries) => {
                    keys.extend(entries.iter().map(|(key, _)| key.clone()));
                }
                Verb::Override(_, key, _) => _ = keys.insert(key.clone()),
                _ => {}
            }
        }
    }
    keys
}

/// The keys of what stands there: its own, and that of the list that it is in.
fn keys_at(source: &Source, at: Span) -> Vec<String> {
    let tree = yaml::parse(source, yaml::Limits::default());
    let around = tree.around(at.start);
    let key = |id: &NodeId| {
        let entries = tree.entries(tree.node(*id).parent?);
        let entry = entries.iter().find(|it| it.value == *id || it.key == *id)?;
        Some(tree.scalar(entry.key)?.text.as_str().to_owned())
    };
    let own = around.iter().rev().find_map(key);
    own.into_iter().chain(around.iter().filter(|id| !tree.items(**id).is_empty()).filter_map(key)).collect()
}

/// A path, and what stands there before and after.
type Difference = (Vec<String>, Option<Data>, Option<Data>);

/// The values that are not the same.
fn differences(before: &Data, after: &Data, path: &mut Vec<String>, all: &mut Vec<Difference>) {
    let (Data::Map(old), Data::Map(new)) = (before, after) else {
        if before != after {
            all.push((path.clone(), Some(before.clone()), Some(after.clone())));
        }
        return;
    };
    let names: BTreeSet<&String> = old.iter().chain(new).map(|(key, _)| key).collect();
    for name in names {
        let of =
            |map: &[(String, Data)]| map.iter().find(|(key, _)| key == name).map(|(_, data)| data.clone());
        path.push(name.clone());
        match (of(old), of(new)) {
            (Some(old), Some(new)) => differences(&old, &new, path, all),
            // What is left of a mapping whose entries all went.
            (Some(old @ Data::Map(_)), None) => differences(&old, &Data::Map(Vec::new()), path, all),
            (old, new) => all.push((path.clone(), old, new)),
        }
        path.pop();
    }
}

//! Choosing how to mend a finding: the first fix of its case that fits and whose values are all known.

use crate::facts::{Node, View, World};
use crate::policy::{Case, Context, Filled, Filling, Path, Safety, Template, Truth, Value, Verb, holds};
use crate::source::{Origin, Span};
use crate::syntax::Data;

use super::finding::{Change, Repair};
use super::judge::place;
use super::recipes;

/// The repair of a finding; one that only a person can do when nothing else fits.
pub fn choose(case: &Case, cx: Context<'_>, filling: Filling<'_>) -> Option<Repair> {
    for fix in &case.fixes {
        if fix.when.as_ref().is_some_and(|when| holds(when, cx.subject, cx) != Truth::True) {
            continue;
        }
        if let Some(changes) = changes(&fix.verbs, cx, filling) {
            return Some(Repair {
                title: fix.title.show(filling),
                safety: fix.safety,
                caveat: fix.caveat.as_ref().map(|caveat| caveat.show(filling)),
                harden_only: fix.harden_only,
                changes,
            });
        }
    }
    None
}

fn changes(verbs: &[Verb], cx: Context<'_>, filling: Filling<'_>) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    for verb in verbs {
        let at = |path: &Path| node_of(cx, path).or_else(|| place_of(cx.world, cx, path));
        changes.push(match verb {
            Verb::Set(path, entries) => match filled(entries, filling)? {
                entries if entries.is_empty() => continue,
                entries => Change::Set(at(path)?, entries),
            },
            Verb::Append(path, entries) => match filled(entries, filling)? {
                entries if entries.is_empty() => continue,
                entries => Change::Append(at(path)?, entries),
            },
            Verb::Remove(path) => Change::Remove(place_of(cx.world, cx, path)?),
            Verb::Replace(path, text) => Change::Replace(part(cx, path)?, text_of(text, filling)?),
            Verb::InsertBefore(path, line) => Change::InsertBefore(at(path)?, text_of(line, filling)?),
            Verb::InsertAfter(path, line) => Change::InsertAfter(at(path)?, text_of(line, filling)?),
            Verb::First(path, command) => Change::First(at(path)?, text_of(command, filling)?),
            Verb::Then(path, command) => Change::Then(at(path)?, text_of(command, filling)?),
            Verb::Override(path, key, item) => Change::Override {
                at: node_of(cx, path)?,
                key: key.clone(),
                without: place_of(cx.world, cx, item)?,
            },
            Verb::Join(path) => Change::Join(at(path)?),
            Verb::Split(path) => Change::Split(at(path)?),
            Verb::Words(path, words) => {
                changes.extend(reworded(cx, path, words, filling)?);
                continue;
            }
            Verb::Recipe(recipe) => {
                changes.extend(recipes::changes(*recipe, cx.world, cx.subject)?);
                continue;
            }
        });
    }
    Some(changes)
}

/// The changes of the words of a command, flags in a cluster (`-fsSk`) included; `None` where it has none of them.
fn reworded(
    cx: Context<'_>,
    path: &Path,
    words: &[(String, Template)],
    filling: Filling<'_>,
) -> Option<Vec<Change>> {
    let View::Node(id, _) = path.follow(cx.world, cx.subject) else { return None };
    let Some(Node::Command(command)) = cx.world.node(id) else { return None };
    let mut changes: Vec<Change> = Vec::new();
    for written in [&command.wrappers, &command.flags, &command.arguments] {
        for word in written.value().map_or(&[][..], |list| &list.items) {
            let Some((_, new)) = words.iter().find(|(old, _)| word.known() == Some(old)) else { continue };
            let change = match text_of(new, filling)? {
                new if new.is_empty() => Change::Remove(word.span()),
                new => Change::Replace(word.span(), new),
            };
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
    }
    (!changes.is_empty()).then_some(changes)
}

/// Where the node that a path leads to is written.
fn node_of(cx: Context<'_>, path: &Path) -> Option<Span> {
    let View::Node(node, _) = path.follow(cx.world, cx.subject) else { return None };
    let span = cx.world.node(node)?.head().site.label;
    (span != Span::default()).then_some(span)
}

/// Where the thing itself is written; nothing where it is only supplied.
fn place_of(world: &World, cx: Context<'_>, path: &Path) -> Option<Span> {
    let span = place(world, cx.subject, Some(path)).label;
    (span != Span::default()).then_some(span)
}

/// The characters of a part, without the quotes around it.
fn part(cx: Context<'_>, path: &Path) -> Option<Span> {
    match path.follow(cx.world, cx.subject) {
        // The default inside of an interpolation cannot be replaced by what is an interpolation again, and what an image
        // or the engine supplies is pointed at where it was chosen: `FROM nginx` for the signal of nginx.
        View::Text(text, _) if matches!(text.origin(), Origin::Default | Origin::Table | Origin::Engine) => {
            None
        }
        View::Text(text, _) => Some(text.span()),
        _ => place_of(cx.world, cx, path),
    }
}

/// The entries that have a value; `None` when one cannot be known.
fn filled(entries: &[(String, Value)], filling: Filling<'_>) -> Option<Vec<(String, Data)>> {
    let mut all = Vec::new();
    for (key, value) in entries {
        match value.fill(filling) {
            Filled::Value(Data::List(items)) if items.is_empty() => {}
            Filled::Value(data) => all.push((key.clone(), data)),
            Filled::Absent => {}
            Filled::Unknown => return None,
        }
    }
    Some(all)
}

fn text_of(template: &Template, filling: Filling<'_>) -> Option<String> {
    match template.value(filling) {
        Filled::Value(Data::Text(text)) => Some(text),
        Filled::Value(Data::Int(number)) => Some(number.to_string()),
        Filled::Value(Data::List(items)) => {
            let words: Option<Vec<String>> = items
                .into_iter()
                .map(|item| if let Data::Text(text) = item { Some(text) } else { None })
                .collect();
            Some(words?.join(" "))
        }
        Filled::Value(_) | Filled::Absent | Filled::Unknown => None,
    }
}

/// Whether a repair can be made without a person.
pub fn is_mechanical(repair: &Repair) -> bool {
    repair.safety != Safety::Manual && !repair.changes.is_empty()
}

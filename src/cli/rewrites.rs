//! A plan as `plimsoll.rewrite/1`: edits for editors and bots, and never the value of a secret.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Value, json};

use crate::engine::Report;
use crate::fix::{Change, Plan, Rewritten, replacements};
use crate::report::{escaped, position};
use crate::source::{FileId, Source, Span};

use super::placed::Placed;

/// The document, on one line.
pub fn json(plan: &Plan) -> String {
    let originals = originals(&plan.before.report);
    let placed = Placed::of(plan);
    let document = json!({
        "schema": "plimsoll.rewrite/1",
        "tool": { "name": "plimsoll", "version": env!("CARGO_PKG_VERSION") },
        "files": plan.files.iter().map(|file| self::file(plan, &originals, &placed, file)).collect::<Vec<_>>(),
        "changes": plan.changes.iter().map(|change| self::change(plan, &placed, change)).collect::<Vec<_>>(),
        "left": left(plan),
        "problems": problems(&plan.before.report),
    });
    format!("{}\n", escaped(&document.to_string()))
}

fn file(plan: &Plan, originals: &Originals, placed: &Placed<'_>, file: &Rewritten) -> Value {
    let before = file.before.as_deref().unwrap_or("");
    let source = Source::new(FileId(0), file.path.as_str(), before);
    let place = |offset: usize| {
        let at = source.position(offset as u32);
        json!({ "line": at.line, "column": at.column, "offset": offset })
    };
    let replaced = replacements(before, &file.after);
    let served = served(plan, placed, &source, &replaced);
    let secrets = shown(&plan.after.report, &file.path);
    let edits: Vec<Value> = replaced
        .iter()
        .zip(served)
        .map(|((before, after), changes)| {
            let mut edit =
                json!({ "start": place(before.start), "end": place(before.end), "changes": changes });
            let parts = parts(&secrets, originals, file, after);
            match parts.as_deref() {
                None => edit["text"] = Value::Null,
                Some([Part::Text(text)]) => edit["text"] = text.as_str().into(),
                Some(parts) => {
                    edit["parts"] = parts.iter().map(|part| part.json(&plan.before.report)).collect();
                }
            }
            edit
        })
        .collect();
    json!({ "path": file.path, "made": file.before.is_none(), "secret": file.secret, "edits": edits })
}

/// A piece of new text: what it is, or where it stands as long as nothing is changed.
enum Part {
    Text(String),
    Copy(Span),
}

impl Part {
    fn json(&self, report: &Report) -> Value {
        match self {
            Self::Text(text) => json!({ "text": text }),
            Self::Copy(span) => json!({ "copy": {
                "path": report.path(span.file),
                "start": position(report, *span, span.start),
                "end": position(report, *span, span.end),
            } }),
        }
    }
}

/// The new text in a range, its secrets as references to where they stood before; `None` when one stood nowhere.
fn parts(
    secrets: &[Range<usize>],
    originals: &Originals,
    file: &Rewritten,
    range: &Range<usize>,
) -> Option<Vec<Part>> {
    let mut secrets = if file.secret { values(file, range) } else { inside(secrets, range) };
    secrets.sort_by_key(|secret| secret.start);
    let mut parts = Vec::new();
    let mut at = range.start;
    for secret in secrets {
        let start = secret.start.max(at);
        let value = file.after.get(start..secret.end)?;
        let original = originals.get(value)?;
        if at < start {
            parts.push(Part::Text(file.after.get(at..start)?.to_owned()));
        }
        parts.push(Part::Copy(*original));
        at = secret.end;
    }
    if at < range.end || parts.is_empty() {
        parts.push(Part::Text(file.after.get(at..range.end)?.to_owned()));
    }
    Some(parts)
}

/// Places by the text that stands there.
type Originals<'p> = BTreeMap<&'p str, Span>;

/// Secrets by their text, each where it stands first.
fn originals(report: &Report) -> Originals<'_> {
    let mut all = BTreeMap::new();
    for &span in &report.secrets {
        if let Some(text) =
            report.source(span.file).map(|source| source.slice(span)).filter(|it| !it.is_empty())
        {
            all.entry(text).or_insert(span);
        }
    }
    all
}

/// What is secret in a file that holds secrets: the value of each line of an environment file, all of any other.
fn values(file: &Rewritten, range: &Range<usize>) -> Vec<Range<usize>> {
    let text = file.after.get(range.clone()).unwrap_or_default();
    let mut at = range.start;
    let mut all = Vec::new();
    for line in text.split_inclusive('\n') {
        let open =
            line.find(['\'', '"']).filter(|&open| line.get(..open).is_some_and(|name| name.ends_with('=')));
        match open.zip(line.rfind(['\'', '"'])) {
            Some((open, close)) if open < close => all.push(at + open + 1..at + close),
            _ if !line.trim().is_empty() => all.push(at..at + line.len()),
            _ => {}
        }
        at += line.len();
    }
    all.retain(|it| !it.is_empty());
    all
}

/// The secrets of a file in its new text, none within another.
fn shown(report: &Report, path: &str) -> Vec<Range<usize>> {
    let own = report.secrets.iter().filter(|span| report.path(span.file) == path);
    none_within_another(own.map(|span| span.range()).collect())
}

/// The secrets that stand in a range, cut off where it ends.
fn inside(secrets: &[Range<usize>], range: &Range<usize>) -> Vec<Range<usize>> {
    let first = secrets.partition_point(|secret| secret.end <= range.start);
    let here = secrets.iter().skip(first).take_while(|secret| secret.start < range.end);
    none_within_another(here.map(|secret| secret.start.max(range.start)..secret.end.min(range.end)).collect())
}

fn none_within_another(mut all: Vec<Range<usize>>) -> Vec<Range<usize>> {
    all.sort_by_key(|it| (it.start, std::cmp::Reverse(it.end)));
    all.dedup_by(|next, kept| next.end <= kept.end);
    all
}

/// For each edit the numbers of the changes that it serves: those whose place is behind the edit before it and not behind
/// this one, since what is added to a service stands at its end.
fn served(
    plan: &Plan,
    placed: &Placed<'_>,
    source: &Source,
    replaced: &[(Range<usize>, Range<usize>)],
) -> Vec<Vec<usize>> {
    let mut served = vec![Vec::new(); replaced.len()];
    let line = |offset: usize| source.position(offset as u32).line;
    for (number, change) in plan.changes.iter().enumerate().filter(|(_, change)| change.path == *source.path)
    {
        let at = placed.exact(change).map_or(0, |span| line(span.start as usize));
        let edit = replaced.partition_point(|(before, _)| line(before.end) < at);
        let edit = edit.min(replaced.len().max(1) - 1);
        if let Some(numbers) = served.get_mut(edit) {
            numbers.push(number);
        }
    }
    served
}

fn change(plan: &Plan, placed: &Placed<'_>, change: &Change) -> Value {
    let mut value = json!({
        "rule": change.rule, "path": change.path, "subject": change.subject, "title": change.title,
        "safety": change.safety.name(), "caveat": change.caveat,
    });
    if let Some(span) = placed.exact(change) {
        value["start"] = position(&plan.before.report, span, span.start);
        value["end"] = position(&plan.before.report, span, span.end);
    }
    value
}

fn left(plan: &Plan) -> Vec<Value> {
    let report = &plan.after.report;
    plan.left
        .iter()
        .map(|left| {
            json!({
                "rule": left.rule, "severity": left.severity.name(), "message": left.message,
                "reason": left.reason, "path": report.path(left.at.file),
                "start": position(report, left.at, left.at.start), "end": position(report, left.at, left.at.end),
            })
        })
        .collect()
}

fn problems(report: &Report) -> Vec<Value> {
    report
        .problems
        .iter()
        .map(|problem| {
            json!({
                "id": problem.id(), "message": problem.message, "path": report.path(problem.span.file),
                "start": position(report, problem.span, problem.span.start),
                "end": position(report, problem.span, problem.span.end),
            })
        })
        .collect()
}

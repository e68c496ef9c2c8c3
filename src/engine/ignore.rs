//! `# plimsoll: ignore[rule] reason`.

use crate::facts::Document;
use crate::policy::About;
use crate::source::{Problem, Source, Span, Text};
use crate::syntax::{dockerfile, yaml};

use super::finding::{Finding, State};

/// A comment that says that rules do not count somewhere.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// Rules, by id or alias.
    pub rules: Vec<String>,
    /// Why.
    pub reason: String,
    /// Where it counts.
    pub covers: Span,
}

/// The ignores of a file, and the comments that try to be one and fail.
pub fn ignores(source: &Source, document: &Document) -> (Vec<Ignore>, Vec<Problem>) {
    let mut ignores = Vec::new();
    let mut problems = Vec::new();
    let comments: Vec<(Span, Text, bool)> = match document {
        Document::Dockerfile(file) => {
            file.comments.iter().map(|comment| (comment.span, comment.text.clone(), false)).collect()
        }
        Document::Yaml(tree) => tree
            .comments
            .iter()
            .map(|comment| (comment.span, comment.text.clone(), comment.trailing))
            .collect(),
        Document::Unread => Vec::new(),
    };
    for (index, (span, text, trailing)) in comments.iter().enumerate() {
        let Some(body) = text.as_str().strip_prefix("plimsoll:") else { continue };
        match parse(body) {
            Some((whole_file, rules, reason)) => {
                let covers = if whole_file {
                    Span::new(source.id, 0, source.text.len() as u32)
                } else if *trailing {
                    line(source, span.start)
                } else {
                    // Ignores may stand above each other; the last comment line decides what follows.
                    let last = comments[index..]
                        .iter()
                        .take_while(|(next, _, _)| adjacent(source, *span, *next))
                        .last();
                    below(source, document, last.map_or(*span, |(span, _, _)| *span))
                };
                ignores.push(Ignore { rules, reason, covers });
            }
            None => problems.push(Problem::new(
                "malformed-ignore",
                "an ignore names its rules: `# plimsoll: ignore[rule-id] why`",
                *span,
            )),
        }
    }
    (ignores, problems)
}

/// Whether only comment lines stand between two comments.
fn adjacent(source: &Source, from: Span, to: Span) -> bool {
    let between = source.text.get(from.start as usize..to.start as usize).unwrap_or("");
    between.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
        && !between.contains("\n\n")
}

/// `ignore[a, b] reason` or `ignore-file[a] reason`.
fn parse(body: &str) -> Option<(bool, Vec<String>, String)> {
    let body = body.trim();
    let (whole_file, rest) = match body.strip_prefix("ignore-file") {
        Some(rest) => (true, rest),
        None => (false, body.strip_prefix("ignore")?),
    };
    let (rules, reason) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    let rules: Vec<String> =
        rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    (!rules.is_empty()).then(|| (whole_file, rules, reason.trim().to_owned()))
}

fn line(source: &Source, offset: u32) -> Span {
    let range = source.lines.range(source.lines.line(offset), &source.text);
    Span::new(source.id, range.start as u32, range.end as u32)
}

/// The node that follows a comment line, with everything in it.
fn below(source: &Source, document: &Document, comment: Span) -> Span {
    let nothing = Span::point(source.id, comment.end);
    match document {
        Document::Dockerfile(file) => instruction(file, comment).unwrap_or(nothing),
        Document::Yaml(tree) => entry(tree, comment).unwrap_or(nothing),
        Document::Unread => nothing,
    }
}

/// The next instruction; above FROM, its whole stage.
fn instruction(file: &dockerfile::Dockerfile, comment: Span) -> Option<Span> {
    let index = file.instructions.iter().position(|it| it.span.end > comment.end)?;
    let it = &file.instructions[index];
    if it.keyword != dockerfile::Keyword::From {
        return Some(it.span);
    }
    let rest = file.instructions[index + 1..].iter().take_while(|it| it.keyword != dockerfile::Keyword::From);
    Some(rest.last().map_or(it.span, |last| it.span.to(last.span)))
}

/// The outermost entry or item that starts after the comment, before anything else does.
fn entry(tree: &yaml::Tree, comment: Span) -> Option<Span> {
    let starts = tree.nodes().flat_map(|(_, node)| match &node.shape {
        yaml::Shape::Mapping { entries, .. } => entries.iter().map(|entry| entry.span).collect::<Vec<_>>(),
        yaml::Shape::Sequence { items, .. } => items.iter().map(|item| item.span).collect(),
        _ => Vec::new(),
    });
    starts
        .filter(|span| span.start >= comment.end)
        .min_by_key(|span| (span.start, std::cmp::Reverse(span.end)))
}

/// Whether an ignore names a rule, by its id or one of its aliases.
pub fn names(about: &About, name: &str) -> bool {
    about.id == name
        || about
            .aliases
            .iter()
            .any(|alias| alias == name || alias.split_once(':').is_some_and(|(_, id)| id == name))
}

/// Marks the findings that ignores cover; returns the ignores that covered none.
pub fn apply(findings: &mut [Finding], ignores: &[Ignore]) -> Vec<Ignore> {
    let mut used = vec![false; ignores.len()];
    for finding in findings.iter_mut() {
        for (index, ignore) in ignores.iter().enumerate() {
            let covers = |span: Span| {
                ignore.covers.file == span.file
                    && ignore.covers.start <= span.start
                    && span.start <= ignore.covers.end
            };
            let here = covers(finding.primary.span)
                || covers(finding.subject_at)
                || finding.via.iter().any(|via| covers(*via));
            if here && ignore.rules.iter().any(|rule| names(&finding.rule, rule)) {
                used[index] = true;
                finding.state = State::Ignored { reason: ignore.reason.clone() };
            }
        }
    }
    ignores.iter().zip(used).filter(|(_, used)| !used).map(|(ignore, _)| ignore.clone()).collect()
}

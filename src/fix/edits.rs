//! From what a repair wants to the bytes that change.

use crate::engine::{Change, Repair};
use crate::facts::Document;
use crate::source::{Edit, FileId, Source, Span};
use crate::syntax::yaml::{Amender, Entry, NodeId, Tree};
use crate::syntax::{ASTRAY, Data};

use super::anchor::shared;
use super::dockerfile::{dockerfile, whole_lines};
use super::new_file::NewFile;
use super::order::{in_order, joined};

/// What is said to whoever writes a rule and shows such a repair in an example.
const MAKES_FILES: &str = "it makes files, which an edit cannot";

/// What a repair changes.
#[derive(Clone, Debug, Default)]
pub struct Rewrite {
    /// Edits of files that are there.
    pub edits: Vec<Edit>,
    /// Files that are made, or that get a line.
    pub new_files: Vec<NewFile>,
    /// The keys that it writes: a second repair that writes one of them may not be needed any more.
    pub claims: Vec<Claim>,
}

/// A key below the mapping at a place: file, offset, dotted path.
pub type Claim = (FileId, u32, String);

impl Rewrite {
    /// How many bytes it touches.
    pub fn width(&self) -> usize {
        self.edits.iter().map(|edit| edit.span.len() as usize).sum()
    }
}

/// The edits of a repair that only changes files which are there, or why it cannot be made.
pub fn edits(repair: &Repair, sources: &[Source], documents: &[Document]) -> Result<Vec<Edit>, String> {
    let rewrite = rewrite(repair, sources, documents)?;
    if rewrite.new_files.is_empty() { Ok(joined(rewrite.edits)) } else { Err(MAKES_FILES.to_owned()) }
}

/// What a repair changes, or why it cannot be made.
pub fn rewrite(repair: &Repair, sources: &[Source], documents: &[Document]) -> Result<Rewrite, String> {
    let mut all: Vec<Edit> = Vec::new();
    let mut new_files = Vec::new();
    let moves = repair.changes.iter().any(|it| matches!(it, Change::Create { .. } | Change::AddLine { .. }));
    for change in &repair.changes {
        let file = match place(change) {
            Place::File(file) => file,
            Place::New(file) => {
                new_files.push(file);
                continue;
            }
        };
        let (Some(source), Some(document)) = (sources.get(file.0 as usize), documents.get(file.0 as usize))
        else {
            return Err(ASTRAY.to_owned());
        };
        let more = match (change, document) {
            (Change::RemoveComment(at), _) => vec![Edit::remove(comment(source, *at))],
            (Change::Override { at, key, without }, Document::Yaml(tree)) => {
                overriding(tree, source, (*at, key), *without, documents)?
            }
            (_, Document::Yaml(tree)) => {
                if !moves {
                    shared(tree, change)?;
                }
                yaml(change, tree, source)?
            }
            (_, Document::Dockerfile(file)) => dockerfile(change, file, source)?,
            (_, Document::Unread) => return Err(ASTRAY.to_owned()),
        };
        all.extend(more);
    }
    let mut all = settled(all, sources);
    in_order(&mut all);
    all.dedup();
    let touch = |a: &Edit, b: &Edit| a.overlaps(b) && !(a.span == b.span && a.span.is_empty());
    if all.windows(2).any(|pair| touch(&pair[0], &pair[1])) {
        return Err(ASTRAY.to_owned());
    }
    let claims = repair.changes.iter().flat_map(claims).collect();
    Ok(Rewrite { edits: all, new_files, claims })
}

fn claims(change: &Change) -> Vec<Claim> {
    let (file, start, entries) = match change {
        Change::Set(at, entries) | Change::Append(at, entries) => (at.file, at.start, entries),
        Change::SetTop(file, entries) => (*file, 0, entries),
        Change::InsertBefore(at, line) | Change::InsertAfter(at, line) => {
            return once(line).map(|path| (at.file, 0, path.to_owned())).into_iter().collect();
        }
        _ => return Vec::new(),
    };
    let mut paths = Vec::new();
    for (key, value) in entries {
        leaves(key, value, &mut paths);
    }
    paths.into_iter().map(|path| (file, start, path)).collect()
}

/// What of a new instruction is needed once: one SHELL serves all that follows it, one USER is enough, an ARG declares its
/// name. What is wanted beside it is judged again.
fn once(lines: &str) -> Option<&str> {
    let last = lines.rsplit('\n').next()?;
    let keyword = last.split(' ').next()?;
    match keyword {
        "SHELL" | "USER" | "HEALTHCHECK" | "STOPSIGNAL" => Some(keyword),
        "ARG" => Some(last),
        _ => None,
    }
}

fn leaves(path: &str, value: &Data, paths: &mut Vec<String>) {
    match value {
        Data::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                leaves(&format!("{path}.{key}"), value, paths);
            }
        }
        _ => paths.push(path.to_owned()),
    }
}

/// What is inserted behind a line that goes away takes that line's place.
fn settled(mut all: Vec<Edit>, sources: &[Source]) -> Vec<Edit> {
    in_order(&mut all);
    let (mut removals, rest): (Vec<Edit>, Vec<Edit>) =
        all.into_iter().partition(|edit| !edit.span.is_empty() && only_comments(&edit.text));
    let mut kept = Vec::new();
    for edit in rest {
        let inside = |removal: &&mut Edit| {
            removal.span.file == edit.span.file
                && removal.span.start < edit.span.start
                && edit.span.end <= removal.span.end
        };
        match removals.iter_mut().find(inside).filter(|_| edit.span.is_empty()) {
            Some(removal) => {
                let gone =
                    sources.get(removal.span.file.0 as usize).map_or("", |source| source.slice(removal.span));
                let end = if gone.ends_with("\r\n") {
                    "\r\n"
                } else if gone.ends_with('\n') {
                    "\n"
                } else {
                    ""
                };
                removal.text.push_str(edit.text.trim_start_matches(['\r', '\n']));
                removal.text.push_str(end);
            }
            None => kept.push(edit),
        }
    }
    kept.extend(removals);
    kept
}

/// Whether nothing is written but the comments of what goes away.
fn only_comments(text: &str) -> bool {
    text.lines().all(|line| line.trim_start().starts_with('#'))
}

/// Where a change is made.
enum Place {
    File(FileId),
    New(NewFile),
}

fn place(change: &Change) -> Place {
    match change {
        Change::Set(span, _)
        | Change::Append(span, _)
        | Change::Remove(span)
        | Change::RemoveComment(span)
        | Change::Replace(span, _)
        | Change::InsertBefore(span, _)
        | Change::InsertAfter(span, _)
        | Change::First(span, _)
        | Change::Then(span, _)
        | Change::Join(span)
        | Change::Split(span)
        | Change::Override { at: span, .. } => Place::File(span.file),
        Change::SetTop(file, _) => Place::File(*file),
        Change::Create { path, text, secret } => {
            Place::New(NewFile { path: path.clone(), text: text.clone(), line: false, secret: *secret })
        }
        Change::AddLine { path, line, secret } => {
            Place::New(NewFile { path: path.clone(), text: line.clone(), line: true, secret: *secret })
        }
    }
}

/// The list of a later file that takes the place of an earlier one, without one of its items.
fn overriding(
    tree: &Tree,
    source: &Source,
    (at, key): (Span, &str),
    without: Span,
    documents: &[Document],
) -> Result<Vec<Edit>, String> {
    let mapping = mapping(tree, at)?;
    if tree.get(mapping, key).is_some() {
        return Err(format!("`{key}` is written in the overlay already; tag it with `!override` there"));
    }
    let Some(Document::Yaml(base)) = documents.get(without.file.0 as usize) else {
        return Err(ASTRAY.to_owned());
    };
    let (list, index) = base.item_at(without.start).ok_or(ASTRAY)?;
    let mut kept = Vec::new();
    for (other, item) in base.items(list).iter().enumerate() {
        if other != index {
            kept.push(base.to_data(item.node, &mut 1000).ok_or(ASTRAY)?);
        }
    }
    Amender::new(tree, source).tagged(
        mapping,
        key,
        if kept.is_empty() { "!reset" } else { "!override" },
        kept,
    )
}

fn yaml(change: &Change, tree: &Tree, source: &Source) -> Result<Vec<Edit>, String> {
    let amender = Amender::new(tree, source);
    match change {
        Change::Set(at, entries) if tree.entry_at(at.start).is_none() => {
            let (sequence, index) = tree.item_at(at.start).ok_or(ASTRAY)?;
            let started = vec![("condition".to_owned(), Data::Text("service_started".to_owned()))];
            if entries.iter().any(|(key, _)| key != "condition") {
                return Err(ASTRAY.to_owned());
            }
            amender.expand(sequence, index, &Data::Map(entries.clone()), &Data::Map(started))
        }
        Change::Set(at, entries) => {
            let mapping = mapping(tree, *at)?;
            let mut edits = Vec::new();
            for (key, value) in entries {
                edits.extend(amender.set(mapping, key, value)?);
            }
            Ok(edits)
        }
        Change::Append(at, entries) => {
            let mapping = mapping(tree, *at)?;
            let mut edits = Vec::new();
            for (key, value) in entries {
                let items = if let Data::List(items) = value { items.clone() } else { vec![value.clone()] };
                edits.extend(amender.append(mapping, key, &items)?);
            }
            Ok(edits)
        }
        Change::Remove(at) => {
            if let Some((mapping, entry)) = tree.entry_at(at.start) {
                amender.remove_entry(mapping, entry)
            } else if let Some((sequence, index)) = tree.item_at(at.start) {
                amender.remove_item(sequence, index)
            } else {
                let entry = whole_value(tree, *at);
                let (mapping, entry) = entry.ok_or(ASTRAY)?;
                amender.remove_entry(mapping, entry)
            }
        }
        Change::Replace(at, text) => amender.replace(*at, text),
        Change::SetTop(_, entries) => {
            let root = tree.root().ok_or(ASTRAY)?;
            let mut edits = Vec::new();
            for (key, value) in entries {
                edits.extend(amender.set(root, key, value)?);
            }
            Ok(edits)
        }
        _ => Err(ASTRAY.to_owned()),
    }
}

/// The entry whose value is the one text at a span: `tmpfs: /tmp` where a list may stand, too.
fn whole_value(tree: &Tree, at: Span) -> Option<(NodeId, &Entry)> {
    let value = *tree.around(at.start).last()?;
    tree.scalar(value).filter(|scalar| scalar.text.span() == at)?;
    let mapping = tree.node(value).parent?;
    tree.entries(mapping).iter().find(|entry| entry.value == value).map(|entry| (mapping, entry))
}

/// The mapping under the key at a span.
fn mapping(tree: &Tree, at: Span) -> Result<NodeId, String> {
    match tree.entry_at(at.start) {
        Some((_, entry)) => Ok(entry.value),
        None => Err(ASTRAY.to_owned()),
    }
}

/// A comment with the line that it has to itself, or with the blanks before it.
fn comment(source: &Source, span: Span) -> Span {
    let lines = whole_lines(source, span);
    let before = source.slice(Span::new(span.file, lines.start, span.start));
    if before.trim().is_empty() {
        lines
    } else {
        Span::new(span.file, lines.start + before.trim_end().len() as u32, span.end)
    }
}

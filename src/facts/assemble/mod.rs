//! From the files of a project to one model, as Docker loads them: documents and files merged in order, `include:` and
//! `extends:` resolved, `!reset` and `!override` obeyed. Every value keeps the file and the span that it came from.

mod extends;
mod include;
mod keys;
mod merge;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::{FileId, Files, Problem, Source, Span};
use crate::syntax::interpolate::Dialect;

use super::Reason;
use super::load::Document;
use super::model::{Builder, Entry, Env, Shape, Tag, Value};
use crate::source::clean_path;
use merge::{Difference, Merge};

pub use include::is_remote;

/// The files that are at hand.
#[derive(Clone, Copy)]
pub struct Library<'a> {
    /// Texts, by file id.
    pub sources: &'a [Source],
    /// Parsed files, by file id.
    pub documents: &'a [Document],
    /// File ids by clean path.
    pub by_path: &'a BTreeMap<String, FileId>,
    /// Where files come from; asked only whether a missing one exists.
    pub files: &'a dyn Files,
}

/// A project's model and what belongs to it.
#[derive(Debug)]
pub struct Assembled {
    /// The merged document.
    pub model: Arc<Value>,
    /// The document of each file that was merged, in order, before it was.
    pub files: Vec<(FileId, Arc<Value>)>,
    /// The directory that relative paths of a file start from, where it is not the project's.
    pub directories: BTreeMap<FileId, String>,
    /// What could not be read or resolved.
    pub problems: Vec<Problem>,
    /// What the stack loader merges otherwise than one would think.
    pub differences: Vec<Difference>,
    /// Why there may be more than is known: something that was included could not be read.
    pub open: Option<Reason>,
}

/// Includes and extends nested deeper than this are a mistake.
const DEPTH: usize = 16;

struct Assembler<'a> {
    library: Library<'a>,
    dialect: Dialect,
    env: &'a Env,
    models: BTreeMap<FileId, Arc<Value>>,
    /// The services of each file that one is extended from, by name.
    services: BTreeMap<FileId, BTreeMap<String, Entry>>,
    /// Whether any value has a tag that merging obeys.
    tagged: bool,
    out: Assembled,
}

/// Assembles the files of a project, the first one deciding the directory that relative paths start from.
pub fn assemble(library: Library<'_>, files: &[FileId], dialect: Dialect, env: &Env) -> Option<Assembled> {
    let nothing = Arc::new(Value { shape: Shape::Null, span: Span::default(), tag: None, raw: None });
    let out = Assembled {
        model: nothing,
        files: Vec::new(),
        directories: BTreeMap::new(),
        problems: Vec::new(),
        differences: Vec::new(),
        open: None,
    };
    let (models, services) = (BTreeMap::new(), BTreeMap::new());
    let mut assembler = Assembler { library, dialect, env, models, services, tagged: false, out };
    let notes = RefCell::new(Vec::new());
    let mut merged: Option<Arc<Value>> = None;
    for &file in files {
        let Some(model) = assembler.resolved(file, &mut Vec::new()) else { continue };
        if let Some(own) = assembler.models.get(&file) {
            assembler.out.files.push((file, own.clone()));
        }
        merged = Some(match merged {
            Some(base) => Merge { dialect, via: None, notes: Some(&notes) }.values(&base, &model, &[]),
            None => model,
        });
    }
    let model = merged?;
    let resets = assembler.tagged && dialect == Dialect::Compose;
    assembler.out.differences = notes.into_inner();
    assembler.out.model = if resets { without_resets(&model, 0) } else { model };
    Some(assembler.out)
}

/// No more documents of one file are merged: each is laid over all that came before.
const DOCUMENTS: usize = 32;

impl Assembler<'_> {
    /// The model of a file with its includes and extends resolved.
    fn resolved(&mut self, file: FileId, chain: &mut Vec<FileId>) -> Option<Arc<Value>> {
        let model = self.model(file)?;
        if self.dialect == Dialect::Stack {
            return Some(model);
        }
        let model = self.included(file, model, chain);
        Some(self.extended(file, &model))
    }

    /// The model of a file on its own: its documents, merged in order. A stack reads the first one only.
    fn model(&mut self, file: FileId) -> Option<Arc<Value>> {
        if let Some(model) = self.models.get(&file) {
            return Some(model.clone());
        }
        let source = self.library.sources.get(file.0 as usize)?;
        let Document::Yaml(tree) = self.library.documents.get(file.0 as usize)? else { return None };
        let mut builder = Builder::new(source, tree, self.dialect, self.env);
        let merge = Merge { dialect: self.dialect, via: None, notes: None };
        let mut model: Option<Arc<Value>> = None;
        let roots = if self.dialect == Dialect::Stack { 1 } else { DOCUMENTS };
        if let Some(&root) = tree.documents.get(roots).filter(|_| self.dialect != Dialect::Stack) {
            let message = format!("this file has more than {DOCUMENTS} documents; no more are merged");
            self.out.problems.push(Problem::new(Problem::PROJECT_TOO_LARGE, message, tree.node(root).span));
        }
        for &root in tree.documents.iter().take(roots) {
            let next = builder.build(root);
            model = Some(match model {
                Some(base) => merge.values(&base, &next, &[]),
                None => next,
            });
        }
        self.out.problems.append(&mut builder.problems);
        self.tagged |= builder.tagged;
        let model = model?;
        self.models.insert(file, model.clone());
        Some(model)
    }

    /// The directory that relative paths of a file start from.
    fn directory(&self, file: FileId) -> String {
        if let Some(directory) = self.out.directories.get(&file) {
            return directory.clone();
        }
        let path = self.library.sources.get(file.0 as usize).map_or("", |source| &*source.path);
        path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned()
    }

    /// The file at a path seen from a directory.
    fn find(&self, directory: &str, path: &str) -> Option<FileId> {
        self.library.by_path.get(&beside(directory, path)).copied()
    }

    /// Says that a file which is named at `span` was not read, and why.
    fn missing(&mut self, directory: &str, path: &str, span: Span) {
        let whole = beside(directory, path);
        let there = self.library.files.is_file(&whole);
        let message = if !there {
            format!("there is no file `{path}`")
        } else if self.library.files.is_inside(&whole) {
            format!("`{path}` could not be read")
        } else {
            format!("`{path}` lies outside of the project; `--allow-outside` lets it be read")
        };
        self.out.problems.push(Problem::new(Problem::INCLUDE_OR_EXTENDS_UNRESOLVABLE, message, span));
        self.out.open = Some("a file that it names could not be read");
    }
}

/// A path seen from a directory, in its clean form.
pub fn beside(directory: &str, path: &str) -> String {
    if path.starts_with('/') || directory.is_empty() {
        clean_path(path)
    } else {
        clean_path(&format!("{directory}/{path}"))
    }
}

/// Tagged keys that had nothing to reset go.
fn without_resets(value: &Arc<Value>, depth: u32) -> Arc<Value> {
    let Shape::Map(entries) = &value.shape else { return value.clone() };
    if depth > 32 {
        return value.clone();
    }
    let kept = entries
        .iter()
        .filter(|entry| entry.value.tag != Some(Tag::Reset))
        .map(|entry| Entry { value: without_resets(&entry.value, depth + 1), ..entry.clone() });
    Arc::new(Value { shape: Shape::Map(kept.collect()), span: value.span, tag: value.tag, raw: None })
}

//! `include:`: whole projects that are copied in before the file that names them.

use std::sync::Arc;

use crate::facts::model::{At, Value};
use crate::source::{FileId, Problem, Text};
use crate::syntax::interpolate::Dialect;

use super::merge::Merge;
use super::{Assembler, DEPTH, beside};

impl Assembler<'_> {
    /// A file's model over those of the projects that it includes.
    pub(super) fn included(
        &mut self,
        file: FileId,
        model: Arc<Value>,
        chain: &mut Vec<FileId>,
    ) -> Arc<Value> {
        let Some(include) = At::root(&model).get("include").filter(|at| !at.is_null()) else { return model };
        let directory = self.directory(file);
        let mut below: Option<Arc<Value>> = None;
        chain.push(file);
        let entries: Vec<At<'_>> = if include.is_list() { include.items().collect() } else { vec![include] };
        for entry in entries {
            let own = entry.get("project_directory").and_then(At::text).and_then(Text::known);
            let mut inner = own.map(|own| beside(&directory, own));
            let mut project: Option<Arc<Value>> = None;
            for path in paths(entry) {
                let next = self.one(&directory, path, &mut inner, chain);
                project = over(project, next);
            }
            below = over(below, project);
        }
        chain.pop();
        match below {
            Some(below) => {
                Merge { dialect: Dialect::Compose, via: None, notes: None }.values(&below, &model, &[])
            }
            None => model,
        }
    }

    fn one(
        &mut self,
        directory: &str,
        path: &Text,
        inner: &mut Option<String>,
        chain: &mut Vec<FileId>,
    ) -> Option<Arc<Value>> {
        let Some(known) = path.known().filter(|path| !is_remote(path)) else {
            self.out.open = Some("an included file is not at hand");
            return None;
        };
        let Some(id) = self.find(directory, known) else {
            self.missing(directory, known, path.span());
            return None;
        };
        if chain.contains(&id) || chain.len() > DEPTH {
            let message = format!("`{known}` includes itself");
            self.out.problems.push(Problem::new(
                Problem::INCLUDE_OR_EXTENDS_UNRESOLVABLE,
                message,
                path.span(),
            ));
            return None;
        }
        // The first file of an entry decides where its relative paths start.
        let start = inner.get_or_insert_with(|| {
            let whole = beside(directory, known);
            whole.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned()
        });
        self.out.directories.insert(id, start.clone());
        self.resolved(id, chain)
    }
}

fn over(base: Option<Arc<Value>>, next: Option<Arc<Value>>) -> Option<Arc<Value>> {
    match (base, next) {
        (Some(base), Some(next)) => {
            Some(Merge { dialect: Dialect::Compose, via: None, notes: None }.values(&base, &next, &[]))
        }
        (base, next) => base.or(next),
    }
}

/// The paths of an entry: a text, or `path:` with one or several.
fn paths(entry: At<'_>) -> Vec<&Text> {
    let at = if entry.is_map() { entry.get("path") } else { Some(entry) };
    match at {
        Some(at) if at.is_list() => at.items().filter_map(At::text).collect(),
        Some(at) => at.text().into_iter().collect(),
        None => Vec::new(),
    }
}

/// Sources that Docker Compose fetches.
pub fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@") || path.starts_with("oci:")
}

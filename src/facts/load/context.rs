//! What stands around the files that were named: bases, overrides, includes, the files of extended services.

use std::collections::BTreeMap;

use crate::source::{FileId, Files, Found, guess};
use crate::syntax::yaml;

use super::input::{Input, input};
use super::projects::Planner;
use super::{Document, Loaded, Options};
use crate::facts::assemble::{beside, is_remote};
use crate::source::clean_path;

/// More files than this are not read because others name them.
const FILES: usize = 256;

/// Reads what the Compose files need, and what that needs in turn. Returns all of them by clean path.
pub fn read(
    files: &dyn Files,
    composes: &[FileId],
    planner: &Planner<'_>,
    loaded: &mut Loaded,
    options: &Options,
) -> BTreeMap<String, FileId> {
    let mut by_path: BTreeMap<String, FileId> =
        composes.iter().filter_map(|&id| Some((clean_path(&loaded.world.source(id)?.path), id))).collect();
    let mut wanted: Vec<String> = by_path.keys().flat_map(|path| planner.companions(path)).collect();
    let mut next: Vec<FileId> = composes.to_vec();
    for _ in 0..FILES {
        wanted.extend(next.drain(..).flat_map(|id| named_by(loaded, id)));
        wanted.sort();
        wanted.dedup();
        for path in std::mem::take(&mut wanted) {
            let allowed = options.allow_outside || files.is_inside(&path);
            if by_path.contains_key(&path) || by_path.len() >= FILES.max(composes.len() * 4) {
                continue;
            }
            if !allowed || !files.is_file(&path) {
                continue;
            }
            if let Some(id) = add(files, &path, loaded, options) {
                by_path.insert(path, id);
                next.push(id);
            }
        }
        if next.is_empty() {
            break;
        }
    }
    by_path
}

/// Reads a file as context; what is wrong in it is said, as nothing that needs it can be judged.
fn add(files: &dyn Files, path: &str, loaded: &mut Loaded, options: &Options) -> Option<FileId> {
    let id = FileId(loaded.world.sources.len() as u32);
    let found = Found { path: path.to_owned(), guess: guess(path), named: false };
    let Input { source, document, problems, .. } = input(files, id, &found, options);
    let usable = matches!(document, Document::Yaml(_));
    loaded.problems.extend(problems);
    loaded.world.sources.push(source);
    loaded.documents.push(document);
    usable.then_some(id)
}

/// The files that `include:` and `extends:` of a file name plainly.
fn named_by(loaded: &Loaded, id: FileId) -> Vec<String> {
    let (Some(source), Some(Document::Yaml(tree))) =
        (loaded.world.source(id), loaded.documents.get(id.0 as usize))
    else {
        return Vec::new();
    };
    let directory = source.path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut paths = Vec::new();
    for &root in &tree.documents {
        paths.extend(included(tree, root).into_iter().flatten());
        if let Some(services) = tree.get(root, "services") {
            for service in tree.entries(services.value) {
                for it in tree.effective(service.value) {
                    let extends = text(tree, it.entry.key).as_deref() == Some("extends");
                    let file = extends.then(|| tree.get(it.entry.value, "file")).flatten();
                    paths.extend(file.and_then(|file| text(tree, file.value)));
                }
            }
        }
    }
    paths.retain(|path| !is_remote(path) && !path.contains('$'));
    paths.into_iter().map(|path| beside(directory, &path)).collect()
}

/// The entries of a document's `include:`, each with its files.
fn included(tree: &yaml::Tree, root: yaml::NodeId) -> Vec<Vec<String>> {
    let Some(include) = tree.get(root, "include") else { return Vec::new() };
    let entries: Vec<yaml::NodeId> = match tree.items(include.value) {
        [] => vec![include.value],
        items => items.iter().map(|item| item.node).collect(),
    };
    let files = |entry| {
        let path = tree.get(entry, "path").map_or(entry, |path| path.value);
        match tree.items(path) {
            [] => text(tree, path).into_iter().collect(),
            items => items.iter().filter_map(|item| text(tree, item.node)).collect(),
        }
    };
    entries.into_iter().map(files).collect()
}

/// The files that one of these files includes as one project, the later ones over the first.
pub fn included_together(trees: &BTreeMap<String, &yaml::Tree>) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for (path, tree) in trees {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        for files in tree.documents.iter().flat_map(|&root| included(tree, root)).filter(|it| it.len() > 1) {
            let files: Vec<String> = files.iter().map(|file| beside(directory, file)).collect();
            if files.iter().all(|file| trees.contains_key(file)) {
                all.push(files);
            }
        }
    }
    all
}

fn text(tree: &yaml::Tree, node: yaml::NodeId) -> Option<String> {
    tree.scalar(node).map(|scalar| scalar.text.as_str().to_owned())
}

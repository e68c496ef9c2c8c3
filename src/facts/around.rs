//! What lies around Compose files: the Dockerfiles that they build, the files that their services take variables from.

use std::collections::BTreeMap;

use crate::source::{FileId, Files, Source, clean_path, decode};
use crate::syntax::yaml;

use super::load::{Dockerfile, Document, Loaded, Options};

/// What a project may ask about the files around it.
pub struct Around<'a> {
    /// The files themselves.
    pub files: &'a dyn Files,
    /// Dockerfiles by their cleaned path.
    pub dockerfiles: &'a BTreeMap<String, Dockerfile>,
    /// The files of `env_file:` that were read, by their cleaned path.
    pub env_files: &'a BTreeMap<String, FileId>,
}

/// The path of a file that a Compose file in `directory` names.
pub fn beside(directory: &str, path: &str) -> String {
    if directory.is_empty() || path.starts_with(['/', '~']) {
        clean_path(path)
    } else {
        clean_path(&format!("{directory}/{path}"))
    }
}

/// Reads the files that services take variables from. Findings in them are reported: they are part of what is deployed.
pub fn env_files(
    files: &dyn Files,
    composes: &[FileId],
    loaded: &mut Loaded,
    options: &Options,
) -> BTreeMap<String, FileId> {
    let mut read = BTreeMap::new();
    for &compose in composes {
        let (Some(source), Some(Document::Yaml(tree))) =
            (loaded.world.source(compose), loaded.documents.get(compose.0 as usize))
        else {
            continue;
        };
        let directory = source.path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
        for path in named(tree).iter().map(|path| beside(&directory, path)) {
            let allowed = options.allow_outside || files.is_inside(&path);
            if read.contains_key(&path) || !allowed || !files.is_file(&path) {
                continue;
            }
            let Ok(text) = files.read(&path).and_then(|bytes| decode(bytes, true)) else { continue };
            let id = FileId(u32::try_from(loaded.world.sources.len()).unwrap_or(u32::MAX));
            loaded.world.sources.push(Source::new(id, &path, &text));
            loaded.documents.push(Document::Unread);
            loaded.reported.push(id);
            read.insert(path, id);
        }
    }
    read
}

/// The files that `env_file:` names, as far as they are written plainly.
fn named(tree: &yaml::Tree) -> Vec<String> {
    let text = |node| tree.scalar(node).map(|scalar| scalar.text.as_str().to_owned());
    let Some(services) = tree.root().and_then(|root| tree.get(root, "services")) else { return Vec::new() };
    let mut all = Vec::new();
    for service in tree.entries(services.value) {
        for effective in tree.effective(service.value) {
            if text(effective.entry.key).as_deref() != Some("env_file") {
                continue;
            }
            let value = effective.entry.value;
            let path =
                |node| text(node).or_else(|| tree.get(node, "path").and_then(|entry| text(entry.value)));
            all.extend(path(value));
            all.extend(tree.items(value).iter().filter_map(|item| path(item.node)));
        }
    }
    all
}

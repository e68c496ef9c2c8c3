//! The files that services take variables from.

use crate::facts::around::beside;
use crate::facts::kinds::EnvFile;
use crate::facts::make::{head, nodes};
use crate::facts::model::At;
use crate::facts::{Known, List, NodeId, Pair, Reason, Site};
use crate::source::{FileId, Text, git_ignores};
use crate::syntax::dotenv;

use super::Filler;
use super::environment::variable;

/// The entries of `env_file`, which may be one path, or a list of paths and mappings: each with its path and whether
/// the service can do without it.
fn entries(at: At<'_>) -> impl Iterator<Item = (At<'_>, Option<At<'_>>, Known<bool>)> {
    let files = at.get("env_file").filter(|at| !at.is_null());
    let items: Vec<At<'_>> = match files {
        Some(files) if files.is_list() => files.items().collect(),
        other => other.into_iter().collect(),
    };
    items.into_iter().map(|item| {
        let path = if item.is_map() { item.get("path") } else { Some(item) };
        let required = item.get("required").map_or(Known::Set(true, item.site), At::flag);
        (item, path, required)
    })
}

impl Filler<'_> {
    /// The entries of `env_file`, and whether their files are there.
    pub fn env_file_entries(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let mut all = Vec::new();
        for (_, path, required) in entries(at) {
            let Some((text, path)) = path.and_then(|path| Some((path.text()?.clone(), path))) else {
                continue;
            };
            let site = Site { label: text.span(), ..path.site };
            let mut file = EnvFile::new(head(text.clone(), site, format!("env_file.{}", text.as_str())));
            file.path = path.known();
            file.required = required;
            let files = self.reading.around.files;
            let outside = Known::Unknown(site, "it lies outside of the project");
            match text.known().map(|path| self.beside(path, site.label.file)) {
                None => file.exists = Known::Unknown(site, "its path comes from a variable"),
                Some(None) => file.exists = outside,
                Some(Some(path)) => {
                    file.exists = Known::Set(files.exists(&path), site);
                    file.git_ignores = match git_ignores(files, &path) {
                        Some(ignored) => Known::Set(ignored, site),
                        None => Known::Unknown(site, "there is no git repository here"),
                    };
                }
            }
            all.push(self.part.add(file));
        }
        nodes(all, at.site)
    }

    /// The variables of the files that `env_file` names, and why there may be more.
    pub fn env_files(&mut self, at: At<'_>) -> (Vec<NodeId>, Option<Reason>) {
        let (mut all, mut open) = (Vec::new(), None);
        for (item, path, required) in entries(at) {
            let Some(path) = path.and_then(At::text).and_then(Text::known) else {
                open = Some("an env_file may set more");
                continue;
            };
            let path = beside(&self.reading.directory_of(item.file()), path);
            let Some(&file) = self.reading.around.env_files.get(&path) else {
                if required.value() != Some(&false) {
                    open = Some("an env_file that is not here may set more");
                }
                continue;
            };
            all.extend(self.env_file(&path, file, item.site));
        }
        (all, open)
    }

    fn env_file(&mut self, path: &str, file: FileId, from: Site) -> Vec<NodeId> {
        let Some(source) = self.reading.world.source(file) else { return Vec::new() };
        let ignored = git_ignores(self.reading.around.files, path);
        let room = if self.is_full() { 0 } else { usize::MAX };
        let mut all = Vec::new();
        for entry in dotenv::entries(&source.text, file).into_iter().take(room) {
            let site = Site { via: Some(from.label), ..Site::written(entry.span) };
            let value = entry.value.map_or(Known::Absent, |value| Known::Set(value, site));
            let mut variable = variable(&Pair { key: entry.name, value }, site, "env-file");
            variable.git_ignores = match ignored {
                Some(ignored) => Known::Set(ignored, site),
                None => Known::Unknown(site, "there is no git repository here"),
            };
            all.push(self.part.add(variable));
        }
        all
    }
}

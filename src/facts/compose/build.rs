//! How a service is built.

use std::rc::Rc;

use crate::facts::around::beside;
use crate::facts::kinds::{Build, Service};
use crate::facts::make::head;
use crate::facts::model::{Ask, At};
use crate::facts::{Known, List, NodeId, Site};
use crate::source::{FileId, Origin, Text};

use super::build_takes::Takes;
use super::{Filler, dockerfile_path};

impl Filler<'_> {
    /// Adds the build of a service.
    pub fn build(&mut self, at: At<'_>, service: &Service) -> Known<NodeId> {
        let Some(at) = at.get("build").filter(|at| !at.is_null()) else { return Known::Absent };
        let site = at.site;
        let mut build = Build::new(head(Text::made("build", site.label, Origin::Written), site, "build"));
        let context = if at.text().is_some() { Some(at) } else { at.get("context") };
        build.context = match context {
            Some(context) => context.known(),
            None => Known::Set(Text::made(".", site.label, Origin::Engine), site),
        };
        build.context_kind = build.context.clone().map(|text| kind(text.as_str()));
        if let (Known::Set(text, at), Some(&"git")) = (&build.context, build.context_kind.value())
            && let Some((_, revision)) = text.split_once('#')
        {
            let revision = revision.split_once(':').map_or(revision.clone(), |(revision, _)| revision);
            build.revision = Known::Set(revision, *at);
        }
        build.more_contexts = at.get("additional_contexts").ask(At::map).map(|pairs| List {
            items: pairs.items.iter().filter_map(|pair| pair.value.value().cloned()).collect(),
            open: pairs.open,
        });
        build.dockerfile = at.get("dockerfile").ask(At::known);
        build.inline = Known::Set(at.get("dockerfile_inline").is_some_and(|at| !at.is_null()), site);
        build.target = at.get("target").ask(At::known);
        build.entitlements = at.get("entitlements").ask(At::texts);
        build.platforms = at.get("platforms").ask(At::texts);
        build.stage = service.stage.clone();
        build.found = self.found(&build, site, at.file());
        self.dockerfile_says(&mut build, at);
        Known::Set(self.part.add(build), site)
    }

    /// Whether the Dockerfile is there.
    fn found(&self, build: &Build, site: Site, from: FileId) -> Known<bool> {
        if build.inline.value() == Some(&true) {
            return Known::Absent;
        }
        let known = |field: &Known<Text>, fallback: &str| match field {
            Known::Absent => Some(fallback.to_owned()),
            field => field.value().and_then(Text::known).map(str::to_owned),
        };
        let elsewhere = Known::Unknown(site, "its context is elsewhere");
        let (Some(context), Some(file)) =
            (known(&build.context, "."), known(&build.dockerfile, "Dockerfile"))
        else {
            return elsewhere;
        };
        let path = dockerfile_path(&self.reading.directory_of(from), &context, &file);
        if build.context_kind.value() != Some(&"directory") || !self.reading.around.files.is_inside(&path) {
            return elsewhere;
        }
        Known::Set(self.reading.around.files.is_file(&path), site)
    }

    /// What the Dockerfile says of the stage and the arguments that are asked for.
    fn dockerfile_says(&mut self, build: &mut Build, at: At<'_>) {
        let from = at.file();
        let known = |field: &Known<Text>, fallback: &str| match field {
            Known::Absent => Some(fallback.to_owned()),
            field => field.value().and_then(Text::known).map(str::to_owned),
        };
        let (Some(context), Some(file)) =
            (known(&build.context, "."), known(&build.dockerfile, "Dockerfile"))
        else {
            return;
        };
        let path = dockerfile_path(&self.reading.directory_of(from), &context, &file);
        if build.inline.value() == Some(&true) {
            return;
        }
        let takes = if let Some(takes) = self.takes.get(&path) {
            takes.clone()
        } else {
            let Some(part) = self.reading.dockerfile(&path) else { return };
            let takes = Rc::new(Takes::of(part));
            self.takes.insert(path, takes.clone());
            takes
        };
        takes.compare(build, at);
    }

    /// The path of a file of this project, and whether it lies in the project.
    pub fn beside(&self, path: &str, from: FileId) -> Option<String> {
        let path = beside(&self.reading.directory_of(from), path);
        self.reading.around.files.is_inside(&path).then_some(path)
    }
}

/// What a context is, by the rules of buildx: a URL of a repository, a URL of an archive, else a directory.
fn kind(context: &str) -> &'static str {
    let path = context.split('#').next().unwrap_or(context);
    let web = path.starts_with("http://") || path.starts_with("https://");
    let git = path.starts_with("git://")
        || path.starts_with("ssh://")
        || path.starts_with("git@")
        || path.starts_with("github.com/")
        || web && path.ends_with(".git")
        || web && context.contains('#');
    match (git, web) {
        (true, _) => "git",
        (false, true) => "archive",
        _ => "directory",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn contexts() {
        assert_eq!(super::kind("."), "directory");
        assert_eq!(super::kind("https://example.com/a.git#main:sub"), "git");
        assert_eq!(super::kind("https://example.com/a.tar.gz"), "archive");
        assert_eq!(super::kind("git@example.com:a/b"), "git");
    }
}

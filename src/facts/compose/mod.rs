//! Facts of an assembled Compose project or stack.

mod access;
mod anchors;
mod arguments;
mod build;
mod build_takes;
mod dependencies;
mod deploy;
mod env_files;
mod environment;
mod files;
mod healthcheck;
mod heap;
mod image;
mod layout;
mod limits;
mod logs;
mod meeting;
mod merging;
mod mounts;
mod networks;
mod pairs;
mod passwords;
mod placement;
mod ports;
mod privileges;
mod secrets;
mod service;
mod settings;
mod start;
mod substitutions;
mod urls;
mod user;
mod violations;

pub use environment::variable;
pub use user::dockerfile_path;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::source::{FileId, Origin, Problem, Source, Span, Text};
use crate::syntax::yaml;

use super::around::Around;
use super::assemble::Assembled;
use super::kinds::{File, Project};
use super::make::{head, nodes};
use super::model::{At, Env, Value};
use super::{Document, Known, List, NodeId, Opened, Part, Site, Target, World};
use build_takes::Takes;
use files::environment;

/// More facts than this are not stated of one project.
pub const NODES: usize = 100_000;

/// What a project is read with.
pub struct Reading<'a> {
    /// The assembled project.
    pub project: &'a Assembled,
    /// The files of the project, in the order in which they are merged.
    pub files: Vec<ReadFile<'a>>,
    /// Dockerfile parts that services may build, by the path of their file.
    pub world: &'a World,
    /// What lies around the file.
    pub around: &'a Around<'a>,
    /// The parsed files, by their ids.
    pub documents: &'a [Document],
    /// The directory that relative paths start from.
    pub directory: &'a str,
    /// What the `.env` beside the file sets.
    pub env: &'a Env,
    /// Services that say nothing of what they run, and that no file at hand finishes.
    pub bare: BTreeSet<String>,
}

/// A file of a project.
pub struct ReadFile<'a> {
    /// Which.
    pub id: FileId,
    /// Whether it is judged in this project, and not in one of its own.
    pub own: bool,
    /// What it says, before anything is merged over it.
    pub model: &'a Value,
    /// How it is written.
    pub tree: &'a yaml::Tree,
}

impl Reading<'_> {
    /// The facts of the Dockerfile at a clean path.
    pub fn dockerfile(&self, path: &str) -> Option<&Part> {
        let dockerfile = self.around.dockerfiles.get(path)?;
        dockerfile.facts(self.around.files, self.world, self.documents)
    }

    /// The directory that relative paths of a file start from: the project's, or that of the file which is included or
    /// extended.
    pub fn directory_of(&self, file: FileId) -> String {
        if self.files.iter().any(|read| read.id == file) {
            return self.directory.to_owned();
        }
        if let Some(directory) = self.project.directories.get(&file) {
            return directory.clone();
        }
        let path = self.world.source(file).map_or("", |source| &*source.path);
        path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned()
    }
}

/// A part while it is filled.
pub struct Filler<'a> {
    /// What is read.
    pub reading: &'a Reading<'a>,
    /// The part.
    pub part: Part,
    /// Services by name.
    pub services: BTreeMap<String, NodeId>,
    /// The names of services that are no containers.
    pub providers: BTreeSet<String>,
    /// Networks by name.
    pub networks: BTreeMap<String, NodeId>,
    /// Volumes by name.
    pub volumes: BTreeMap<String, NodeId>,
    /// Secrets and configs by kind and name.
    pub secrets: BTreeMap<(&'static str, String), NodeId>,
    /// The variables that `.env` sets; a stack reads none.
    pub env_names: BTreeSet<String>,
    /// What Dockerfiles take from whoever builds them, by their paths.
    pub takes: BTreeMap<String, Rc<Takes>>,
    /// What could not be looked into.
    pub problems: Vec<Problem>,
}

/// Fills a part with the facts of a project.
pub fn fill(reading: &Reading<'_>, part: Part) -> (Part, Vec<Problem>) {
    let mut filler = Filler {
        reading,
        part,
        services: BTreeMap::new(),
        providers: BTreeSet::new(),
        networks: BTreeMap::new(),
        volumes: BTreeMap::new(),
        secrets: BTreeMap::new(),
        env_names: BTreeSet::new(),
        takes: BTreeMap::new(),
        problems: Vec::new(),
    };
    filler.env_names = filler.read_env_names();
    filler.project();
    (filler.part, filler.problems)
}

/// Fills a part with what can be said of a file without a document.
pub fn nothing_written(mut part: Part, source: &Source) -> Part {
    let site = Site::written(Span::point(source.id, 0));
    let path = Text::made(&source.path, site.label, Origin::Written);
    let mut file = File::new(head(path.clone(), site, ""));
    file.path = Known::Set(path, site);
    file.documents = Known::Set(0.0, site);
    file.keys = Known::Set(List::default(), site);
    file.role =
        Known::Set(files::role(&source.path, &source.text, true), Site { origin: Origin::Guess, ..site });
    part.add(file);
    part
}

impl Filler<'_> {
    fn project(&mut self) {
        let root = At::root(&self.reading.project.model);
        let file = root.file();
        let start = Site::written(Span::point(file, 0));
        let mut project = Project::new(head(Text::written("project", file, 0), start, ""));
        project.target = Known::Set(self.part.target.name(), start);
        if let Some(version) = root.get("version") {
            project.version = version.known();
        }
        project.fixed_name = root.get("name").map_or(Known::Absent, At::known);
        let roles: Vec<&'static str> =
            self.reading.files.iter().enumerate().map(|(index, file)| self.file(file, index)).collect();
        project.environment = environment(&roles, start);
        self.declare_networks(root);
        self.declare_volumes(root);
        self.declare_secrets(root);
        let mut services: Vec<(String, NodeId)> = Vec::new();
        for (name, at, entry) in root.get("services").into_iter().flat_map(At::entries) {
            if self.provider(name, at, entry) {
                self.providers.insert(name.as_str().to_owned());
            } else {
                services.push((name.as_str().to_owned(), self.service(name, at, entry)));
            }
        }
        self.services = services.iter().cloned().collect();
        project.services = nodes(services.into_iter().map(|(_, id)| id).collect(), start);
        if let Some(reason) = self.reading.project.open {
            project.services.open(start, reason);
        }
        self.part.add(project);
        self.differences();
        self.dependencies(root);
        self.urls(root);
        self.substitutions(root);
        self.container_names();
        self.counterparts();
        self.sockets();
        self.meeting_mounts();
        self.heaps();
        self.finish_networks();
        self.finish_volumes();
        self.finish_secrets(root);
        for file in self.reading.files.iter().filter(|file| file.own) {
            self.violations(file);
            self.layout(file);
            self.anchors(file);
            let unread = self.settings(file);
            self.problems.extend(unread);
        }
        if self.is_full() {
            let message = format!("this project says more than {NODES} things; the rest is not judged");
            self.problems.push(Problem::new(Problem::PROJECT_TOO_LARGE, message, Span::point(file, 0)));
        }
    }

    /// Adds a file of the project and tells what its name says of it.
    fn file(&mut self, read: &ReadFile<'_>, index: usize) -> &'static str {
        let site = Site::written(Span::point(read.id, 0));
        let source = self.reading.world.source(read.id);
        let path = source.map(|source| source.path.to_string()).unwrap_or_default();
        let text = Text::made(&path, site.label, Origin::Written);
        let mut file = File::new(head(text.clone(), site, ""));
        file.path = Known::Set(text, site);
        // The second document is where a reader of one stops.
        let second = read.tree.documents.get(1).map_or(site, |&root| {
            let first = read.tree.entries(root).first().map_or(root, |entry| entry.key);
            Site::written(read.tree.node(first).span)
        });
        file.documents = Known::Set(read.tree.documents.len() as f64, second);
        file.keys = files::keys(read.tree, site);
        let text = source.map_or("", |source| &source.text);
        let role = files::role(&path, text, index == 0);
        file.role = Known::Set(role, Site { origin: Origin::Guess, ..site });
        self.part.add(file);
        role
    }

    /// Whether the part has as many nodes as anybody can mean. Shared anchors can ask for more than a memory holds.
    pub fn is_full(&self) -> bool {
        self.part.len() > NODES
    }

    /// What is said of a name that nothing in the project has: nothing, or that a file which is not at hand may have it.
    pub fn nobody<T>(&self, site: Site) -> Known<T> {
        self.reading.project.open.map_or(Known::Absent, |reason| Known::Unknown(site, reason))
    }

    /// Whether a stack reads this part.
    pub fn is_stack(&self) -> bool {
        self.part.target == Target::Stack
    }
}

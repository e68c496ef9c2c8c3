//! Facts of an assembled Compose project or stack.

mod access;
mod deploy;
mod environment;
mod healthcheck;
mod image;
mod mounts;
mod networks;
mod ports;
mod secrets;
mod service;
mod settings;
mod urls;
mod user;

pub use environment::variable;
pub use user::dockerfile_path;

use std::collections::BTreeMap;

use crate::source::{FileId, Origin, Problem, Span, Text};

use super::kinds::{File, Project};
use super::make::{head, nodes};
use super::model::{At, Value};
use super::{Known, NodeId, Part, Site, Target, World};

/// More facts than this are not stated of one project.
pub const NODES: usize = 100_000;

/// What a project is read with.
pub struct Reading<'a> {
    /// The assembled document.
    pub model: &'a Value,
    /// Dockerfile parts that services may build, by the path of their file.
    pub world: &'a World,
    /// The Dockerfile part for a file, by path.
    pub dockerfiles: &'a BTreeMap<String, u32>,
    /// The directory that relative paths start from.
    pub directory: &'a str,
    /// Every key of a mapping that is written twice: the later key.
    pub duplicates: &'a [(Span, Text)],
    /// How many documents the file has.
    pub documents: usize,
}

/// A part while it is filled.
pub struct Filler<'a> {
    /// What is read.
    pub reading: &'a Reading<'a>,
    /// The part.
    pub part: Part,
    /// Services by name.
    pub services: BTreeMap<String, NodeId>,
    /// Networks by name.
    pub networks: BTreeMap<String, NodeId>,
    /// Volumes by name.
    pub volumes: BTreeMap<String, NodeId>,
    /// Secrets and configs by kind and name.
    pub secrets: BTreeMap<(&'static str, String), NodeId>,
}

/// Fills a part with the facts of a project.
pub fn fill(reading: &Reading<'_>, part: Part) -> (Part, Vec<Problem>) {
    let mut filler = Filler {
        reading,
        part,
        services: BTreeMap::new(),
        networks: BTreeMap::new(),
        volumes: BTreeMap::new(),
        secrets: BTreeMap::new(),
    };
    let problems = filler.project();
    (filler.part, problems)
}

impl Filler<'_> {
    fn project(&mut self) -> Vec<Problem> {
        let root = At::root(self.reading.model);
        let file = root.file();
        let start = Site::written(Span::point(file, 0));
        let mut project = Project::new(head(Text::written("project", file, 0), start, ""));
        project.target = Known::Set(self.part.target.name(), start);
        if let Some(version) = root.get("version") {
            project.version = version.known();
        }
        self.file(file, start);
        self.declare_networks(root);
        self.declare_volumes(root);
        self.declare_secrets(root);
        let services: Vec<(String, NodeId)> = root.get("services").into_iter().flat_map(At::entries).fold(
            Vec::new(),
            |mut all, (name, at, entry)| {
                let id = self.service(name, at, entry);
                all.push((name.as_str().to_owned(), id));
                all
            },
        );
        self.services = services.iter().cloned().collect();
        project.services = nodes(services.into_iter().map(|(_, id)| id).collect(), start);
        self.part.add(project);
        self.dependencies(root);
        self.urls(root);
        self.sockets();
        self.finish_networks();
        self.finish_secrets();
        let mut problems = self.settings(root);
        if self.is_full() {
            let message = format!("this project says more than {NODES} things; the rest is not judged");
            problems.push(Problem::new("too-large", message, Span::point(file, 0)));
        }
        problems
    }

    fn file(&mut self, id: FileId, site: Site) {
        let path = self.reading.world.source(id).map(|source| source.path.to_string()).unwrap_or_default();
        let text = Text::made(&path, site.label, Origin::Written);
        let mut file = File::new(head(text.clone(), site, ""));
        file.path = Known::Set(text, site);
        file.documents = Known::Set(self.reading.documents as f64, site);
        self.part.add(file);
    }

    /// Whether the part has as many nodes as anybody can mean. Shared anchors can ask for more than a memory holds.
    pub fn is_full(&self) -> bool {
        self.part.len() > NODES
    }

    /// Whether a stack reads this part.
    pub fn is_stack(&self) -> bool {
        self.part.target == Target::Stack
    }
}

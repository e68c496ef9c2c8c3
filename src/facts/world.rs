//! The nodes of a run and how they refer to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::source::{FileId, Problem, Source, Text};
use crate::syntax::Data;

use super::declare::Table;
#[allow(clippy::wildcard_imports, reason = "every kind that there is")]
use super::kinds::*;
use super::known::{Site, View};
use super::model::Value;

/// A node of the run: a part (one Dockerfile or one assembled project) and a place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// Which part.
    pub part: u32,
    /// Which of its nodes.
    pub index: u32,
}

/// What every node has.
#[derive(Clone, Debug)]
pub struct Head {
    /// What people call it; also the text that is underlined for it unless [`Head::site`] says otherwise.
    pub name: Text,
    /// What to underline when a finding is about the node as a whole.
    pub site: Site,
    /// The node it belongs to; subjects are built along these.
    pub parent: Option<NodeId>,
    /// Its place in its parent, as in `services.web` or `ports["8080:80"]`. Never holds a value of a secret.
    pub step: Arc<str>,
}

/// Which engine reads a part, and so which rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// `docker build`.
    Dockerfile,
    /// `docker compose`.
    Compose,
    /// `docker stack deploy`.
    Stack,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 3] = [Self::Dockerfile, Self::Compose, Self::Stack];

    /// Its name in rules, options and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dockerfile => "dockerfile",
            Self::Compose => "compose",
            Self::Stack => "stack",
        }
    }
}

macro_rules! kinds {
    ($($Kind:ident),* $(,)?) => {
        /// The kinds of nodes that rules can judge.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each kind is documented at its declaration")]
        #[repr(u8)]
        pub enum Kind { $($Kind),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$Kind),*];

            /// Its fields.
            pub const fn table(self) -> &'static Table {
                match self { $(Self::$Kind => { const TABLE: Table = $Kind::TABLE; &TABLE }),* }
            }
        }

        /// A node of any kind.
        #[derive(Clone, Debug)]
        #[allow(missing_docs, reason = "each kind is documented at its declaration")]
        pub enum Node { $($Kind(Box<$Kind>)),* }

        impl Node {
            /// Its kind.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$Kind(_) => Kind::$Kind),* }
            }

            /// Its name, place and parents.
            pub fn head(&self) -> &Head {
                match self { $(Self::$Kind(it) => &it.head),* }
            }

            fn head_mut(&mut self) -> &mut Head {
                match self { $(Self::$Kind(it) => &mut it.head),* }
            }
        }

        $(impl From<$Kind> for Node {
            fn from(it: $Kind) -> Self { Self::$Kind(Box::new(it)) }
        })*
    };
}

kinds! {
    // One a line, so that nobody is in anybody's way.
    Project,
    File,
    Account,
    Argument,
    Attachment,
    Build,
    Capability,
    Command,
    Comment,
    Copy,
    Credential,
    Dependency,
    Provider,
    Device,
    Difference,
    Directive,
    Dockerfile,
    Download,
    ExposedPort,
    Flag,
    Grant,
    Healthcheck,
    Hook,
    Image,
    Instruction,
    Item,
    Label,
    Leftover,
    Limit,
    Log,
    LogOption,
    Mount,
    Network,
    Package,
    Pair,
    Permission,
    Removal,
    Anchor,
    Piece,
    Pipeline,
    Port,
    Program,
    Reference,
    Repetition,
    Run,
    RunMount,
    Secret,
    Service,
    Setting,
    Stage,
    StageRef,
    Update,
    Url,
    User,
    Variable,
    Violation,
    Volume,
    Argv,
    EnvFile,
    Sysctl,
    SecurityOption,
    Constraint,
    Substitution,
}

impl Kind {
    /// Its name in rules.
    pub const fn name(self) -> &'static str {
        self.table().name
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// What one Dockerfile or one assembled project consists of.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its number in the world.
    pub id: u32,
    /// Which engine reads it.
    pub target: Target,
    /// It also makes sense to the other engine: stack findings are then capped at low.
    pub dual_use: bool,
    /// The files that are judged in it, the deciding one last.
    pub files: Vec<FileId>,
    /// Files that are merged below them and judged on their own.
    pub context: Vec<FileId>,
    /// What could not be looked into.
    pub problems: Vec<Problem>,
    /// The merged document, where it was asked for.
    pub(super) model: Option<Arc<Value>>,
    nodes: Vec<Node>,
    by_kind: Vec<Vec<u32>>,
}

impl Part {
    /// An empty part.
    pub fn new(id: u32, target: Target, files: Vec<FileId>) -> Self {
        Self {
            id,
            target,
            dual_use: false,
            files,
            context: Vec::new(),
            problems: Vec::new(),
            model: None,
            nodes: Vec::new(),
            by_kind: vec![Vec::new(); Kind::ALL.len()],
        }
    }

    /// The document that its files are merged to, if it was kept, its texts as `shown` has them.
    pub fn merged(&self, shown: &dyn Fn(&Text) -> String) -> Option<Data> {
        self.model.as_ref()?.to_data(shown, &mut 1_000_000)
    }

    /// Adds a node.
    pub fn add(&mut self, node: impl Into<Node>) -> NodeId {
        let node = node.into();
        let index = self.nodes.len() as u32;
        self.by_kind[node.kind() as usize].push(index);
        self.nodes.push(node);
        NodeId { part: self.id, index }
    }

    /// The nodes of a kind, in the order in which they were added.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = NodeId> {
        self.by_kind[kind as usize].iter().map(|&index| NodeId { part: self.id, index })
    }

    /// A node of this part; `None` for nodes of other parts.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        if id.part == self.id { self.nodes.get(id.index as usize) } else { None }
    }

    /// A node of this part, to fill in what is known only later.
    pub fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        if id.part == self.id { self.nodes.get_mut(id.index as usize) } else { None }
    }

    /// Makes `parent` the parent of `child`.
    pub fn adopt(&mut self, parent: NodeId, child: NodeId) {
        if let Some(node) = self.node_mut(child) {
            node.head_mut().parent = Some(parent);
        }
    }

    /// How many nodes it has.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether it has no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// Everything that is known in one run.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The directories that services build a Dockerfile in, by its cleaned path.
    pub contexts: BTreeMap<String, BTreeSet<String>>,
    /// The files, by their ids.
    pub sources: Vec<Source>,
    /// The parts, by their ids; those of Dockerfiles are filled when they are asked for.
    pub(super) parts: Vec<OnceLock<Part>>,
}

impl World {
    /// A node. Ids come from this world, so it exists; a foreign id gives `None`.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.part(id.part)?.node(id)
    }

    /// The part of that id, if it is filled.
    pub fn part(&self, id: u32) -> Option<&Part> {
        self.parts.get(id as usize)?.get()
    }

    /// The parts that are filled, in the order of their ids.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter_map(OnceLock::get)
    }

    /// A field of a node by its accessor.
    pub fn view(&self, id: NodeId, get: fn(&Node) -> View<'_>) -> View<'_> {
        self.node(id).map_or(View::Absent, get)
    }

    /// The file of that id.
    pub fn source(&self, id: FileId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// The structural address of a node: `services.web.ports["8080:80"]`, `stage build / RUN #3`.
    pub fn subject(&self, id: NodeId) -> String {
        let mut steps = Vec::new();
        let mut at = Some(id);
        while let Some(node) = at.and_then(|id| self.node(id)) {
            if steps.len() > 16 {
                break;
            }
            steps.push(node.head().step.clone());
            at = node.head().parent;
        }
        let mut subject = String::new();
        for step in steps.iter().rev().filter(|step| !step.is_empty()) {
            if !subject.is_empty() && !step.starts_with(['[', ' ']) {
                subject.push('.');
            }
            subject.push_str(step);
        }
        subject
    }
}

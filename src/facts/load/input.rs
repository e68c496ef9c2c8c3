//! Reading and parsing one file.

use crate::source::{FileId, Files, Found, Guess, Problem, Source, Span, decode};
use crate::syntax::{dockerfile, yaml};

use super::{Document, Options};
use crate::facts::Target;
use crate::facts::schema::{self, Cursor};

/// A file that was read.
pub struct Input {
    /// Its text.
    pub source: Source,
    /// What it was parsed to.
    pub document: Document,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What it is by its name or by the user's word.
    pub guess: Option<Guess>,
    /// Whether the user named it.
    pub named: bool,
    /// Whether the user said what it is.
    pub told: bool,
}

/// Reads and parses a file.
pub fn input(files: &dyn Files, id: FileId, found: &Found, options: &Options) -> Input {
    let guess = match options.target.filter(|_| found.named) {
        Some(Target::Dockerfile) => Some(Guess::Dockerfile),
        Some(Target::Compose) => Some(Guess::Compose),
        Some(Target::Stack) => Some(Guess::Stack),
        None => found.guess,
    };
    let text = files.read(&found.path).and_then(|bytes| decode(bytes, guess == Some(Guess::Dockerfile)));
    let mut input = Input {
        source: Source::new(
            id,
            &found.path,
            text.as_ref().map_or_else(|it| it.before.as_str(), String::as_str),
        ),
        document: Document::Unread,
        problems: Vec::new(),
        guess,
        named: found.named,
        told: found.named && options.target.is_some(),
    };
    if let Err(error) = text {
        // A file that was only stumbled upon and is no Docker file by its name is nobody's business.
        if found.named || guess != Some(Guess::Yaml) {
            let at = Span::point(id, error.before.len() as u32);
            input.problems.push(Problem::new(error.kind, error.message, at));
        }
        return input;
    }
    match guess {
        Some(Guess::Dockerfile) => {
            let parsed = dockerfile::parse(&input.source);
            input.problems.extend(parsed.problems.iter().cloned());
            if parsed.instructions.is_empty() {
                let message = "there is no instruction in this Dockerfile";
                input.problems.push(Problem::new(Problem::DOCKERFILE_EMPTY, message, Span::point(id, 0)));
            }
            input.document = Document::Dockerfile(parsed);
        }
        Some(Guess::Compose | Guess::Stack | Guess::Yaml) => {
            // Most YAML files are something else; those without the word are not worth parsing.
            if guess == Some(Guess::Yaml) && !found.named && !input.source.text.contains("services:") {
                return input;
            }
            let tree = yaml::parse(&input.source, yaml::Limits::default());
            input.problems.extend(tree.problems.iter().cloned());
            input.document = Document::Yaml(tree);
        }
        None => {
            let message = "neither its name nor `--as` says what this file is: a Dockerfile, a Compose file or a stack?";
            input.problems.push(Problem::new(Problem::UNKNOWN_KIND, message, Span::point(id, 0)));
        }
    }
    input
}

/// Whether a YAML file is a Compose file or a stack: by the user's word, by its name, or by what is in it. Many programs
/// have `services:` at the top of their configuration; what nobody named has to be one that Docker takes.
pub fn is_compose(input: &Input) -> bool {
    let Document::Yaml(tree) = &input.document else { return false };
    if input.told {
        return true;
    }
    let Some(root) = tree.root() else { return matches!(input.guess, Some(Guess::Compose)) };
    let services = tree.get(root, "services");
    let has_services = services.is_some_and(|entry| {
        let entries = tree.entries(entry.value);
        !entries.is_empty() && entries.iter().any(|entry| !tree.entries(entry.value).is_empty())
    });
    match input.guess {
        Some(Guess::Compose) => true,
        Some(Guess::Stack) => has_services || (input.named && services.is_some()) || parts_only(tree, root),
        _ => has_services && (input.named || docker_takes(tree, root)),
    }
}

/// Whether most keys at the top are Docker's, as a mistyped one may be among them, and so is what makes a service: what it
/// runs, or all keys of a piece.
fn docker_takes(tree: &yaml::Tree, root: yaml::NodeId) -> bool {
    let unknown = |at: Cursor, node: yaml::NodeId| {
        let key = |entry: &yaml::Entry| tree.scalar(entry.key).map(|scalar| scalar.text.as_str());
        let is_unknown = |entry: &&yaml::Entry| {
            !entry.merge && key(entry).is_none_or(|key| matches!(at.child(key).0, schema::Found::Unknown(_)))
        };
        tree.entries(node).iter().filter(is_unknown).count()
    };
    let top = Cursor::root(Target::Compose);
    let service = top.child("services").1.child("any").1;
    let runs =
        |node| ["image", "build", "extends", "provider"].iter().any(|key| tree.get(node, key).is_some());
    let services = tree.get(root, "services").map_or(&[][..], |entry| tree.entries(entry.value));
    let mappings = services.iter().map(|entry| entry.value).filter(|node| !tree.entries(*node).is_empty());
    unknown(top, root) * 2 < tree.entries(root).len()
        && mappings.into_iter().any(|node| runs(node) || unknown(service, node) == 0)
}

/// A file with networks, volumes or the like only: a piece of a stack, or a stack whose services are elsewhere.
fn parts_only(tree: &yaml::Tree, root: yaml::NodeId) -> bool {
    let keys = ["networks", "volumes", "secrets", "configs"];
    keys.iter().any(|key| tree.get(root, key).is_some()) && tree.get(root, "Resources").is_none()
}

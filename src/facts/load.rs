//! From files to a world: read, parse, assemble, link.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::source::{FileId, Files, Found, Guess, Problem, Source, Span, decode};
use crate::syntax::interpolate::Dialect;
use crate::syntax::{dockerfile, yaml};

use super::compose::{self, Reading, dockerfile_path};
use super::model::{At, Builder, Value};
use super::target;
use super::{Kind, Known, List, Node, NodeId, Part, Target, World};

/// A parsed file.
#[derive(Clone, Debug)]
pub enum Document {
    /// A Dockerfile.
    Dockerfile(dockerfile::Dockerfile),
    /// A Compose or stack file.
    Yaml(yaml::Tree),
    /// It could not be read.
    Unread,
}

/// How files are read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Take every named file for this.
    pub target: Option<Target>,
    /// These files are one project, in this order.
    pub together: bool,
    /// Leave `.env` alone.
    pub no_env: bool,
    /// Read what lies outside of the project.
    pub allow_outside: bool,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// All facts.
    pub world: World,
    /// The parsed files, by their ids.
    pub documents: Vec<Document>,
    /// What could not be read or resolved.
    pub problems: Vec<Problem>,
    /// The files that findings are wanted for.
    pub reported: Vec<FileId>,
}

struct Input {
    source: Source,
    document: Document,
    problems: Vec<Problem>,
    guess: Option<Guess>,
    named: bool,
}

/// Reads files and everything around them that decides what will run.
pub fn load(files: &dyn Files, found: &[Found], options: &Options) -> Loaded {
    let mut loaded = Loaded::default();
    let read = |(index, found): (usize, &Found)| input(files, index, found, options);
    // Starting threads costs more than reading one file.
    let inputs: Vec<Input> = if found.len() > 1 {
        found.par_iter().enumerate().map(read).collect()
    } else {
        found.iter().enumerate().map(read).collect()
    };
    let mut composes = Vec::new();
    let mut dockerfiles = Vec::new();
    for input in inputs {
        let id = input.source.id;
        match (&input.document, is_compose(&input)) {
            (Document::Dockerfile(_), _) => dockerfiles.push(id),
            (Document::Yaml(_), true) => composes.push(id),
            (Document::Yaml(_), false) if input.named => loaded.problems.push(Problem::new(
                "not-a-compose-file",
                "this file has no `services:`; say with `--as` what it is if it should be judged",
                Span::point(id, 0),
            )),
            _ => {}
        }
        // What has a Docker file's name and could not be read was not judged, and nobody may think that it was.
        let unread = matches!(input.document, Document::Unread) && !input.problems.is_empty();
        let counts =
            input.named || unread || is_compose(&input) || matches!(input.document, Document::Dockerfile(_));
        if counts {
            loaded.problems.extend(input.problems);
            loaded.reported.push(id);
        }
        loaded.world.sources.push(input.source);
        loaded.documents.push(input.document);
    }
    let parts = dockerfiles.iter().enumerate().map(|(index, &file)| (index as u32, file)).collect::<Vec<_>>();
    let filled: Vec<Part> = maybe_parallel(&parts, |&(id, file)| {
        let part = Part::new(id, Target::Dockerfile, vec![file]);
        match loaded.documents.get(file.0 as usize) {
            Some(Document::Dockerfile(parsed)) => super::dockerfile::fill(parsed, part),
            _ => part,
        }
    });
    loaded.world.parts = filled;
    let mut by_path: BTreeMap<String, u32> = BTreeMap::new();
    for part in &loaded.world.parts {
        if let Some(source) = part.files.first().and_then(|&file| loaded.world.source(file)) {
            by_path.insert(super::make::clean_path(&source.path), part.id);
        }
    }
    linked(files, &composes, &mut loaded, &mut by_path, options);
    projects(files, &composes, &mut loaded, &by_path, options);
    link_back(&mut loaded.world);
    loaded
}

fn maybe_parallel<T: Sync, R: Send>(items: &[T], run: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if items.len() > 1 { items.par_iter().map(run).collect() } else { items.iter().map(run).collect() }
}

fn input(files: &dyn Files, index: usize, found: &Found, options: &Options) -> Input {
    let id = FileId(index as u32);
    let guess = match options.target.filter(|_| found.named) {
        Some(Target::Dockerfile) => Some(Guess::Dockerfile),
        Some(Target::Compose) => Some(Guess::Compose),
        Some(Target::Stack) => Some(Guess::Stack),
        None => found.guess,
    };
    let text = files.read(&found.path).and_then(|bytes| decode(bytes, guess == Some(Guess::Dockerfile)));
    let mut input = Input {
        source: Source::new(id, &found.path, text.as_deref().unwrap_or("")),
        document: Document::Unread,
        problems: Vec::new(),
        guess,
        named: found.named,
    };
    if let Err(error) = text {
        // A file that was only stumbled upon and is no Docker file by its name is nobody's business.
        if found.named || guess != Some(Guess::Yaml) {
            input.problems.push(Problem::new(error.id, error.message, Span::point(id, 0)));
        }
        return input;
    }
    match guess {
        Some(Guess::Dockerfile) => {
            let parsed = dockerfile::parse(&input.source);
            input.problems.extend(parsed.problems.iter().cloned());
            if parsed.instructions.is_empty() {
                let message = "there is no instruction in this Dockerfile";
                input.problems.push(Problem::new("dockerfile-empty", message, Span::point(id, 0)));
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
            input.problems.push(Problem::new("unknown-kind", message, Span::point(id, 0)));
        }
    }
    input
}

/// Whether a YAML file is a Compose file: by its name, or because its services are mappings.
fn is_compose(input: &Input) -> bool {
    let Document::Yaml(tree) = &input.document else { return false };
    let Some(root) = tree.root() else { return matches!(input.guess, Some(Guess::Compose)) };
    let services = tree.get(root, "services");
    let has_services = services.is_some_and(|entry| {
        let entries = tree.entries(entry.value);
        !entries.is_empty() && entries.iter().any(|entry| !tree.entries(entry.value).is_empty())
    });
    match input.guess {
        Some(Guess::Compose) => true,
        Some(Guess::Stack) => has_services || (input.named && services.is_some()) || parts_only(tree, root),
        _ => has_services,
    }
}

/// A file with networks, volumes or the like only: a piece of a stack, or a stack whose services are elsewhere.
fn parts_only(tree: &yaml::Tree, root: yaml::NodeId) -> bool {
    let keys = ["networks", "volumes", "secrets", "configs"];
    keys.iter().any(|key| tree.get(root, key).is_some()) && tree.get(root, "Resources").is_none()
}

/// Reads the Dockerfiles that services build and that were not read yet.
fn linked(
    files: &dyn Files,
    composes: &[FileId],
    loaded: &mut Loaded,
    by_path: &mut BTreeMap<String, u32>,
    options: &Options,
) {
    let mut wanted = Vec::new();
    for &file in composes {
        let (Some(source), Some(Document::Yaml(tree))) =
            (loaded.world.source(file), loaded.documents.get(file.0 as usize))
        else {
            continue;
        };
        let directory = source.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        wanted.extend(
            builds(tree).into_iter().map(|(context, file)| dockerfile_path(directory, &context, &file)),
        );
    }
    wanted.sort();
    wanted.dedup();
    for path in wanted {
        let allowed = options.allow_outside || files.is_inside(&path);
        if by_path.contains_key(&path) || !files.is_file(&path) || !allowed {
            continue;
        }
        let Ok(text) = files.read(&path).and_then(|bytes| decode(bytes, true)) else { continue };
        let id = FileId(loaded.world.sources.len() as u32);
        let source = Source::new(id, &path, &text);
        let parsed = dockerfile::parse(&source);
        let part = Part::new(loaded.world.parts.len() as u32, Target::Dockerfile, vec![id]);
        by_path.insert(path, part.id);
        loaded.world.parts.push(super::dockerfile::fill(&parsed, part));
        loaded.world.sources.push(source);
        loaded.documents.push(Document::Dockerfile(parsed));
    }
}

/// Contexts and Dockerfiles of the services of a file, as far as they are written plainly.
fn builds(tree: &yaml::Tree) -> Vec<(String, String)> {
    let text = |node| tree.scalar(node).map(|scalar| scalar.text.as_str().to_owned());
    let Some(services) = tree.root().and_then(|root| tree.get(root, "services")) else { return Vec::new() };
    let mut all = Vec::new();
    for service in tree.entries(services.value) {
        for effective in tree.effective(service.value) {
            if text(effective.entry.key).as_deref() != Some("build") {
                continue;
            }
            let build = effective.entry.value;
            let field = |key: &str| tree.get(build, key).and_then(|entry| text(entry.value));
            let context = text(build).or_else(|| field("context")).unwrap_or_else(|| ".".to_owned());
            all.push((context, field("dockerfile").unwrap_or_else(|| "Dockerfile".to_owned())));
        }
    }
    all
}

/// Fills a part for every Compose file.
fn projects(
    files: &dyn Files,
    composes: &[FileId],
    loaded: &mut Loaded,
    by_path: &BTreeMap<String, u32>,
    options: &Options,
) {
    let first = loaded.world.parts.len() as u32;
    let numbered: Vec<(u32, FileId)> =
        composes.iter().enumerate().map(|(index, &file)| (first + index as u32, file)).collect();
    let shared: &Loaded = loaded;
    let filled: Vec<Option<(Part, Vec<Problem>)>> =
        maybe_parallel(&numbered, |&(id, file)| project(files, shared, by_path, options, id, file));
    for (index, filled) in filled.into_iter().enumerate() {
        let (part, problems) = filled
            .unwrap_or_else(|| (Part::new(first + index as u32, Target::Compose, Vec::new()), Vec::new()));
        loaded.world.parts.push(part);
        loaded.problems.extend(problems);
    }
}

fn project(
    files: &dyn Files,
    loaded: &Loaded,
    by_path: &BTreeMap<String, u32>,
    options: &Options,
    id: u32,
    file: FileId,
) -> Option<(Part, Vec<Problem>)> {
    let source = loaded.world.source(file)?;
    let Some(Document::Yaml(tree)) = loaded.documents.get(file.0 as usize) else { return None };
    let root = tree.root()?;
    let directory = source.path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let env = environment(files, directory, options);
    let mut builder = Builder::new(source, tree, Dialect::Compose, &env);
    let mut model = builder.build(root);
    let (target, dual_use) = match options.target {
        Some(target @ (Target::Compose | Target::Stack)) => (target, false),
        _ => target::infer(&source.path, At::root(&model)),
    };
    if target == Target::Stack {
        // A stack reads neither `.env` nor Compose's grammar.
        let none = BTreeMap::new();
        builder = Builder::new(source, tree, Dialect::Stack, &none);
        model = builder.build(root);
        return Some(finish(loaded, by_path, builder, &model, (id, file, target, dual_use), directory, tree));
    }
    Some(finish(loaded, by_path, builder, &model, (id, file, target, dual_use), directory, tree))
}

fn finish(
    loaded: &Loaded,
    by_path: &BTreeMap<String, u32>,
    builder: Builder<'_>,
    model: &Arc<Value>,
    (id, file, target, dual_use): (u32, FileId, Target, bool),
    directory: &str,
    tree: &yaml::Tree,
) -> (Part, Vec<Problem>) {
    let mut part = Part::new(id, target, vec![file]);
    part.dual_use = dual_use;
    let mut problems = builder.problems;
    problems.extend(
        builder
            .invalid
            .into_iter()
            .map(|(span, message)| Problem::new("interpolation-invalid", message, span)),
    );
    let duplicates: Vec<_> =
        tree.duplicates.iter().map(|duplicate| (duplicate.second, duplicate.name.clone())).collect();
    let reading = Reading {
        model,
        world: &loaded.world,
        dockerfiles: by_path,
        directory,
        duplicates: &duplicates,
        documents: tree.documents.len(),
    };
    let (part, more) = compose::fill(&reading, part);
    problems.extend(more);
    (part, problems)
}

/// The `.env` beside a Compose file. The environment of this process is never asked: results must not depend on it.
fn environment(files: &dyn Files, directory: &str, options: &Options) -> BTreeMap<String, String> {
    let path = if directory.is_empty() { ".env".to_owned() } else { format!("{directory}/.env") };
    if options.no_env || !files.is_file(&path) {
        return BTreeMap::new();
    }
    let text = files.read(&path).and_then(|bytes| decode(bytes, true)).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let line = line.trim().trim_start_matches("export ");
            let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
            let value = value.trim();
            let bare = value.split(" #").next().unwrap_or(value).trim();
            let quoted = value.len() >= 2 && value.starts_with(['"', '\'']) && value.ends_with(['"', '\'']);
            let value = if quoted { &value[1..value.len() - 1] } else { bare };
            // A value that needs another variable is not known.
            (!value.contains('$')).then(|| (name.trim().to_owned(), value.to_owned()))
        })
        .collect()
}

/// Tells each stage which services build it.
fn link_back(world: &mut World) {
    let mut built: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for part in &world.parts {
        for id in part.of(Kind::Service) {
            if let Some(Node::Service(service)) = part.node(id)
                && let Some(&stage) = service.stage.value()
            {
                built.entry(stage).or_default().push(id);
            }
        }
    }
    for (stage, services) in built {
        if let Some(Node::Stage(node)) =
            world.parts.get_mut(stage.part as usize).and_then(|part| part.node_mut(stage))
        {
            let site = node.head.site;
            node.built_by = Known::Set(List::closed(services), site);
            node.shipped = Known::Set(true, site);
        }
    }
}

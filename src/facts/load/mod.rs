//! From files to a world: read, parse, assemble, link.

mod context;
mod dockerfiles;
mod env;
mod ignores;
mod input;
mod projects;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::source::{FileId, Files, Found, Problem, Source, Span, decode};
use crate::syntax::interpolate::Dialect;
use crate::syntax::{dockerfile, yaml};

use super::around::{self, Around};
use super::assemble::{Library, assemble};
use super::compose::{self, ReadFile, Reading, dockerfile_path};
use super::model::{At, Env};
use super::target;
use super::{Kind, Known, List, Node, NodeId, Part, Target, World};
use crate::source::clean_path;
pub use dockerfiles::Dockerfile;
use input::{Input, input, is_compose};
use projects::{Plan, Planner};

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
    /// Files that make a project together, by clean path and in the order in which they are merged.
    pub projects: Vec<Vec<String>>,
    /// Keep the merged documents.
    pub keep_models: bool,
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
    /// The Dockerfiles.
    dockerfiles: Vec<Dockerfile>,
}

/// Reads files and everything around them that decides what will run. Facts of Dockerfiles that no service builds wait
/// until they are asked for: [`Loaded::lone`].
pub fn load(files: &dyn Files, found: &[Found], options: &Options) -> Loaded {
    let mut loaded = Loaded::default();
    let read = |(index, found): (usize, &Found)| input(files, FileId(index as u32), found, options);
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
                Problem::NOT_A_COMPOSE_FILE,
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
    let mut by_path: BTreeMap<String, Dockerfile> = BTreeMap::new();
    for file in dockerfiles {
        let dockerfile = loaded.await_dockerfile(file);
        if let Some(source) = loaded.world.source(file) {
            by_path.insert(clean_path(&source.path), dockerfile);
        }
    }
    let planner = Planner { files, use_env: !options.no_env, declared: &options.projects };
    let at_hand = context::read(files, &composes, &planner, &mut loaded, options);
    let all: Vec<FileId> = at_hand.values().copied().collect();
    loaded.world.contexts = linked(files, &all, &mut loaded, &mut by_path, options);
    let env_files = around::env_files(files, &all, &mut loaded, options);
    let around = Around { files, dockerfiles: &by_path, env_files: &env_files };
    projects(&around, &composes, &planner, &at_hand, &mut loaded, options);
    link_back(&mut loaded.world);
    loaded
}

fn maybe_parallel<T: Sync, R: Send>(items: &[T], run: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if items.len() > 1 { items.par_iter().map(run).collect() } else { items.iter().map(run).collect() }
}

/// Reads the Dockerfiles that services build and that were not read yet. Returns the contexts of each.
fn linked(
    files: &dyn Files,
    composes: &[FileId],
    loaded: &mut Loaded,
    by_path: &mut BTreeMap<String, Dockerfile>,
    options: &Options,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut contexts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for &file in composes {
        let (Some(source), Some(Document::Yaml(tree))) =
            (loaded.world.source(file), loaded.documents.get(file.0 as usize))
        else {
            continue;
        };
        let directory = source.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        for (context, file) in builds(tree) {
            let of = contexts.entry(dockerfile_path(directory, &context, &file)).or_default();
            of.insert(around::beside(directory, &context));
        }
    }
    for path in contexts.keys() {
        let allowed = options.allow_outside || files.is_inside(path);
        if by_path.contains_key(path) || !files.is_file(path) || !allowed {
            continue;
        }
        let Ok(text) = files.read(path).and_then(|bytes| decode(bytes, true)) else { continue };
        let id = FileId(loaded.world.sources.len() as u32);
        let source = Source::new(id, path, &text);
        let parsed = dockerfile::parse(&source);
        // What is wrong in a Dockerfile that was not asked for is said where it is asked for.
        by_path.insert(path.clone(), loaded.await_dockerfile(id));
        loaded.world.sources.push(source);
        loaded.documents.push(Document::Dockerfile(parsed));
    }
    contexts
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

/// Fills a part for every project that has one of the Compose files.
fn projects(
    around: &Around<'_>,
    composes: &[FileId],
    planner: &Planner<'_>,
    at_hand: &BTreeMap<String, FileId>,
    loaded: &mut Loaded,
    options: &Options,
) {
    let trees: BTreeMap<String, &yaml::Tree> = at_hand
        .iter()
        .filter_map(|(path, id)| match loaded.documents.get(id.0 as usize) {
            Some(Document::Yaml(tree)) => Some((path.clone(), tree)),
            _ => None,
        })
        .collect();
    let together = context::included_together(&trees);
    let mut plans: Vec<Plan> = Vec::new();
    for source in composes.iter().filter_map(|&id| loaded.world.source(id)) {
        let plan = planner.plan(&clean_path(&source.path), &trees, &together);
        if !plans.contains(&plan) {
            plans.push(plan);
        }
    }
    // Bases come before their overlays, so that what both show is said, and mended, of the base.
    plans.sort_by_key(|plan| plan.shared);
    let first = loaded.world.parts.len() as u32;
    let numbered: Vec<(u32, Plan)> =
        plans.into_iter().enumerate().map(|(index, plan)| (first + index as u32, plan)).collect();
    let shared: &Loaded = loaded;
    let files = around.files;
    let library =
        Library { sources: &shared.world.sources, documents: &shared.documents, by_path: at_hand, files };
    let filled: Vec<Option<(Part, Vec<Problem>)>> =
        maybe_parallel(&numbered, |(id, plan)| project(library, &shared.world, around, options, *id, plan));
    for (index, filled) in filled.into_iter().enumerate() {
        let (part, problems) = filled
            .unwrap_or_else(|| (Part::new(first + index as u32, Target::Compose, Vec::new()), Vec::new()));
        loaded.world.parts.push(OnceLock::from(part));
        loaded.problems.extend(problems);
    }
    // A file of several projects is read for each of them; what is wrong in it is said once.
    let mut said: Vec<Problem> = Vec::new();
    for problem in std::mem::take(&mut loaded.problems) {
        if !said.contains(&problem) {
            said.push(problem);
        }
    }
    loaded.problems = said;
}

fn project(
    library: Library<'_>,
    world: &World,
    around: &Around<'_>,
    options: &Options,
    id: u32,
    plan: &Plan,
) -> Option<(Part, Vec<Problem>)> {
    let ids: Vec<FileId> = plan.files.iter().filter_map(|path| library.by_path.get(path).copied()).collect();
    let source = world.source(*ids.first()?)?;
    let directory = source.path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let env = if options.no_env { Env::new() } else { env::beside(library.files, directory) };
    let Some(mut assembled) = assemble(library, &ids, Dialect::Compose, &env) else {
        let part = Part::new(id, options.target.unwrap_or(Target::Compose), ids);
        return Some((compose::nothing_written(part, source), Vec::new()));
    };
    let (target, dual_use) = match options.target {
        Some(target @ (Target::Compose | Target::Stack)) => (target, false),
        _ => target::infer(plan.files.iter().map(String::as_str), At::root(&assembled.model)),
    };
    if target == Target::Stack {
        // A stack reads neither `.env` nor Compose's grammar.
        assembled = assemble(library, &ids, Dialect::Stack, &BTreeMap::new())?;
    }
    let unfinished = target::fragments(At::root(&assembled.model));
    let bare = bare(library, plan, target, unfinished.clone());
    if unfinished.iter().any(|name| !bare.contains(name)) {
        assembled.open.get_or_insert("this is a piece that is merged over another file");
    }
    let own = ids.get(plan.shared..).unwrap_or_default().to_vec();
    let mut part = Part::new(id, target, own.clone());
    part.context = ids.iter().filter(|id| !own.contains(id)).copied().collect();
    part.dual_use = dual_use;
    part.model = options.keep_models.then(|| assembled.model.clone());
    let mut problems = std::mem::take(&mut assembled.problems);
    let read = assembled
        .files
        .iter()
        .filter_map(|(id, model)| match library.documents.get(id.0 as usize) {
            Some(Document::Yaml(tree)) => Some(ReadFile { id: *id, own: own.contains(id), model, tree }),
            _ => None,
        })
        .collect();
    let reading = Reading {
        project: &assembled,
        files: read,
        world,
        around,
        documents: library.documents,
        directory,
        env: &env,
        bare,
    };
    let (part, more) = compose::fill(&reading, part);
    problems.extend(more);
    Some((part, problems))
}

/// Of the services that say nothing of what they run, those of a base that no file beside it finishes.
fn bare(
    library: Library<'_>,
    plan: &Plan,
    target: Target,
    mut unfinished: BTreeSet<String>,
) -> BTreeSet<String> {
    let base = plan.files.first().filter(|_| plan.shared == 0 && target == Target::Compose);
    let Some(directory) = base.and_then(|path| projects::base_directory(path)) else {
        return BTreeSet::new();
    };
    let read = |path: &String| library.by_path.contains_key(path);
    if projects::overlays_of(library.files, directory).iter().any(|path| !read(path)) {
        return BTreeSet::new();
    }
    for (path, id) in library.by_path {
        let beside = path.rsplit_once('/').map_or("", |(directory, _)| directory) == directory;
        if !beside || plan.files.contains(path) {
            continue;
        }
        if let Some(Document::Yaml(tree)) = library.documents.get(id.0 as usize)
            && let Some(services) = tree.root().and_then(|root| tree.get(root, "services"))
        {
            unfinished.retain(|name| tree.get(services.value, name).is_none());
        }
    }
    unfinished
}

/// Tells each stage which services build it.
fn link_back(world: &mut World) {
    let mut built: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for part in world.parts() {
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
            world.parts.get_mut(stage.part as usize).and_then(|part| part.get_mut()?.node_mut(stage))
        {
            let site = node.head.site;
            node.built_by = Known::Set(List::closed(services), site);
            node.shipped = Known::Set(true, site);
        }
    }
}

//! `plimsoll.yaml`.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::engine::{Date, Heed, Report, Run, check};
use crate::facts::{self, Target};
use crate::policy::{Mistake, Policy, Reader, Selection, Severity, Step, load};
use crate::source::{Disk, FileId, Files, Found, Guess, ReadError, Source, clean_path, decode, discover};
use crate::syntax::yaml;

use super::args::{FailOn, Judging};
use super::{Env, Failure, own};

/// What a configuration says.
#[derive(Debug, Default)]
pub struct Config {
    /// Which rules are on.
    pub selection: Selection,
    /// Patterns of files to leave out.
    pub exclude: Vec<String>,
    /// The threshold.
    pub fail_on: Option<FailOn>,
    /// Patterns of files that are stacks.
    pub stacks: Vec<String>,
    /// Files that make a project together, seen from the working directory.
    pub projects: Vec<Vec<String>>,
    /// Files and folders of the user's own rules, seen from the configuration.
    pub rules: Vec<PathBuf>,
}

const KEYS: &[&str] = &[
    "profile", "select", "ignore", "severity", "options", "exclude", "fail-on", "stacks", "projects", "rules",
];

/// Reads the configuration that holds here: the one named, or the nearest upwards.
pub fn read(judging: &Judging, env: &Env<'_>) -> Result<Config, Failure> {
    let mut config = Config::default();
    let named = judging.config.as_ref().map(|path| env.directory.join(path));
    let found = named.or_else(|| {
        env.directory
            .ancestors()
            .flat_map(|folder| [folder.join("plimsoll.yaml"), folder.join(".plimsoll.yaml")])
            .find(|path| path.is_file())
    });
    if let Some(path) = found.filter(|_| !judging.no_config) {
        let shown = path.strip_prefix(&env.directory).unwrap_or(&path).to_string_lossy().into_owned();
        let text = Disk::new(&env.directory)
            .read(&path.to_string_lossy())
            .and_then(|bytes| decode(bytes, false))
            .map_err(|error: ReadError| Failure(format!("{shown}: {}", error.message)))?;
        let source = Source::new(FileId(0), &shown, &text);
        config = parse(&source).map_err(Failure)?;
        config.selection.ignore =
            still(&config.selection.ignore, judging.today.unwrap_or(env.today)).map_err(Failure)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.rules = config.rules.iter().map(|rules| folder.join(rules)).collect();
        let seen = folder.strip_prefix(&env.directory).unwrap_or(folder).to_string_lossy().into_owned();
        for file in config.projects.iter_mut().flatten() {
            *file = clean_path(&if seen.is_empty() { file.clone() } else { format!("{seen}/{file}") });
            let piped = judging.stdin_filename.as_ref().is_some_and(|name| clean_path(name) == *file);
            if !piped && !env.directory.join(&*file).is_file() {
                return Err(Failure(format!("{shown}: `projects` names `{file}`, which is not there")));
            }
        }
    }
    if let Some(profile) = &judging.profile {
        config.selection.profile.clone_from(profile);
    }
    if !judging.select.is_empty() {
        config.selection.select.clone_from(&judging.select);
    }
    config.selection.ignore.extend(judging.ignore.iter().cloned());
    config.exclude.extend(judging.exclude.iter().cloned());
    config.rules.extend(judging.rules.iter().map(|path| env.directory.join(path)));
    config.selection.own = own::read(&config.rules, env)?.into_iter().map(|rule| rule.data).collect();
    Ok(config)
}

/// The rules of `ignore:` that are still ignored: `a-rule until 2026-12-31` ends with its day.
fn still(ignore: &[String], today: Date) -> Result<Vec<String>, String> {
    let mut rules = Vec::new();
    for entry in ignore {
        let (rule, last) = match entry.split_once(" until ") {
            None => (entry.as_str(), None),
            Some((rule, day)) => {
                let no_day = || format!("`{entry}` names no day: write `{rule} until 2026-12-31`");
                (rule, Some(Date::parse(day.trim()).ok_or_else(no_day)?))
            }
        };
        if last.is_none_or(|last| today <= last) {
            rules.push(rule.trim().to_owned());
        }
    }
    Ok(rules)
}

fn parse(source: &Source) -> Result<Config, String> {
    let tree = yaml::parse(source, yaml::Limits::default());
    if let Some(problem) = tree.problems.first() {
        let at = source.position(problem.span.start);
        return Err(format!("{}:{}:{}: {}", source.path, at.line, at.column, problem.message));
    }
    let Some(root) = tree.root() else { return Ok(Config::default()) };
    let mut budget = 100_000;
    let data = tree.to_data(root, &mut budget).ok_or_else(|| format!("{} is too large", source.path))?;
    from_data(&Reader::new(&data)).map_err(|mistake| {
        let at = source.position(locate(&tree, root, &mistake.path));
        format!("{}:{}:{}: {}", source.path, at.line, at.column, mistake.message)
    })
}

fn from_data(at: &Reader<'_>) -> Result<Config, Mistake> {
    at.only(KEYS)?;
    let mut config = Config::default();
    let texts = |key: &str| at.get(key).map_or(Ok(Vec::new()), |list| list.texts());
    if let Some(profile) = at.get("profile") {
        config.selection.profile = profile.text()?;
    }
    config.selection.select = texts("select")?;
    config.selection.ignore = texts("ignore")?;
    config.exclude = texts("exclude")?;
    config.stacks = texts("stacks")?;
    if let Some(projects) = at.get("projects") {
        for (_, files) in projects.entries()? {
            config.projects.push(files.texts()?);
        }
    }
    config.rules = texts("rules")?.into_iter().map(PathBuf::from).collect();
    let levels = Severity::ALL.map(|severity| (severity.name(), severity));
    if let Some(levels_by_rule) = at.get("severity") {
        for (rule, level) in levels_by_rule.entries()? {
            config.selection.severity.insert(rule.to_owned(), level.word(&levels)?);
        }
    }
    if let Some(options) = at.get("options") {
        for (rule, values) in options.entries()? {
            let mut all = BTreeMap::new();
            for (name, value) in values.entries()? {
                all.insert(name.to_owned(), value.texts()?);
            }
            config.selection.options.insert(rule.to_owned(), all);
        }
    }
    if let Some(level) = at.get("fail-on") {
        config.fail_on = Some(level.word(&FailOn::NAMES)?);
    }
    Ok(config)
}

/// Where a path leads in the file: the key of the entry, or the item.
pub fn locate(tree: &yaml::Tree, root: yaml::NodeId, path: &[Step]) -> u32 {
    let mut at = root;
    let mut offset = tree.node(root).span.start;
    for step in path {
        let next = match step {
            Step::Key(key) => tree.get(at, key).map(|entry| (entry.value, entry.span.start)),
            Step::Item(index) => {
                tree.items(at).get(*index).map(|item| (item.node, tree.node(item.node).span.start))
            }
        };
        let Some((node, start)) = next else { break };
        (at, offset) = (node, start);
    }
    offset
}

/// Judges what the arguments name.
pub fn judge(judging: &Judging, config: &Config, env: &mut Env<'_>) -> Result<(Run, Policy), Failure> {
    let options = options(judging, config);
    if named(judging) == ["-"] {
        let (files, found) = piped(judging, env)?;
        let found = [found];
        let policy = policy(judging, config, &found)?;
        return Ok((check(&files, &found, &options, &policy, heed(judging, env)), policy));
    }
    let found = found(judging, config, env)?;
    let policy = policy(judging, config, &found)?;
    let run = check(&Disk::new(&env.directory), &found, &options, &policy, heed(judging, env));
    something(&run.report, judging)?;
    Ok((run, policy))
}

/// Refuses a run that judged nothing, unless that is accepted.
pub fn something(report: &Report, judging: &Judging) -> Result<(), Failure> {
    let nothing = report.checked.is_empty() && report.problems.is_empty();
    if nothing && !judging.allow_empty && !judging.force_exclude {
        return Err(Failure("there is nothing to judge here; `--allow-empty` accepts that".to_owned()));
    }
    Ok(())
}

/// The rules for the files that were found.
pub fn policy(judging: &Judging, config: &Config, found: &[Found]) -> Result<Policy, Failure> {
    let dockerfile = |found: &Found| found.guess == Some(Guess::Dockerfile);
    let mut selection = config.selection.clone();
    if judging.target.is_none() && found.iter().all(dockerfile) {
        selection.targets = vec![Target::Dockerfile];
    } else if judging.target.is_none() && !found.iter().any(dockerfile) {
        selection.targets = vec![Target::Compose, Target::Stack];
    }
    load(&selection).map_err(Failure)
}

/// The files and directories that the arguments name.
pub fn named(judging: &Judging) -> Vec<String> {
    judging.files.iter().chain(&judging.paths).cloned().collect()
}

/// How files are read.
pub fn options(judging: &Judging, config: &Config) -> facts::Options {
    let mut projects = config.projects.clone();
    if !judging.files.is_empty() {
        projects.insert(0, judging.files.iter().map(|file| clean_path(file)).collect());
    }
    facts::Options {
        target: judging.target.map(Into::into),
        projects,
        keep_models: false,
        no_env: judging.no_env,
        allow_outside: judging.allow_outside,
    }
}

/// Whether comments count, and on which day.
pub fn heed(judging: &Judging, env: &Env<'_>) -> Heed {
    if judging.no_ignores { Heed::Never } else { Heed::On(judging.today.unwrap_or(env.today)) }
}

/// The files to judge.
pub fn found(judging: &Judging, config: &Config, env: &Env<'_>) -> Result<Vec<Found>, Failure> {
    let named = named(judging);
    let paths = if named.is_empty() { vec![".".to_owned()] } else { named };
    let mut found =
        discover(&env.directory, &paths, &config.exclude, judging.force_exclude, judging.allow_outside)
            .map_err(Failure)?;
    for it in &mut found {
        if config.stacks.iter().any(|pattern| crate::source::glob(pattern, &it.path)) {
            it.guess = Some(Guess::Stack);
        }
    }
    Ok(found)
}

/// Standard input, in the place of the file that it stands for.
pub fn piped(judging: &Judging, env: &mut Env<'_>) -> Result<(Piped, Found), Failure> {
    let mut bytes = Vec::new();
    env.stdin.take(crate::source::FILE_BYTES + 1).read_to_end(&mut bytes)?;
    let name = judging.stdin_filename.clone().unwrap_or_else(|| "stdin".to_owned());
    let found = Found { guess: crate::source::guess(&name), path: name.clone(), named: true };
    Ok((Piped { disk: Disk::new(&env.directory), name, bytes }, found))
}

/// The file system, with standard input in place of one file.
pub struct Piped {
    disk: Disk,
    name: String,
    bytes: Vec<u8>,
}

impl Files for Piped {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if path == self.name { Ok(self.bytes.clone()) } else { self.disk.read(path) }
    }

    fn is_file(&self, path: &str) -> bool {
        path == self.name || self.disk.is_file(path)
    }

    fn exists(&self, path: &str) -> bool {
        path == self.name || self.disk.exists(path)
    }

    fn is_inside(&self, path: &str) -> bool {
        path == self.name || self.disk.is_inside(path)
    }
}

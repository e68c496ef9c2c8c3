//! `plimsoll.yaml`.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::engine::{Date, Heed, Report, Run, check};
use crate::facts::{self, Target};
use crate::policy::{Catalogue, Mistake, PROFILES, Policy, Reader, Selection, Severity, load};
use crate::source::{Disk, Files, Found, Guess, ReadError, check_pattern, clean_path, discover};
use crate::syntax::Data;

use super::args::{FailOn, Judging};
use super::document::Document;
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

/// What a configuration may be called.
pub const NAMES: [&str; 2] = ["plimsoll.yaml", ".plimsoll.yaml"];

/// The keys of a configuration.
pub const KEYS: &[&str] = &[
    "profile", "select", "also", "ignore", "severity", "options", "exclude", "fail-on", "stacks", "projects",
    "rules",
];

/// Reads the configuration that holds here: the one named, or the nearest upwards.
pub fn read(judging: &Judging, env: &Env<'_>) -> Result<Config, Failure> {
    let found = match &judging.config {
        Some(named) => Some(env.directory.join(named)),
        None => env.directory.ancestors().find_map(beside),
    };
    let given: Vec<PathBuf> = judging.rules.iter().map(|path| env.directory.join(path)).collect();
    let mut config = if let Some(path) = found.filter(|_| !judging.no_config) {
        parse(&path, &given, judging, env)?
    } else {
        let mut config = Config::default();
        config.selection.own = own(&given, None, env)?;
        config
    };
    if let Some(profile) = &judging.profile {
        config.selection.profile.clone_from(profile);
    }
    if !judging.select.is_empty() {
        config.selection.select.clone_from(&judging.select);
    }
    config.selection.also.extend(judging.also.iter().cloned());
    config.selection.ignore.extend(judging.ignore.iter().cloned());
    config.exclude.extend(judging.exclude.iter().cloned());
    Ok(config)
}

fn own(paths: &[PathBuf], within: Option<&Disk>, env: &Env<'_>) -> Result<Vec<Data>, Failure> {
    Ok(own::read(paths, within, env)?.into_iter().map(|rule| rule.data).collect())
}

/// What a configuration of a stranger may not name.
pub const OUTSIDE: &str = "lies outside of the project; `--allow-outside` lets it be read";

/// The repository that a folder is in, or else the folder.
fn repository(folder: &Path) -> &Path {
    folder.ancestors().find(|it| it.join(".git").exists()).unwrap_or(folder)
}

/// The configuration that lies in a folder.
pub fn beside(folder: &Path) -> Option<PathBuf> {
    NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// The configuration of a file; `given` are rules that the command line adds to its own.
fn parse(path: &Path, given: &[PathBuf], judging: &Judging, env: &Env<'_>) -> Result<Config, Failure> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let project = Disk { directory: folder.to_owned(), root: repository(folder).to_owned() };
    let within = Some(&project).filter(|_| !judging.allow_outside);
    if judging.config.is_none() && within.is_some_and(|it| !it.is_inside(&path.to_string_lossy())) {
        return Err(Failure(format!("{}: this {OUTSIDE}", path.display())));
    }
    let mut document = Document::read(path, env)?;
    if document.data == Data::Null {
        // An empty file says as much as an empty mapping.
        document.data = Data::Map(Vec::new());
    }
    let data = document.data.borrowed();
    let at = Reader::new(&data);
    let mut config = settings(&at).map_err(|mistake| document.explain(&mistake))?;
    let rules: Vec<PathBuf> = config.rules.iter().map(|rules| folder.join(rules)).collect();
    config.selection.own = own(&rules, within, env)?;
    config.selection.own.extend(own(given, None, env)?);
    names(&at, &config.selection.own).map_err(|mistake| document.explain(&mistake))?;
    let today = judging.today.unwrap_or(env.today);
    config.selection.ignore = ignored(&at, today).map_err(|mistake| document.explain(&mistake))?;
    config.projects = projects(&at, folder, judging, env).map_err(|mistake| document.explain(&mistake))?;
    Ok(config)
}

/// What can be read without looking at anything else.
fn settings(at: &Reader<'_>) -> Result<Config, Mistake> {
    at.only(KEYS)?;
    let mut config = Config::default();
    let texts = |key: &str| at.get(key).map_or(Ok(Vec::new()), |list| list.texts());
    if let Some(profile) = at.get("profile") {
        let names = PROFILES.map(|(name, _)| (name, name));
        profile.word(&names)?.clone_into(&mut config.selection.profile);
    }
    config.selection.select = texts("select")?;
    config.selection.also = texts("also")?;
    config.stacks = texts("stacks")?;
    config.rules = texts("rules")?.into_iter().map(PathBuf::from).collect();
    for pattern in at.get("exclude").into_iter().flat_map(Reader::items) {
        let text = pattern.text()?;
        check_pattern(&text).or_else(|wrong| pattern.mistake(wrong))?;
        config.exclude.push(text.into_owned());
    }
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

/// Refuses rules and options that there are not.
fn names(at: &Reader<'_>, own: &[Data]) -> Result<(), Mistake> {
    let catalogue = Catalogue::of(own);
    for list in ["select", "also", "ignore"].into_iter().filter_map(|key| at.get(key)) {
        for entry in list.items() {
            let text = entry.text()?;
            let (rule, _) = until(&text);
            catalogue.rule(rule).or_else(|wrong| entry.mistake(wrong))?;
        }
    }
    for key in ["severity", "options"] {
        let Some(by_rule) = at.get(key) else { continue };
        for (rule, value) in by_rule.entries()? {
            catalogue.rule(rule).or_else(|wrong| value.mistake(wrong))?;
            for (option, value) in value.entries().into_iter().filter(|_| key == "options").flatten() {
                catalogue.option(rule, option).or_else(|wrong| value.mistake(wrong))?;
            }
        }
    }
    Ok(())
}

/// The rules of `ignore:` that are still ignored: `a-rule until 2026-12-31` ends with its day.
fn ignored(at: &Reader<'_>, today: Date) -> Result<Vec<String>, Mistake> {
    let mut rules = Vec::new();
    for entry in at.get("ignore").into_iter().flat_map(Reader::items) {
        let text = entry.text()?;
        let (rule, day) = until(&text);
        let last = match day.map(|day| Date::parse(day).ok_or(day)).transpose() {
            Ok(last) => last,
            Err(day) => {
                return entry.mistake(format!("`{day}` is no day: write `{rule} until 2026-12-31`"));
            }
        };
        if last.is_none_or(|last| today <= last) {
            rules.push(rule.to_owned());
        }
    }
    Ok(rules)
}

/// The rule that an entry of `ignore:` names, and its last day as it is written.
fn until(entry: &str) -> (&str, Option<&str>) {
    match entry.split_once(" until ") {
        Some((rule, day)) => (rule.trim(), Some(day.trim())),
        None => (entry.trim(), None),
    }
}

/// The files of `projects:`, seen from the working directory.
fn projects(
    at: &Reader<'_>,
    folder: &Path,
    judging: &Judging,
    env: &Env<'_>,
) -> Result<Vec<Vec<String>>, Mistake> {
    let disk = Disk::new(&env.directory);
    let seen = folder.strip_prefix(&env.directory).unwrap_or(folder).to_string_lossy().into_owned();
    let mut all = Vec::new();
    let Some(projects) = at.get("projects") else { return Ok(all) };
    for (_, files) in projects.entries()? {
        let mut project = Vec::new();
        for entry in files.items() {
            let written = entry.text()?;
            let file =
                clean_path(&if seen.is_empty() { written.into_owned() } else { format!("{seen}/{written}") });
            let piped = judging.stdin_filename.as_ref().is_some_and(|name| clean_path(name) == file);
            if !piped && !env.directory.join(&file).is_file() {
                return entry.mistake(format!("`projects` names `{file}`, which is not there"));
            }
            if !judging.allow_outside && !disk.is_inside(&file) {
                return entry.mistake(format!("`{file}` {OUTSIDE}"));
            }
            project.push(file);
        }
        all.push(project);
    }
    Ok(all)
}

/// Judges what the arguments name.
pub fn judge(judging: &Judging, config: &Config, env: &mut Env<'_>) -> Result<(Run, Policy), Failure> {
    let options = options(judging, config);
    if named(judging)? == ["-"] {
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
pub fn named(judging: &Judging) -> Result<Vec<String>, Failure> {
    let named: Vec<String> = judging.files.iter().chain(&judging.paths).cloned().collect();
    let piped = named.iter().any(|name| name == "-");
    if piped && named.len() > 1 {
        return Err(Failure("`-` is standard input, and is judged alone".to_owned()));
    }
    if judging.stdin_filename.is_some() && !piped {
        return Err(Failure("`--stdin-filename` needs `-`, which is standard input".to_owned()));
    }
    Ok(named)
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
    let named = named(judging)?;
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

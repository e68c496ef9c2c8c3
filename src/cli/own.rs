//! Rule files of the user's own: read, located, tested.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::fix::{Outcome, examples};
use crate::policy::{Mistake, Reader, Rule, Values, lists};
use crate::source::{Disk, FileId, Files, Source, decode};
use crate::syntax::{Data, yaml};

use super::args::Test;
use super::check::print;
use super::config::locate;
use super::{Env, Failure};

/// A rule file with what is needed to point into it.
pub struct OwnRule {
    source: Source,
    tree: yaml::Tree,
    /// What it says.
    pub data: Data,
}

impl OwnRule {
    fn read(path: &Path, env: &Env<'_>) -> Result<Self, Failure> {
        let shown = path.strip_prefix(&env.directory).unwrap_or(path).to_string_lossy().into_owned();
        let text = Disk::new(&env.directory)
            .read(&path.to_string_lossy())
            .and_then(|bytes| decode(bytes, false))
            .map_err(|error| Failure(format!("{shown}: {}", error.message)))?;
        let source = Source::new(FileId(0), &shown, &text);
        let tree = yaml::parse(&source, yaml::Limits::default());
        if let Some(problem) = tree.problems.first() {
            let at = source.position(problem.span.start);
            return Err(Failure(format!("{shown}:{}:{}: {}", at.line, at.column, problem.message)));
        }
        let data = tree.root().and_then(|root| tree.to_data(root, &mut 100_000));
        let data = data.ok_or_else(|| Failure(format!("{shown}: this is no rule file")))?;
        Ok(Self { source, tree, data })
    }

    /// A mistake in it, in words with its place.
    fn explain(&self, mistake: &Mistake) -> String {
        let root = self.tree.root().unwrap_or_default();
        let at = self.source.position(locate(&self.tree, root, &mistake.path));
        format!("{}:{}:{}: {}", self.source.path, at.line, at.column, mistake.message)
    }

    /// Checks it as strictly as a test does.
    fn check(&self, lists: &Values) -> Result<(), Failure> {
        let read = Rule::read(&Reader::new(&self.data), lists.clone());
        read.map(|_| ()).map_err(|mistake| Failure(self.explain(&mistake)))
    }
}

/// The rules of files and folders, checked.
pub fn read(paths: &[PathBuf], env: &Env<'_>) -> Result<Vec<OwnRule>, Failure> {
    let mut lists = lists();
    lists.set_strict();
    let mut rules = Vec::new();
    for path in paths {
        for file in files(path, 0)? {
            let rule = OwnRule::read(&file, env)?;
            rule.check(&lists)?;
            rules.push(rule);
        }
    }
    Ok(rules)
}

/// The rule files below a path, sorted; files without an `id:` are something else.
fn files(path: &Path, depth: u32) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut all = Vec::new();
    let entries = std::fs::read_dir(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && depth < 8 {
            all.extend(files(&path, depth + 1)?);
        } else if is_rule(&path) {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

fn is_rule(path: &Path) -> bool {
    let yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    yaml && std::fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.starts_with("id:")))
}

/// `plimsoll test`: runs the examples of rule files.
pub fn test(args: &Test, env: &mut Env<'_>) -> Result<u8, Failure> {
    let paths: Vec<PathBuf> = args.paths.iter().map(|path| env.directory.join(path)).collect();
    let rules = read(&paths, env)?;
    if rules.is_empty() {
        return Err(Failure("there is no rule here to test".to_owned()));
    }
    let mut lists = lists();
    lists.set_strict();
    let (mut validated, mut failed) = (0, 0);
    let mut out = String::new();
    for rule in &rules {
        let reader = Reader::new(&rule.data);
        for example in examples(&reader).map_err(|error| Failure(format!("{}: {error}", rule.source.path)))? {
            let outcome = example.run(&reader, &lists);
            if outcome == Outcome::Validated {
                validated += 1;
                continue;
            }
            failed += 1;
            let text = example.files.first().map_or("", |(_, text)| text);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{} on {}: {outcome}", rule.source.path, example.target.name());
            let _ =
                writeln!(out, "{}\n", text.lines().map(|line| format!("    {line}\n")).collect::<String>());
        }
    }
    let _ = writeln!(out, "{} rules, {validated} examples validated, {failed} failed", rules.len());
    print(env, out.as_bytes())?;
    Ok(u8::from(failed > 0))
}

//! Running the examples of a rule: they are its tests.

use crate::engine::{Date, Finding, Heed, Run, check};
use crate::facts::{Options, Target};
use crate::policy::{Policy, Reader, Rule, Values};
use crate::source::{Found, Memory, Span, apply, guess};
use crate::syntax::Data;
use std::borrow::Cow;

use super::edits::edits;

/// An example, ready to run.
#[derive(Clone, Debug)]
pub struct Example {
    /// Files by path, marks removed.
    pub files: Vec<(String, String)>,
    /// Where the rule should point: path and bytes.
    pub primary: Vec<(String, std::ops::Range<usize>)>,
    /// Where related places should be.
    pub related: Vec<(String, std::ops::Range<usize>)>,
    /// Whether something should be found.
    pub finds: bool,
    /// The text after the fix.
    pub fixed: Option<String>,
    /// The target to run it on.
    pub target: Target,
    /// Options of the rule.
    pub options: Vec<(String, Vec<String>)>,
}

/// What came of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As expected.
    Validated,
    /// Something should have been found.
    Missing(String),
    /// Something was found that should not have been.
    Noisy(String),
    /// It points somewhere else.
    Misplaced(String),
    /// The rewrite differs.
    WrongFix(String),
    /// The example itself is wrong.
    Broken(String),
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, why) = match self {
            Self::Validated => return f.write_str("validated"),
            Self::Missing(why) => ("missing", why),
            Self::Noisy(why) => ("noisy", why),
            Self::Misplaced(why) => ("misplaced", why),
            Self::WrongFix(why) => ("wrong fix", why),
            Self::Broken(why) => ("broken example", why),
        };
        write!(f, "{name}: {why}")
    }
}

/// The examples of a rule file.
pub fn examples(rule: &Reader<'_>) -> Result<Vec<Example>, String> {
    let targets = rule.get("targets").and_then(|list| list.texts().ok()).unwrap_or_default();
    let dockerfile = |name: &String| name == Target::Dockerfile.name();
    let both = targets.iter().any(dockerfile) && !targets.iter().all(dockerfile);
    let mut all = Vec::new();
    for example in rule.get("examples").into_iter().flat_map(Reader::items) {
        const KEYS: [&str; 5] = ["finds", "silent", "fixed", "target", "options"];
        let mut keys = example.entries().into_iter().flatten();
        if let Some((key, _)) = keys.find(|(key, _)| !KEYS.contains(key)) {
            return Err(format!("an example has no `{key}`"));
        }
        let (key, finds) = if example.get("finds").is_some() { ("finds", true) } else { ("silent", false) };
        let Some(body) = example.get(key) else {
            return Err("an example has neither `finds` nor `silent`".to_owned());
        };
        let named = example.get("target").and_then(|text| text.text().ok());
        let options: Vec<(String, Vec<String>)> = example
            .get("options")
            .and_then(|options| options.entries().ok())
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.to_owned(), value.texts().ok()?)))
            .collect();
        let fixed = example.get("fixed").and_then(|text| text.text().ok()).map(Cow::into_owned);
        let before = all.len();
        for target in
            Target::ALL.into_iter().filter(|target| targets.iter().any(|name| name == target.name()))
        {
            if named.as_ref().is_some_and(|named| named != target.name()) {
                continue;
            }
            let files = files(body.data(), target, both)?;
            if files.is_empty() {
                continue;
            }
            let mut it = Example {
                files: Vec::new(),
                primary: Vec::new(),
                related: Vec::new(),
                finds,
                fixed: fixed.clone(),
                target,
                options: options.clone(),
            };
            for (path, marked) in files {
                let text = unmark(&path, &marked, &mut it)?;
                it.files.push((path, text));
            }
            all.push(it);
        }
        if all.len() == before {
            return Err("an example fits none of the rule's targets".to_owned());
        }
    }
    Ok(all)
}

/// The files of an example on a target; none when the example is for another one. Only of a rule for Dockerfiles and for
/// YAML it must be told which of them a text is.
fn files(body: &Data<&str>, target: Target, both: bool) -> Result<Vec<(String, String)>, String> {
    match body {
        Data::Text(text) => {
            let name = match target {
                Target::Dockerfile => "Dockerfile",
                Target::Compose => "compose.yaml",
                Target::Stack => "stack.yaml",
            };
            let fits = !both || is_yaml(text) == (target != Target::Dockerfile);
            Ok(if fits { vec![(name.to_owned(), (*text).to_owned())] } else { Vec::new() })
        }
        Data::Map(entries) => {
            let files = entries.iter().find(|(key, _)| *key == "files");
            let Some((_, Data::Map(files))) = files else {
                return Err("an example is a text, or has `files`".to_owned());
            };
            let one = |(path, text): &(&str, Data<&str>)| match text {
                Data::Text(text) => Ok(((*path).to_owned(), (*text).to_owned())),
                _ => Err(format!("`{path}` of an example is no text")),
            };
            files.iter().map(one).collect()
        }
        _ => Err("an example is a text, or has `files`".to_owned()),
    }
}

/// Whether a text is a Compose file or a stack rather than a Dockerfile.
fn is_yaml(text: &str) -> bool {
    let keys = ["services:", "networks:", "volumes:", "secrets:", "configs:", "version:", "name:", "x-"];
    let begins = |line: &str| keys.iter().any(|key| line.trim_start_matches(['«', '‹']).starts_with(key));
    text.lines().any(begins)
}

/// Removes the marks and notes where they were.
fn unmark(path: &str, marked: &str, example: &mut Example) -> Result<String, String> {
    let mut text = String::new();
    let (mut primary, mut related) = (None, None);
    for c in marked.chars() {
        match c {
            '«' => primary = Some(text.len()),
            '‹' => related = Some(text.len()),
            '»' => {
                let start = primary.take().ok_or("a closing mark without an opening one")?;
                example.primary.push((path.to_owned(), start..text.len()));
            }
            '›' => {
                let start = related.take().ok_or("a closing mark without an opening one")?;
                example.related.push((path.to_owned(), start..text.len()));
            }
            _ => text.push(c),
        }
    }
    if primary.or(related).is_some() { Err("a mark is not closed".to_owned()) } else { Ok(text) }
}

/// It is always 2026-01-01 in examples, so that their days lapse or do not.
const TODAY: u64 = 1_767_225_600;

impl Example {
    /// Runs the example against its rule alone.
    pub fn run(&self, rule: &Reader<'_>, lists: &Values) -> Outcome {
        let mut values = lists.clone();
        for (name, list) in &self.options {
            values.set(name, list.clone());
        }
        let rule = match Rule::read(rule, values) {
            Ok(rule) => rule,
            Err(mistake) => return Outcome::Broken(mistake.message),
        };
        let policy = Policy::new(vec![rule]);
        let run = self.check(&self.files, &policy);
        if let Some(problem) = run.report.problems.first() {
            return Outcome::Broken(problem.message.clone());
        }
        let active: Vec<&Finding> = run.report.active().collect();
        if !self.finds {
            return match active.first() {
                Some(finding) => Outcome::Noisy(finding.message.clone()),
                None => Outcome::Validated,
            };
        }
        if active.is_empty() {
            let why = run
                .report
                .undecided
                .first()
                .map_or_else(String::new, |it| format!("; {}: {}", it.field, it.reason));
            return Outcome::Missing(format!("nothing was found{why}"));
        }
        let place = |span: Span| (run.report.path(span.file).to_owned(), span.range());
        let mut found: Vec<_> = active.iter().map(|finding| place(finding.primary.span)).collect();
        let related: Vec<_> =
            active.iter().flat_map(|finding| &finding.related).map(|label| place(label.span)).collect();
        let mut wanted = self.primary.clone();
        let folds = active.iter().any(|finding| finding.fold.is_some());
        if folds {
            // The members of a fold are one block; all but the first are marked as related.
            wanted.extend(self.related.iter().cloned());
        }
        found.sort_by_key(|(path, range)| (path.clone(), range.start));
        wanted.sort_by_key(|(path, range)| (path.clone(), range.start));
        if found.len() > wanted.len() {
            return Outcome::Noisy(format!("{} findings where {} are marked", found.len(), wanted.len()));
        }
        if found.len() < wanted.len() {
            return Outcome::Missing(format!("{} findings where {} are marked", found.len(), wanted.len()));
        }
        if found != wanted {
            return Outcome::Misplaced(format!(
                "underlined {}, not {}",
                self.show(&found),
                self.show(&wanted)
            ));
        }
        if let Some(missing) = self.related.iter().find(|it| !folds && !related.contains(it)) {
            return Outcome::Misplaced(format!(
                "no related label at {}",
                self.show(std::slice::from_ref(missing))
            ));
        }
        self.check_fix(&run)
    }

    fn check_fix(&self, run: &Run) -> Outcome {
        let Some(fixed) = &self.fixed else { return Outcome::Validated };
        let mut all = Vec::new();
        for finding in run.report.active() {
            let Some(repair) = &finding.repair else {
                return Outcome::WrongFix("there is no fix".to_owned());
            };
            match edits(repair, &run.report.sources, &run.documents) {
                Ok(edits) => all.extend(edits),
                Err(reason) => return Outcome::WrongFix(reason),
            }
        }
        all.dedup();
        let Some(source) = run.report.sources.first() else { return Outcome::Validated };
        match apply(&source.text, &all) {
            Some(text) if text == *fixed => Outcome::Validated,
            Some(text) => Outcome::WrongFix(format!("the rewrite is\n{text}")),
            None => Outcome::WrongFix("the edits touch each other".to_owned()),
        }
    }

    fn check(&self, files: &[(String, String)], policy: &Policy) -> Run {
        let memory = files.iter().fold(Memory::default(), |memory, (path, text)| memory.with(path, text));
        // What is no Docker file by its name only stands around those that are.
        let found: Vec<Found> = files
            .iter()
            .filter(|(path, _)| files.len() == 1 || guess(path).is_some())
            .map(|(path, _)| Found { path: path.clone(), guess: guess(path), named: true })
            // What is no Docker file by its name lies beside: an env_file, a .gitignore.
            .filter(|found| found.guess.is_some())
            .collect();
        let target = if files.len() == 1 { Some(self.target) } else { None };
        check(
            &memory,
            &found,
            &Options { target, ..Options::default() },
            policy,
            Heed::On(Date::of_unix(TODAY)),
        )
    }

    fn show(&self, places: &[(String, std::ops::Range<usize>)]) -> String {
        let text = |(path, range): &(String, std::ops::Range<usize>)| {
            let file = self.files.iter().find(|(name, _)| name == path);
            format!("`{}`", file.and_then(|(_, text)| text.get(range.clone())).unwrap_or("?"))
        };
        places.iter().map(text).collect::<Vec<_>>().join(" and ")
    }
}

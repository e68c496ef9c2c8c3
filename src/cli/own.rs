//! Rule files of the user's own: read, located, tested.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::fix::{Outcome, examples};
use crate::policy::{Reader, Rule, lists};
use crate::source::{Disk, Files};
use crate::syntax::Data;

use super::args::Test;
use super::check::print;
use super::config::OUTSIDE;
use super::document::Document;
use super::{Env, Failure};

/// The rules of files and folders, checked; none from outside of a project, where one is given.
pub fn read(paths: &[PathBuf], within: Option<&Disk>, env: &Env<'_>) -> Result<Vec<Document>, Failure> {
    let mut lists = lists();
    lists.set_strict();
    let mut rules = Vec::new();
    let inside = |path: &Path| match within {
        Some(project) if !project.is_inside(&path.to_string_lossy()) => {
            Err(Failure(format!("{}: this {OUTSIDE}", path.display())))
        }
        _ => Ok(()),
    };
    for path in paths {
        inside(path)?;
        for file in files(path, 0)? {
            inside(&file)?;
            let rule = Document::read(&file, env)?;
            if rule.data == Data::Null {
                return Err(Failure(format!("{}: this is no rule file", rule.source.path)));
            }
            // As strictly as a test does.
            Rule::read(&Reader::new(&rule.data.borrowed()), lists.clone())
                .map_err(|mistake| rule.explain(&mistake))?;
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
    let rules = read(&paths, None, env)?;
    if rules.is_empty() {
        return Err(Failure("there is no rule here to test".to_owned()));
    }
    let mut lists = lists();
    lists.set_strict();
    let (mut validated, mut failed) = (0, 0);
    let mut out = String::new();
    for rule in &rules {
        let data = rule.data.borrowed();
        let reader = Reader::new(&data);
        let examples =
            examples(&reader).map_err(|error| Failure(format!("{}: {error}", rule.source.path)))?;
        if examples.is_empty() {
            failed += 1;
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{}: there is no example, so nothing is tested\n", rule.source.path);
        }
        for example in examples {
            let outcome = example.run(&reader, &lists);
            if outcome == Outcome::Validated {
                validated += 1;
                continue;
            }
            failed += 1;
            let text = example.files.first().map_or("", |(_, text)| text);
            let _ = writeln!(out, "{} on {}: {outcome}", rule.source.path, example.target.name());
            let _ =
                writeln!(out, "{}\n", text.lines().map(|line| format!("    {line}\n")).collect::<String>());
        }
    }
    let rules = if rules.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", rules.len()) };
    let _ = writeln!(out, "{rules}, {validated} examples validated, {failed} failed");
    print(env, out.as_bytes())?;
    Ok(u8::from(failed > 0))
}

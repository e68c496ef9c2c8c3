//! `plimsoll explain` and `plimsoll rules`.

use std::fmt::Write as _;

use crate::policy::{Rule, Safety, all, texts};
use crate::source::{FileId, Source, nearest};
use crate::syntax::{Data, yaml};

use super::args::{Explain, Rules};
use super::check::print;
use super::{Env, Failure};

/// Tells about every rule that a name stands for.
pub fn run(args: &Explain, env: &mut Env<'_>) -> Result<u8, Failure> {
    let rules = all().map_err(Failure)?;
    let wanted: Vec<&Rule> = rules.iter().filter(|rule| rule.about.is_called(&args.rule)).collect();
    if wanted.is_empty() {
        let ids = rules.iter().map(|rule| rule.about.id.as_str());
        let hint = nearest(&args.rule, ids).map_or_else(
            || "; `plimsoll rules` lists them".to_owned(),
            |near| format!("; did you mean `{near}`?"),
        );
        return Err(Failure(format!("there is no rule `{}`{hint}", args.rule)));
    }
    let texts = texts();
    let mut out = String::new();
    for rule in wanted {
        page(rule, &texts, &mut out);
    }
    print(env, out.as_bytes())?;
    Ok(0)
}

fn page(rule: &Rule, texts: &[(String, String)], out: &mut String) {
    let about = &rule.about;
    let targets: Vec<&str> = about.targets.iter().map(|target| target.name()).collect();
    let profiles = if about.profiles.is_empty() { "strict".to_owned() } else { about.profiles.join(", ") };
    let document = texts
        .iter()
        .find(|(path, _)| path.ends_with(&format!("/{}.yaml", about.id)))
        .map(|(path, text)| Source::new(FileId(0), path, text))
        .and_then(|source| {
            let tree = yaml::parse(&source, yaml::Limits::default());
            tree.to_data(tree.root()?, &mut 100_000)
        });
    let text = |key: &str| match &document {
        Some(Data::Map(entries)) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
        _ => None,
    };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}  {}\n{}\n", about.id, about.severity.name(), about.title);
    if let Some(Data::Text(why)) = text("why") {
        let _ = writeln!(out, "{}", why.trim_end());
    }
    let _ = writeln!(out, "\napplies to  {}\nprofiles    {profiles}", targets.join(", "));
    if !about.aliases.is_empty() {
        let _ = writeln!(out, "also known  {}", about.aliases.join(", "));
    }
    let fix = match rule.best_fix() {
        Some(Safety::Safe) => "yes, safely",
        Some(Safety::Unsafe) => "yes, with a caveat",
        Some(Safety::Manual) | None => "by hand",
    };
    let _ = writeln!(out, "fix         {fix}");
    if let Some(Data::List(examples)) = text("examples") {
        for example in examples {
            let Data::Map(entries) = example else { continue };
            for (key, value) in entries {
                let heading = match key.as_str() {
                    "finds" => "finds",
                    "silent" => "is silent on",
                    "fixed" => "rewrites it to",
                    _ => continue,
                };
                let _ = writeln!(out, "\n{heading}:");
                show(value, out);
            }
        }
    }
    let _ = writeln!(out);
}

fn show(value: &Data, out: &mut String) {
    let mut text = |text: &str| {
        for line in text.lines() {
            let _ = writeln!(out, "    {}", line.replace(['«', '»', '‹', '›'], ""));
        }
    };
    match value {
        Data::Text(example) => text(example),
        Data::Map(entries) => {
            for (_, files) in entries {
                let Data::Map(files) = files else { continue };
                for (path, content) in files {
                    if let Data::Text(content) = content {
                        text(&format!("# {path}\n{content}"));
                    }
                }
            }
        }
        _ => {}
    }
}

/// Lists the rules.
pub fn rules(args: &Rules, env: &mut Env<'_>) -> Result<u8, Failure> {
    let rules = all().map_err(Failure)?;
    let mut out = String::new();
    if args.json {
        let list: Vec<_> = rules
            .iter()
            .map(|rule| {
                serde_json::json!({
                    "id": rule.about.id, "title": rule.about.title, "severity": rule.about.severity.name(),
                    "targets": rule.about.targets.iter().map(|target| target.name()).collect::<Vec<_>>(),
                    "profiles": rule.about.profiles, "aliases": rule.about.aliases,
                    "fix": rule.best_fix().map(Safety::name),
                })
            })
            .collect();
        out = serde_json::to_string_pretty(&list).map_err(|error| Failure(error.to_string()))?;
        out.push('\n');
    } else {
        let width = rules.iter().map(|rule| rule.about.id.len()).max().unwrap_or(0);
        for rule in &rules {
            let targets: Vec<&str> = rule.about.targets.iter().map(|target| target.name()).collect();
            let _ = writeln!(
                out,
                "{:width$}  {:8}  {:25}  {}",
                rule.about.id,
                rule.about.severity.name(),
                targets.join(","),
                rule.about.title
            );
        }
    }
    print(env, out.as_bytes())?;
    Ok(0)
}

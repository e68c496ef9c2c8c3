//! `plimsoll explain` and `plimsoll rules`.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::policy::{Reader, Rule, Safety, all, choices, gradings, is_shellcheck, lists, remedies, written};
use crate::source::{PROBLEMS, ProblemKind, nearest};
use crate::syntax::Data;

use super::args::{Explain, Judging, Rules};
use super::check::print;
use super::{Env, Failure, config};

const SHELLCHECK: &str = "\
shellcheck-finding  medium to info
ShellCheck has a remark on this script

`--shellcheck` runs an installed ShellCheck over the RUN scripts that a POSIX shell runs. Each remark goes by its code
(`SC2086`), in comments, `ignore`, `select` and `severity`; its severity is medium for an error, low for a warning, info
for the rest.
";

/// Tells about every rule and every kind of problem that a name stands for.
pub fn run(args: &Explain, env: &mut Env<'_>) -> Result<u8, Failure> {
    let name = args.rule.trim();
    let rules = all().map_err(Failure)?;
    let wanted: Vec<&Rule> = rules.iter().filter(|rule| rule.about.is_called(name)).collect();
    let own = if wanted.is_empty() || !args.rules.is_empty() { own(&args.rules, env)? } else { Vec::new() };
    let own: Vec<_> = own.iter().filter(|(rule, _)| rule.about.is_called(name)).collect();
    let problems: Vec<_> = PROBLEMS.iter().filter(|kind| is_called(kind, name)).collect();
    if is_shellcheck(name) {
        print(env, SHELLCHECK.as_bytes())?;
        return Ok(0);
    }
    if wanted.is_empty() && own.is_empty() && problems.is_empty() {
        let ids = rules.iter().map(|rule| rule.about.id.as_str()).chain(PROBLEMS.iter().map(|kind| kind.id));
        let hint = match (nearest(name, ids.clone()), alike(name, ids)) {
            (Some(near), _) => format!("; did you mean `{near}`?"),
            (None, alike) if !alike.is_empty() => format!("; there are {alike}"),
            _ => "; `plimsoll rules` lists them".to_owned(),
        };
        return Err(Failure(format!("there is no rule `{name}`{hint}")));
    }
    let mut out = String::new();
    for rule in wanted {
        let file = written(&rule.about.id).unwrap_or(Data::Null);
        page(rule, &Reader::new(&file.borrowed()), &mut out)?;
    }
    for (rule, file) in own {
        page(rule, &Reader::new(&file.borrowed()), &mut out)?;
    }
    for kind in problems {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}  problem\n{}\n\n{}\n", kind.id, kind.title, kind.why);
        let _ = writeln!(
            out,
            "What could not be judged is a problem: the exit status is 2, and no comment or option ignores it.\n"
        );
    }
    print(env, out.as_bytes())?;
    Ok(0)
}

/// The rules of the user's own, those that the configuration names among them.
fn own(given: &[PathBuf], env: &Env<'_>) -> Result<Vec<(Rule, Data)>, Failure> {
    let judging = Judging { rules: given.to_vec(), ..Judging::default() };
    let lists = lists();
    let read = |data: Data| {
        let rule = Rule::read(&Reader::new(&data.borrowed()), lists.clone());
        rule.map(|rule| (rule, data)).map_err(|mistake| Failure(mistake.message))
    };
    config::read(&judging, env)?.selection.own.into_iter().map(read).collect()
}

/// The first few ids that have a word in them.
fn alike<'i>(word: &str, ids: impl Iterator<Item = &'i str>) -> String {
    let word = word.to_ascii_lowercase();
    let has = |id: &&str| word.len() > 2 && id.contains(&word);
    let mut found: Vec<String> = ids.filter(has).map(|id| format!("`{id}`")).collect();
    if found.len() > 6 {
        found.truncate(5);
        found.push("others".to_owned());
    }
    found.join(", ")
}

/// Whether a name means a kind of problem: its id, an alias, or an alias without its tool.
fn is_called(kind: &ProblemKind, name: &str) -> bool {
    crate::policy::is_called(kind.id, kind.aliases.iter().copied(), name)
}

fn page(rule: &Rule, file: &Reader<'_>, out: &mut String) -> Result<(), Failure> {
    let about = &rule.about;
    let wrong = |mistake: crate::policy::Mistake| Failure(format!("rule {}: {}", about.id, mistake.message));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}  {}\n{}\n", about.id, rule.severities(), about.title);
    if let Some(why) = file.get("why") {
        let _ = writeln!(out, "{}\n", why.text().map_err(wrong)?.trim_end());
    }
    let targets: Vec<&str> = about.targets.iter().map(|target| target.name()).collect();
    table("applies to", &[targets.join(", ")], out);
    let profiles = match (about.profiles.as_slice(), file.get("profiles")) {
        ([], None) => "all".to_owned(),
        ([], Some(_)) => "strict".to_owned(),
        (profiles, _) => profiles.join(", "),
    };
    table("profiles", &[profiles], out);
    if !about.aliases.is_empty() {
        table("also known", &[about.aliases.join(", ")], out);
    }
    if !about.conflicts.is_empty() {
        table("opposes", &[about.conflicts.join(", ")], out);
    }
    if let Some(references) = file.get("references") {
        table("see", &references.texts().map_err(wrong)?, out);
    }
    let graded = gradings(file).map_err(wrong)?;
    let graded: Vec<String> =
        graded.iter().map(|(severity, message)| format!("{:8}  {message}", severity.name())).collect();
    table("severity", &graded, out);
    let mut options = Vec::new();
    for choice in choices(file).map_err(wrong)? {
        let default = match &choice.default {
            None => "the rule is off until it has a value".to_owned(),
            Some(values) if values.is_empty() => "empty by default".to_owned(),
            Some(values) => values.join(", "),
        };
        let doc = choice.doc.map_or_else(String::new, |doc| format!("; {doc}"));
        options.push(format!("{}: {default}{doc}", choice.name));
    }
    table("options", &options, out);
    let mut fixes = Vec::new();
    for fix in remedies(file).map_err(wrong)? {
        let who = match fix.safety.as_str() {
            "safe" => "`plimsoll fix`",
            "unsafe" => "`plimsoll harden`",
            _ => "by hand",
        };
        let caveat = fix.caveat.map_or_else(String::new, |caveat| format!(" ({caveat})"));
        fixes.push(format!("{who}: {}{caveat}", fix.title));
    }
    table("fix", &fixes, out);
    for example in file.get("examples").into_iter().flat_map(Reader::items) {
        for (key, value) in example.entries().map_err(wrong)? {
            let heading = match key {
                "finds" => "finds",
                "silent" => "is silent on",
                "fixed" => "rewrites it to",
                _ => continue,
            };
            let _ = writeln!(out, "\n{heading}:");
            show(value.data(), out);
        }
    }
    let _ = writeln!(out);
    Ok(())
}

/// Lines behind a heading; nothing where there are none.
fn table(heading: &str, lines: &[String], out: &mut String) {
    for (number, line) in lines.iter().enumerate() {
        let heading = if number == 0 { heading } else { "" };
        let _ = writeln!(out, "{heading:10}  {line}");
    }
}

fn show(value: &Data<&str>, out: &mut String) {
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

/// Lists the rules, and for reading the kinds of problems as well.
pub fn rules(args: &Rules, env: &mut Env<'_>) -> Result<u8, Failure> {
    let mut rules = all().map_err(Failure)?;
    rules.sort_by(|a, b| a.about.id.cmp(&b.about.id));
    let mut out = String::new();
    if args.json {
        let list: Vec<_> = rules
            .iter()
            .map(|rule| {
                serde_json::json!({
                    "id": rule.about.id, "title": rule.about.title, "severity": rule.about.severity.name(), "worst": rule.worst().name(),
                    "targets": rule.about.targets.iter().map(|target| target.name()).collect::<Vec<_>>(),
                    "profiles": rule.about.profiles, "aliases": rule.about.aliases,
                    "conflicts": rule.about.conflicts,
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
                "{:width$}  {:16}  {:25}  {}",
                rule.about.id,
                rule.severities(),
                targets.join(","),
                rule.about.title
            );
        }
        for kind in PROBLEMS {
            let _ = writeln!(out, "{:width$}  {:16}  {:25}  {}", kind.id, "problem", "", kind.title);
        }
    }
    print(env, out.as_bytes())?;
    Ok(0)
}

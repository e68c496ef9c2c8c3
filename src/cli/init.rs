//! `plimsoll init`: a first configuration, with what a configuration of hadolint says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

use crate::policy::{Mistake, Reader, Rule, all, choices, is_shellcheck, written};
use crate::syntax::{Data, yaml};

use super::check::print;
use super::document::Document;
use super::{Env, Failure, config};

/// What the keys of a configuration are for, each with an example.
const KEYS: [(&str, &str, &str); 11] = [
    (
        "profile",
        "Which rules are on: recommended, strict, cis-docker, owasp, style or all.",
        "profile: strict",
    ),
    (
        "select",
        "Only these rules, whatever the profile says; ids of other linters count.",
        "select: [DL3002]",
    ),
    ("also", "These rules besides those of the profile.", "also: [consecutive-run]"),
    (
        "ignore",
        "Not these rules; a day is the last one on which that holds.",
        "ignore:\n  - log-rotation-missing\n  - memory-limit-missing until 2026-12-31",
    ),
    (
        "severity",
        "Other severities: critical, high, medium, low, info.",
        "severity: { healthcheck-missing: medium }",
    ),
    (
        "options",
        "Options of rules; `plimsoll explain RULE` names them.",
        "options:\n  image-registry-not-allowed: { trusted: [docker.io, \"*.example.com\"] }",
    ),
    ("exclude", "Files that are nobody's business, as in .gitignore.", "exclude: [\"vendor/**\"]"),
    ("stacks", "Files for a Swarm, whatever they are called.", "stacks: [\"deploy/*.yml\"]"),
    (
        "projects",
        "Files that Docker is given together, in this order.",
        "projects:\n  live: [compose.yaml, compose.live.yaml]",
    ),
    (
        "rules",
        "Files and folders of rules of your own; `plimsoll test` runs their examples.",
        "rules: [policy]",
    ),
    ("fail-on", "The exit status is 1 from this severity on, or never.", "fail-on: medium"),
];

/// How hadolint's configuration may be called, in its order.
const HADOLINT: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

/// Its severities and thresholds by ours.
const LEVELS: [(&str, &str); 6] = [
    ("error", "high"),
    ("warning", "medium"),
    ("info", "low"),
    ("style", "info"),
    // Its lowest thresholds; everything fails.
    ("ignore", "info"),
    ("none", "info"),
];

/// The rule of hadolint for each form that a label can be asked to have; no label may be empty.
const FORMS: [(&str, &str); 7] = [
    ("text", "DL3051"),
    ("url", "DL3052"),
    ("rfc3339", "DL3053"),
    ("spdx", "DL3054"),
    ("hash", "DL3055"),
    ("semver", "DL3056"),
    ("email", "DL3058"),
];

/// Writes a commented configuration where there is none.
pub fn run(env: &mut Env<'_>) -> Result<u8, Failure> {
    if let Some(path) = config::beside(&env.directory) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return Err(Failure(format!("there is a `{name}` already; it stays as it is")));
    }
    let hadolint = HADOLINT.into_iter().find(|name| env.directory.join(name).is_file());
    let mut taken = Taken::default();
    if let Some(name) = hadolint {
        let document = Document::read(&env.directory.join(name), env)?;
        taken.rules = all().map_err(Failure)?;
        taken.read(&Reader::new(&document.data.borrowed())).map_err(|mistake| document.explain(&mistake))?;
    }
    let [name, _] = config::NAMES;
    let failed = |error: std::io::Error| Failure(format!("`{name}` cannot be written: {error}"));
    let mut file = std::fs::File::create_new(env.directory.join(name)).map_err(failed)?;
    file.write_all(taken.text(hadolint).as_bytes()).map_err(failed)?;
    let mut out = format!("`{name}` is written\n");
    if let Some(hadolint) = hadolint {
        let keys: Vec<&str> = taken.keys.iter().map(|(key, _)| *key).collect();
        // Writing to a string cannot fail.
        let _ = match keys.as_slice() {
            [] => writeln!(out, "nothing is taken over from `{hadolint}`"),
            keys => writeln!(out, "taken over from `{hadolint}`: {}", keys.join(", ")),
        };
        for remark in &taken.remarks {
            let _ = writeln!(out, "- {}", crate::report::line(remark));
        }
    }
    print(env, out.as_bytes())?;
    Ok(0)
}

/// What a configuration of hadolint means here.
#[derive(Default)]
struct Taken {
    rules: Vec<Rule>,
    /// Keys of ours.
    keys: Vec<(&'static str, Data)>,
    /// What is not taken over, or means something else here.
    remarks: Vec<String>,
}

impl Taken {
    fn read(&mut self, at: &Reader<'_>) -> Result<(), Mistake> {
        if *at.data() == Data::Null {
            return Ok(());
        }
        for (key, value) in at.entries()? {
            match key {
                "ignored" => self.ignored(&value)?,
                "override" => self.severities(&value)?,
                "trustedRegistries" => self.option("DL3026", &value.texts()?),
                "label-schema" => self.labels(at, &value)?,
                "failure-threshold" => {
                    match LEVELS.iter().find(|(theirs, _)| value.text().as_deref() == Ok(theirs)) {
                        Some((_, ours)) => self.fail_on(ours),
                        None => return value.mistake("hadolint knows no such threshold"),
                    }
                }
                "no-fail" if value.flag()? => self.fail_on("never"),
                "disable-ignore-pragma" if value.flag()? => {
                    self.remarks.push(format!("`{key}`: give `--no-ignores` to each run"));
                }
                "format" => self.remarks.push(format!("`{key}`: give `--format` to each run")),
                // Read with the labels, or saying what holds anyway.
                "strict-labels" | "no-fail" | "disable-ignore-pragma" | "no-color" => {}
                _ => self.remarks.push(format!("`{key}`: hadolint has no such key")),
            }
        }
        self.add_what_is_off();
        Ok(())
    }

    /// Our rules by an id of hadolint's; where there are none, a remark says so.
    fn called(&mut self, id: &str) -> Vec<String> {
        let alias = format!("hadolint:{id}");
        let found: Vec<&Rule> = self.rules.iter().filter(|rule| rule.about.is_called(&alias)).collect();
        let ids = found.iter().map(|rule| rule.about.id.clone()).collect();
        if is_shellcheck(id) {
            self.remarks.push(format!("{id}: counts where `--shellcheck` is given"));
            return vec![id.to_owned()];
        }
        if found.is_empty() {
            self.remarks.push(format!("{id}: no rule is like it"));
        }
        ids
    }

    fn ignored(&mut self, value: &Reader<'_>) -> Result<(), Mistake> {
        let mut ignored = BTreeSet::new();
        for id in value.texts()? {
            for rule in self.called(&id) {
                if self.is_for_yaml(&rule) {
                    self.remarks.push(format!("{id}: `{rule}` is ignored in Compose files and stacks, too"));
                }
                ignored.insert(rule);
            }
        }
        self.set("ignore", Data::List(ignored.into_iter().map(Data::Text).collect()));
        Ok(())
    }

    fn is_for_yaml(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| rule.about.id == id && rule.about.targets.len() > 1)
    }

    fn severities(&mut self, value: &Reader<'_>) -> Result<(), Mistake> {
        let mut severities: Vec<(String, Data)> = Vec::new();
        for (level, ids) in value.entries()? {
            let Some((_, ours)) = LEVELS.iter().find(|(theirs, _)| *theirs == level) else {
                return ids.mistake(format!("hadolint knows no severity `{level}`"));
            };
            for id in ids.texts()? {
                for rule in self.called(&id) {
                    if !severities.iter().any(|(other, _)| *other == rule) {
                        severities.push((rule, Data::Text((*ours).to_owned())));
                    }
                }
            }
        }
        self.set("severity", Data::Map(severities));
        Ok(())
    }

    /// Labels must be there, have their forms, and be the only ones if the schema is strict.
    fn labels(&mut self, at: &Reader<'_>, schema: &Reader<'_>) -> Result<(), Mistake> {
        let labels: Vec<(&str, Reader<'_>)> = schema.entries()?.collect();
        let names = |form: &str| -> Vec<String> {
            let of = |value: &Reader<'_>| value.text().as_deref() == Ok(form) || form == "text";
            labels.iter().filter(|(_, value)| of(value)).map(|(name, _)| (*name).to_owned()).collect()
        };
        for (_, form) in &labels {
            form.word(&FORMS)?;
        }
        self.option("DL3049", &names("text"));
        for (form, id) in FORMS {
            self.option(id, &names(form));
        }
        if at.get("strict-labels").is_some_and(|flag| flag.flag() == Ok(true)) {
            self.option("DL3050", &names("text"));
        }
        Ok(())
    }

    /// Sets the only option that the rule has.
    fn option(&mut self, id: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        for rule in self.called(id) {
            if let Some(name) = option_of(&rule) {
                let values = Data::List(values.iter().cloned().map(Data::Text).collect());
                let entry = (rule, Data::Map(vec![(name, values)]));
                match self.keys.iter_mut().find(|(key, _)| *key == "options") {
                    Some((_, Data::Map(options))) => options.push(entry),
                    _ => self.keys.push(("options", Data::Map(vec![entry]))),
                }
            }
        }
    }

    /// `no-fail` holds whatever the threshold is.
    fn fail_on(&mut self, level: &str) {
        let never = self.keys.iter().any(|(key, _)| *key == "fail-on") && level != "never";
        if !never {
            self.keys.retain(|(key, _)| *key != "fail-on");
            self.set("fail-on", Data::Text(level.to_owned()));
        }
    }

    fn set(&mut self, key: &'static str, value: Data) {
        let empty = match &value {
            Data::List(items) => items.is_empty(),
            Data::Map(entries) => entries.is_empty(),
            _ => false,
        };
        if !empty {
            self.keys.push((key, value));
        }
    }

    /// Rules with a severity or an option that the usual profile does not have: who says so much of a rule wants it.
    fn add_what_is_off(&mut self) {
        let chosen = self.keys.iter().filter(|(key, _)| matches!(*key, "severity" | "options"));
        let named: BTreeSet<&str> = chosen
            .filter_map(|(_, value)| match value {
                Data::Map(entries) => Some(entries.iter().map(|(rule, _)| rule.as_str())),
                _ => None,
            })
            .flatten()
            .collect();
        let is_off = |rule: &&Rule| !rule.about.profiles.iter().any(|profile| profile == "recommended");
        let off = self.rules.iter().filter(|rule| named.contains(rule.about.id.as_str())).filter(is_off);
        let off = off.map(|rule| Data::Text(rule.about.id.clone())).collect();
        self.set("also", Data::List(off));
    }

    /// The configuration: what is taken over, and an example of everything else as a comment.
    fn text(&self, hadolint: Option<&str>) -> String {
        let mut out =
            String::from("# How plimsoll judges what lies here and below. Every key may be left out.\n");
        for (key, about, example) in KEYS {
            let _ = writeln!(out, "\n# {about}");
            match self.keys.iter().find(|(taken, _)| *taken == key) {
                Some((_, value)) => {
                    let from = hadolint.unwrap_or_default();
                    let text = yaml::write(&Data::Map(vec![(key.to_owned(), value.clone())]));
                    let _ = write!(out, "# As {from} says:\n{}", text.trim_start_matches("---\n"));
                }
                None => out.extend(example.lines().map(|line| format!("#{line}\n"))),
            }
        }
        out
    }
}

/// The name of the only option of a rule.
fn option_of(id: &str) -> Option<String> {
    match choices(&Reader::new(&written(id)?.borrowed())).ok()?.as_slice() {
        [choice] => Some(choice.name.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_is_shown() {
        let shown = super::KEYS.map(|(key, _, _)| key);
        assert!(super::config::KEYS.iter().all(|key| shown.contains(key)));
        for (key, _, example) in super::KEYS {
            assert!(example.starts_with(&format!("{key}:")), "{key}");
        }
    }
}

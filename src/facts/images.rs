//! What well-known images do, from `rules/images/`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::source::{glob, is_one_edit};
use crate::syntax::Data;

use super::embedded::{self, Embedded, Later};

/// The day of our data: images whose last day was before it are past their end of life.
pub const DATA_DATE: &str = "2026-11-24";

/// What is known of an image with a certain tag. `None` is "nobody wrote it down".
#[derive(Clone, Debug, Default)]
pub struct ImageFacts {
    /// What it is for.
    pub role: Option<&'static str>,
    /// The user that Docker starts it as.
    pub starts_as: Option<String>,
    /// Whether its entrypoint becomes another user.
    pub drops_privileges: Option<bool>,
    /// A user with which it needs no capability.
    pub user_override: Option<String>,
    /// What it needs after all capabilities are dropped, restarts included.
    pub needs_capabilities: Option<Vec<String>>,
    /// Whether it runs with `no-new-privileges`.
    pub no_new_privileges: Option<bool>,
    /// Whether it runs with a read-only root.
    pub read_only: Option<bool>,
    /// Paths that it then needs writable, besides its data.
    pub writes: Option<Vec<String>>,
    /// Where its data is.
    pub data_paths: Option<Vec<String>>,
    /// Ports that it listens on.
    pub ports: Option<Vec<String>>,
    /// A probe for a shell.
    pub probe: Option<String>,
    /// The signal that it wants to be stopped with, where that is not the engine's own.
    pub stop_signal: Option<String>,
    /// Whether it has a HEALTHCHECK.
    pub has_healthcheck: Option<bool>,
    /// Programs that it has.
    pub tools: Option<Vec<String>>,
    /// Programs that it lacks.
    pub lacks: Option<Vec<String>>,
    /// Variables whose `_FILE` form it reads.
    pub file_variables: Option<Vec<String>>,
    /// Every variable that it sets, where all are known.
    pub environment: Option<Vec<String>>,
    /// Every account in it, where all are known.
    pub accounts: Option<Vec<String>>,
    /// What it appends to a variable's name for the file that holds its value.
    pub file_suffix: Option<String>,
    /// Its last day, `YYYY-MM-DD`.
    pub end_of_life: Option<String>,
    /// Whether that day is past.
    pub ended: Option<bool>,
}

const ROLES: [&str; 8] =
    ["datastore", "broker", "proxy", "dashboard", "agent", "runtime", "os", "application"];

struct Table {
    /// A run asks for few of them.
    families: Vec<Later>,
    exact: BTreeMap<&'static str, usize>,
    patterns: Vec<(&'static str, usize)>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(load)
}

/// What is known of a repository in its short form, with that tag.
pub fn lookup(repository: &str, tag: Option<&str>) -> Option<ImageFacts> {
    let table = table();
    let found = table.exact.get(repository).copied().or_else(|| {
        table.patterns.iter().find(|(pattern, _)| glob(pattern, repository)).map(|(_, index)| *index)
    })?;
    let family = table.families.get(found)?.get();
    let mut facts = ImageFacts::default();
    fill(&mut facts, family);
    let tag = tag.unwrap_or("latest");
    if let Some(Data::List(variants)) = embedded::get(family, "variants") {
        for variant in variants {
            let tags = embedded::get(variant, "tags").and_then(embedded::texts).unwrap_or_default();
            if tags.iter().any(|pattern| glob(pattern, tag)) {
                fill(&mut facts, variant);
            }
        }
    }
    let own = embedded::get(family, "end_of_life").and_then(|days| last_day(days, tag));
    facts.end_of_life = own.into_iter().chain(tag.split('-').filter_map(|word| base_ends(table, word))).min();
    facts.ended = facts.end_of_life.as_deref().map(|day| day < DATA_DATE);
    Some(facts)
}

/// The repository of our tables whose name is one edit away from an unknown one. Short names are too near to each other,
/// and names that differ in a number are numbered on purpose.
pub fn nearest(repository: &str) -> Option<&'static str> {
    const SHORT: usize = 5;
    if repository.len() < SHORT {
        return None;
    }
    let numbers = |name: &str| name.bytes().filter(u8::is_ascii_digit).count();
    let near = |name: &&&str| is_one_edit(name, repository) && numbers(name) == numbers(repository);
    table().exact.keys().find(near).copied()
}

fn load() -> Table {
    let all = embedded::named(include_bytes!(concat!(env!("OUT_DIR"), "/images.bin")));
    let mut table = Table { families: Vec::new(), exact: BTreeMap::new(), patterns: Vec::new() };
    for (index, (names, family)) in all.enumerate() {
        for name in names.lines() {
            if name.contains('*') {
                table.patterns.push((name, index));
            } else {
                table.exact.insert(name, index);
            }
        }
        table.families.push(family);
    }
    table
}

fn fill(facts: &mut ImageFacts, data: &Embedded) {
    let text = |key: &str| embedded::get(data, key).and_then(embedded::text);
    let texts = |key: &str| embedded::get(data, key).and_then(embedded::texts);
    let flag = |key: &str| embedded::get(data, key).and_then(embedded::flag);
    macro_rules! take {
        ($($field:ident = $read:ident),* $(,)?) => {$(
            if let Some(value) = $read(stringify!($field)) {
                facts.$field = Some(value);
            }
        )*};
    }
    take! {
        starts_as = text, drops_privileges = flag, user_override = text, needs_capabilities = texts,
        no_new_privileges = flag, read_only = flag, writes = texts, data_paths = texts, ports = texts, probe = text, stop_signal = text,
        has_healthcheck = flag, tools = texts, lacks = texts, file_variables = texts, file_suffix = text, environment = texts, accounts = texts,
    }
    if let Some(role) = text("role") {
        facts.role = ROLES.into_iter().find(|known| *known == role);
    }
}

/// The last day of the longest version that the tag begins with, or whose code name it has as a word; of a tag that names
/// less than the versions do (`redis:5`), the day on which the last of them ends.
fn last_day(days: &Embedded, tag: &str) -> Option<String> {
    let Data::Map(entries) = days else { return None };
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let fits = |version: &str| match tag.strip_prefix(version) {
        Some(rest) => !rest.starts_with(|c: char| c.is_ascii_digit()),
        None => tag.split('-').any(|word| word == version),
    };
    let longest =
        entries.iter().filter(|(version, _)| fits(version)).max_by_key(|(version, _)| version.len());
    if let Some((_, day)) = longest {
        return embedded::text(day);
    }
    let family = format!("{}.", tag.split('-').next()?);
    entries
        .iter()
        .filter(|(version, _)| version.starts_with(&family))
        .filter_map(|(_, day)| embedded::text(day))
        .max()
}

/// The last day of the distribution that a word of a tag names: `buster`, `jammy`, `alpine3.15`.
fn base_ends(table: &Table, word: &str) -> Option<String> {
    let days = |name: &str| embedded::get(table.families.get(*table.exact.get(name)?)?.get(), "end_of_life");
    let (names, version): (&[&str], &str) = match word.strip_prefix("alpine") {
        Some(version) => (&["alpine"], version),
        None if word.starts_with(|c: char| c.is_ascii_alphabetic()) => (&["debian", "ubuntu"], word),
        None => return None,
    };
    names.iter().find_map(|name| embedded::text(embedded::get(days(name)?, version)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_and_versions() {
        let debian = lookup("postgres", Some("13")).unwrap();
        assert_eq!(debian.user_override.as_deref(), Some("999:999"));
        assert_eq!((debian.end_of_life.as_deref(), debian.ended), (Some("2025-11-13"), Some(true)));
        let alpine = lookup("postgres", Some("17-alpine")).unwrap();
        assert_eq!((alpine.user_override.as_deref(), alpine.ended), (Some("70:70"), Some(false)));
        let node = lookup("node", Some("16-alpine")).unwrap();
        assert!(node.lacks.unwrap().contains(&"curl".to_owned()));
        assert_eq!(lookup("traefik", Some("v2.8")).unwrap().ended, Some(true));
        assert_eq!(lookup("debian", Some("bullseye-slim")).unwrap().ended, Some(true));
        assert!(lookup("acme/unknown", None).is_none());
    }

    #[test]
    fn tags_that_name_less_and_tags_that_name_their_base() {
        let ended = |repository, tag| lookup(repository, Some(tag)).and_then(|facts| facts.ended);
        for (repository, tag) in [
            ("debian", "10.13-slim"),
            ("ubuntu", "bionic"),
            ("centos", "centos7.9.2009"),
            ("redis", "5-alpine"),
        ] {
            assert_eq!(ended(repository, tag), Some(true), "{repository}:{tag}");
        }
        for (repository, tag) in [("redis", "6"), ("python", "3"), ("debian", "13.1-slim")] {
            assert_eq!(ended(repository, tag), Some(false), "{repository}:{tag}");
        }
        let base = |tag| lookup("node", Some(tag)).and_then(|facts| facts.end_of_life);
        assert_eq!(base("24-buster-slim").as_deref(), Some("2024-06-30"));
        assert_eq!(base("24-alpine3.15").as_deref(), Some("2023-11-01"));
        assert_eq!(base("24-alpine"), base("24"));
    }
}

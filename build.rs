//! Puts the data of `rules/` into the binary, decoded once here so that it need not be parsed at every start.

#![allow(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a build stops at a mistake, and cargo speaks through variables"
)]

use std::path::{Path, PathBuf};

#[path = "src/syntax/data.rs"]
mod data;

use data::Data;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/syntax/data.rs");
    let folder = Path::new("rules");
    let skipped = ["images", "managers", "schemas"].map(|name| folder.join(name));
    let policy: Vec<PathBuf> = files(folder)
        .into_iter()
        .filter(|path| !skipped.iter().any(|other| path.starts_with(other)))
        .collect();
    let (lists, policy): (Vec<_>, Vec<_>) =
        policy.into_iter().partition(|path| path.parent() == Some(folder));
    let rules = documents(&policy, &["why", "examples", "references"]);
    write("rules.bin", &rules.iter().map(packed).collect::<Vec<_>>());
    embed("lists.bin", &lists, &[]);
    let images = documents(&files(&folder.join("images")), &["note", "sources"]);
    let family = |family: &Data| (lines(family, "images"), encoded(family));
    write("images.bin", &images.iter().map(family).collect::<Vec<_>>());
    embed("managers.bin", &files(&folder.join("managers")), &[]);
    embed("schemas.bin", &files(&folder.join("schemas")), &[]);
    texts("texts.bin", &policy);
}

/// The YAML files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// Writes the documents, without the keys that only people read.
fn embed(name: &str, files: &[PathBuf], without: &[&str]) {
    write(name, &documents(files, without));
}

fn documents(files: &[PathBuf], without: &[&str]) -> Vec<Data> {
    files
        .iter()
        .map(|path| {
            let text = read(path);
            let value: serde_yaml::Value =
                serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut data = convert(path, value);
            if let Data::Map(entries) = &mut data {
                entries.retain(|(key, _)| !without.contains(&key.as_str()));
            }
            data
        })
        .collect()
}

/// What decides whether a rule is wanted, as `policy::library` reads it, and the whole of the rule.
fn packed(rule: &Data) -> ([String; 4], Vec<u8>) {
    let names = ["id", "profiles", "targets", "aliases"].map(|key| lines(rule, key));
    (names, encoded(rule))
}

fn encoded(data: &Data) -> Vec<u8> {
    postcard::to_allocvec(data).unwrap_or_else(|error| panic!("{error}"))
}

/// The text or texts of a key, as lines.
fn lines(data: &Data, key: &str) -> String {
    let Data::Map(entries) = data else { panic!("this is no mapping") };
    match entries.iter().find(|(name, _)| name == key) {
        Some((_, Data::List(items))) => items.iter().map(text).collect::<Vec<&str>>().join("\n"),
        Some((_, one)) => text(one).to_owned(),
        None => String::new(),
    }
}

fn text(data: &Data) -> &str {
    match data {
        Data::Text(text) => text,
        other => panic!("{other:?} is no text"),
    }
}

/// Writes the files' texts, for `explain` and the tests.
fn texts(name: &str, files: &[PathBuf]) {
    let all: Vec<(String, String)> =
        files.iter().map(|path| (path.to_string_lossy().replace('\\', "/"), read(path))).collect();
    write(name, &all);
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(name: &str, data: &impl serde::Serialize) {
    let bytes = postcard::to_allocvec(data).unwrap_or_else(|error| panic!("{name}: {error}"));
    let folder = std::env::var("OUT_DIR").unwrap_or_else(|error| panic!("{error}"));
    let path = Path::new(&folder).join(name);
    std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn convert(path: &Path, value: serde_yaml::Value) -> Data {
    use serde_yaml::Value;
    match value {
        Value::Null => Data::Null,
        Value::Bool(flag) => Data::Bool(flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Data::Int(number),
            None => Data::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Data::Text(text),
        Value::Sequence(items) => Data::List(items.into_iter().map(|item| convert(path, item)).collect()),
        Value::Mapping(entries) => Data::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let key = match convert(path, key) {
                        Data::Text(key) => key,
                        Data::Int(number) => number.to_string(),
                        Data::Float(number) => number.to_string(),
                        Data::Bool(flag) => flag.to_string(),
                        _ => panic!("{}: keys are texts", path.display()),
                    };
                    (key, convert(path, value))
                })
                .collect(),
        ),
        Value::Tagged(tagged) => convert(path, tagged.value),
    }
}

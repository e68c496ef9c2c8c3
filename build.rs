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
    let rules = Path::new("rules");
    let skipped = ["images", "managers", "schemas"].map(|folder| rules.join(folder));
    let policy: Vec<PathBuf> = files(rules)
        .into_iter()
        .filter(|path| !skipped.iter().any(|folder| path.starts_with(folder)))
        .collect();
    let (lists, policy): (Vec<_>, Vec<_>) = policy.into_iter().partition(|path| path.parent() == Some(rules));
    let all: Vec<(Data, Vec<u8>)> =
        documents(&policy, &["why", "examples", "references"]).iter().map(packed).collect();
    write("rules.bin", &all);
    embed("lists.bin", &lists, &[]);
    embed("images.bin", &files(&rules.join("images")), &["note", "sources"]);
    embed("managers.bin", &files(&rules.join("managers")), &[]);
    embed("schemas.bin", &files(&rules.join("schemas")), &[]);
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

/// A rule as what decides whether it is wanted, and the whole of it.
fn packed(rule: &Data) -> (Data, Vec<u8>) {
    let mut head = rule.clone();
    if let Data::Map(entries) = &mut head {
        entries.retain(|(key, _)| ["id", "profiles", "targets", "aliases"].contains(&key.as_str()));
    }
    (head, postcard::to_allocvec(rule).unwrap_or_else(|error| panic!("{error}")))
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

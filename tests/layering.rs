//! The shape of the code: a layer uses only layers below it, a dependency stays where it belongs, files stay short.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The layers and the ones that each may use. Those that do not stand in each other's row do not know each other.
const LAYERS: [(&str, &[&str]); 8] = [
    ("source", &[]),
    ("syntax", &["source"]),
    ("facts", &["source", "syntax"]),
    ("policy", &["source", "syntax", "facts"]),
    ("engine", &["source", "syntax", "facts", "policy"]),
    ("fix", &["source", "syntax", "facts", "policy", "engine"]),
    ("report", &["source", "syntax", "facts", "policy", "engine"]),
    ("cli", &["source", "syntax", "facts", "policy", "engine", "fix", "report"]),
];

/// Where a dependency may be named: files, or folders with all that is in them.
const HOMES: [(&str, &[&str]); 12] = [
    ("clap", &["cli"]),
    ("granit_parser", &["syntax/yaml"]),
    ("ignore", &["source/discover.rs", "source/ignored.rs"]),
    ("miette", &["report/excerpt.rs"]),
    ("postcard", &["facts/embedded.rs", "policy/library.rs"]),
    ("rayon", &["facts/load", "engine/check.rs", "fix/plan.rs"]),
    ("regex", &["source/discover.rs", "policy/pattern.rs"]),
    ("regex_lite", &["policy/pattern.rs"]),
    ("serde", &["syntax/data.rs", "cli/shellcheck.rs"]),
    ("serde_json", &["syntax/dockerfile/json.rs", "facts/schema/agreement.rs", "report", "cli"]),
    ("similar", &["fix/diff.rs"]),
    ("tempfile", &["fix/temporary.rs", "fix/write.rs"]),
];

/// A stranger reads this many lines in one go, hardly more.
const LINES: usize = 400;

#[test]
fn layers_use_only_layers_below() {
    let import = Regex::new(r"\bcrate::\{?([a-z_]+)").unwrap();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some((layer, _)) = path.split_once('/') else { continue };
        let allowed = LAYERS.iter().find(|(name, _)| *name == layer).map(|(_, below)| *below);
        let allowed = allowed.unwrap_or_else(|| panic!("{path}: `{layer}` has no place among the layers"));
        for (number, line) in code(&text) {
            for found in import.captures_iter(line) {
                let used = &found[1];
                if used != layer && !allowed.contains(&used) {
                    wrong.push(format!("src/{path}:{number}: `{layer}` uses `{used}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_import_from_the_crate_names_its_layer() {
    let bundled = Regex::new(r"\bcrate::(\{|\*)").unwrap();
    for (path, text) in sources() {
        for (number, line) in code(&text) {
            assert!(!bundled.is_match(line), "src/{path}:{number}: one `use` a layer, please");
        }
    }
}

#[test]
fn nobody_climbs_out_of_a_layer() {
    let climb = Regex::new(r"\b(super::)+").unwrap();
    for (path, text) in sources() {
        // `a/mod.rs` and `a/b.rs` are modules at depth 1 and 2; a module inside of the file is one deeper.
        let depth = path.matches('/').count() + usize::from(!path.ends_with("/mod.rs"));
        for (number, line) in code(&text).filter(|_| path.contains('/')) {
            let inner = usize::from(line.starts_with(' '));
            for found in climb.find_iter(line) {
                let steps = found.as_str().matches("super").count();
                assert!(steps < depth + inner, "src/{path}:{number}: say `crate::` to leave a layer");
            }
        }
    }
}

#[test]
fn dependencies_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for (name, homes) in HOMES {
        let word = Regex::new(&format!(r"(^|[^\w:]|[^\w]::){name}::")).unwrap();
        for (path, text) in sources() {
            let at_home = homes.iter().any(|home| path == *home || path.starts_with(&format!("{home}/")));
            let layer = path.split('/').next().unwrap_or_default();
            // A module of ours may be called like a crate (`engine::ignore`); it is named from within its layer.
            let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{layer}/{name}.rs")).exists();
            if at_home || ours {
                continue;
            }
            for (number, _) in code(&text).filter(|(_, line)| word.is_match(line)) {
                wrong.push(format!("src/{path}:{number}: `{name}` belongs in {}", homes.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_has_a_home() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter_map(|line| Some(line.split_once(" = ")?.0.replace('-', "_")));
    let homes: BTreeMap<&str, &[&str]> = HOMES.into_iter().collect();
    let mut count = 0;
    for name in names {
        count += 1;
        assert!(homes.contains_key(name.as_str()), "say in tests/layering.rs where `{name}` belongs");
    }
    assert_eq!(count, homes.len(), "a dependency in tests/layering.rs is not in Cargo.toml");
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(path, lines)| format!("src/{path} has {lines} lines: split it by idea"))
        .collect();
    assert!(long.is_empty(), "more than {LINES} lines\n{}", long.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The source files below `src`, by their path in it.
fn sources() -> Vec<(String, String)> {
    let top = root().join("src");
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(&top).unwrap().to_string_lossy().replace('\\', "/");
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "where are the sources?");
    files
}

/// The lines that are not comments, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

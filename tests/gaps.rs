//! What no other tool says, shown on whole projects: each folder of `fixtures/gaps` is one of them. Its `expected.txt` lists
//! findings as `path:line rule`, and with `no rule` what must not be found.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Folder, Run};

/// What a hidden file is called in a fixture: git and other tools would obey a `.env` there.
const HIDDEN: &str = "dot-";

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/gaps");
    let mut all: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|it| it.unwrap().path()).collect();
    all.sort();
    all
}

/// A copy of a fixture as a project of its own.
fn project(folder: &Path) -> Folder {
    let project = Folder::of(&[]);
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for path in std::fs::read_dir(&at).unwrap().map(|it| it.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
            let name = name.strip_prefix(HIDDEN).map_or(name.to_owned(), |rest| format!(".{rest}"));
            if name != "expected.txt" {
                project.put(&name, &std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    project
}

/// What is found in a project, as `path:line rule`.
fn found(project: &Folder) -> Vec<String> {
    let output = Run::at(project.path()).args(&[
        "check",
        "--no-config",
        "--profile",
        "all",
        "--min-severity",
        "info",
        "--format",
        "json",
        ".",
    ]);
    let report: Value = serde_json::from_str(&output.out).unwrap_or_else(|_| panic!("{output:?}"));
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|it| format!("{}:{} {}", text(&it["path"]), it["start"]["line"], text(&it["rule"])))
        .collect()
}

#[test]
fn each_project_shows_what_it_is_for() {
    let folders = folders();
    assert!(folders.len() > 50, "only {} projects", folders.len());
    let mut wrong = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let expected = std::fs::read_to_string(folder.join("expected.txt")).unwrap();
        let found = found(&project(&folder));
        let mut asked = 0;
        for line in expected.lines().filter(|line| !line.starts_with('#')) {
            asked += 1;
            let holds = match line.strip_prefix("no ") {
                Some(rule) => !found.iter().any(|it| it.ends_with(&format!(" {rule}"))),
                None => found.iter().any(|it| it == line),
            };
            if !holds {
                wrong.push(format!("{name}: {line}"));
            }
        }
        if asked == 0 {
            wrong.push(format!("{name}: nothing is expected"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

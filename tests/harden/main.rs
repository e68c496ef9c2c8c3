//! Rewrites: every case of `fixtures/harden`, and what must hold for any file.
//!
//! `UPDATE=1 cargo test --test harden` writes the `after` folders and notes anew; read the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops and says so")]
#![allow(clippy::disallowed_methods, reason = "UPDATE=1 is the switch of the tests")]

mod docker;
mod generated;
mod instructions;
mod model;
mod other;
mod pen;
mod promises;
mod refusals;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn plimsoll(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(directory).output().unwrap()
}

/// What a hidden file is called in a fixture: git and other tools would obey a `.gitignore` there, and lose files.
const HIDDEN: &str = "dot-";

/// The files below a folder, by their paths in it.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                let name = name.strip_prefix(HIDDEN).map_or(name.clone(), |rest| format!(".{rest}"));
                // Files of other encodings are the business of another test.
                if let Ok(text) = String::from_utf8(fs::read(&path).unwrap()) {
                    files.insert(name, text);
                }
            }
        }
    }
    files
}

fn put(folder: &Path, files: &BTreeMap<String, String>) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Writes a project as a fixture.
fn keep(folder: &Path, files: &BTreeMap<String, String>) {
    let named = |name: &String| name.strip_prefix('.').map_or(name.clone(), |rest| format!("{HIDDEN}{rest}"));
    put(folder, &files.iter().map(|(name, text)| (named(name), text.clone())).collect());
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/harden");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

#[test]
fn every_case_is_rewritten_as_its_after_folder_says() {
    let update = std::env::var("UPDATE").is_ok();
    let mut failures = Vec::new();
    for case in cases() {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let project = tempfile::tempdir().unwrap();
        fs::create_dir(project.path().join(".git")).unwrap();
        put(project.path(), &tree(&case.join("before")));
        let more = fs::read_to_string(case.join("args")).unwrap_or_default();
        let harden: Vec<&str> =
            ["harden", "--no-config", "."].into_iter().chain(more.split_whitespace()).collect();
        let first = plimsoll(project.path(), &[&harden[..], &["--write"]].concat());
        let notes = String::from_utf8(first.stderr).unwrap();
        assert_eq!(first.status.code(), Some(0), "{name}: {notes}");
        fs::remove_dir(project.path().join(".git")).unwrap();
        let now = tree(project.path());
        if update {
            let _ = fs::remove_dir_all(case.join("after"));
            keep(&case.join("after"), &now);
            fs::write(case.join("notes.txt"), &notes).unwrap();
        }
        if now != tree(&case.join("after")) || notes != fs::read_to_string(case.join("notes.txt")).unwrap() {
            failures.push(format!("{name}: {now:#?}\n{notes}"));
        }
        let again = plimsoll(project.path(), &harden);
        assert!(again.stdout.is_empty(), "{name}: a second run changes more");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A secret goes to its file and nowhere else.
#[test]
fn secrets_are_neither_shown_nor_lost() {
    for (case, secret, home) in [
        ("secret-to-file", "k33l-haul", "secrets/postgres_password.txt"),
        ("secret-to-env", "tugboat-7781", ".env"),
        ("secret-to-env", "r0pe-and-sail", ".env"),
        ("secret-stack-to-env", "cap5tan", ".env"),
        ("secret-stack-to-env", "tugboat-7781", ".env"),
    ] {
        let project = tempfile::tempdir().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/harden").join(case);
        let before = tree(&folder.join("before"));
        put(project.path(), &before);
        let shown = plimsoll(project.path(), &["harden", "--no-config", "."]);
        let output = String::from_utf8([shown.stdout, shown.stderr].concat()).unwrap();
        assert!(!output.contains(secret), "{case}: {output}");
        let written = plimsoll(project.path(), &["harden", "--no-config", "--write", "."]);
        let output = String::from_utf8([written.stdout, written.stderr].concat()).unwrap();
        assert!(!output.contains(secret), "{case}: {output}");
        let holders: Vec<String> = tree(project.path())
            .into_iter()
            .filter(|(_, text)| text.contains(secret))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(holders, [home], "{case}");
        // A file that was there keeps its permissions.
        #[cfg(unix)]
        if !before.contains_key(home) {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(project.path().join(home)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{home}");
        }
    }
}

//! Rewrites: every case of `fixtures/harden`, and what must hold for any file.
//!
//! `UPDATE=1 cargo test --test harden` writes the `after` folders and notes anew; read the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test stops and says so")]
#![allow(clippy::disallowed_methods, reason = "UPDATE=1 is the switch of the tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use plimsoll::facts::Options;
use plimsoll::fix::{Plan, Wanted, plan};
use plimsoll::policy::{Policy, Selection, load};
use plimsoll::source::{FileId, Source};
use plimsoll::source::{Found, Memory, guess};
use plimsoll::syntax::{dockerfile, yaml};

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

#[test]
fn docker_accepts_every_hardened_stack() {
    if Command::new("docker").arg("--version").output().is_err() {
        eprintln!("skipped: there is no docker client on this machine");
        return;
    }
    let mut count = 0;
    for case in cases() {
        for name in tree(&case.join("after")).into_keys().filter(|name| name.contains("stack")) {
            let path = case.join("after").join(name);
            let output = Command::new("docker").args(["stack", "config", "-c"]).arg(&path).output().unwrap();
            assert!(
                output.status.success(),
                "{}: {}",
                path.display(),
                String::from_utf8_lossy(&output.stderr)
            );
            count += 1;
        }
    }
    assert!(count > 0);
}

/// A secret goes to its file and nowhere else.
#[test]
fn secrets_are_neither_shown_nor_lost() {
    for (case, secret, home) in [
        ("secret-to-file", "k33l-haul", "secrets/postgres_password.txt"),
        ("secret-to-env", "tugboat-7781", ".env"),
        ("secret-to-env", "r0pe-and-sail", ".env"),
    ] {
        let project = tempfile::tempdir().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/harden").join(case);
        put(project.path(), &tree(&folder.join("before")));
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
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(project.path().join(home)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{home}");
        }
    }
}

/// Everything that can be mended is mended.
fn all() -> Wanted {
    Wanted { behaviour: true, hardening: true, ..Wanted::default() }
}

fn everything() -> Policy {
    load(&Selection { profile: "all".to_owned(), ..Selection::default() }).unwrap()
}

fn mend(name: &str, text: &str, policy: &Policy) -> Plan {
    let memory = Memory::default().with(name, text);
    let found = [Found { path: name.to_owned(), guess: guess(name), named: true }];
    plan(&memory, &found, &Options::default(), policy, all())
}

/// What must hold for the rewrite of any file.
fn holds(name: &str, text: &str, policy: &Policy) {
    let first = mend(name, text, policy);
    let problems = first.after.report.problems.len();
    assert!(problems <= first.before.report.problems.len(), "{name}: {:?}", first.after.report.problems);
    let Some(file) = first.files.iter().find(|file| file.path == name) else { return };
    let second = mend(name, &file.after, policy);
    let again: Vec<_> = second.changes.iter().map(|change| (&change.rule, &change.subject)).collect();
    assert!(again.is_empty(), "{name}: a second run changes more: {again:?}");
    let removed = first.changes.iter().any(|change| change.rule.ends_with("-ignore"));
    if !removed {
        let after = comments(name, &file.after);
        for comment in comments(name, text) {
            assert!(after.contains(&comment) || removes(&first, &comment), "{name}: lost `{comment}`");
        }
    }
    assert_eq!(file.after.ends_with('\n'), text.ends_with('\n') || file.after.ends_with('\n'), "{name}");
    assert_eq!(mend(name, text, policy).files[0].after, first.files[0].after, "{name}: not deterministic");
}

/// A comment behind an entry goes with the entry.
fn removes(plan: &Plan, comment: &str) -> bool {
    plan.before.report.sources.first().is_some_and(|source| {
        source.text.lines().any(|line| {
            let trailing = line.find(comment).is_some_and(|at| !line[..at].trim().is_empty());
            trailing && !plan.files[0].after.lines().any(|new| new == line)
        })
    })
}

fn comments(name: &str, text: &str) -> Vec<String> {
    let source = Source::new(FileId(0), name, text);
    let spans: Vec<_> = if guess(name) == Some(plimsoll::source::Guess::Dockerfile) {
        dockerfile::parse(&source).comments.iter().map(|comment| comment.span).collect()
    } else {
        yaml::parse(&source, yaml::Limits::default()).comments.iter().map(|comment| comment.span).collect()
    };
    spans.into_iter().map(|span| source.slice(span).to_owned()).collect()
}

#[test]
fn rewrites_of_fixtures_keep_their_promises() {
    let policy = everything();
    let mut count = 0;
    for (name, text) in tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")) {
        let name = name.rsplit('/').next().unwrap().to_owned();
        if guess(&name).is_some() && !text.contains('\0') {
            holds(&name, &text, &policy);
            count += 1;
        }
    }
    assert!(count > 20);
}

/// Real files stay out of this repository; where a checkout has them beside it, they must hold, too.
#[test]
fn rewrites_of_real_files_keep_their_promises() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus.tar.xz");
    let folder = tempfile::tempdir().unwrap();
    let unpacked = archive.is_file()
        && Command::new("tar").arg("-C").arg(folder.path()).arg("-xf").arg(&archive).status().is_ok();
    if !unpacked {
        eprintln!("skipped: there is no corpus beside this checkout");
        return;
    }
    let policy = everything();
    let mut count = 0;
    for (path, text) in tree(folder.path()) {
        let name = path.rsplit('/').next().unwrap();
        if guess(name).is_some() {
            holds(name, &text, &policy);
            count += 1;
        }
    }
    assert!(count > 600, "{count}");
}

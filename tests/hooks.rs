//! The hooks of pre-commit: their patterns are discovery's, and the real pre-commit runs them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use plimsoll::policy::Reader;
use plimsoll::source::{FileId, HOOK_EXCLUDE, HOOK_PATTERN, Source};
use plimsoll::syntax::{Data, yaml};

#[test]
fn the_patterns_are_those_of_discovery() {
    let hooks = hooks();
    let hooks = hooks.borrowed();
    let hooks: Vec<Reader<'_>> = Reader::new(&hooks).items().collect();
    let ids: Vec<String> = hooks.iter().map(|hook| text(hook, "id")).collect();
    assert_eq!(ids, ["plimsoll", "plimsoll-fix"]);
    for hook in &hooks {
        assert_eq!(text(hook, "files"), HOOK_PATTERN);
        assert_eq!(text(hook, "exclude"), HOOK_EXCLUDE);
        assert_eq!(
            hook.get("args").unwrap().texts().unwrap(),
            ["--force-exclude", "--"],
            "file names are never options"
        );
        assert_eq!((text(hook, "require_serial"), text(hook, "verbose")), ("true".into(), "true".into()));
    }
}

#[test]
fn a_name_that_looks_like_an_option_is_a_file() {
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join("-weird.Dockerfile"), "FROM debian:13\nUSER root\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--", "-weird.Dockerfile"])
        .current_dir(project.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("-weird.Dockerfile:2:1"));
}

/// The hooks as a local repository of hooks with the binary of this build in place of `plimsoll`, since installing them
/// as a user does would compile everything anew.
#[test]
fn pre_commit_runs_the_hooks() {
    if !has("pre-commit") || !has("git") {
        writeln!(std::io::stderr(), "skipped: pre_commit_runs_the_hooks needs pre-commit and git").unwrap();
        return;
    }
    let project = Project::new();
    let config = format!("repos:\n  - repo: local\n    hooks:\n{}", local_hooks());
    project.write(".pre-commit-config.yaml", &config);
    project.write("Dockerfile", "FROM debian:13\nADD app /app\nUSER root\n");
    project.write("src/dockerfile.rs", "FROM nothing\n");
    project.write("-weird.Dockerfile", "FROM debian:13\nUSER root\n");

    let check = project.run("pre-commit", &["run", "--all-files", "plimsoll"]);
    let shown = String::from_utf8_lossy(&check.stdout).into_owned();
    assert_eq!(check.status.code(), Some(1), "{shown}");
    assert!(shown.contains("[Dockerfile:3:1]") && shown.contains("-weird.Dockerfile:2:1"), "{shown}");
    assert!(!shown.contains("dockerfile.rs"), "{shown}");

    let fix = project.run("pre-commit", &["run", "--all-files", "plimsoll-fix"]);
    let shown = String::from_utf8_lossy(&fix.stdout);
    assert_eq!(fix.status.code(), Some(1), "a hook that changes files fails: {shown}");
    assert!(shown.contains("files were modified by this hook"), "{shown}");
    let fixed = fs::read_to_string(project.0.path().join("Dockerfile")).unwrap();
    assert_eq!(fixed, "FROM debian:13\nCOPY app /app\nUSER root\n");
}

/// As a user installs them, with `pre-commit try-repo`. Compiles a release build: only where `PLIMSOLL_TRY_REPO=1` asks for it.
#[test]
fn pre_commit_installs_the_hooks_from_this_repository() {
    #[allow(clippy::disallowed_methods, reason = "how people ask for a slow test")]
    let wanted = std::env::var("PLIMSOLL_TRY_REPO").is_ok_and(|value| value == "1");
    if !wanted {
        writeln!(
            std::io::stderr(),
            "skipped: pre-commit try-repo, which compiles; PLIMSOLL_TRY_REPO=1 runs it"
        )
        .unwrap();
        return;
    }
    let project = Project::new();
    project.write("Dockerfile", "FROM debian:13\nUSER root\n");
    let output =
        project.run("pre-commit", &["try-repo", env!("CARGO_MANIFEST_DIR"), "plimsoll", "--all-files"]);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("[Dockerfile:2:1]"), "{shown}");
}

/// A repository of somebody's.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.run("git", &["init", "--quiet"]);
        project
    }

    fn write(&self, path: &str, text: &str) {
        let whole = self.0.path().join(path);
        fs::create_dir_all(whole.parent().unwrap()).unwrap();
        fs::write(whole, text).unwrap();
        self.run("git", &["add", "--", path]);
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let cache = self.0.path().join(".git/pre-commit");
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.0.path()).env("PRE_COMMIT_HOME", cache).output().unwrap()
    }
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn text(hook: &Reader<'_>, key: &str) -> String {
    hook.need(key).unwrap().text().unwrap().into_owned()
}

fn hooks() -> Data {
    let written = written();
    let source = Source::new(FileId(0), ".pre-commit-hooks.yaml", &written);
    let tree = yaml::parse(&source, yaml::Limits::default());
    tree.to_data(tree.root().unwrap(), &mut 10_000).unwrap()
}

fn written() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    fs::read_to_string(path).unwrap()
}

fn local_hooks() -> String {
    let hooks = written()
        .replace("entry: plimsoll ", &format!("entry: {} ", env!("CARGO_BIN_EXE_plimsoll")))
        .replace("language: rust", "language: system");
    hooks.lines().map(|line| format!("      {line}\n")).collect()
}

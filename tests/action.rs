//! The scripts of the GitHub action, run as a runner runs them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const COMPOSE: &str = "\
services:
  web:
    image: nginx:1.27
    privileged: true
    # ##[error]not for the runner
    #   ::error::nor this
";

#[test]
fn findings_become_annotations_a_summary_and_outputs() {
    let runner = Runner::new(&[("compose.yaml", COMPOSE)]);
    let run = runner.check(&[]);
    assert_eq!(run.output.status.code(), Some(1), "{}", run.log);
    let annotation = run.commands.iter().find(|line| line.contains("privileged")).unwrap();
    assert!(
        annotation.starts_with("::error file=compose.yaml,line=4,col=5,endColumn=21,title="),
        "{annotation}"
    );
    assert!(run.summary.starts_with("### plimsoll: "), "{}", run.summary);
    assert!(run.summary.contains("`compose.yaml:4`"), "{}", run.summary);
    assert_eq!(run.outputs["exit-code"], "1");
    assert_eq!(run.outputs["highest"], "critical");
    let findings: usize = run.outputs["findings"].parse().unwrap();
    assert!(findings > 1);
    let rows = run.summary.lines().filter(|line| line.contains("| `compose.yaml:")).count();
    assert_eq!(rows, findings, "{}", run.summary);
}

#[test]
fn what_a_file_says_is_no_command() {
    let runner =
        Runner::new(&[("compose.yaml", "services:\n  web: { image: nginx, ##[error]x: 1\n::error::y\n")]);
    let run = runner.check(&[]);
    assert_eq!(run.output.status.code(), Some(2), "{}", run.log);
    assert!(run.quiet.iter().any(|line| line.contains("##[error]x")), "the excerpt is shown: {}", run.log);
    assert!(run.commands.iter().all(|line| !line.contains("##[")), "{}", run.log);
}

#[test]
fn inputs_are_passed_on() {
    let runner = Runner::new(&[("compose.yaml", COMPOSE), ("b c/compose.yaml", COMPOSE)]);
    let run = runner.check(&[("INPUT_FAIL_ON", "never"), ("INPUT_PATHS", "b c\n\n")]);
    assert_eq!(run.output.status.code(), Some(0), "{}", run.log);
    assert!(
        run.summary.contains("`b c/compose.yaml:4`") && run.summary.contains(" in 1 file"),
        "{}",
        run.summary
    );

    let run = runner.check(&[
        ("INPUT_ARGS", "--select\nprivileged-container\n"),
        ("INPUT_ANNOTATIONS", "false"),
        ("INPUT_SUMMARY", "false"),
    ]);
    assert_eq!(
        (run.outputs["findings"].as_str(), run.outputs["exit-code"].as_str()),
        ("2", "1"),
        "{}",
        run.log
    );
    assert_eq!(run.commands, Vec::<String>::new());
    assert_eq!(run.summary, "");
}

#[test]
fn an_input_is_never_a_script_or_an_option() {
    let runner = Runner::new(&[("-weird.Dockerfile", "FROM debian:13\nUSER root\n")]);
    let hostile = "$(touch owned)\n`touch owned`\n; touch owned\n--version\n-weird.Dockerfile";
    let run = runner.check(&[("INPUT_PATHS", hostile), ("INPUT_CONFIG", "")]);
    assert!(!runner.project.path().join("owned").exists());
    assert_eq!(run.output.status.code(), Some(2), "four of the files are not there: {}", run.log);
    assert!(run.summary.contains("`-weird.Dockerfile:2`"), "{}", run.summary);
    let run = runner.check(&[("INPUT_PROFILE", "$(touch owned)")]);
    assert_eq!(run.output.status.code(), Some(2), "{}", run.log);
    assert_eq!((run.outputs["findings"].as_str(), run.outputs["highest"].as_str()), ("", ""));
    // What it says on standard error is no command either, and comes before commands count again.
    assert!(
        run.quiet.iter().any(|line| line.contains("there is no profile `$(touch owned)`")),
        "{}",
        run.log
    );
    assert_eq!(run.commands, ["::error title=plimsoll::nothing was judged; the log says why"]);
    assert!(!runner.project.path().join("owned").exists());
}

#[test]
fn files_of_one_project_are_named_by_arguments() {
    let more = "services:\n  web: { privileged: false }\n";
    let runner = Runner::new(&[("base.yaml", COMPOSE), ("live.yaml", more), ("other/compose.yaml", COMPOSE)]);
    let run = runner.check(&[("INPUT_ARGS", "-f\nbase.yaml\n-f\nlive.yaml\n"), ("INPUT_PATHS", "")]);
    assert!(!run.summary.contains("other/"), "{}", run.summary);
    assert!(!run.summary.contains("privileged-container"), "{}", run.summary);
    assert!(run.summary.contains(" in 2 files"), "{}", run.summary);
}

#[test]
fn a_summary_fits_what_the_runner_takes() {
    let long = "x".repeat(60_000);
    let services: String =
        (0..40).map(|number| format!("  s{number}:\n    image: \"{long}:a b\"\n")).collect();
    let runner = Runner::new(&[("compose.yaml", &format!("services:\n{services}"))]);
    let run = runner.check(&[]);
    assert_eq!(run.summary.len(), 1_000_000);
    assert_eq!(run.outputs["exit-code"], run.output.status.code().unwrap().to_string());
}

#[test]
fn a_runner_without_a_toolchain_is_told() {
    let runner = Runner::new(&[]);
    let bin = runner.temp.path().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink("/bin/bash", bin.join("bash")).unwrap();
    let output = runner.script("build.sh").env("PATH", &bin).output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{log}");
    assert!(log.starts_with("::error title=plimsoll::this runner has neither"), "{log}");
}

#[test]
fn nothing_to_judge_fails_unless_it_may_be_empty() {
    let runner = Runner::new(&[("notes.txt", "nothing here\n")]);
    assert_eq!(runner.check(&[]).output.status.code(), Some(2));
    let run = runner.check(&[("INPUT_ALLOW_EMPTY", "true")]);
    assert_eq!(run.output.status.code(), Some(0), "{}", run.log);
    assert_eq!((run.outputs["findings"].as_str(), run.outputs["highest"].as_str()), ("0", ""));
}

#[test]
fn the_build_uses_its_own_checkout_and_lock_file() {
    let runner = Runner::new(&[]);
    let bin = runner.temp.path().join("bin");
    fs::create_dir(&bin).unwrap();
    for name in ["cargo", "rustup"] {
        let log = runner.temp.path().join("log");
        let script = format!("#!/bin/sh\necho \"$PWD {name} $*\" >> '{}'\n", log.display());
        let path = bin.join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let output =
        runner.script("build.sh").env("PATH", format!("{}:/usr/bin:/bin", bin.display())).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = fs::read_to_string(runner.temp.path().join("log")).unwrap();
    let target = runner.temp.path().join("plimsoll-build");
    let cargo = format!(
        "{} cargo build --release --locked --bin plimsoll --target-dir {}",
        root().display(),
        target.display()
    );
    let rustup = format!(
        "{} rustup toolchain install {} --profile minimal --no-self-update",
        root().display(),
        env!("CARGO_PKG_RUST_VERSION")
    );
    assert_eq!(log.lines().collect::<Vec<_>>(), [rustup, cargo]);
    let outputs = fs::read_to_string(runner.temp.path().join("output")).unwrap();
    assert_eq!(outputs, format!("plimsoll={}/release/plimsoll\n", target.display()));
}

#[test]
fn the_action_passes_every_input_through_the_environment() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let check = fs::read_to_string(root().join("action/check.sh")).unwrap();
    let (declared, runs) = action.split_once("\nruns:").unwrap();
    let (inputs, outputs) = declared.split_once("\noutputs:").unwrap();
    let name = regex::Regex::new(r"(?m)^  ([a-z-]+):$").unwrap();
    for found in name.captures_iter(inputs) {
        let variable = format!("INPUT_{}", found[1].to_uppercase().replace('-', "_"));
        assert!(runs.contains(&format!("{variable}: ${{{{ inputs.{} }}}}", &found[1])), "{variable}");
        let read = ["-", ":-"].iter().any(|default| check.contains(&format!("${{{variable}{default}")));
        assert!(read, "check.sh does not read {variable}");
    }
    for found in name.captures_iter(outputs) {
        assert!(check.contains(&format!("echo \"{}=", &found[1])), "check.sh does not set {}", &found[1]);
    }
    for line in runs.lines().filter(|line| line.trim_start().starts_with("run:")) {
        assert!(!line.contains("${{"), "{line}");
    }
}

/// A runner with a checkout of somebody's project.
struct Runner {
    project: tempfile::TempDir,
    temp: tempfile::TempDir,
}

/// What came of a step.
struct Run {
    output: Output,
    log: String,
    /// Lines that the runner takes for commands.
    commands: Vec<String>,
    /// Lines between `::stop-commands::` and its end.
    quiet: Vec<String>,
    summary: String,
    outputs: BTreeMap<String, String>,
}

impl Runner {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = project.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { project, temp: tempfile::tempdir().unwrap() }
    }

    fn script(&self, name: &str) -> Command {
        let mut command = Command::new("/bin/bash");
        command
            .arg(root().join("action").join(name))
            .current_dir(self.project.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_OUTPUT", self.temp.path().join("output"))
            .env("GITHUB_STEP_SUMMARY", self.temp.path().join("summary"))
            .env("RUNNER_TEMP", self.temp.path())
            .env("PLIMSOLL", env!("CARGO_BIN_EXE_plimsoll"));
        command
    }

    fn check(&self, inputs: &[(&str, &str)]) -> Run {
        for name in ["output", "summary"] {
            fs::write(self.temp.path().join(name), "").unwrap();
        }
        let output = self.script("check.sh").envs(inputs.iter().copied()).output().unwrap();
        let log = String::from_utf8(output.stdout.clone()).unwrap();
        let (mut commands, mut quiet, mut stopped) = (Vec::new(), Vec::new(), None);
        for line in log.lines() {
            if let Some(token) = line.strip_prefix("::stop-commands::") {
                stopped = Some(format!("::{token}::"));
            } else if stopped.as_deref() == Some(line) {
                stopped = None;
            } else if stopped.is_some() {
                quiet.push(line.to_owned());
            } else {
                commands.push(line.to_owned());
            }
        }
        assert_eq!(stopped, None, "commands work again afterwards: {log}");
        let read = |name: &str| fs::read_to_string(self.temp.path().join(name)).unwrap();
        let outputs = read("output")
            .lines()
            .map(|line| line.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Run { output, log, commands, quiet, summary: read("summary"), outputs }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

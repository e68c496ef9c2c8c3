//! What we say that Docker refuses when it loads a stack is what `docker stack config` refuses.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{Folder, Run, skipped};

/// The small stacks of `fixtures/stacks`: the first word of the name is Docker's verdict when it loads them.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks");
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    assert!(all.len() > 40, "only {} stacks", all.len());
    all
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The report on a file, alone in a folder, with what Docker would not read left aside.
fn report(path: &Path, options: &[&str]) -> Value {
    let folder = Folder::of(&[("stack.yaml", &std::fs::read_to_string(path).unwrap())]);
    let fixed = ["check", "--no-config", "--format", "json", "--profile", "all", "--min-severity", "info"];
    let output = Run::at(folder.path()).args(&[&fixed, options, &["stack.yaml"]].concat());
    serde_json::from_str(&output.out).unwrap_or_else(|_| panic!("{}: {output:?}", path.display()))
}

/// The rules whose findings say that Docker refuses the file at this moment, and what could not be read.
fn refusals(report: &Value, moment: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    let refused = findings.iter().filter(|it| it["refused"] == moment).map(|it| it["rule"].to_string());
    let problems = report["problems"].as_array().unwrap().iter().map(|it| it["id"].to_string());
    if moment == "load" { refused.chain(problems).collect() } else { refused.collect() }
}

/// What Docker says against the file; nothing if it loads it. `None` where there is no Docker.
fn docker(path: &Path) -> Option<Result<(), String>> {
    let folder = Folder::of(&[("stack.yaml", &std::fs::read_to_string(path).unwrap())]);
    let run = Command::new("docker")
        .args(["stack", "config", "-c", "stack.yaml"])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.path())
        .output();
    let Ok(output) = run else {
        skipped("there is no docker on this machine");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() { Ok(()) } else { Err(said) })
}

#[test]
fn each_stack_is_refused_or_not_as_its_name_says() {
    let mut wrong = Vec::new();
    for path in fixtures() {
        let refused = refusals(&report(&path, &["--as", "stack"]), "load");
        if name(&path).starts_with("refused-") == refused.is_empty() {
            wrong.push(format!("{}: {refused:?}", name(&path)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn docker_refuses_the_same_stacks() {
    let mut wrong = Vec::new();
    for path in fixtures() {
        let Some(said) = docker(&path) else { return };
        if name(&path).starts_with("refused-") != said.is_err() {
            wrong.push(format!("{}: {said:?}", name(&path)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What `docker stack config` lets pass and the deploy does not.
#[test]
fn the_deploy_refuses_what_loading_does_not() {
    for (file, rule) in [
        ("accepted-missing-image.yaml", "service-without-image"),
        ("accepted-unknown-mode.yaml", "stack-deploy-mode-invalid"),
        ("accepted-global-with-replicas.yaml", "stack-deploy-mode-invalid"),
        ("accepted-failure-action-typo.yaml", "stack-update-enum-invalid"),
        ("accepted-constraint-single-equals.yaml", "stack-constraint-invalid"),
        ("accepted-undefined-volume.yaml", "volume-reference-undefined"),
        ("accepted-undefined-network.yaml", "network-reference-undefined"),
        ("accepted-undefined-secret.yaml", "secret-reference-undefined"),
        ("accepted-image-malformed.yaml", "image-reference-invalid"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks").join(file);
        let refused = refusals(&report(&path, &["--as", "stack"]), "deploy");
        assert_eq!(refused, [format!("\"{rule}\"")], "{file}");
    }
}

/// A database that every other tool calls hardened, and what Swarm makes of it.
#[test]
fn a_stack_that_looks_hardened_is_seen_through() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks/accepted-looks-hardened.yaml");
    let report = report(&path, &["--as", "stack"]);
    let found: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
    for rule in [
        "stack-port-bind-address-ignored",
        "datastore-port-published",
        "stack-hardening-option-ignored",
        "stack-tmpfs-dropped",
        "read-only-without-writable-path",
        "stack-stateful-replicas",
        "datastore-without-volume",
        "overlay-network-unencrypted",
        "stack-update-without-healthcheck",
    ] {
        assert!(found.contains(&rule), "{rule} is not among {found:?}");
    }
}

/// Every YAML file of the corpus that we take for a stack, where the corpus is at hand.
#[test]
fn docker_agrees_on_the_stacks_of_others() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus.tar.xz");
    let folder = Folder::of(&[]);
    let unpacked = archive.exists()
        && Command::new("tar")
            .arg("-xf")
            .arg(&archive)
            .arg("-C")
            .arg(folder.path())
            .status()
            .is_ok_and(|it| it.success());
    if !unpacked {
        skipped("there is no corpus beside the project");
        return;
    }
    let output =
        Run::at(folder.path()).args(&["check", "--no-config", "--format", "json", "--allow-empty", "."]);
    let whole: Value = serde_json::from_str(&output.out).unwrap_or_else(|_| panic!("{output:?}"));
    let checked = whole["checked"].as_array().unwrap().iter();
    let stacks: Vec<&str> =
        checked.filter(|it| it["target"] == "stack").map(|it| it["path"].as_str().unwrap()).collect();
    assert!(!stacks.is_empty(), "the corpus has stacks");
    for stack in stacks {
        let path = folder.path().join(stack);
        let Some(said) = docker(&path) else { return };
        let refused = refusals(&report(&path, &["--as", "stack"]), "load");
        assert_eq!(said.is_err(), !refused.is_empty(), "{stack}: docker {said:?}, we {refused:?}");
    }
}

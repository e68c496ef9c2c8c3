//! The command line as scripts rely on it: exit codes, choices, surroundings, order, ignore comments.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

#[path = "cli/choices.rs"]
mod choices;
#[path = "cli/exits.rs"]
mod exits;
#[path = "cli/ignores.rs"]
mod ignores;
#[path = "cli/init.rs"]
mod init;
#[path = "cli/order.rs"]
mod order;
#[path = "support/mod.rs"]
mod support;
#[path = "cli/surroundings.rs"]
mod surroundings;

/// A service with a critical defect, and nothing else under `--select privileged-container`.
const PRIVILEGED: &str = "services:\n  web:\n    image: app:1\n    privileged: true\n";
const CLEAN: &str = "services:\n  web:\n    image: app:1\n";

#[test]
fn shellcheck_points_into_the_dockerfile() {
    if !support::installed("shellcheck") {
        return;
    }
    let project = tempfile::tempdir().unwrap();
    let text = "FROM debian:13\nARG WHERE\nRUN true \\\n    && echo $WHERE $nowhere\n# hadolint ignore=SC2086\nRUN echo $1\n";
    std::fs::write(project.path().join("Dockerfile"), text).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--no-config", "--shellcheck", "--select", "sudo-in-run", "--min-severity", "info"])
        .args(["--format", "concise", "Dockerfile"])
        .current_dir(project.path())
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(output.contains("Dockerfile:4:13: info[shellcheck-finding] SC2086"), "{output}");
    assert!(output.contains("Dockerfile:4:20: low[shellcheck-finding] SC2154"), "{output}");
    assert!(!output.contains("SC2154: WHERE") && !output.contains("Dockerfile:6:"), "{output}");
}

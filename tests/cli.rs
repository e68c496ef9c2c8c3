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

#[test]
fn shellcheck_reads_heredocs_as_the_shell_that_gets_them_and_heeds_its_own_codes() {
    if !support::installed("shellcheck") {
        return;
    }
    let text = "\
FROM debian:13
RUN <<EOF
#!/usr/bin/env bash
[[ $a == b ]] && echo $a
EOF
RUN <<EOF bash -e
[[ $b == c ]]
EOF
RUN cat <<EOF > /x && echo $c
$d
EOF
RUN <<EOF
#!/usr/bin/env python3
print($e)
EOF
# plimsoll: ignore[SC2154] set elsewhere
RUN echo \"$f\"
# hadolint shell=bash
RUN [[ $g == h ]]
FROM mcr.microsoft.com/windows/nanoserver:ltsc2025
RUN echo $h
";
    let folder = support::Folder::of(&[("Dockerfile", text)]);
    let found = |more: &[&str]| {
        let words = ["check", "--no-config", "--shellcheck", "--min-severity", "info", "--format", "concise"];
        let run = folder.run(&[&words, more].concat());
        let lines = run.out.lines().filter(|line| line.contains("shellcheck-finding"));
        let place = |line: &str| {
            let (place, rest) = line.split_once(": ")?;
            Some(format!("{place} {}", rest.split_once("] ")?.1.split_once(':')?.0))
        };
        lines.filter_map(place).map(|it| it.replace("Dockerfile:", "")).collect::<Vec<_>>()
    };
    let all = [
        "4:4 SC2154",
        "4:23 SC2086",
        "7:4 SC2154",
        "9:28 SC2086",
        "9:28 SC2154",
        "10:1 SC2154",
        "19:8 SC2154",
    ];
    assert_eq!(found(&[]), all);
    assert_eq!(found(&["--select", "hadolint:SC2086"]), ["4:23 SC2086", "9:28 SC2086"]);
    assert_eq!(found(&["--ignore", "SC2154"]), ["4:23 SC2086", "9:28 SC2086"]);
    assert!(found(&["--ignore", "shellcheck-finding"]).is_empty());
}

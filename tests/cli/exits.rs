//! 0 clean, 1 findings at or above the threshold, 2 something could not be judged.

use std::io::Write;

use super::support::{Folder, Run};
use super::{CLEAN, PRIVILEGED};

/// The exit code of `check` with only one rule on.
fn code(files: &[(&str, &str)], args: &[&str]) -> u8 {
    let mut all = vec!["check", "--select", "privileged-container,add-instead-of-copy"];
    all.extend(args);
    Folder::of(files).run(&all).code
}

#[test]
fn findings_and_thresholds() {
    let bad = [("compose.yaml", PRIVILEGED)];
    assert_eq!(code(&[("compose.yaml", CLEAN)], &[]), 0);
    assert_eq!(code(&bad, &[]), 1);
    for level in ["critical", "high", "medium", "low", "info"] {
        assert_eq!(code(&[("compose.yaml", CLEAN)], &["--fail-on", level]), 0, "{level}");
    }
    for (level, expected) in [("high", 1), ("medium", 1), ("low", 1), ("info", 1), ("never", 0)] {
        assert_eq!(code(&bad, &["--fail-on", level]), expected, "{level}");
    }
    // What is shown does not decide what fails.
    assert_eq!(code(&bad, &["--min-severity", "critical", "--fail-on", "high"]), 1);
}

#[test]
fn every_format_exits_alike() {
    for format in ["human", "concise", "json", "github"] {
        assert_eq!(code(&[("compose.yaml", PRIVILEGED)], &["--format", format]), 1, "{format}");
        assert_eq!(code(&[("compose.yaml", "a: [\n")], &["--format", format]), 2, "{format}");
    }
}

#[test]
fn what_cannot_be_judged_beats_findings() {
    let files = [("compose.yaml", PRIVILEGED), ("other/compose.yaml", "services: [\n")];
    let folder = Folder::of(&files);
    let output = folder.run(&["check", "--select", "privileged-container", "--format", "concise"]);
    assert_eq!(output.code, 2);
    assert!(
        output.out.contains("critical[privileged-container]")
            || output.out.contains("[privileged-container]")
    );
    assert!(output.out.contains("problem[yaml-syntax]"), "{}", output.out);
}

#[test]
fn nothing_to_judge() {
    let folder = Folder::of(&[("README.md", "nothing")]);
    let output = folder.run(&["check"]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("--allow-empty"), "{}", output.err);
    assert_eq!(folder.run(&["check", "--allow-empty"]).code, 0);
    assert_eq!(folder.run(&["check", "missing.yaml"]).code, 2);
    for command in ["fix", "harden"] {
        assert_eq!(folder.run(&[command]).err, output.err);
        assert_eq!(folder.run(&[command, "--allow-empty"]).code, 0);
    }
    let test = folder.run(&["test", "."]);
    assert_eq!((test.code, test.err.as_str()), (2, "plimsoll: there is no rule here to test\n"));
}

#[test]
fn the_help_lists_every_format() {
    let help = Folder::of(&[]).run(&["check", "--help"]).out;
    for format in plimsoll::report::FORMATS {
        assert!(help.contains(format.name), "{}", format.name);
    }
}

#[test]
fn what_cannot_be_written_is_named() {
    let folder = Folder::of(&[("compose.yaml", CLEAN)]);
    let output = folder.run(&["check", "--format", "json=no/such/folder.json"]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("`no/such/folder.json` cannot be written: "), "{}", output.err);
    let output = folder.run(&["check", "--format", "json="]);
    assert_eq!((output.code, output.err.as_str()), (2, "plimsoll: `--format json=` names no file\n"));
    let output = folder.run(&["check", "--format", "human", "--format", "jsn"]);
    assert_eq!((output.code, output.out.as_str()), (2, ""), "nothing is shown before the mistake is");
}

#[test]
fn a_named_file_of_an_unknown_kind() {
    let folder = Folder::of(&[("notes.txt", "FROM debian:12\nADD a b\n")]);
    let output = folder.run(&["check", "notes.txt"]);
    assert_eq!(output.code, 2, "{output:?}");
    assert!(format!("{}{}", output.out, output.err).contains("--as"), "{output:?}");
    assert_ne!(folder.run(&["check", "--as", "dockerfile", "notes.txt"]).code, 2);
}

#[test]
fn usage() {
    let folder = Folder::of(&[("compose.yaml", CLEAN)]);
    for args in [
        &["check", "--no-such-flag"][..],
        &["check", "--fail-on", "sometimes"],
        &["check", "--format", "xml"],
        &["check", "--profile", "relaxed"],
        &["frobnicate"],
        &["check", ""],
        &["check", "--select", ""],
        &["check", "--file", ""],
        &["check", "-", "compose.yaml"],
        &["check", "--stdin-filename", "compose.yaml"],
        &["fix", ""],
        &["facts", ""],
    ] {
        let output = folder.run(args);
        assert_eq!((output.code, output.out.as_str()), (2, ""), "{args:?}");
        assert!(!output.err.is_empty(), "{args:?}");
    }
    assert_eq!(folder.run(&["--help"]).code, 0);
    assert_eq!(folder.run(&["--version"]).code, 0);
}

#[test]
fn without_a_command_paths_and_options_are_those_of_check() {
    let folder = Folder::of(&[("a/compose.yaml", PRIVILEGED), ("fix/compose.yaml", CLEAN)]);
    let check = folder.run(&["check", "--format", "concise", "a"]);
    assert_eq!(check.code, 1, "{check:?}");
    assert_eq!(folder.run(&["--format", "concise", "a"]), check);
    assert_eq!(folder.run(&["a", "--format", "concise"]), check);
    assert_eq!(folder.run(&["missing.yaml"]).code, 2);
    assert!(folder.run(&["missing.yaml"]).out.contains("there is no such file"));
    assert!(folder.run(&["fix", "--format", "json"]).out.contains("plimsoll.rewrite/1"), "a command first");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_was_not_judged() {
    let folder = Folder::of(&[("compose.yaml", CLEAN), ("in/other.txt", "")]);
    for (link, target) in [("Dockerfile", "gone"), ("in/compose.yaml", "compose.yaml"), ("in/up", "..")] {
        std::os::unix::fs::symlink(target, folder.path().join(link)).unwrap();
    }
    for args in [&["check", "--format", "concise"][..], &["check", "--format", "concise", "Dockerfile", "in"]]
    {
        let run = folder.run(args);
        assert_eq!(run.code, 2, "{run:?}");
        for path in ["Dockerfile", "in/compose.yaml"] {
            let said = format!("{path}:1:1: problem[unreadable] this link leads nowhere, or in a circle\n");
            assert!(run.out.contains(&said), "{run:?}");
        }
    }
    let run = folder.run(&["check", "Dockerfile"]);
    assert!(run.out.contains("\n0 files checked; 1 could not be judged\n"), "{run:?}");
    assert_eq!(folder.run(&["fix", "Dockerfile"]).code, 2);
    assert_eq!(folder.run(&["check", "--config", "Dockerfile"]).code, 2);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let folder = Folder::of(&[("compose.yaml", CLEAN), ("bad/compose.yaml", PRIVILEGED)]);
    let mut err = Vec::new();
    let only = ["check", "--select", "privileged-container"];
    let code = |path, err: &mut Vec<u8>| {
        Run::at(folder.path()).write_to(&[&only[..], &[path]].concat(), &mut Closed, err)
    };
    assert_eq!(code("compose.yaml", &mut err), 0);
    assert_eq!(code("bad", &mut err), 1, "the judgement still counts");
    assert!(err.is_empty());
}

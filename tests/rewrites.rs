//! What `fix` and `harden` promise of their rewrites.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use std::fs;
use std::process::Command;

/// Rewrites a Dockerfile in place; returns what became of it and what was said about it.
fn rewrite(arguments: &[&str], text: &str) -> (String, String) {
    let project = tempfile::tempdir().unwrap();
    let path = project.path().join("Dockerfile");
    fs::write(&path, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .args(["--write", "Dockerfile"])
        .current_dir(project.path())
        .output()
        .unwrap();
    (fs::read_to_string(path).unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn an_inserted_instruction_brings_no_finding_by_moving_others() {
    let (text, notes) = rewrite(&["harden"], "FROM node:24-slim\nWORKDIR /app\nCMD node server.js\n");
    assert_eq!(text, "FROM node:24-slim\nWORKDIR /app\nUSER 10001:10001\nCMD node server.js\n", "{notes}");
    assert!(notes.contains("[shell-form-command]"), "what was there before is still reported: {notes}");
}

#[test]
fn equal_defects_are_mended_one_after_the_other() {
    let (text, notes) = rewrite(&["fix"], "FROM debian:13\nADD a /a\nADD b /b\nADD c /c\nUSER 10001\n");
    assert_eq!(text, "FROM debian:13\nCOPY a /a\nCOPY b /b\nCOPY c /c\nUSER 10001\n", "{notes}");
    let (again, notes) = rewrite(&["fix"], &text);
    assert_eq!(again, text);
    assert!(notes.contains("nothing to change"), "{notes}");
}

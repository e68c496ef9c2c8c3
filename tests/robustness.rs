//! Bad input: the exit code says so, the problem has its place, and the file beside it is still judged.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::process::Command;

/// Exit code and output of a check of one bad file beside a good one.
fn check(name: &str, bytes: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    std::fs::write(folder.path().join("good.Dockerfile"), "FROM debian:latest\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--format", "concise", "--", name, "good.Dockerfile"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn what_cannot_be_read_is_a_problem_with_a_place() {
    let flow = format!("services:\n  web:\n    command: {}\n", "[".repeat(50_000));
    let huge = vec![b'a'; 9 * 1024 * 1024];
    let cases: [(&str, &[u8], &str); 9] = [
        ("Dockerfile", b"FROM debian:13\nRUN echo \xe9\n", "Dockerfile:2:10: problem[encoding]"),
        ("compose.yaml", b"services: # \xe9\n", "compose.yaml:1:13: problem[encoding]"),
        ("Dockerfile", b"FROM debian:13\rUSER 1\r", "Dockerfile:1:15: problem[encoding]"),
        ("Dockerfile", b"FROM x\nRUN \0\n", "Dockerfile:2:5: problem[encoding]"),
        ("compose.yaml", b"\xff\xfes\0e\0", "compose.yaml:1:1: problem[encoding]"),
        ("compose.yaml", b"services: &s\n  web: *s\n", "compose.yaml:2:8: problem[yaml-alias-cycle]"),
        ("compose.yaml", flow.as_bytes(), "128 levels"),
        ("Dockerfile", &huge, "8388608 bytes"),
        ("Dockerfile", b"FROM x\nRUN <<EOF\n", "Dockerfile:2:5: problem[dockerfile-syntax]"),
    ];
    for (name, bytes, expected) in cases {
        let (code, output) = check(name, bytes);
        assert_eq!(code, Some(2), "{expected}: {output}");
        assert!(output.contains(expected), "{expected} is not in: {output}");
        assert!(output.contains("good.Dockerfile:1"), "the other file is lost: {output}");
    }
}

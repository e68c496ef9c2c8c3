//! Bad input: the exit code says so, the problem has its place, and the file beside it is still judged.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::fmt::Write;
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

/// A file that is small on disk and without end once its anchors are followed.
fn bomb(first: &str, more: impl Fn(u32) -> String, levels: u32) -> String {
    let mut text = format!("x-0: &a0 {first}\n");
    for level in 1..levels {
        writeln!(text, "x-{level}: &a{level} {}", more(level - 1)).unwrap();
    }
    let last = levels - 1;
    text + &format!("services:\n  web:\n    image: nginx\n    labels: *a{last}\n    command: *a{last}\n")
}

#[test]
fn each_limit_is_named_and_none_is_reached_by_honest_files() {
    let list = bomb("[x, x]", |below| format!("[{}]", vec![format!("*a{below}"); 9].join(", ")), 10);
    let tree = bomb("{k: v}", |below| format!("{{l: *a{below}, r: *a{below}}}"), 28);
    let nested = format!("FROM debian:13\nRUN echo {}x{}\n", "$(echo ".repeat(300), ")".repeat(300));
    for (name, text, expected) in [
        ("compose.yaml", list, "more than 1000000 values"),
        ("compose.yaml", tree, "more than 1000000 values"),
        ("Dockerfile", nested, "Dockerfile:2:1: problem[shell-too-deep]"),
    ] {
        let (code, output) = check(name, text.as_bytes());
        assert_eq!(code, Some(2), "{expected}: {output}");
        assert!(output.contains(expected), "{expected} is not in: {output}");
        assert!(output.contains("good.Dockerfile:1"), "the other file is lost: {output}");
    }
    let mut honest = "x-d: &d\n  restart: always\nservices:\n".to_owned();
    for service in 0..110 {
        writeln!(honest, "  s{service}:\n    <<: *d\n    image: nginx:1.29").unwrap();
    }
    let (_, output) = check("compose.yaml", honest.as_bytes());
    assert!(!output.contains("problem["), "{output}");
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink("loop.Dockerfile", at("loop.Dockerfile")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("zero.Dockerfile")).unwrap();
    assert!(Command::new("mkfifo").arg(at("fifo.Dockerfile")).status().unwrap().success());
    for (name, expected) in [
        ("loop.Dockerfile", "unreadable"),
        ("zero.Dockerfile", "not-a-file"),
        ("fifo.Dockerfile", "not-a-file"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["check", "--format", "concise", "--", name])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(&format!("{name}:1:1: problem[{expected}]")), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn neither_names_nor_content_write_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let name = "x\n::error::forged\u{1b}[2J\u{202e}.Dockerfile";
    let text = "FROM debian:latest AS \u{1b}[31mred\nMAINTAINER \u{202e}me\nBOGUS\u{1b}[2J \\\n::error::forged\nENV DB_PASSWORD=kanarienvogel9\n";
    std::fs::write(folder.path().join(name), text).unwrap();
    for format in ["human", "concise", "json", "github", "markdown"] {
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["check", "--profile", "all", "--min-severity", "info", "--format", format, "--", name])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("Dockerfile"), "{format}: {said}");
        assert!(
            !said.contains(|c: char| c != '\n' && c.is_control() || c == '\u{202e}'),
            "{format}: {said:?}"
        );
        assert!(!said.contains("kanarienvogel9"), "{format}: {said}");
        for line in said.lines().filter(|line| line.starts_with("::")) {
            assert!(
                format == "github" && line.contains(r" file=x\n%3A%3Aerror%3A%3Aforged\u{1b}"),
                "{format}: {line}"
            );
        }
    }
}

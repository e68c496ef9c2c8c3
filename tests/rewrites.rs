//! What `fix` and `harden` promise of their rewrites.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::Value;

use support::{Folder, Run};

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
    let (text, notes) = rewrite(&["harden"], "FROM node:24-slim\nWORKDIR /app\nCMD node server.js $PORT\n");
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[2].starts_with("RUN groupadd ") && lines[2].ends_with(" && chown 10001:10001 /app"),
        "{text}"
    );
    assert_eq!(lines[3..], ["USER 10001:10001", "CMD node server.js $PORT"], "{notes}");
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

/// A project with a secret that goes to `.env`, one that goes to a file, and one that stays.
fn harbour() -> Folder {
    Folder::of(&[
        ("compose.yaml", HARBOUR),
        ("app/Dockerfile", "FROM node:24-slim\nADD . /app\nCMD [\"node\", \"/app/server.js\"]\n"),
        (".gitignore", "node_modules"),
    ])
}

const HARBOUR: &str = "\
# 항구 🚢
services:
  api:
    image: registry.example.com/harbour/api:3.1
    environment:
      - API_TOKEN=tugboat-7781
      - APP_PASSCODE=k33l'haul
      - API_SECRET=a'b\"c'd9
  db:
    image: postgres:17 # the log
    environment: { POSTGRES_PASSWORD: r0pe-and-sail }
";

/// Applies the edits of `plimsoll.rewrite/1`, as an editor would.
fn applied(folder: &Folder, document: &Value) -> BTreeMap<String, String> {
    let bytes = |path: &str| fs::read(folder.path().join(path)).unwrap_or_default();
    let mut files = BTreeMap::new();
    for file in document["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        let old = bytes(path);
        let (mut new, mut at) = (Vec::new(), 0);
        for edit in file["edits"].as_array().unwrap() {
            let offset = |value: &Value| usize::try_from(value["offset"].as_u64().unwrap()).unwrap();
            new.extend_from_slice(&old[at..offset(&edit["start"])]);
            at = offset(&edit["end"]);
            new.extend_from_slice(edit["text"].as_str().unwrap_or_default().as_bytes());
            for part in edit["parts"].as_array().into_iter().flatten() {
                new.extend_from_slice(part["text"].as_str().unwrap_or_default().as_bytes());
                if let Some(copy) = part.get("copy") {
                    let from = bytes(copy["path"].as_str().unwrap());
                    new.extend_from_slice(&from[offset(&copy["start"])..offset(&copy["end"])]);
                }
            }
        }
        new.extend_from_slice(&old[at..]);
        files.insert(path.to_owned(), String::from_utf8(new).unwrap());
    }
    files
}

#[test]
fn edits_for_programs_do_what_write_does_and_show_no_secret() {
    let schema: Value = serde_json::from_str(include_str!("../schema/rewrite.v1.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let folder = harbour();
    for args in [&["fix", "--format", "json"][..], &["harden", "--format", "json", "--profile", "all"]] {
        let output = folder.run(args);
        assert_eq!((output.code, output.err.as_str()), (0, ""));
        for secret in ["tugboat-7781", "r0pe-and-sail", "k33l", "a'b"] {
            assert!(!output.out.contains(secret), "{}", output.out);
        }
        let document: Value = serde_json::from_str(&output.out).unwrap();
        let mistakes: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(mistakes.is_empty(), "{mistakes:?}\n{document:#}");
        let edited = applied(&folder, &document);
        let written = harbour();
        let words: Vec<&str> = args.iter().copied().filter(|it| !["--format", "json"].contains(it)).collect();
        let output = written.run(&[&words[..], &["--write"]].concat());
        assert_eq!(output.code, 0, "{}", output.err);
        for (path, text) in &edited {
            assert_eq!(*text, fs::read_to_string(written.path().join(path)).unwrap(), "{path}");
        }
        if args[0] == "harden" {
            let made: Vec<&str> = edited.keys().map(String::as_str).collect();
            assert_eq!(
                made,
                [
                    ".dockerignore",
                    ".env",
                    ".gitignore",
                    "app/Dockerfile",
                    "compose.yaml",
                    "secrets/postgres_password.txt"
                ]
            );
            let served = document["files"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|file| file["edits"].as_array().unwrap());
            let mut served: Vec<u64> = served
                .flat_map(|edit| edit["changes"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()))
                .collect();
            served.sort_unstable();
            let all: Vec<u64> = (0..document["changes"].as_array().unwrap().len() as u64).collect();
            assert_eq!(served, all, "every change is served by one edit");
            let left = document["left"].as_array().unwrap();
            assert!(
                left.iter().any(|it| it["rule"] == "secret-in-environment"),
                "the one with both quotes: {left:?}"
            );
        }
    }
}

#[test]
fn standard_input_is_rewritten_without_losing_a_value() {
    let folder = Folder::of(&[]);
    let mut run = Run::at(folder.path());
    run.stdin = HARBOUR.as_bytes();
    let output = run.args(&["harden", "-", "--stdin-filename", "compose.yaml"]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(
        output.out.contains("API_TOKEN=tugboat-7781") && output.out.contains("cap_drop:"),
        "{}",
        output.out
    );
    assert!(output.err.contains("standard output cannot hold"), "{}", output.err);
    assert!(!output.err.contains("tugboat"), "{}", output.err);
    let output = run.args(&["harden", "-", "--stdin-filename", "compose.yaml", "--write"]);
    assert_eq!(output.code, 2);
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(files, [".git"], "nothing is written");
}

#[test]
fn only_files_that_were_named_are_rewritten() {
    let folder = Folder::of(&[
        ("compose.yaml", "include: [pier.yaml]\nservices:\n  web: { image: \"nginx:1.29\" }\n"),
        ("pier.yaml", "services:\n  pier:\n    image: redis:8\n"),
    ]);
    let pier = fs::read_to_string(folder.path().join("pier.yaml")).unwrap();
    let output = folder.run(&["harden", "--write", "compose.yaml"]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert_eq!(fs::read_to_string(folder.path().join("pier.yaml")).unwrap(), pier);
    folder.run(&["harden", "--write", "."]);
    assert!(fs::read_to_string(folder.path().join("pier.yaml")).unwrap().contains("cap_drop"));
}

/// Everything in a folder but what belongs to git.
fn contents(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.path().to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !path.is_symlink() {
                files.insert(format!("{name}/"), Vec::new());
                open.push(path);
            } else {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Runs `harden --write` with files limited to half a kilobyte, less than the new text needs.
#[cfg(unix)]
fn cramped(folder: &Folder, before: &str) -> std::process::Output {
    let script = format!("{before} ulimit -f 1; exec \"$0\" harden --write .");
    Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_plimsoll")])
        .current_dir(folder.path())
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_full_disk_changes_nothing() {
    let folder = harbour();
    let before = contents(&folder);
    let output = cramped(&folder, "trap '' XFSZ;");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("compose.yaml: File too large") && said.contains("nothing was changed"), "{said}");
    assert_eq!(contents(&folder), before, "no half file, no new file, no folder");
}

/// The signal comes in the middle of a write.
#[cfg(unix)]
#[test]
fn whoever_is_killed_leaves_every_file_whole_and_can_be_run_again() {
    use std::os::unix::process::ExitStatusExt;
    let folder = harbour();
    let before = contents(&folder);
    let output = cramped(&folder, "");
    assert!(output.status.signal().is_some(), "{output:?}");
    let after = contents(&folder);
    for (path, text) in &before {
        assert_eq!(after.get(path), Some(text), "{path}");
    }
    let strangers: Vec<&String> =
        after.keys().filter(|path| !before.contains_key(*path) && !path.ends_with('/')).collect();
    assert!(strangers.iter().all(|path| path.contains(".plimsoll-")), "{strangers:?}");
    let output = folder.run(&["harden", "--write", "."]);
    assert_eq!(output.code, 0, "{}", output.err);
    let secret = fs::read_to_string(folder.path().join("secrets/postgres_password.txt")).unwrap();
    assert_eq!(secret, "r0pe-and-sail");
}

/// Killed between two files: the secret is in its file already, the project still has it, too.
#[test]
fn a_secret_that_was_moved_by_half_is_moved_again() {
    let folder = harbour();
    folder.put("secrets/postgres_password.txt", "r0pe-and-sail");
    let output = folder.run(&["harden", "--write", "."]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(!fs::read_to_string(folder.path().join("compose.yaml")).unwrap().contains("r0pe"));
    let other = harbour();
    other.put("secrets/postgres_password.txt", "another");
    let output = other.run(&["harden", "--write", "."]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(output.err.contains("is there already"), "{}", output.err);
    assert_eq!(fs::read_to_string(other.path().join("secrets/postgres_password.txt")).unwrap(), "another");
    assert!(fs::read_to_string(other.path().join("compose.yaml")).unwrap().contains("r0pe"));
}

#[cfg(unix)]
#[test]
fn read_only_files_and_links_stop_everything() {
    use std::os::unix::fs::PermissionsExt;
    let folder = harbour();
    let path = folder.path().join("compose.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let before = contents(&folder);
    let output = folder.run(&["harden", "--write", "."]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("compose.yaml is read-only; nothing was changed"), "{}", output.err);
    assert_eq!(contents(&folder), before);

    let linked = harbour();
    fs::rename(linked.path().join("compose.yaml"), linked.path().join("real.txt")).unwrap();
    std::os::unix::fs::symlink("real.txt", linked.path().join("compose.yaml")).unwrap();
    let before = contents(&linked);
    let output = linked.run(&["harden", "--write", "compose.yaml"]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("compose.yaml is a link"), "{}", output.err);
    assert_eq!(contents(&linked), before);
    assert!(linked.path().join("compose.yaml").is_symlink());
}

#[cfg(unix)]
#[test]
fn permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = harbour();
    let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(folder.path().join("compose.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    folder.run(&["harden", "--write", "."]);
    assert_eq!((mode("compose.yaml"), mode(".env"), mode(".gitignore")), (0o640, 0o600, 0o644));
}

#[test]
fn copies_go_below_a_folder_and_nowhere_else() {
    let folder = harbour();
    let before = contents(&folder);
    for _ in 0..2 {
        let output = folder.run(&["harden", "-o", "out", "compose.yaml", "app/Dockerfile"]);
        assert_eq!((output.code, output.out.as_str()), (0, ""), "{}", output.err);
    }
    let after = contents(&folder);
    let (copies, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
        after.into_iter().partition(|(path, _)| path.starts_with("out/"));
    assert_eq!(rest, before);
    let made: Vec<&str> = copies.keys().map(String::as_str).filter(|path| !path.ends_with('/')).collect();
    let expected = [
        ".dockerignore",
        ".env",
        ".gitignore",
        "app/Dockerfile",
        "compose.yaml",
        "secrets/postgres_password.txt",
    ];
    assert_eq!(made, expected.map(|path| format!("out/{path}")));
    let outside = harbour();
    let output = outside.run(&["harden", "--check", "--format", "json", "."]);
    assert_eq!(output.code, 1, "there is something to change");
    assert_eq!(contents(&outside), before);
}

#[test]
fn projects_of_one_folder_share_what_they_hide() {
    let url = |service: &str, password: &str| {
        format!(
            "services:\n  {service}:\n    image: app:1\n    environment:\n      URL: postgres://a:{password}@db/x\n"
        )
    };
    let stack = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: Zk3vbQ81xw\n    deploy: {}\n";
    let (one, two) = (url("one", "Yp4wcR92yv"), url("two", "Xq5xdS03zu"));
    let folder = Folder::of(&[
        ("compose.yaml", one.as_str()),
        ("tools-compose.yaml", two.as_str()),
        ("db-stack.yml", stack),
    ]);
    let rules = "secret-in-connection-string,secret-in-environment";
    let output = folder.run(&["harden", "--write", "--select", rules]);
    let text = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    let mut hidden: Vec<String> = text(".gitignore").lines().map(str::to_owned).collect();
    hidden.sort_unstable();
    assert_eq!(hidden, [".env", "secrets/"], "{}", output.err);
    assert_eq!(text(".env").lines().count(), 1, "one name holds one value: {}", output.err);
    let moved = ["compose.yaml", "tools-compose.yaml"].map(|path| text(path).contains("${DB_PASSWORD:?}"));
    assert_eq!(moved, [true, false], "{}", output.err);
    assert!(output.err.contains("`.env` has another value under that name"), "{}", output.err);
}

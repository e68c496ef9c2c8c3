//! What `fix` and `harden` promise of their rewrites.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

#[path = "rewrites/disk.rs"]
mod disk;
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

/// What hardening changes and makes in [`harbour`].
const WRITTEN: [&str; 7] = [
    ".dockerignore",
    ".env",
    ".gitignore",
    "app/Dockerfile",
    "app/Dockerfile.dockerignore",
    "compose.yaml",
    "secrets/postgres_password.txt",
];

/// What is selected is what is mended; whether the result may stay is for all rules to say.
#[test]
fn rules_that_are_not_selected_judge_the_result() {
    let text = "FROM debian:13\nRUN useradd -u 1000 app\nCOPY app.conf /etc/app.conf\nRUN chown 1000 /etc/app.conf\nMAINTAINER me\n";
    let select = ["fix", "--select", "copy-then-chown", "--no-config"];
    let (mended, notes) = rewrite(&select, text);
    assert!(mended.contains("COPY --chown=1000 app.conf") && mended.contains("MAINTAINER me"), "{mended}");
    assert!(!notes.contains("maintainer-deprecated"), "{notes}");
    let (same, notes) = rewrite(&[&select[..], &["--also", "copy-chown-to-non-root"]].concat(), text);
    assert_eq!(same, text);
    assert!(notes.contains("copy-chown-to-non-root"), "{notes}");
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
            assert_eq!(made, WRITTEN);
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
    assert!(
        output.err.contains("it makes another file, which standard output cannot hold; name the file"),
        "{}",
        output.err
    );
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
    let moved = ["compose.yaml", "tools-compose.yaml"].map(|path| text(path).contains("${DB_A_PASSWORD:?}"));
    assert_eq!(moved, [true, false], "{}", output.err);
    assert!(output.err.contains("`.env` has another value for `DB_A_PASSWORD`"), "{}", output.err);
}

#[test]
fn copies_are_not_copied_again() {
    let folder = harbour();
    let run = || {
        let run = folder.run(&["harden", "-o", "out"]);
        assert_eq!(run.code, 0, "{run:?}");
        run.err
    };
    let first = run();
    assert!(folder.path().join("out/compose.yaml").is_file());
    assert_eq!(run(), first);
    assert!(!folder.path().join("out/out").exists());
    // Who names them means them.
    assert!(folder.run(&["harden", "-o", "out", "out/compose.yaml"]).code < 2);
}

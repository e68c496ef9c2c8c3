//! Every format on one small project of our own: wide characters, CRLF, several files, folds, ignores, secrets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

#[path = "support/mod.rs"]
mod support;

use serde_json::Value;
use support::{Folder, Run};

const HARBOUR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/projects/harbour");

/// The rules of the fixture only, so that a new rule changes no picture.
const ONLY: [&str; 6] = [
    "check",
    "--no-config",
    "--rules",
    "rules",
    "--select",
    "harbour-privileged,harbour-secret,harbour-port,harbour-root",
];

fn harbour(more: &[&str]) -> String {
    let args: Vec<&str> = ONLY.iter().chain(more).copied().collect();
    let output = Run::at(HARBOUR).args(&args);
    assert_eq!(output.err, "");
    assert_eq!(output.code, 2, "the broken file makes it 2");
    output.out
}

#[track_caller]
fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn human() {
    snapshot("human", &harbour(&["-v", "--show-ignored"]));
    let colored = harbour(&["-v", "--show-ignored", "--color", "always"]);
    assert!(colored.contains("\u{1b}[1;35mcritical[harbour-privileged]\u{1b}[0m"));
    assert_eq!(without_colors(&colored), harbour(&["-v", "--show-ignored"]), "colours change nothing else");
}

fn without_colors(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    out + rest
}

#[test]
fn human_quiet() {
    let quiet = harbour(&["-q", "--min-severity", "critical"]);
    assert!(quiet.contains("critical[harbour-privileged]") && quiet.contains("problem[yaml-syntax]"));
    for gone in ["load line", "checked", "high[", "ignored", "explain"] {
        assert!(!quiet.contains(gone), "{gone} in\n{quiet}");
    }
}

#[test]
fn concise() {
    snapshot("concise", &harbour(&["--format", "concise"]));
}

#[test]
fn github() {
    snapshot("github", &harbour(&["--format", "github"]));
}

#[test]
fn json() {
    let report: Value = serde_json::from_str(&harbour(&["--format", "json", "--show-ignored"])).unwrap();
    let mut text = serde_json::to_string_pretty(&report).unwrap();
    text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    snapshot("json", &text);
}

#[test]
fn no_line_ends_in_blanks() {
    for line in harbour(&["-v", "--show-ignored"]).lines() {
        assert_eq!(line, line.trim_end());
    }
}

#[test]
fn underlines_stand_below_what_they_underline() {
    // Columns as a terminal counts them: a wide character takes two.
    let text = harbour(&[]);
    let lines: Vec<&str> = text.lines().collect();
    let columns =
        |text: &str| text.chars().map(|c| if "바다🌊특권🔑".contains(c) { 2 } else { 1 }).sum::<usize>();
    for (line, place) in
        [("# 특권", "privileged: true"), ("바다 🌊", "POSTGRES_PASSWORD: \"******************\"")]
    {
        let at = lines.iter().position(|it| it.contains(line)).unwrap();
        let start = lines[at].find(place).unwrap();
        let underline = lines[at + 1].find('─').unwrap();
        assert_eq!(columns(&lines[at][..start]), columns(&lines[at + 1][..underline]), "{line}\n{text}");
        let drawn = lines[at + 1].chars().filter(|c| "─┬".contains(*c)).count();
        assert_eq!(drawn, place.len(), "{line}\n{text}");
    }
}

#[test]
fn no_format_shows_a_secret() {
    for format in ["human", "concise", "json", "github"] {
        for policy in [&["--profile", "all"][..], &["--rules", "rules", "--profile", "all"]] {
            let mut args = vec![
                "check",
                "--no-config",
                "--min-severity",
                "info",
                "-v",
                "--show-ignored",
                "--format",
                format,
            ];
            args.extend(policy);
            let output = Run::at(HARBOUR).args(&args);
            assert!(output.out.contains("yaml-syntax"), "{}", output.out);
            assert!(!output.out.contains("canary"), "{format} shows it:\n{}", output.out);
            assert!(!output.err.contains("canary"), "{}", output.err);
        }
    }
}

#[test]
fn no_format_shows_a_credential_of_a_dockerfile() {
    let token = "ghp_0a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H";
    let text = format!(
        "FROM debian:13\nLABEL a={token}\nRUN git clone https://me:canary1@example.com/x && tool --password canary2\n\
         RUN PGPASSWORD=canary3 psql\nCOPY <<EOF /x\n{token}\nEOF\nCMD [\"serve\", \"--token=canary4\"]\n"
    );
    let folder = Folder::of(&[("Dockerfile", text.as_str())]);
    for format in ["human", "concise", "json", "github", "markdown"] {
        let output =
            folder.run(&["check", "--format", format, "--profile", "all", "--min-severity", "info", "-v"]);
        assert!(output.out.contains("hardcoded-secret"), "{}", output.out);
        for shown in [output.out, output.err] {
            assert!(!shown.contains("canary") && !shown.contains("0a1B2c"), "{format} shows it:\n{shown}");
        }
    }
}

#[test]
fn what_steers_a_terminal_or_a_workflow_is_escaped() {
    let folder = Folder::of(&[(
        "compose.yaml",
        "services:\n  \"we\\e[31mb\\n::error::x\":\n    image: app:1\n    privileged: true\n",
    )]);
    for format in ["human", "concise", "github"] {
        let out = folder.run(&["check", "--format", format, "--profile", "all"]).out;
        assert!(out.contains("privileged"), "{out}");
        assert!(!out.contains('\u{1b}'), "{format}: {out:?}");
        assert!(!out.lines().any(|line| line.starts_with("::error::x")), "{format}: {out}");
    }
}

#[test]
fn a_long_line_is_shown_around_the_place() {
    let long = "x".repeat(100_000);
    let text = format!(
        "services: {{ web: {{ labels: {{ a: \"{long}\" }}, image: \"app:1\", privileged: true }} }}\n"
    );
    let folder = Folder::of(&[("compose.yaml", &text)]);
    let out = folder.run(&["check", "--select", "privileged-container"]).out;
    assert!(out.contains("privileged: true") && out.len() < 5_000, "{} bytes", out.len());
    assert!(out.contains("compose.yaml:1:100"), "the column is the file's: {out}");
}

#[test]
fn reports_fit_their_schema() {
    let schema: Value = serde_json::from_str(include_str!("../schema/report.v1.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let folder = Folder::of(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n    privileged: true\n    # plimsoll: ignore[root-user-explicit] x\n    user: root\n",
        ),
        (
            "stack.yml",
            "services:\n  web:\n    image: nginx\n    networks: [n]\nnetworks:\n  n: { driver: overlay }\n",
        ),
        ("app/Dockerfile", "FROM debian\nRUN apt-get update && apt-get install -y curl\nADD . /\n"),
        ("broken/Dockerfile", "FROM debian\nRUN <<EOF\necho\n"),
        ("broken/compose.yaml", "services: [\n"),
        ("empty/Dockerfile", ""),
    ]);
    let (mut findings, mut edits, mut problems, mut ignored) = (0, 0, 0, 0);
    for args in [
        &["check", "--format", "json", "--profile", "all", "--min-severity", "info", "--show-ignored"][..],
        &["check", "--format", "json", "stack.yml"],
        &["check", "--format", "json", "--profile", "all", "app"],
        &["check", "--format", "json", "broken"],
        &["check", "--format", "json", "empty"],
    ] {
        let output = folder.run(args);
        let report: Value = serde_json::from_str(&output.out).unwrap_or_else(|_| panic!("{output:?}"));
        let errors: Vec<String> =
            schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{args:?}\n{}", errors.join("\n"));
        let all = report["findings"].as_array().unwrap();
        findings += all.len();
        problems += report["problems"].as_array().unwrap().len();
        ignored += all.iter().filter(|finding| finding["state"] == "ignored").count();
        edits +=
            all.iter().filter(|it| it["fix"]["edits"].as_array().is_some_and(|all| !all.is_empty())).count();
        let mut prints: Vec<&str> = all.iter().filter_map(|it| it["fingerprint"].as_str()).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), all.len(), "fingerprints are unique in a report");
    }
    assert!(
        findings > 10 && edits > 0 && problems > 0 && ignored > 0,
        "{findings} {edits} {problems} {ignored}"
    );
}

#[test]
fn the_edits_of_a_finding_can_be_applied_as_they_are() {
    let text = "services:\n  web:\n    image: app:1 # 특권 🔑\n    ports: [\"5432:5432\"]\n";
    let folder = Folder::of(&[
        ("compose.yaml", text),
        ("port.yaml", include_str!("../fixtures/projects/harbour/rules/harbour-port.yaml")),
    ]);
    let out = folder
        .run(&[
            "check",
            "--rules",
            "port.yaml",
            "--select",
            "harbour-port",
            "--format",
            "json",
            "compose.yaml",
        ])
        .out;
    let report: Value = serde_json::from_str(&out).unwrap();
    let fix = &report["findings"][0]["fix"];
    assert_eq!(fix["safety"], "safe");
    let edit = &fix["edits"][0];
    let at = |key: &str| usize::try_from(edit[key]["offset"].as_u64().unwrap()).unwrap();
    let mended = format!("{}{}{}", &text[..at("start")], edit["text"].as_str().unwrap(), &text[at("end")..]);
    assert_eq!(mended, text.replace("5432:5432", "127.0.0.1:5432:5432"));
    assert_eq!(edit["start"]["line"], 4);
}

//! Several files as one project: as Compose merges them, as a stack merges them, and how Docker itself does the latter.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops and says so")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::installed;

fn lay(files: &[(&str, &str)]) -> tempfile::TempDir {
    let project = tempfile::tempdir().unwrap();
    fs::create_dir(project.path().join(".git")).unwrap();
    for (name, text) in files {
        let path = project.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    project
}

fn plimsoll(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(directory).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// The service `web` as two Compose files make it, without the heading.
fn merged(base: &str, over: &str) -> String {
    let service = |keys: &str| {
        let body: String = keys.lines().map(|line| format!("    {line}\n")).collect();
        format!("services:\n  web:\n{body}")
    };
    let project = lay(&[("a.yaml", &service(base)), ("b.yaml", &service(over))]);
    let (_, text) = plimsoll(project.path(), &["facts", "--merged", "--as", "compose", "a.yaml", "b.yaml"]);
    let body = text.split_once("  web:\n").unwrap().1;
    body.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect()
}

/// One row a statement about how Compose merges.
#[test]
fn compose_merges_key_by_key() {
    let rows = [
        (
            "scalars are replaced",
            "image: a:1\nread_only: true",
            "read_only: false",
            "image: a:1\nread_only: false",
        ),
        ("nothing changes nothing", "image: a:1\nuser: \"1\"", "user:", "image: a:1\nuser: \"1\""),
        ("commands are replaced", "command: [a, b]", "command: [c]", "command:\n  - c"),
        (
            "environment is joined by name, whatever its form",
            "environment: [A=1, B=2]",
            "environment: { B: \"3\", C: \"4\" }",
            "environment:\n  A: \"1\"\n  B: \"3\"\n  C: \"4\"",
        ),
        (
            "volumes are joined by their target",
            "volumes: [\"./a:/x\", \"b:/y\"]",
            "volumes: [\"./c:/x/\"]",
            "volumes:\n  - ./c:/x/\n  - b:/y",
        ),
        (
            "ports are joined by address, port, target and protocol",
            "ports: [\"443:443\"]",
            "ports: [\"8443:443\", \"0.0.0.0:443:443/tcp\"]",
            "ports:\n  - \"0.0.0.0:443:443/tcp\"\n  - \"8443:443\"",
        ),
        (
            "capabilities stand once",
            "cap_drop: [ALL]\ncap_add: [CHOWN]",
            "cap_drop: [ALL]\ncap_add: [SETUID]",
            "cap_drop:\n  - ALL\ncap_add:\n  - CHOWN\n  - SETUID",
        ),
        (
            "security options stand twice",
            "security_opt: [\"a:b\"]",
            "security_opt: [\"a:b\"]",
            "security_opt:\n  - \"a:b\"\n  - \"a:b\"",
        ),
        (
            "logging is replaced with its driver",
            "logging: { driver: json-file, options: { max-size: 1m } }",
            "logging: { driver: syslog }",
            "logging:\n  driver: syslog",
        ),
        (
            "logging is merged without one",
            "logging: { driver: json-file, options: { max-size: 1m } }",
            "logging: { options: { max-file: \"2\" } }",
            "logging:\n  driver: json-file\n  options:\n    max-size: 1m\n    max-file: \"2\"",
        ),
        (
            "networks are added",
            "networks: [one]",
            "networks: { two: { aliases: [w] } }",
            "networks:\n  one: null\n  two:\n    aliases:\n      - w",
        ),
        (
            "a build path becomes a context",
            "build: .",
            "build: { target: x }",
            "build:\n  context: \".\"\n  target: x",
        ),
        ("reset removes", "image: a:1\nports: [\"1:1\"]", "ports: !reset []", "image: a:1"),
        ("override replaces", "ports: [\"1:1\"]", "ports: !override [\"2:2\"]", "ports:\n  - \"2:2\""),
        (
            "limits are units",
            "ulimits: { nofile: 1 }",
            "ulimits: { nofile: { soft: 2, hard: 3 } }",
            "ulimits:\n  nofile:\n    soft: 2\n    hard: 3",
        ),
    ];
    for (statement, base, over, expected) in rows {
        let found = merged(base, over);
        assert_eq!(found.trim_end().replace('"', ""), expected.replace('"', ""), "{statement}");
    }
}

/// The files of one entry of `include` are merged: none of them is judged for itself.
#[test]
fn files_that_are_included_together_are_one_project() {
    let files = |include: &str| {
        lay(&[
            ("compose.yaml", &format!("include:\n{include}services:\n  web: {{ image: \"app:1\" }}\n")),
            ("db/db.yaml", "services:\n  db: { image: \"postgres:17\", privileged: true }\n"),
            ("db/safe.yaml", "services:\n  db: { privileged: false }\n"),
        ])
    };
    let select = ["check", "--format", "concise", "--select", "privileged-container", "."];
    let together = files("  - path: [db/db.yaml, db/safe.yaml]\n");
    assert_eq!(plimsoll(together.path(), &select).0, Some(0));
    let alone = files("  - path: db/db.yaml\n");
    assert!(plimsoll(alone.path(), &select).1.starts_with("db/db.yaml:2:"));
    let rows = plimsoll(together.path(), &["check", "."]).1;
    assert_eq!(rows.matches("\ndb   ").count(), 1, "{rows}");
}

#[test]
fn services_are_included_and_extended_with_their_places() {
    let project = lay(&[
        (
            "compose.yaml",
            "include:\n  - db/compose.yaml\nservices:\n  web:\n    extends: { file: common/base.yaml, service: app }\n    image: app:1\n    depends_on: [db]\n",
        ),
        (
            "common/base.yaml",
            "services:\n  app:\n    extends: root\n    privileged: true\n  root:\n    build: ../ctx\n",
        ),
        ("db/compose.yaml", "services:\n  db:\n    image: postgres:17\n    pid: host\n"),
        ("ctx/Dockerfile", "FROM alpine:3.22\nUSER 1000\nCMD [\"x\"]\n"),
    ]);
    let (code, text) = plimsoll(project.path(), &["check", "--no-config", "--format", "concise", "."]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("common/base.yaml:4:5: critical[privileged-container]"), "{text}");
    assert!(text.contains("db/compose.yaml:4:5: high[host-pid-namespace]"), "{text}");
    assert!(!text.contains("depends-on-undefined") && !text.contains("problem["), "{text}");
    assert!(!text.contains("root-user-implicit] service `web`"), "the stage's USER is the service's: {text}");
}

#[test]
fn what_cannot_be_resolved_is_said_at_its_place() {
    let rows = [
        (
            "compose.yaml",
            "include: [gone.yaml]\nservices: { web: { image: \"a:1\" } }\n",
            "compose.yaml:1:11: problem[include-or-extends-unresolvable] there is no file `gone.yaml`",
        ),
        (
            "compose.yaml",
            "services:\n  a: { image: \"a:1\", extends: b }\n  b: { extends: a }\n",
            "extends itself",
        ),
        (
            "compose.yaml",
            "services:\n  a: { image: \"a:1\", extends: c }\n",
            "compose.yaml:2:31: problem[include-or-extends-unresolvable] there is no service `c` to extend",
        ),
        (
            "compose.yaml",
            "include: [compose.yaml]\nservices: { web: { image: \"a:1\" } }\n",
            "`compose.yaml` includes itself",
        ),
        (
            "compose.yaml",
            "include: [../../../etc/passwd]\nservices: { web: { image: \"a:1\", privileged: true } }\n",
            "problem[include-or-extends-unresolvable]",
        ),
    ];
    for (name, text, expected) in rows {
        let project = lay(&[(name, text)]);
        let (code, output) = plimsoll(project.path(), &["check", "--no-config", "--format", "concise", name]);
        assert_eq!(code, Some(2), "{output}");
        assert!(output.contains(expected), "wanted {expected} in {output}");
    }
}

#[test]
fn docker_chooses_the_same_files() {
    let web = "services: { web: { image: \"nginx:1.29\", privileged: true } }\n";
    let calm = "services: { web: { privileged: false } }\n";
    let quiet = |files: &[(&str, &str)], arguments: &[&str]| {
        let project = lay(files);
        let (_, text) =
            plimsoll(project.path(), &[&["check", "--no-config", "--format", "concise"], arguments].concat());
        !text.contains("privileged-container")
    };
    assert!(
        quiet(&[("compose.yaml", web), ("docker-compose.override.yml", calm)], &["."]),
        "an override is added by itself"
    );
    assert!(
        quiet(&[("compose.yaml", web), ("compose.override.yaml", calm)], &["compose.yaml"]),
        "also when only the base is named"
    );
    assert!(
        !quiet(&[("compose.yaml", web), ("compose.override.yaml", calm)], &["-f", "compose.yaml"]),
        "-f is exact"
    );
    assert!(quiet(&[("a.yaml", web), ("b.yaml", calm)], &["-f", "a.yaml", "-f", "b.yaml"]), "-f in order");
    assert!(!quiet(&[("a.yaml", web), ("b.yaml", calm)], &["-f", "b.yaml", "-f", "a.yaml"]), "-f in order");
    assert!(
        quiet(
            &[("compose.yaml", web), ("calm.yaml", calm), (".env", "COMPOSE_FILE=compose.yaml:calm.yaml\n")],
            &["compose.yaml"]
        ),
        "COMPOSE_FILE in .env"
    );
    assert!(
        !quiet(
            &[("compose.yaml", web), ("calm.yaml", calm), (".env", "COMPOSE_FILE=compose.yaml:calm.yaml\n")],
            &["--no-env", "compose.yaml"]
        ),
        "--no-env leaves it out"
    );
    assert!(
        !quiet(&[("compose.yaml", web), ("compose.prod.yaml", calm)], &["."]),
        "the base runs on its own, too"
    );
}

/// The keys that rules use, as `docker stack config` prints them, against ours.
#[test]
fn stacks_merge_as_docker_merges_them() {
    if !installed("docker") {
        return;
    }
    let rows = [
        ("read_only", "read_only: true", "read_only: false"),
        ("user", "user: \"1000\"", "user: \"\""),
        ("cap_add", "cap_add: [CHOWN]", "cap_add: [CHOWN, SETUID]"),
        ("command", "command: [a]", "command: [b, c]"),
        ("hostname", "hostname: a", "hostname: b"),
        ("init", "init: true", "user: \"1\""),
    ];
    for (key, base, over) in rows {
        let file = |keys: &str| format!("version: \"3.8\"\nservices:\n  web:\n    image: a:1\n    {keys}\n");
        let project = lay(&[("a-stack.yml", &file(base)), ("b-stack.yml", &file(over))]);
        let theirs = Command::new("docker")
            .args(["stack", "config", "-c", "a-stack.yml", "-c", "b-stack.yml"])
            .current_dir(project.path())
            .output()
            .unwrap();
        let theirs = String::from_utf8(theirs.stdout).unwrap();
        let (_, ours) =
            plimsoll(project.path(), &["facts", "--merged", "--as", "stack", "a-stack.yml", "b-stack.yml"]);
        assert_eq!(block(&ours, key), block(&theirs, key), "{key}:\n{theirs}\n{ours}");
    }
}

/// Docker reads our merged document as it reads the files themselves.
#[test]
fn what_stacks_merge_to_is_what_docker_merges_them_to() {
    if !installed("docker") {
        return;
    }
    let around = "networks: {n: {driver: overlay, attachable: true}, m: {}}\nvolumes: {data: {driver: local}}\n\
                  secrets: {s: {external: true}}\n";
    let rows = [
        ("ports: ['80:80', '81:81']", "ports: ['80:8080', '82:82/udp']", ""),
        ("volumes: ['data:/a', './b:/b']", "volumes: ['./c:/b:ro', '/d']", ""),
        ("environment: [A=1, B=2]", "environment: {A: '3', C: null}", ""),
        ("extra_hosts: {a: 10.0.0.1}", "extra_hosts: ['b:10.0.0.2', 'a:10.0.0.3']", ""),
        ("secrets: [s]", "secrets: [{source: s, target: t, mode: 0400}]", ""),
        ("logging: {options: {max-size: 1m}}", "logging: {driver: json-file}", ""),
        ("logging: {driver: json-file, options: {max-size: 1m}}", "logging: {driver: journald}", ""),
        ("networks: [n]", "networks: {n: {aliases: [x]}, m: {}}", "networks: {n: {driver: overlay}}\n"),
        (
            "deploy: {replicas: 2, placement: {constraints: [a == b]}}",
            "deploy: {placement: {constraints: [c == d]}}",
            "",
        ),
        ("deploy: {resources: {limits: {memory: 1g}}}", "deploy: {resources: {limits: {cpus: '1'}}}", ""),
        ("depends_on: [b]", "depends_on: [c]", ""),
        ("volumes: ['data:/a']", "user: '1'", "volumes: {data: {labels: {a: b}}}\n"),
    ];
    for (base, over, around_over) in rows {
        let file = |keys: &str, image: &str, around: &str| {
            format!("version: \"3.9\"\nservices:\n  web:\n    {image}{keys}\n{around}")
        };
        let project = lay(&[
            ("a-stack.yml", &file(base, "image: a:1\n    ", around)),
            ("b-stack.yml", &file(over, "", around_over)),
        ]);
        let docker = |files: &[&str]| {
            let files = files.iter().flat_map(|file| ["-c", file]);
            let output = Command::new("docker")
                .args(["stack", "config"])
                .args(files)
                .current_dir(project.path())
                .output()
                .unwrap();
            assert!(output.status.success(), "{base} + {over}: {output:?}");
            // Mounts come sorted or not, depending on how many files there were.
            let mut lines: Vec<String> =
                String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let (_, ours) =
            plimsoll(project.path(), &["facts", "--merged", "--as", "stack", "a-stack.yml", "b-stack.yml"]);
        std::fs::write(project.path().join("merged-stack.yml"), &ours).unwrap();
        assert_eq!(
            docker(&["merged-stack.yml"]),
            docker(&["a-stack.yml", "b-stack.yml"]),
            "{base} + {over}:\n{ours}"
        );
    }
}

/// The lines of a key of the only service, without quotes and indentation.
fn block(text: &str, key: &str) -> Vec<String> {
    let mut lines = text.lines().skip_while(|line| line.trim_start().split(':').next() != Some(key));
    let Some(first) = lines.next() else { return Vec::new() };
    let depth = first.len() - first.trim_start().len();
    let inner = lines.take_while(|line| {
        let own = line.len() - line.trim_start().len();
        own > depth || own == depth && line.trim_start().starts_with('-')
    });
    std::iter::once(first).chain(inner).map(|line| line.trim().replace('"', "")).collect()
}

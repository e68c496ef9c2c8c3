//! What a file must not be able to do: show a secret, lead out of the project, take the run down.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

#[path = "hostile/cost.rs"]
mod cost;
#[path = "hostile/secrets.rs"]
mod secrets;
#[path = "support/mod.rs"]
mod support;

use std::fmt::Write;

use support::Folder;

fn problems(folder: &Folder, path: &str) -> (u8, String) {
    let run = folder.run(&[
        "check",
        "--profile",
        "all",
        "--min-severity",
        "info",
        "--format",
        "concise",
        "--",
        path,
    ]);
    let problems: Vec<&str> = run.out.lines().filter(|line| line.contains(": problem[")).collect();
    (run.code, problems.join("\n"))
}

#[test]
fn a_directory_in_the_place_of_a_file_is_a_problem_with_its_path() {
    let folder =
        Folder::of(&[("Dockerfile/x", ""), ("compose.yaml/x", ""), ("app/Dockerfile", "FROM debian:13\n")]);
    for path in ["Dockerfile", "compose.yaml/"] {
        let (code, said) = problems(&folder, path);
        let name = path.trim_end_matches('/');
        assert_eq!(code, 2);
        assert!(said.starts_with(&format!("{name}:1:1: problem[not-a-file]")), "{said}");
    }
    assert_eq!(problems(&folder, "app"), (1, String::new()), "a directory with files is walked");
}

#[test]
fn what_is_nested_too_deeply_is_said_wherever_it_stands() {
    let shell = format!("echo {}x{}", "$(echo ".repeat(100), ")".repeat(100));
    let in_yaml = shell.replace('$', "$$");
    let variables = format!("{}x{}", "${A:-".repeat(100), "}".repeat(100));
    let dockerfile = |line: String| ("Dockerfile", format!("FROM debian:13\n{line}\n"));
    let compose =
        |line: String| ("compose.yaml", format!("services:\n  web:\n    image: app:1\n    {line}\n"));
    for ((path, text), expected) in [
        (dockerfile(format!("RUN {shell}")), "Dockerfile:2:1: problem[shell-too-deep]"),
        (dockerfile(format!("CMD {shell}")), "Dockerfile:2:1: problem[shell-too-deep]"),
        (dockerfile(format!("HEALTHCHECK CMD {shell}")), "Dockerfile:2:1: problem[shell-too-deep]"),
        (
            dockerfile(format!("ENTRYPOINT [\"sh\", \"-c\", \"{shell}\"]")),
            "Dockerfile:2:1: problem[shell-too-deep]",
        ),
        (dockerfile(format!("ENV X={variables}")), "Dockerfile:2:5: problem[variables-too-deep]"),
        (compose(format!("command: {in_yaml}")), "compose.yaml:4:14: problem[shell-too-deep]"),
        (
            compose(format!("entrypoint: [sh, -c, \"{in_yaml}\"]")),
            "compose.yaml:4:27: problem[shell-too-deep]",
        ),
        (compose(format!("healthcheck: {{ test: \"{in_yaml}\" }}")), "problem[shell-too-deep]"),
        (compose(format!("hostname: \"{variables}\"")), "compose.yaml:4:16: problem[variables-too-deep]"),
    ] {
        let (code, said) = problems(&Folder::of(&[(path, text.as_str())]), path);
        assert_eq!(code, 2, "{expected}");
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
    let built = format!("FROM debian:13\nCMD {shell}\n");
    let folder =
        Folder::of(&[("compose.yaml", "services:\n  web:\n    build: .\n"), ("Dockerfile", built.as_str())]);
    let (code, said) = problems(&folder, "compose.yaml");
    assert!(code == 2 && said.contains("Dockerfile:2:1: problem[shell-too-deep]"), "{said}");
}

#[test]
fn judging_stops_at_a_limit_that_it_names() {
    let mut text = "services:\n".to_owned();
    for number in 0..1_500 {
        writeln!(text, "  s{number}:\n    image: app:1\n    privileged: true").unwrap();
    }
    let (code, said) = problems(&Folder::of(&[("compose.yaml", text.as_str())]), "compose.yaml");
    assert_eq!(code, 2);
    assert!(said.contains("problem[too-many-findings] judging stopped after 10000 findings"), "{said}");
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_project_is_read_or_written() {
    let outer = tempfile::tempdir().unwrap();
    let at = |path: &str| outer.path().join(path);
    std::fs::create_dir_all(at("project/.git")).unwrap();
    std::fs::write(at("out.yaml"), "services:\n  base:\n    image: outsider\n    privileged: true\n")
        .unwrap();
    std::fs::write(at("out.env"), "DB_PASSWORD=outsider\n").unwrap();
    std::fs::write(at("Dockerfile.out"), "FROM outsider\nUSER root\n").unwrap();
    std::os::unix::fs::symlink("../out.yaml", at("project/link.yaml")).unwrap();
    std::os::unix::fs::symlink("..", at("project/up")).unwrap();
    let absolute = at("out.yaml").display().to_string();
    let text = format!(
        "include: [../out.yaml]\nservices:\n  a:\n    extends: {{file: ../../../../etc/passwd, service: x}}\n  \
         b:\n    extends: {{file: up/out.yaml, service: base}}\n  c:\n    extends: {{file: link.yaml, service: base}}\n  \
         d:\n    extends: {{file: {absolute}, service: base}}\n  e:\n    image: app:1\n    env_file: [../out.env, up/out.env]\n    \
         build: {{context: .., dockerfile: Dockerfile.out}}\n  f:\n    build: {{context: ., dockerfile: ../Dockerfile.out}}\n\
         secrets:\n  s: {{file: ../out.env}}\nconfigs:\n  c: {{file: up/out.env}}\n"
    );
    std::fs::write(at("project/compose.yaml"), &text).unwrap();
    let run = support::Run::at(at("project"));
    let checked = run.args(&["check", "--profile", "all", "--format", "concise", "compose.yaml"]);
    assert_eq!(checked.code, 2);
    for (place, path) in [
        ("1:11", "../out.yaml"),
        ("4:21", "../../../../etc/passwd"),
        ("6:21", "up/out.yaml"),
        ("8:21", "link.yaml"),
        ("10:21", &absolute),
    ] {
        let expected =
            format!("compose.yaml:{place}: problem[include-or-extends-unresolvable] `{path}` lies outside");
        assert!(checked.out.contains(&expected), "{expected} is not in {}", checked.out);
    }
    let before = |path: &str| std::fs::read_to_string(at(path)).unwrap();
    let outside = ["out.yaml", "out.env", "Dockerfile.out"].map(before);
    for args in [
        &["check", "--profile", "all", "--format", "json", "compose.yaml"][..],
        &["facts", "compose.yaml"],
        &["facts", "--merged", "compose.yaml"],
        &["harden", "compose.yaml"],
        &["harden", "--write", "compose.yaml"],
    ] {
        let done = run.args(args);
        assert!(!done.out.contains("outsider") && !done.err.contains("outsider"), "{args:?}: {done:?}");
    }
    assert_eq!(outside, ["out.yaml", "out.env", "Dockerfile.out"].map(before));
    let mut names: Vec<_> =
        std::fs::read_dir(outer.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["Dockerfile.out", "out.env", "out.yaml", "project"]);
}

#[test]
fn a_rewrite_keeps_every_byte_that_it_does_not_change_or_refuses() {
    let marked = "\u{feff}services:\r\n  web:\r\n    image: app:1 # \u{e9}\r\n    privileged: false\r\n";
    let folder = Folder::of(&[("compose.yaml", marked)]);
    let run = folder.run(&["harden", "--write", "--select", "no-new-privileges-missing", "compose.yaml"]);
    let after = std::fs::read_to_string(folder.path().join("compose.yaml")).unwrap();
    assert!(after.starts_with(marked) && after.len() > marked.len(), "{run:?} {after:?}");
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{after:?}");
    for bytes in [
        &b"FROM debian:13\n# \xe9\nMAINTAINER me\n"[..],
        b"FROM debian:13\nMAINTAINER \xe9\n",
        b"\xff\xfeF\0R\0O\0M\0",
        b"FROM debian:13\nMAINTAINER a\0\n",
    ] {
        let path = folder.path().join("Dockerfile");
        std::fs::write(&path, bytes).unwrap();
        let run = folder.run(&["harden", "--write", "Dockerfile"]);
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{run:?}");
    }
}

#[test]
fn values_of_any_type_are_no_surprise() {
    let service = "image build command entrypoint environment env_file ports expose volumes networks network_mode depends_on \
        deploy healthcheck logging labels secrets configs cap_add cap_drop security_opt sysctls ulimits tmpfs devices \
        user read_only privileged init restart extends profiles dns hostname container_name pid ipc mem_limit cpus \
        pids_limit stop_grace_period stop_signal shm_size extra_hosts develop post_start pre_stop use_api_socket gpus \
        models provider annotations blkio_config credential_spec group_add isolation links platform pull_policy runtime \
        scale stdin_open tty userns_mode uts volumes_from working_dir cgroup cgroup_parent storage_opt";
    let values = [
        "[]",
        "{}",
        "null",
        "17",
        "-1.5e400",
        "true",
        "\"\"",
        "[[]]",
        "[{}]",
        "{a: {b: [c]}}",
        "[null, 1, {}]",
        "{1: 2}",
        "!x y",
    ];
    for (number, value) in values.into_iter().enumerate() {
        let mut text = format!("name: {value}\nx-a: {value}\ninclude: []\nservices:\n");
        for key in service.split_whitespace() {
            writeln!(text, "  {}:\n    {key}: {value}", key.replace('_', "-")).unwrap();
            writeln!(text, "  n-{}:\n    image: app:1\n    deploy: {{resources: {value}, {key}: {value}}}\n    healthcheck: {{test: {value}, {key}: {value}}}\n    build: {{context: {value}, {key}: {value}}}", key.replace('_', "-")).unwrap();
        }
        for key in ["networks", "volumes", "secrets", "configs"] {
            writeln!(text, "{key}:\n  a: {value}\n  b: {{driver: {value}, driver_opts: {value}, file: {value}, external: {value}, ipam: {value}}}").unwrap();
        }
        let target = if number % 2 == 0 { "compose" } else { "stack" };
        let folder = Folder::of(&[("compose.yaml", text.as_str())]);
        let run = folder.run(&["check", "--profile", "all", "--as", target, "compose.yaml"]);
        assert!(run.code == 1 || run.code == 2, "{value}: {run:?}");
        assert!(!run.out.contains("internal-error"), "{value}: {run:?}");
    }
    for text in [
        "- 1\n",
        "17\n",
        "services: 17\n",
        "services: [a]\n",
        "services:\n  web: 17\n",
        "services:\n  web: [a]\n",
    ] {
        let run = Folder::of(&[("compose.yaml", text)]).run(&["check", "--profile", "all", "compose.yaml"]);
        assert!(run.code == 1 || run.code == 2, "{text}: {run:?}");
    }
}

#[test]
fn what_leads_back_to_itself_ends() {
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("compose.yaml", "services:\n  a: &a\n    <<: *a\n    image: app:1\n")], "yaml-alias-cycle"),
        (
            &[("compose.yaml", "services:\n  a:\n    extends: b\n  b:\n    extends: a\n")],
            "include-or-extends-unresolvable",
        ),
        (
            &[
                ("compose.yaml", "services:\n  a:\n    extends: {file: b.yaml, service: a}\n"),
                ("b.yaml", "services:\n  a:\n    extends: {file: compose.yaml, service: a}\n"),
            ],
            "include-or-extends-unresolvable",
        ),
        (
            &[
                ("compose.yaml", "include: [b.yaml]\nservices: {}\n"),
                ("b.yaml", "include: [compose.yaml]\nservices: {}\n"),
            ],
            "include-or-extends-unresolvable",
        ),
        (
            &[("compose.yaml", "include: [compose.yaml]\nservices:\n  a: {image: app:1}\n")],
            "include-or-extends-unresolvable",
        ),
        (&[("compose.yaml", "services:\n  a: *nowhere\n")], "yaml"),
    ];
    for (files, expected) in cases {
        let (code, said) = problems(&Folder::of(files), "compose.yaml");
        assert_eq!(code, 2, "{files:?}: {said}");
        assert!(said.contains(expected), "{files:?}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_walk_leaves_links_alone_that_lead_out_of_the_project() {
    let outer = tempfile::tempdir().unwrap();
    let at = |path: &str| outer.path().join(path);
    std::fs::create_dir_all(at("project/.git")).unwrap();
    std::fs::create_dir_all(at("project/sub")).unwrap();
    std::fs::write(at("Dockerfile.out"), "FROM debian\n").unwrap();
    std::fs::write(at("project/base.txt"), "FROM debian\n").unwrap();
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, at(from)).unwrap();
    link("../Dockerfile.out", "project/Dockerfile");
    link("../base.txt", "project/sub/Dockerfile");
    let check = |args: &[&str]| {
        let all = [&["check", "--format", "concise"], args].concat();
        support::Run::at(at("project")).args(&all).out
    };
    let walked = check(&["."]);
    assert!(walked.contains("sub/Dockerfile:1:6") && !walked.contains("\nDockerfile"), "{walked}");
    assert!(!walked.starts_with("Dockerfile"), "{walked}");
    for args in [&["Dockerfile"][..], &["--allow-outside", "."]] {
        assert!(check(args).starts_with("Dockerfile:1:6"), "{args:?}");
    }
}

#[test]
fn a_list_or_a_mapping_is_no_key() {
    for text in [
        "services:\n  web:\n    image: app:1\n    ? [a]\n    : b\n",
        "services:\n  web:\n    image: app:1\n    environment:\n      ? {a: b}\n      : c\n",
        "services:\n  web:\n    image: app:1\n? [a, b]\n: c\n",
    ] {
        let (code, said) = problems(&Folder::of(&[("compose.yaml", text)]), "compose.yaml");
        assert_eq!(code, 2, "{text}");
        assert_eq!(
            said.matches("problem[yaml-key] a list or a mapping cannot be a key").count(),
            1,
            "{said}"
        );
    }
    let text = "x-key: &key image\nservices:\n  web:\n    *key : app\n";
    let folder = Folder::of(&[("compose.yaml", text)]);
    let run = folder.run(&["check", "--format", "concise", "--select", "image-tag-missing", "compose.yaml"]);
    assert!(!run.out.contains("problem["), "{run:?}");
}

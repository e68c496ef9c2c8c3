//! What a file costs grows as the file does.

use std::time::{Duration, Instant};

use super::support::Folder;

/// A file of as many parts.
type File = fn(usize) -> String;

fn all(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

fn mounts(count: usize) -> String {
    let each = all(count, |_| "      - v:/a\n".to_owned());
    format!("services:\n  web:\n    image: app:1\n    volumes:\n{each}")
}

fn references(count: usize) -> String {
    format!("services:\n  web:\n    image: app:1\nx-a: \"{}\"\n", "token=$".repeat(count))
}

fn tokens(count: usize) -> String {
    format!("services:\n  web:\n    image: app:1\nx-a: \"{}\"\n", "eyJ.".repeat(count))
}

fn variables(count: usize) -> String {
    let each = all(count, |it| format!("      V{it}: ${{X{it}}}\n"));
    format!("services:\n  web:\n    image: app:1\n    environment:\n{each}")
}

fn script(count: usize) -> String {
    let each = all(count, |it| format!("      echo {it} && x=$$y{it}\n"));
    format!("services:\n  web:\n    image: app:1\n    command: |\n{each}")
}

fn words(count: usize) -> String {
    let each = all(count, |it| format!(" --a{it}=${{X{it}}}"));
    format!("services:\n  web:\n    image: app:1\n    command: app{each}\n")
}

fn chain(count: usize) -> String {
    let each = all(count, |it| format!("  s{}:\n    extends: s{it}\n", it + 1));
    format!("services:\n  s0:\n    image: app:1\n{each}")
}

fn settings(count: usize) -> String {
    let each = all(count, |it| format!("ENV A{}=$A{it}\n", it + 1));
    format!("FROM debian:13\nENV A0=x\n{each}")
}

fn arguments(count: usize) -> String {
    let each = all(count, |it| format!("ARG A{it}=x\n"));
    format!("{each}{}", "FROM debian:13\n".repeat(count))
}

fn ignores(count: usize) -> String {
    let each = all(count, |it| {
        format!(
            "  # plimsoll: ignore[privileged-container] why\n  s{it}: {{image: \"x:1\", privileged: true}}\n"
        )
    });
    format!("services:\n{each}")
}

fn unknown_keys(count: usize) -> String {
    format!("services:\n{}", all(count, |it| format!("  s{it}: {{image: \"x:1\", enviroment{it}: y}}\n")))
}

fn two_documents(count: usize) -> String {
    let each = all(count, |it| format!("  s{it}: {{image: \"x:1\"}}\n"));
    format!("services:\n{each}---\nservices:\n{each}")
}

fn privileged(count: usize) -> String {
    format!("services:\n{}", all(count, |it| format!("  s{it}:\n    image: x:1\n    privileged: true\n")))
}

fn builds(count: usize) -> String {
    format!("services:\n{}", all(count, |it| format!("  s{it}: {{build: .}}\n")))
}

fn secret_mounts(count: usize) -> String {
    let each = all(count, |it| format!("RUN --mount=type=secret,id=a{it} true\nARG A{it}\n"));
    format!("FROM debian:13\n{each}")
}

fn binds(count: usize) -> String {
    let each = all(count, |it| format!("      - ./a{it}:/a{it}\n"));
    format!("services:\n  s:\n    build: .\n    volumes:\n{each}")
}

fn installs(count: usize) -> String {
    format!("FROM node:22\n{}", all(count, |it| format!("WORKDIR /a{it}/b\nRUN npm ci\n")))
}

/// How long a run takes over these files.
fn took(files: &[(&str, String)], args: &[&str]) -> Duration {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let folder = Folder::of(&files);
    let run = || {
        let start = Instant::now();
        let run = folder.run(args);
        assert!(run.code == 1 || run.code == 2 || run.code == 0, "{run:?}");
        start.elapsed()
    };
    run().min(run())
}

/// Four times the work takes less than eight times as long: linear is 4, quadratic 16. A machine that is busy with other
/// things gets three tries, and a second.
fn grows_with_its_input(name: &str, count: usize, took: impl Fn(usize) -> Duration) {
    let mut times = Vec::new();
    let holds = (0..3).any(|_| {
        let (small, large) = (took(count), took(4 * count));
        times.push((small, large));
        large < small * 8 + Duration::from_secs(1)
    });
    assert!(holds, "{name}: {times:?}");
}

#[test]
fn four_times_the_file_costs_no_sixteen_times_as_much() {
    for (name, file, count) in [
        ("mounts", mounts as File, 3_000),
        ("references", references, 15_000),
        ("tokens", tokens, 15_000),
        ("variables", variables, 3_000),
        ("script", script, 1_500),
        ("words", words, 1_500),
        ("chain", chain, 1_500),
        ("settings", settings, 1_000),
        ("arguments", arguments, 1_000),
        ("ignores", ignores, 400),
        ("unknown keys", unknown_keys, 400),
        ("two documents", two_documents, 600),
    ] {
        grows_with_its_input(name, count, |count| {
            let text = file(count);
            let path = if text.contains("FROM") { "Dockerfile" } else { "compose.yaml" };
            took(&[(path, text)], &["check", "--format", "concise", path])
        });
    }
}

#[test]
fn what_files_are_to_each_other_costs_no_square() {
    for (name, compose, dockerfile, count) in [
        ("secrets of a build", builds as File, secret_mounts as File, 400),
        ("binds over what is installed", binds, installs, 400),
    ] {
        grows_with_its_input(name, count, |count| {
            let files = [("compose.yaml", compose(count)), ("Dockerfile", dockerfile(count))];
            took(&files, &["check", "--format", "concise"])
        });
    }
}

#[test]
fn what_changes_costs_no_square() {
    for format in ["diff", "json"] {
        grows_with_its_input(format, 60, |count| {
            took(&[("compose.yaml", privileged(count))], &["harden", "--format", format])
        });
    }
}

#[test]
fn documents_of_one_file_are_merged_to_a_limit_that_is_named() {
    let file = |count: usize| {
        let text = all(count, |it| format!("---\nservices:\n  s{it}: {{image: \"x:1\"}}\n"));
        Folder::of(&[("compose.yaml", text.as_str())]).run(&["check", "--format", "concise"])
    };
    assert!(!file(32).out.contains("problem["), "{:?}", file(32));
    let run = file(33);
    assert_eq!(run.code, 2);
    let expected = "compose.yaml:98:1: problem[project-too-large] this file has more than 32 documents";
    assert_eq!(run.out.matches(expected).count(), 1, "{}", run.out);
}

#[test]
fn what_stages_inherit_is_followed_to_a_limit_that_is_named() {
    let chained = |count: usize| {
        let each = all(count, |it| format!("FROM s{it} AS s{}\nENV A{it}=1\nVOLUME /v{it}\n", it + 1));
        Folder::of(&[("Dockerfile", format!("FROM debian:13 AS s0\n{each}USER app\n").as_str())])
    };
    let run = chained(100).run(&["check", "--format", "concise", "Dockerfile"]);
    assert!(!run.out.contains("problem["), "{run:?}");
    let run = chained(1_000).run(&["check", "--format", "concise", "Dockerfile"]);
    assert_eq!(run.code, 2);
    let expected =
        "Dockerfile:1:1: problem[inherited-too-much] the stages of this file take over more than 100000";
    assert_eq!(run.out.matches(expected).count(), 1, "{}", run.out);
}

#[test]
fn a_chain_of_services_is_followed_to_a_limit_that_is_named() {
    let folder = Folder::of(&[("compose.yaml", chain(40).as_str())]);
    let run = folder.run(&["check", "--format", "concise", "compose.yaml"]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("of 16 services that extend each other; no more are followed"), "{run:?}");
    assert!(!run.out.contains("extends itself"), "{run:?}");
}

#[test]
fn hints_for_unknown_rules_end() {
    let each =
        all(200, |it| format!("  # plimsoll: ignore[privileged-containr{it}] why\n  s{it}: {{image: x}}\n"));
    let folder = Folder::of(&[("compose.yaml", format!("services:\n{each}").as_str())]);
    let run = folder.run(&["check", "--profile", "all", "--format", "concise", "compose.yaml"]);
    assert_eq!(run.out.matches("there is no rule `privileged-containr").count(), 200, "{run:?}");
    assert!(run.out.matches("did you mean").count() <= 64, "{}", run.out);
}

#[test]
fn values_that_double_end() {
    let each = all(200, |_| "ENV A=$A$A\n".to_owned()) + &all(2_000, |it| format!("ENV B{it}=$A\n"));
    let folder =
        Folder::of(&[("Dockerfile", format!("FROM debian:13\nENV A=abcdefgh\n{each}USER app\n").as_str())]);
    let run = folder.run(&["facts", "Dockerfile"]);
    assert!(run.code == 0 && run.out.len() < 64 * 1024 * 1024, "{} bytes", run.out.len());
}

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

#[test]
fn four_times_the_file_costs_no_sixteen_times_as_much() {
    let took = |file: File, count: usize| {
        let text = file(count);
        let path = if text.contains("FROM") { "Dockerfile" } else { "compose.yaml" };
        let folder = Folder::of(&[(path, text.as_str())]);
        let run = || {
            let start = Instant::now();
            let run = folder.run(&["check", "--format", "concise", path]);
            assert!(run.code == 1 || run.code == 2 || run.code == 0, "{run:?}");
            start.elapsed()
        };
        run().min(run())
    };
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
    ] {
        let (small, large) = (took(file, count), took(file, 4 * count));
        // Linear is 4, quadratic 16; the second is for a machine that is busy with other things.
        assert!(large < small * 8 + Duration::from_secs(1), "{name}: {small:?}, then {large:?}");
    }
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

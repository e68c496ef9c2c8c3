//! What is written for people is true: commands are run and their output compared, generated pages are generated again.
//!
//! `UPDATE=1 cargo test --test documentation` writes what has changed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]
#![allow(clippy::format_push_string, reason = "pages are small, and read like their text")]

mod console;
mod facts;
mod rules;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn commands_print_what_is_shown_and_the_table_counts_the_rules() {
    let mut shown = 0;
    for page in handwritten() {
        let before = read(&page);
        let counted = if page == root().join("README.md") {
            between(&before, "rules", &rules::summary())
        } else {
            before.clone()
        };
        let (after, commands) = console::run(&counted, root());
        shown += commands;
        current(&page, &before, &after);
    }
    assert!(shown > 3, "README.md shows what plimsoll does");
}

#[test]
fn generated_pages_are_current() {
    let mut pages = rules::pages();
    pages.insert("docs/facts.md".into(), facts::page());
    for (page, text) in &pages {
        let path = root().join(page);
        current(&path, &fs::read_to_string(&path).unwrap_or_default(), text);
    }
    for page in markdown(&root().join("docs/rules")) {
        let name = page.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        if pages.contains_key(&name) {
            continue;
        }
        assert!(updating(), "{name} is about nothing; UPDATE=1 removes it");
        fs::remove_file(&page).unwrap();
    }
}

#[test]
fn links_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#:\s]+)(#[^)]*)?\)").unwrap();
    for page in handwritten() {
        for found in link.captures_iter(&read(&page)) {
            let target = page.parent().unwrap().join(&found[1]);
            assert!(target.exists(), "{} links to {}, which is not there", page.display(), &found[1]);
        }
    }
}

#[test]
fn the_configuration_shown_is_accepted_and_the_ignore_counts() {
    let page = read(&root().join("README.md"));
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join("plimsoll.yaml"), block(&page, "## Configure")).unwrap();
    fs::write(project.path().join("compose.live.yaml"), "services:\n  vpn: { restart: always }\n").unwrap();
    fs::write(project.path().join("compose.yaml"), block(&page, "## Ignore")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--format", "concise", "--show-ignored", "--format", "human"])
        .current_dir(project.path())
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(shown.contains("1 ignored"), "{shown}");
}

#[test]
fn the_rule_shown_is_validated_and_judges() {
    let project = tempfile::tempdir().unwrap();
    fs::write(project.path().join("team.yaml"), block(&read(&root().join("README.md")), "## Rules")).unwrap();
    fs::write(project.path().join("compose.yaml"), "services:\n  web: { image: \"app:1\" }\n").unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let output = command.args(args).current_dir(project.path()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["test", "team.yaml"]), "1 rule, 4 examples validated, 0 failed\n");
    for profile in ["recommended", "owasp", "style"] {
        let judged = run(&["check", "--format", "concise", "--rules", "team.yaml", "--profile", profile]);
        assert!(judged.contains("compose.yaml:2:3: medium[team-label-missing] "), "{judged}");
    }
}

/// The first block of code after a heading.
fn block<'p>(page: &'p str, heading: &str) -> &'p str {
    let (_, below) = page.split_once(heading).unwrap();
    let (_, code) = below.split_once("```yaml\n").unwrap();
    code.split_once("```").unwrap().0
}

#[test]
fn every_dependency_is_explained() {
    let manifest = read(&root().join("Cargo.toml"));
    let page = read(&root().join("docs/dependencies.md"));
    let names = manifest
        .split("\n[")
        .filter(|section| section.lines().next().is_some_and(|head| head.ends_with("dependencies]")))
        .flat_map(|section| section.lines().skip(1))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name));
    for name in names {
        assert!(page.contains(&format!("| `{name}` |")), "docs/dependencies.md does not say why `{name}`");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn updating() -> bool {
    #[allow(clippy::disallowed_methods, reason = "how people ask for new pages")]
    std::env::var("UPDATE").is_ok_and(|value| value == "1")
}

/// Compares a page with what it should say; writes it when asked to.
fn current(path: &Path, before: &str, after: &str) {
    if before == after {
        return;
    }
    if updating() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, after).unwrap();
        return;
    }
    let differs = before.lines().zip(after.lines()).position(|(before, after)| before != after);
    let line = differs.unwrap_or_else(|| before.lines().count().min(after.lines().count()));
    panic!(
        "{}:{} is not what it should be; UPDATE=1 cargo test --test documentation writes it\n- {}\n+ {}",
        path.display(),
        line + 1,
        before.lines().nth(line).unwrap_or_default(),
        after.lines().nth(line).unwrap_or_default()
    );
}

/// Puts text between the marks `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
fn between(page: &str, name: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (head, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    format!("{head}{begin}{text}{end}{tail}")
}

/// The pages that people write: those at the top and in `docs/`.
fn handwritten() -> Vec<PathBuf> {
    [root().to_owned(), root().join("docs")].iter().flat_map(|folder| markdown(folder)).collect()
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    pages.sort();
    pages
}

/// Pages by path.
type Pages = BTreeMap<String, String>;

//! Rewrites: every case of `fixtures/harden`, and what must hold for any file.
//!
//! `UPDATE=1 cargo test --test harden` writes the `after` folders and notes anew; read the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test stops and says so")]
#![allow(clippy::disallowed_methods, reason = "UPDATE=1 is the switch of the tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rayon::prelude::*;

use plimsoll::engine::{Change as Wish, Finding, Report};
use plimsoll::facts::Options;
use plimsoll::fix::{Plan, Wanted, plan};
use plimsoll::policy::{Policy, Selection, Severity, load};
use plimsoll::source::{FileId, Source};
use plimsoll::source::{Found, Memory, guess};
use plimsoll::syntax::yaml::NodeId;
use plimsoll::syntax::{Data, dockerfile, yaml};

fn plimsoll(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(directory).output().unwrap()
}

/// What a hidden file is called in a fixture: git and other tools would obey a `.gitignore` there, and lose files.
const HIDDEN: &str = "dot-";

/// The files below a folder, by their paths in it.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                let name = name.strip_prefix(HIDDEN).map_or(name.clone(), |rest| format!(".{rest}"));
                // Files of other encodings are the business of another test.
                if let Ok(text) = String::from_utf8(fs::read(&path).unwrap()) {
                    files.insert(name, text);
                }
            }
        }
    }
    files
}

fn put(folder: &Path, files: &BTreeMap<String, String>) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Writes a project as a fixture.
fn keep(folder: &Path, files: &BTreeMap<String, String>) {
    let named = |name: &String| name.strip_prefix('.').map_or(name.clone(), |rest| format!("{HIDDEN}{rest}"));
    put(folder, &files.iter().map(|(name, text)| (named(name), text.clone())).collect());
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/harden");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

#[test]
fn every_case_is_rewritten_as_its_after_folder_says() {
    let update = std::env::var("UPDATE").is_ok();
    let mut failures = Vec::new();
    for case in cases() {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let project = tempfile::tempdir().unwrap();
        fs::create_dir(project.path().join(".git")).unwrap();
        put(project.path(), &tree(&case.join("before")));
        let more = fs::read_to_string(case.join("args")).unwrap_or_default();
        let harden: Vec<&str> =
            ["harden", "--no-config", "."].into_iter().chain(more.split_whitespace()).collect();
        let first = plimsoll(project.path(), &[&harden[..], &["--write"]].concat());
        let notes = String::from_utf8(first.stderr).unwrap();
        assert_eq!(first.status.code(), Some(0), "{name}: {notes}");
        fs::remove_dir(project.path().join(".git")).unwrap();
        let now = tree(project.path());
        if update {
            let _ = fs::remove_dir_all(case.join("after"));
            keep(&case.join("after"), &now);
            fs::write(case.join("notes.txt"), &notes).unwrap();
        }
        if now != tree(&case.join("after")) || notes != fs::read_to_string(case.join("notes.txt")).unwrap() {
            failures.push(format!("{name}: {now:#?}\n{notes}"));
        }
        let again = plimsoll(project.path(), &harden);
        assert!(again.stdout.is_empty(), "{name}: a second run changes more");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn docker_accepts_every_hardened_stack() {
    if Command::new("docker").arg("--version").output().is_err() {
        eprintln!("skipped: there is no docker client on this machine");
        return;
    }
    let mut count = 0;
    for case in cases() {
        for name in tree(&case.join("after")).into_keys().filter(|name| name.contains("stack")) {
            let path = case.join("after").join(name);
            let output = Command::new("docker").args(["stack", "config", "-c"]).arg(&path).output().unwrap();
            assert!(
                output.status.success(),
                "{}: {}",
                path.display(),
                String::from_utf8_lossy(&output.stderr)
            );
            count += 1;
        }
    }
    assert!(count > 0);
}

/// What Compose 1.29 accepts it accepts after a rewrite, with the variables set that the rewrite asks for.
#[test]
fn compose_accepts_what_it_accepted_before() {
    if Command::new("docker-compose").arg("--version").output().is_err() {
        eprintln!("skipped: there is no docker-compose on this machine");
        return;
    }
    let mut count = 0;
    for case in cases() {
        let (before, after) = (tree(&case.join("before")), tree(&case.join("after")));
        for name in before.keys().filter(|name| name.ends_with("compose.yaml")) {
            // 1.29 is older than limits of processes below `deploy`.
            if after[name].contains("pids: ") {
                continue;
            }
            let accepts = |files: &BTreeMap<String, String>| {
                let project = tempfile::tempdir().unwrap();
                put(project.path(), files);
                let mut command = Command::new("docker-compose");
                command.args(["-f", name, "config", "-q"]).current_dir(project.path());
                for asked in files[name].split("${").skip(1).filter_map(|it| it.split_once(":?")) {
                    command.env(asked.0, "x");
                }
                let output = command.output().unwrap();
                (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
            };
            if accepts(&before).0 {
                let (accepted, said) = accepts(&after);
                assert!(accepted, "{}: {said}", case.display());
                count += 1;
            }
        }
    }
    assert!(count > 10, "{count}");
}

/// A secret goes to its file and nowhere else.
#[test]
fn secrets_are_neither_shown_nor_lost() {
    for (case, secret, home) in [
        ("secret-to-file", "k33l-haul", "secrets/postgres_password.txt"),
        ("secret-to-env", "tugboat-7781", ".env"),
        ("secret-to-env", "r0pe-and-sail", ".env"),
    ] {
        let project = tempfile::tempdir().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/harden").join(case);
        put(project.path(), &tree(&folder.join("before")));
        let shown = plimsoll(project.path(), &["harden", "--no-config", "."]);
        let output = String::from_utf8([shown.stdout, shown.stderr].concat()).unwrap();
        assert!(!output.contains(secret), "{case}: {output}");
        let written = plimsoll(project.path(), &["harden", "--no-config", "--write", "."]);
        let output = String::from_utf8([written.stdout, written.stderr].concat()).unwrap();
        assert!(!output.contains(secret), "{case}: {output}");
        let holders: Vec<String> = tree(project.path())
            .into_iter()
            .filter(|(_, text)| text.contains(secret))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(holders, [home], "{case}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(project.path().join(home)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{home}");
        }
    }
}

/// Everything that can be mended is mended.
fn all() -> Wanted {
    Wanted { behaviour: true, hardening: true, ..Wanted::default() }
}

fn everything() -> Policy {
    load(&Selection { profile: "all".to_owned(), ..Selection::default() }).unwrap()
}

fn mend(name: &str, text: &str, policy: &Policy) -> Plan {
    let memory = Memory::default().with(name, text);
    let found = [Found { path: name.to_owned(), guess: guess(name), named: true }];
    plan(&memory, &found, &Options::default(), policy, all())
}

/// What must hold for the rewrite of any file.
fn holds(name: &str, text: &str, policy: &Policy) {
    let first = mend(name, text, policy);
    keeps(name, text, &first);
    let Some(file) = first.files.iter().find(|file| file.path == name) else { return };
    let second = mend(name, &file.after, policy);
    let again: Vec<_> = second.changes.iter().map(|change| (&change.rule, &change.subject)).collect();
    assert!(again.is_empty(), "{name}: a second run changes more: {again:?}");
    assert!(second.files.is_empty(), "{name}: a second run writes");
    let texts = |plan: Plan| plan.files.into_iter().map(|file| (file.path, file.after)).collect::<Vec<_>>();
    assert_eq!(texts(mend(name, text, policy)), texts(first), "{name}: not deterministic");
}

/// What must hold for what a plan makes of a file.
fn keeps(name: &str, text: &str, plan: &Plan) {
    let problems = plan.after.report.problems.len();
    assert!(problems <= plan.before.report.problems.len(), "{name}: {:?}", plan.after.report.problems);
    gone_and_none_new(name, plan);
    let Some(file) = plan.files.iter().find(|file| file.path == name) else { return };
    let removed = plan.changes.iter().any(|change| change.rule.ends_with("-ignore"));
    if !removed {
        let mut after = comments(name, &file.after);
        for comment in comments(name, text) {
            let at = after.iter().position(|other| *other == comment);
            let at = at.unwrap_or_else(|| panic!("{name}: lost `{comment}`"));
            after.swap_remove(at);
        }
    }
    assert!(file.after.ends_with('\n') || !text.ends_with('\n'), "{name}: lost its last line ending");
    assert_eq!(file.after.starts_with('\u{feff}'), text.starts_with('\u{feff}'), "{name}: byte order mark");
    let bare = |text: &str| text.replace("\r\n", "").contains('\n');
    assert!(bare(text) || !bare(&file.after), "{name}: line endings are mixed");
    only_intended(name, text, &file.after, plan);
}

/// Every change leaves fewer findings of its rule, and no rule has more than before.
fn gone_and_none_new(name: &str, plan: &Plan) {
    let count = |report: &Report| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for finding in report.active() {
            *counts.entry(finding.rule.id.clone()).or_default() += 1;
        }
        counts
    };
    let (before, after) = (count(&plan.before.report), count(&plan.after.report));
    let of = |counts: &BTreeMap<String, usize>, rule: &str| counts.get(rule).copied().unwrap_or_default();
    for change in &plan.changes {
        let (old, new) = (of(&before, &change.rule), of(&after, &change.rule));
        assert!(new < old || old == 0 && new == 0, "{name}: {} is not gone", change.rule);
    }
    // A secret that leaves the file is worth a remark.
    let grave = plan.changes.iter().any(|change| {
        let same = |it: &&Finding| it.rule.id == change.rule && it.severity >= Severity::High;
        plan.before.report.active().any(|it| same(&it))
    });
    for finding in plan.after.report.active() {
        let rule = &finding.rule.id;
        let light = grave && finding.severity <= Severity::Low;
        assert!(light || of(&after, rule) <= of(&before, rule), "{name}: {rule} is new");
    }
}

/// What changes in the merged model stands under a key that one of the repairs writes.
fn only_intended(name: &str, text: &str, new: &str, plan: &Plan) {
    let model = |text: &str| {
        let source = Source::new(FileId(0), name, text);
        let tree = yaml::parse(&source, yaml::Limits::default());
        tree.root().and_then(|root| tree.to_data(root, &mut 100_000))
    };
    if guess(name) == Some(plimsoll::source::Guess::Dockerfile) {
        return;
    }
    let (Some(before), Some(after)) = (model(text), model(new)) else { return };
    let intended = intended(name, text, plan);
    let mut changed = Vec::new();
    differences(&before, &after, &mut Vec::new(), &mut changed);
    for path in changed {
        assert!(
            path.iter().any(|key| intended.contains(key)),
            "{name}: `{}` was not to change\n{text}\n{}",
            path.join("."),
            new
        );
    }
}

/// The keys that repairs write or change something below.
fn intended(name: &str, text: &str, plan: &Plan) -> BTreeSet<String> {
    let source = Source::new(FileId(0), name, text);
    let tree = yaml::parse(&source, yaml::Limits::default());
    // Whoever waits for a service waits for the healthcheck that it was given.
    let mut keys = BTreeSet::from(["depends_on".to_owned()]);
    for change in &plan.changes {
        let same = |it: &&Finding| it.rule.id == change.rule && it.subject == change.subject;
        let found = plan.before.report.active().chain(plan.after.report.active()).filter(same);
        for wanted in found.filter_map(|finding| finding.repair.as_ref()).flat_map(|repair| &repair.changes) {
            match wanted {
                Wish::Set(_, entries) | Wish::Append(_, entries) | Wish::SetTop(_, entries) => {
                    keys.extend(entries.iter().map(|(key, _)| key.clone()));
                }
                Wish::Remove(at) | Wish::Replace(at, _) => {
                    if let Wish::Replace(_, text) = wanted {
                        keys.insert(text.clone());
                    }
                    let around = tree.around(at.start);
                    let key = |id: &NodeId| {
                        let parent = tree.node(*id).parent?;
                        let entry =
                            tree.entries(parent).iter().find(|it| it.value == *id || it.key == *id)?;
                        Some(tree.scalar(entry.key)?.text.as_str().to_owned())
                    };
                    keys.extend(around.iter().rev().find_map(key));
                    // With its only entry an emptied mapping goes, too; lists are compared as wholes.
                    let is_scalar = |id: &&NodeId| tree.scalar(**id).is_some();
                    let is_alone = |id: &&NodeId| tree.entries(**id).len() + tree.items(**id).len() == 1;
                    keys.extend(
                        around.iter().rev().skip_while(is_scalar).take_while(is_alone).filter_map(key),
                    );
                    keys.extend(around.iter().filter(|id| !tree.items(**id).is_empty()).filter_map(key));
                }
                _ => {}
            }
        }
    }
    keys
}

/// The paths of values that are not the same.
fn differences(before: &Data, after: &Data, path: &mut Vec<String>, all: &mut Vec<Vec<String>>) {
    let (Data::Map(old), Data::Map(new)) = (before, after) else {
        if before != after {
            all.push(path.clone());
        }
        return;
    };
    let names: BTreeSet<&String> = old.iter().chain(new).map(|(key, _)| key).collect();
    for name in names {
        let of =
            |map: &[(String, Data)]| map.iter().find(|(key, _)| key == name).map(|(_, data)| data.clone());
        path.push(name.clone());
        match (of(old), of(new)) {
            (Some(old), Some(new)) => differences(&old, &new, path, all),
            _ => all.push(path.clone()),
        }
        path.pop();
    }
}

fn comments(name: &str, text: &str) -> Vec<String> {
    let source = Source::new(FileId(0), name, text);
    let spans: Vec<_> = if guess(name) == Some(plimsoll::source::Guess::Dockerfile) {
        dockerfile::parse(&source).comments.iter().map(|comment| comment.span).collect()
    } else {
        yaml::parse(&source, yaml::Limits::default()).comments.iter().map(|comment| comment.span).collect()
    };
    spans.into_iter().map(|span| source.slice(span).to_owned()).collect()
}

#[test]
fn rewrites_of_fixtures_keep_their_promises() {
    let policy = everything();
    let mut count = 0;
    for (name, text) in tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")) {
        // What the cases become is judged again where they are run.
        if name.contains("/after/") {
            continue;
        }
        let name = name.rsplit('/').next().unwrap().to_owned();
        if guess(&name).is_some() && !text.contains('\0') {
            holds(&name, &text, &policy);
            // The same file as Windows writes it, without its last line ending.
            if !text.contains('\r') {
                let other = text.trim_end().replace('\n', "\r\n");
                keeps(&name, &other, &mend(&name, &other, &policy));
            }
            count += 1;
        }
    }
    assert!(count > 20);
}

/// Real files stay out of this repository; where a checkout has them beside it, they must hold, too.
#[test]
fn rewrites_of_real_files_keep_their_promises() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus.tar.xz");
    let folder = tempfile::tempdir().unwrap();
    let unpacked = archive.is_file()
        && Command::new("tar").arg("-C").arg(folder.path()).arg("-xf").arg(&archive).status().is_ok();
    if !unpacked {
        eprintln!("skipped: there is no corpus beside this checkout");
        return;
    }
    let policy = everything();
    let files: Vec<(String, String)> = tree(folder.path()).into_iter().collect();
    let broken: Vec<Option<&String>> = files
        .par_iter()
        .filter_map(|(path, text)| {
            let name = path.rsplit('/').next().unwrap();
            guess(name)?;
            // Each says what it broke; all of them are wanted.
            Some(std::panic::catch_unwind(|| holds(name, text, &policy)).err().map(|_| path))
        })
        .collect();
    let count = broken.len();
    let broken: Vec<&String> = broken.into_iter().flatten().collect();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(count > 600, "{count}");
}

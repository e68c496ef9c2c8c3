//! What Docker accepts it accepts after a rewrite.

use std::collections::BTreeMap;
use std::process::Command;

use super::support::installed;
use super::{cases, put, tree};

/// The variables that a file insists on, `${NAME:?}`, with a value for each.
fn asked(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("${").skip(1).filter_map(|it| Some((it.split_once(":?")?.0, "x")))
}

#[test]
fn docker_accepts_every_hardened_stack() {
    if !installed("docker") {
        return;
    }
    let mut count = 0;
    for case in cases() {
        for (name, text) in tree(&case.join("after")).into_iter().filter(|(name, _)| name.contains("stack")) {
            let path = case.join("after").join(name);
            let mut command = Command::new("docker");
            command.args(["stack", "config", "-c"]).arg(&path).envs(asked(&text));
            let output = command.output().unwrap();
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
    if !installed("docker-compose") {
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
                let output = command.envs(asked(&files[name])).output().unwrap();
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

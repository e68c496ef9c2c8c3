//! A first configuration.

use super::support::{Folder, Output};
use super::{CLEAN, PRIVILEGED};

fn written(folder: &Folder) -> String {
    std::fs::read_to_string(folder.path().join("plimsoll.yaml")).unwrap()
}

/// `init` beside a configuration of hadolint: what it says, and what it writes.
fn taken(hadolint: &str) -> (Output, String) {
    let folder = Folder::of(&[(".hadolint.yaml", hadolint), ("compose.yaml", CLEAN)]);
    let run = folder.run(&["init"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert_ne!(folder.run(&["check"]).code, 2, "{}", written(&folder));
    let text = written(&folder).lines().filter(|line| !line.starts_with('#') && !line.is_empty()).fold(
        String::new(),
        |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        },
    );
    (run, text)
}

#[test]
fn it_changes_nothing_until_its_examples_are_wanted() {
    let folder = Folder::of(&[("a/compose.yaml", PRIVILEGED), ("policy/README.md", "none yet\n")]);
    let before = folder.run(&["check", "--format", "json"]);
    let run = folder.run(&["init"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "`plimsoll.yaml` is written\n", ""));
    assert_eq!(folder.run(&["check", "--format", "json"]), before);
    let text = written(&folder);
    let examples: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(' ') || line.starts_with("  "))
        .collect();
    assert!(examples.len() >= 10, "{text}");
    folder.put("plimsoll.yaml", &examples.join("\n"));
    for name in ["compose.yaml", "compose.live.yaml"] {
        folder.put(name, CLEAN);
    }
    let run = folder.run(&["check"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}\n{}", examples.join("\n"));
}

#[test]
fn what_is_there_stays() {
    for name in ["plimsoll.yaml", ".plimsoll.yaml"] {
        let folder = Folder::of(&[(name, "profile: strict\n")]);
        let run = folder.run(&["init"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert_eq!(run.err, format!("plimsoll: there is a `{name}` already; it stays as it is\n"));
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).unwrap(), "profile: strict\n");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let folder = Folder::of(&[]);
    std::os::unix::fs::symlink("elsewhere.yaml", folder.path().join("plimsoll.yaml")).unwrap();
    let run = folder.run(&["init"]);
    assert!(run.code == 2 && run.err.contains("cannot be written"), "{run:?}");
    assert!(!folder.path().join("elsewhere.yaml").exists());
}

#[test]
fn rules_of_hadolint_are_found_by_their_aliases() {
    let (run, text) =
        taken("ignored: [DL3020, DL3057, SC2086, DL9999]\noverride:\n  error: [DL3059]\n  style: [DL4000]\n");
    assert_eq!(
        text,
        "also:\n  - consecutive-run\nignore:\n  - SC2086\n  - add-instead-of-copy\n  - healthcheck-missing\nseverity:\n  consecutive-run: high\n  maintainer-deprecated: info\n"
    );
    assert_eq!(
        run.out,
        "`plimsoll.yaml` is written\n\
         taken over from `.hadolint.yaml`: ignore, severity, also\n\
         - DL3057: `healthcheck-missing` is ignored in Compose files and stacks, too\n\
         - SC2086: counts where `--shellcheck` is given\n\
         - DL9999: no rule is like it\n"
    );
}

#[test]
fn labels_and_registries_become_options() {
    let schema = "label-schema: { team: text, made: rfc3339, mail: email }\nstrict-labels: true\ntrustedRegistries: [docker.io, '*.example.com']\n";
    let (run, text) = taken(schema);
    assert_eq!(
        text,
        "also:\n  - label-empty\n  - label-not-email\n  - label-not-in-schema\n  - label-not-rfc3339\n\
         options:\n  label-required-missing:\n    required:\n      - team\n      - made\n      - mail\n  \
         label-empty:\n    labels:\n      - team\n      - made\n      - mail\n  \
         label-not-rfc3339:\n    labels:\n      - made\n  label-not-email:\n    labels:\n      - mail\n  \
         label-not-in-schema:\n    known:\n      - team\n      - made\n      - mail\n  \
         image-registry-not-allowed:\n    trusted:\n      - docker.io\n      - \"*.example.com\"\n"
    );
    assert!(run.out.ends_with("taken over from `.hadolint.yaml`: options, also\n"), "{run:?}");
}

#[test]
fn thresholds_and_what_has_no_place_here() {
    for (theirs, ours) in [
        ("failure-threshold: error", "fail-on: high\n"),
        ("failure-threshold: style", "fail-on: info\n"),
        ("failure-threshold: warning\nno-fail: true", "fail-on: never\n"),
        ("no-fail: true\nfailure-threshold: warning", "fail-on: never\n"),
        ("no-fail: false\ndisable-ignore-pragma: false\nno-color: true", ""),
        ("", ""),
    ] {
        assert_eq!(taken(theirs).1, ours, "{theirs}");
    }
    let (run, text) = taken("disable-ignore-pragma: true\nformat: sarif\nignore: [DL3008]\n");
    assert_eq!(text, "");
    assert!(run.out.contains("nothing is taken over from `.hadolint.yaml`\n"), "{run:?}");
    for said in [
        "`disable-ignore-pragma`: give `--no-ignores`",
        "`format`: give",
        "`ignore`: hadolint has no such key",
    ] {
        assert!(run.out.contains(said), "{said}: {run:?}");
    }
    for (wrong, place) in
        [("ignored: [\n", "1:10"), ("failure-threshold: high\n", "1:1"), ("label-schema: { a: b }\n", "1:17")]
    {
        let folder = Folder::of(&[(".hadolint.yaml", wrong)]);
        let run = folder.run(&["init"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.starts_with(&format!("plimsoll: .hadolint.yaml:{place}: ")), "{run:?}");
        assert!(!folder.path().join("plimsoll.yaml").exists());
    }
}

//! The configuration file.

use super::support::{Folder, Run};
use super::{CLEAN, PRIVILEGED};

#[test]
fn it_is_found_upwards() {
    for name in ["plimsoll.yaml", ".plimsoll.yaml"] {
        let folder =
            Folder::of(&[(name, "ignore: [privileged-container]\n"), ("deep/er/compose.yaml", PRIVILEGED)]);
        let run = |args: &[&str]| Run::at(folder.path().join("deep/er")).args(args).code;
        assert_eq!(run(&["check", "--fail-on", "critical"]), 0, "{name}");
        let found =
            |args: &[&str]| folder.found(args).iter().any(|it| it.starts_with("privileged-container"));
        assert!(!found(&[]));
        assert!(found(&["--no-config"]));
    }
}

#[test]
fn it_says_what_flags_say() {
    let folder = Folder::of(&[("compose.yaml", PRIVILEGED), ("skipped/compose.yaml", PRIVILEGED)]);
    let only = |config: &str| {
        folder.put("plimsoll.yaml", config);
        folder.found(&[])
    };
    assert_eq!(only("select: [privileged-container]\nexclude: [skipped/**]\n"), ["privileged-container@4"]);
    folder.put("plimsoll.yaml", "select: [privileged-container]\nfail-on: never\n");
    assert_eq!(folder.run(&["check"]).code, 0);
    assert_eq!(folder.run(&["check", "--fail-on", "high"]).code, 1, "a flag beats it");
    folder.put("plimsoll.yaml", "select: [privileged-container]\nseverity: { privileged-container: low }\n");
    assert_eq!(folder.run(&["check"]).code, 0);
    assert!(folder.run(&["check", "--format", "concise"]).out.contains(": low[privileged-container]"));
}

#[test]
fn mistakes_have_a_place_and_a_suggestion() {
    for (config, expected) in [
        ("profil: strict\n", "plimsoll.yaml:1:1: there is no key `profil` here; did you mean `profile`?"),
        (
            "profile: strict\nfail-on: hihg\n",
            "plimsoll.yaml:2:1: there is no word `hihg` here; did you mean `high`?",
        ),
        ("severity:\n  privileged-container: awful\n", "plimsoll.yaml:2:3: there is no word `awful`"),
        ("ignore: [\n", "plimsoll.yaml:1:9: this is not valid YAML"),
        (
            "ignore:\n  - privileged-contaner\n",
            "plimsoll.yaml:2:5: there is no rule `privileged-contaner`; did you mean `privileged-container`?",
        ),
        ("select: [a, b]\n", "plimsoll.yaml:1:10: there is no rule `a`"),
        ("severity:\n  privileged-contaner: low\n", "plimsoll.yaml:2:3: there is no rule"),
        ("ignore: [yaml-syntax]\n", "plimsoll.yaml:1:10: `yaml-syntax` is no rule but a problem"),
        ("ignore: [DL3002 until 2026-02-30]\n", "plimsoll.yaml:1:10: `2026-02-30` is no day"),
        (
            "ignore: []\nselect: []\nignore: []\n",
            "plimsoll.yaml:3:1: `ignore` is said twice, first in line 1",
        ),
        ("options:\n  DL3026: { trusted: a, trusted: b }\n", "plimsoll.yaml:2:25: `trusted` is said twice"),
        ("profile: strickt\n", "did you mean `strict`?"),
    ] {
        let folder = Folder::of(&[("plimsoll.yaml", config), ("compose.yaml", CLEAN)]);
        let output = folder.run(&["check"]);
        assert_eq!((output.code, output.out.as_str()), (2, ""), "{config}");
        assert!(output.err.contains(expected), "{config}: {}", output.err);
    }
    let folder = Folder::of(&[("plimsoll.yaml", "ignore: [privileged-contaner]\n"), ("compose.yaml", CLEAN)]);
    assert!(folder.run(&["check"]).err.contains("did you mean `privileged-container`?"));
    assert_eq!(folder.run(&["check", "--config", "missing.yaml"]).code, 2);
}

#[cfg(unix)]
#[test]
fn a_configuration_leads_nowhere_outside_of_the_project() {
    let around = Folder::of(&[
        ("secret.yaml", "canary: x\n"),
        ("rule.yaml", "id: x\ncanary: y\n"),
        ("live.yaml", "services:\n  web: { healthcheck: { test: x } }\n"),
        ("p/compose.yaml", CLEAN),
    ]);
    let project = around.path().join("p");
    std::fs::create_dir(project.join(".git")).unwrap();
    std::fs::create_dir(project.join("policy")).unwrap();
    std::os::unix::fs::symlink("../../rule.yaml", project.join("policy/x.yaml")).unwrap();
    let run = |args: &[&str]| Run::at(&project).args(&[&["check", "--format", "concise"], args].concat());
    let refused = |run: &super::support::Output| {
        run.code == 2 && run.err.contains("lies outside of the project; `--allow-outside`")
    };
    for config in [
        "rules: [../rule.yaml]",
        "rules: [/]",
        "rules: [policy]",
        "projects: { a: [compose.yaml, ../live.yaml] }",
    ] {
        std::fs::write(project.join("plimsoll.yaml"), config).unwrap();
        let run = run(&[]);
        assert!(refused(&run) && !run.err.contains("canary") && run.out.is_empty(), "{config}: {run:?}");
    }
    let alone = run(&["--no-config", "--select", "healthcheck-missing"]);
    assert!(alone.out.contains("[healthcheck-missing]"), "{alone:?}");
    let live = run(&["--allow-outside", "--select", "healthcheck-missing"]);
    assert_eq!((live.code, live.out.as_str()), (0, ""), "{live:?}");
    std::fs::remove_file(project.join("plimsoll.yaml")).unwrap();
    std::os::unix::fs::symlink("../secret.yaml", project.join("plimsoll.yaml")).unwrap();
    let link = run(&[]);
    assert!(refused(&link) && !link.err.contains("canary"), "{link:?}");
    // Who names a file means it.
    std::fs::remove_file(project.join("plimsoll.yaml")).unwrap();
    around.put("p/plimsoll.yaml", "profile: strict\n");
    assert!(run(&["--rules", "../rule.yaml"]).err.contains("there is no key `canary`"));
    around.put("shared.yaml", "rules: [rule.yaml]\n");
    assert!(run(&["--config", "../shared.yaml"]).err.contains("there is no key `canary`"));
}

#[test]
fn what_a_configuration_names_must_be_there() {
    for (config, expected) in [
        ("options: { privileged-contaner: { a: 1 } }\n", "did you mean `privileged-container`?"),
        ("options: { privileged-container: { a: 1 } }\n", "has no option `a`; it has none"),
        ("options: { compilers-in-final: { compiler: [gcc] } }\n", "did you mean `compilers`?"),
        (
            "projects: { live: [compose.yaml, live.yaml] }\n",
            "plimsoll.yaml:1:34: `projects` names `live.yaml`",
        ),
        ("exclude: ['[']\n", "plimsoll.yaml:1:11: `[` is no pattern: unclosed character class"),
    ] {
        let folder = Folder::of(&[("plimsoll.yaml", config), ("compose.yaml", CLEAN)]);
        let output = folder.run(&["check"]);
        assert_eq!((output.code, output.out.as_str()), (2, ""), "{config}");
        assert!(output.err.contains(expected), "{config}: {}", output.err);
    }
    let options = "options: { compilers-in-final: { compilers: [gcc] } }\n";
    let folder = Folder::of(&[("plimsoll.yaml", options), ("compose.yaml", CLEAN)]);
    assert_eq!(folder.run(&["check", "--select", "privileged-container"]).code, 0);
}

//! Which rules, which files, which formats.

use super::support::{Folder, Run};
use super::{CLEAN, PRIVILEGED};

#[test]
fn rules_by_id_and_alias() {
    let folder = Folder::of(&[("Dockerfile", "FROM debian:12\nUSER root\nMAINTAINER me\n")]);
    let by_id = folder.found(&["--select", "root-user-explicit"]);
    assert_eq!(by_id, ["root-user-explicit@2"]);
    for alias in ["DL3002", "dl3002", "hadolint:DL3002"] {
        let found = folder.found(&["--select", alias]);
        assert!(found.contains(&"root-user-explicit@2".to_owned()), "{alias}: {found:?}");
        assert!(!folder.found(&["--profile", "all", "--ignore", alias]).contains(&by_id[0]), "{alias}");
    }
    assert!(folder.found(&["--profile", "all"]).contains(&by_id[0]));
    let two = folder.found(&["--select", "root-user-explicit,maintainer-deprecated"]);
    assert_eq!(two, ["root-user-explicit@2", "maintainer-deprecated@3"]);
}

#[test]
fn rules_besides_those_of_the_profile() {
    let copy = "FROM debian:13\nRUN useradd -u 1000 app\nUSER 1000\nWORKDIR /app\nCOPY --chown=1000 a /app/\nCOPY b /app/\n";
    let folder = Folder::of(&[("Dockerfile", copy)]);
    let rules = |more: &[&str]| folder.found(more);
    let (usual, strict) = (rules(&[]), rules(&["--profile", "strict"]));
    let found = "copy-chown-to-non-root@5".to_owned();
    let more = rules(&["--also", "chown_flag_exists"]);
    assert!(more.contains(&found) && usual.iter().all(|it| more.contains(it)), "{more:?}");
    assert!(
        !rules(&["--also", "copy-chown-to-non-root", "--ignore", "copy-chown-to-non-root"]).contains(&found)
    );

    // Its opposite goes, unless it is named as well.
    let opposite = "copy-after-user-without-chown@6".to_owned();
    assert!(strict.contains(&opposite), "{strict:?}");
    let also = |names: &str| rules(&["--profile", "strict", "--also", names]);
    assert!(!also("copy-chown-to-non-root").contains(&opposite));
    let both = also("copy-chown-to-non-root,copy-after-user-without-chown");
    assert!(both.contains(&found) && both.contains(&opposite), "{both:?}");

    folder.put("plimsoll.yaml", "also: [copy-chown-to-non-root]\n");
    assert!(rules(&[]).contains(&found));
}

#[test]
fn unknown_rules_are_an_error_with_a_suggestion() {
    let folder = Folder::of(&[("compose.yaml", CLEAN)]);
    for flag in ["--select", "--also", "--ignore"] {
        let output = folder.run(&["check", flag, "privileged-contaner"]);
        assert_eq!(output.code, 2);
        assert!(output.err.contains("did you mean `privileged-container`?"), "{}", output.err);
    }
}

#[test]
fn unknown_options_are_an_error_with_a_suggestion() {
    for (option, said) in [
        (
            "dollar-not-escaped: { shell_variabels: [A] }",
            "`dollar-not-escaped` has no option `shell_variabels`; did you mean `shell_variables`?",
        ),
        ("dollar-not-escaped: { other: [A] }", "has no option `other`; it has shell_variables"),
        ("privileged-container: { other: [A] }", "has no option `other`; it has none"),
        (
            "privileged-containr: { other: [A] }",
            "there is no rule `privileged-containr`; did you mean `privileged-container`?",
        ),
    ] {
        let config = format!("options:\n  {option}\n");
        let folder = Folder::of(&[("plimsoll.yaml", config.as_str()), ("compose.yaml", CLEAN)]);
        let run = folder.run(&["check"]);
        assert_eq!(run.code, 2, "{option}");
        assert!(run.err.contains(said), "{option}: {run:?}");
    }
    let config = "options:\n  dollar-not-escaped: { shell_variables: [A] }\n";
    let folder = Folder::of(&[("plimsoll.yaml", config), ("compose.yaml", CLEAN)]);
    assert_eq!(folder.run(&["check"]).code, 0);
}

#[test]
fn profiles_differ() {
    let folder = Folder::of(&[(
        "Dockerfile",
        "FROM debian:12\nADD . /app\nRUN apt-get update && apt-get install -y curl\n",
    )]);
    let of = |profile| folder.found(&["--profile", profile]);
    let (recommended, strict, all) = (of("recommended"), of("strict"), of("all"));
    assert!(!recommended.is_empty() && recommended.len() < strict.len() && strict.len() <= all.len());
    assert!(recommended.iter().all(|it| strict.contains(it)) && strict.iter().all(|it| all.contains(it)));
    assert_eq!(recommended, folder.found(&[]), "it is the default");
}

#[test]
fn severities_choose_what_is_shown_in_every_format() {
    let folder = Folder::of(&[("compose.yaml", PRIVILEGED)]);
    let only = ["check", "--select", "privileged-container,memory-limit-missing"];
    for format in ["human", "concise", "json", "github"] {
        let shown = |level| {
            let out = folder.run(&[&only[..], &["--format", format, "--min-severity", level]].concat()).out;
            (out.contains("privileged-container"), out.contains("memory-limit-missing"))
        };
        assert_eq!(shown("critical"), (true, false), "{format}");
        assert_eq!(shown("medium"), (true, true), "{format}");
    }
}

#[test]
fn the_summary_counts_what_is_shown() {
    let folder = Folder::of(&[("Dockerfile", "FROM debian:12\nMAINTAINER me\nUSER root\n")]);
    let summary =
        |level: &str| folder.run(&["check", "--select", "DL3002,DL4000", "--min-severity", level]).out;
    let all = summary("low");
    assert!(all.contains("1 file checked: 1 high, 1 low\n"), "{all}");
    let high = summary("high");
    assert!(
        high.contains("1 file checked: 1 high\n") && high.contains("explain root-user-explicit"),
        "{high}"
    );
    let none = summary("critical");
    assert!(none.contains("1 file checked, nothing found from `critical` on\n"), "{none}");
    assert!(!none.contains("explain"), "{none}");
}

#[test]
fn findings_that_are_shown_together_have_each_their_own_advice() {
    let env =
        |image: &str, name: &str| format!("    image: {image}\n    environment: {{ {name}: Zk3vbQ81xw }}\n");
    let (db, ui) = (
        env("postgres:17", "POSTGRES_PASSWORD"),
        env("grafana/grafana:12.0.0", "GF_SECURITY_ADMIN_PASSWORD"),
    );
    let folder = Folder::of(&[("stack.yaml", &format!("services:\n  db:\n{db}  ui:\n{ui}"))]);
    let out = folder.run(&["check", "--as", "stack", "--select", "secret-in-environment", "stack.yaml"]).out;
    for file in
        ["postgres reads through POSTGRES_PASSWORD_FILE", "reads through GF_SECURITY_ADMIN_PASSWORD__FILE"]
    {
        assert_eq!(out.matches(file).count(), 1, "{out}");
    }
}

#[test]
fn only_values_that_may_be_secret_are_hidden() {
    let folder =
        Folder::of(&[("Dockerfile", "FROM debian:12\nENV MODE plain-value\nENV API_TOKEN abc123xyz\n")]);
    let shown = folder.run(&["check", "--select", "legacy-key-value"]).out;
    assert!(shown.contains("ENV MODE plain-value"), "{shown}");
    assert!(!shown.contains("abc123xyz"), "{shown}");
}

#[test]
fn the_target_can_be_said() {
    let folder = Folder::of(&[
        ("odd.txt", PRIVILEGED),
        ("compose.yaml", "services: { web: { image: 'a:1', container_name: x } }\n"),
    ]);
    assert_eq!(folder.found(&["--as", "compose", "--select", "privileged-container", "odd.txt"]).len(), 1);
    let checked = |target| {
        let out = folder.run(&["check", "--as", target, "--format", "json", "compose.yaml"]).out;
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        report["checked"][0]["target"].as_str().unwrap().to_owned()
    };
    assert_eq!((checked("stack").as_str(), checked("compose").as_str()), ("stack", "compose"));
}

#[test]
fn several_files_are_judged_in_one_run() {
    let folder = Folder::of(&[
        ("a.yaml", "services: { web: { image: 'a:1', privileged: true } }\n"),
        ("b.yaml", "services: { db: { image: 'b:1', privileged: true } }\n"),
        ("c.yaml", PRIVILEGED),
    ]);
    let found = |files: &[&str]| folder.found(&[&["--select", "privileged-container"], files].concat());
    assert_eq!(found(&["-f", "a.yaml"]).len(), 1);
    assert_eq!(found(&["-f", "a.yaml", "-f", "b.yaml"]).len(), 2);
}

#[test]
fn standard_input_equals_the_file() {
    let text = "FROM debian:12\nUSER root\nADD . /app\n";
    let folder = Folder::of(&[("app/Dockerfile", text), ("compose.yaml", PRIVILEGED)]);
    for (path, text) in [("app/Dockerfile", text), ("compose.yaml", PRIVILEGED)] {
        for format in ["json", "concise", "human", "github"] {
            let args = ["check", "--profile", "all", "--format", format];
            let file = folder.run(&[&args[..], &[path]].concat());
            let piped = Run { stdin: text.as_bytes(), ..Run::at(folder.path()) };
            let piped = piped.args(&[&args[..], &["--stdin-filename", path, "-"]].concat());
            assert_eq!(piped, file, "{path} {format}");
        }
    }
}

#[test]
fn several_formats_at_once() {
    let folder = Folder::of(&[("compose.yaml", PRIVILEGED)]);
    let alone = |format| folder.run(&["check", "--format", format]).out;
    let (concise, json) = (alone("concise"), alone("json"));
    let output = folder.run(&["check", "--format", "concise", "--format", "json=out.json"]);
    assert_eq!(output.out, concise);
    assert_eq!(std::fs::read_to_string(folder.path().join("out.json")).unwrap(), json);
}

#[test]
fn colours() {
    let folder = Folder::of(&[("compose.yaml", PRIVILEGED)]);
    let colored = |terminal: bool, vars: &[(&str, &str)], args: &[&str]| {
        let run = Run { terminal, vars, ..Run::at(folder.path()) };
        run.args(&[&["check"], args].concat()).out.contains('\u{1b}')
    };
    for (terminal, vars, args, expected) in [
        (false, &[][..], &[][..], false),
        (true, &[], &[], true),
        (true, &[("TERM", "dumb")], &[], false),
        (true, &[("NO_COLOR", "1")], &[], false),
        (true, &[("NO_COLOR", "")], &[], true),
        (false, &[("FORCE_COLOR", "1")], &[], true),
        (false, &[("CLICOLOR_FORCE", "1")], &[], true),
        (false, &[("CLICOLOR_FORCE", "0")], &[], false),
        (false, &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[], false),
        (true, &[("FORCE_COLOR", "1"), ("TERM", "dumb")], &[], true),
        (false, &[("NO_COLOR", "1")], &["--color", "always"], true),
        (true, &[("FORCE_COLOR", "1")], &["--color", "never"], false),
    ] {
        assert_eq!(colored(terminal, vars, args), expected, "terminal {terminal} {vars:?} {args:?}");
    }
}

#[test]
fn other_commands_know_rules_by_any_name() {
    let folder = Folder::of(&[]);
    let page = folder.run(&["explain", "DL3002"]);
    assert_eq!(page.code, 0);
    assert!(page.out.contains("root-user-explicit") && page.out.contains("finds:"), "{}", page.out);
    let unknown = folder.run(&["explain", "root-user-explict"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("did you mean `root-user-explicit`?"), "{}", unknown.err);
    for name in
        ["DS-0002", "DS002", "ds002", "AVD-DS-0002", "trivy:AVD-DS-0002", " DL3002 ", "ROOT-USER-EXPLICIT"]
    {
        assert_eq!(folder.run(&["explain", name]).code, 0, "{name}");
    }
    assert!(folder.run(&["explain", "XY1"]).err.contains("`plimsoll rules` lists them"));
    let own = folder.run(&["explain", "unused-ignore"]).out;
    assert!(own.contains("ignores nothing"), "{own}");
    for (name, said) in [
        ("yaml-syntax", "yaml-syntax  problem\nNot valid YAML\n"),
        ("DL1000", "dockerfile-syntax  problem\n"),
        ("root-user-implicit", "root-user-implicit  low to high\n"),
        ("root-user-implicit", "\nseverity    high      no USER"),
        ("image-registry-not-allowed", "\noptions     trusted: the rule is off until it has a value\n"),
        ("add-instead-of-copy", "\nfix         `plimsoll fix`: "),
        ("memory-limit-missing", "`plimsoll harden`: limit it to 512 MB (the number is a guess"),
    ] {
        let page = folder.run(&["explain", name]).out;
        assert!(page.contains(said), "{name}: {page}");
    }
    let near = folder.run(&["explain", "yaml-syntx"]);
    assert!(near.code == 2 && near.err.contains("did you mean `yaml-syntax`?"), "{near:?}");
    let word = folder.run(&["explain", "unpinned"]).err;
    assert!(word.contains("; there are ") && word.contains("`apt-unpinned-version`"), "{word}");
    let table = folder.run(&["rules"]).out;
    assert!(
        table.lines().any(|line| line.contains("root-user-implicit") && line.contains("low to high")),
        "{table}"
    );
    for kind in plimsoll::source::PROBLEMS {
        assert!(table.lines().any(|line| line.starts_with(&format!("{} ", kind.id))), "{}", kind.id);
    }
    assert!(table.lines().any(|line| line.starts_with("privileged-container ")), "{table}");
    let json: serde_json::Value = serde_json::from_str(&folder.run(&["rules", "--json"]).out).unwrap();
    assert!(json.as_array().unwrap().iter().any(|rule| rule["id"] == "privileged-container"));
    folder.put("compose.yaml", PRIVILEGED);
    let facts = folder.run(&["facts", "compose.yaml"]).out;
    assert!(facts.contains("privileged = true @4:5"), "{facts}");
    let missing = folder.run(&["facts", "missing.yaml"]);
    assert_eq!((missing.code, missing.out.as_str()), (2, ""), "{missing:?}");
    assert_eq!(missing.err, "missing.yaml:1:1: problem[unreadable] there is no such file\n");
}

#[test]
fn what_is_excluded_is_left_out_even_when_it_is_named() {
    let folder = Folder::of(&[
        ("vendor/a/compose.yaml", super::PRIVILEGED),
        ("plimsoll.yaml", "exclude: [vendor, 'old/*.yaml']\n"),
        ("old/compose.yaml", super::PRIVILEGED),
        ("compose.yaml", super::CLEAN),
    ]);
    let named = ["--select", "privileged-container", "vendor/a/compose.yaml", "old/compose.yaml"];
    assert_eq!(folder.found(&named).len(), 2, "who names a file means it");
    let run = folder.run(&[&["check", "--force-exclude"], &named[..]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(folder.run(&["check", "--select", "privileged-container", "."]).code, 0);
    assert_eq!(folder.run(&["check", "--force-exclude", "./vendor/a/compose.yaml"]).code, 0);
}

#[test]
fn rules_of_ones_own_are_on_unless_they_name_profiles() {
    let rule = |id: &str, more: &str| {
        format!(
            "id: {id}\ntitle: X\nseverity: low\ntargets: [compose]\n{more}on: service\nwhen: {{ privileged: true }}\nmessage: x\n"
        )
    };
    let folder = Folder::of(&[
        ("compose.yaml", PRIVILEGED),
        ("policy/a.yaml", &rule("always", "")),
        (
            "policy/b.yaml",
            &rule("sometimes", "profiles: [owasp]\nreferences: [https://example.org/policy]\n"),
        ),
        ("policy/c.yaml", &rule("strictly", "profiles: []\n")),
    ]);
    let page = folder.run(&["explain", "--rules", "policy", "sometimes"]);
    assert!(page.out.starts_with("sometimes  low\nX\n"), "{page:?}");
    assert!(page.out.contains("\nsee         https://example.org/policy\n"), "{page:?}");
    assert!(folder.run(&["explain", "--rules", "policy", "always"]).out.contains("\nprofiles    all\n"));
    assert_eq!(folder.run(&["explain", "sometimes"]).code, 2);
    folder.put("plimsoll.yaml", "rules: [policy]\n");
    assert_eq!(folder.run(&["explain", "sometimes"]), page);
    std::fs::remove_file(folder.path().join("plimsoll.yaml")).unwrap();
    let on = |profile: &str| -> Vec<String> {
        let found = folder.found(&["--rules", "policy", "--profile", profile]);
        let own = ["always@4", "sometimes@4", "strictly@4"];
        found.into_iter().map(|it| it.replace("@2", "@4")).filter(|it| own.contains(&it.as_str())).collect()
    };
    assert_eq!(on("recommended"), ["always@4"]);
    assert_eq!(on("owasp"), ["always@4", "sometimes@4"]);
    assert_eq!(on("style"), ["always@4"]);
    assert_eq!(on("strict"), ["always@4", "sometimes@4", "strictly@4"]);
    folder.put("policy/b.yaml", &rule("sometimes", "profiles: [recomended]\n"));
    let wrong = folder.run(&["check", "--rules", "policy"]);
    assert!(
        wrong.code == 2
            && wrong.err.contains("b.yaml:5:12: there is no word `recomended` here; did you mean"),
        "{wrong:?}"
    );
    let untested = folder.run(&["test", "policy/a.yaml"]);
    assert_eq!(untested.code, 1, "{untested:?}");
    assert!(
        untested.out.starts_with("policy/a.yaml: there is no example, so nothing is tested\n"),
        "{untested:?}"
    );
}

#[test]
fn of_files_that_nobody_named_those_are_judged_that_docker_takes() {
    let folder = Folder::of(&[
        ("live.yml", "x-own: 1\nservices:\n  api: { image: \"api:1\", privileged: true }\nvolume: {}\n"),
        ("pipeline.yml", "steps: []\nservices:\n  db: { image: \"db:1\", privileged: true }\n"),
        (
            "config/services.yaml",
            "parameters: { locale: en }\nservices:\n  mail: { image: a, autowire: true }\n",
        ),
        ("own.services.yml", "services:\n  mail: { class: Mailer, arguments: [\"@queue\"] }\n"),
        ("page.yml", "services:\n  - name: a\n"),
    ]);
    assert_eq!(
        folder.found(&["--select", "privileged-container,schema-violation"]),
        ["privileged-container@3", "schema-violation@4"]
    );
    let named = folder.found(&["--select", "schema-violation", "own.services.yml"]);
    assert!(named.iter().all(|it| it == "schema-violation@2"), "{named:?}");
    assert!(!named.is_empty(), "who names a file means it");
}

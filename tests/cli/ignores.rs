//! Ignore comments: where they count, whom they name, what is said of those that do nothing.

use super::support::Folder;

const PRIVILEGED: &str = "privileged-container";

/// What is found in a Compose file, the rules about comments included.
fn compose(text: &str) -> Vec<String> {
    let select = format!("{PRIVILEGED},healthcheck-missing,unused-ignore,unknown-ignore,malformed-ignore");
    Folder::of(&[("compose.yaml", text)]).found(&["--select", &select])
}

fn dockerfile(text: &str) -> Vec<String> {
    let select = "root-user-explicit,add-instead-of-copy,maintainer-deprecated,unused-ignore,unknown-ignore,malformed-ignore";
    Folder::of(&[("Dockerfile", text)]).found(&["--select", select])
}

#[test]
fn in_yaml_they_cover_a_line_an_entry_or_a_file() {
    for text in [
        "services:\n  web:\n    image: app:1\n    healthcheck: { test: x }\n    privileged: true # plimsoll: ignore[privileged-container] why\n",
        "services:\n  web:\n    image: app:1\n    healthcheck: { test: x }\n    # plimsoll: ignore[privileged-container] why\n    privileged: true\n",
        "services:\n  # plimsoll: ignore[privileged-container] why\n  web:\n    image: app:1\n    healthcheck: { test: x }\n    privileged: true\n",
        "services:\n  # plimsoll: ignore[privileged-container] why\n  # and a word more\n  web:\n    image: app:1\n    healthcheck: { test: x }\n    privileged: true\n",
        "# plimsoll: ignore[privileged-container] everything below\nservices:\n  web:\n    image: app:1\n    healthcheck: { test: x }\n    privileged: true\n",
        "services:\n  web:\n    image: app:1\n    healthcheck: { test: x }\n    privileged: true\n# plimsoll: ignore-file[privileged-container] wherever it stands\n",
    ] {
        let found = compose(text);
        assert!(found.is_empty(), "{found:?}\n{text}");
        let folder = Folder::of(&[("compose.yaml", text)]);
        assert_eq!(folder.found(&["--select", PRIVILEGED, "--no-ignores"]).len(), 1);
        assert_eq!(folder.found(&["--select", PRIVILEGED, "--show-ignored"]).len(), 1);
        let human = folder.run(&["check", "--select", PRIVILEGED]);
        assert_eq!(human.code, 0);
        assert!(human.out.contains("1 ignored"), "{}", human.out);
        for format in ["human", "concise", "github", "markdown"] {
            let shown = folder.run(&["check", "--select", PRIVILEGED, "--show-ignored", "--format", format]);
            assert!(shown.out.contains(" (ignored: "), "{format}: {}", shown.out);
        }
    }
}

#[test]
fn they_cover_what_is_not_there() {
    let text = "services:\n  # plimsoll: ignore[healthcheck-missing] it is probed from outside\n  web:\n    image: app:1\n  db:\n    image: app:1\n";
    assert_eq!(compose(text), ["healthcheck-missing@5"]);
    let trailing = "services:\n  web: # plimsoll: ignore[healthcheck-missing] it is probed from outside\n    image: app:1\n";
    assert!(compose(trailing).is_empty());
}

#[test]
fn in_dockerfiles_they_cover_an_instruction_or_a_stage() {
    let user = "FROM debian:12\n# plimsoll: ignore[root-user-explicit] the entrypoint drops it\nUSER root\n";
    assert!(dockerfile(user).is_empty());
    let stage = "# plimsoll: ignore[add-instead-of-copy] all of them\nFROM debian:12 AS a\nADD a /\nADD b /\nFROM debian:12\nADD c /\nCOPY --from=a / /\n";
    assert_eq!(dockerfile(stage), ["add-instead-of-copy@6"]);
    let one = "FROM debian:12\n# plimsoll: ignore[add-instead-of-copy] this one\nADD a /\nADD b /\n";
    assert_eq!(dockerfile(one), ["add-instead-of-copy@4"]);
}

#[test]
fn aliases_and_several_rules_in_brackets() {
    for names in ["DL3020", "hadolint:DL3020", "add-instead-of-copy, root-user-explicit", "dl3020"] {
        let text = format!("FROM debian:12\n# plimsoll: ignore[{names}] x\nADD a /\n");
        assert!(dockerfile(&text).is_empty(), "{names}: {:?}", dockerfile(&text));
    }
}

#[test]
fn comments_that_do_nothing_are_findings() {
    for (text, expected) in [
        ("FROM debian:12\n# plimsoll: ignore[add-instead-of-copy] x\nCOPY a /\n", "unused-ignore@2"),
        ("FROM debian:12\n# plimsoll: ignore[add-insted-of-copy] x\nCOPY a /\n", "unknown-ignore@2"),
        ("FROM debian:12\n# plimsoll: ignore add-instead-of-copy\nCOPY a /\n", "malformed-ignore@2"),
        ("FROM debian:12\n# plimsoll: ignore[]\nCOPY a /\n", "malformed-ignore@2"),
        ("FROM debian:12\n# plimsoll: disable[x]\nCOPY a /\n", "malformed-ignore@2"),
    ] {
        assert_eq!(dockerfile(text), [expected], "{text}");
    }
    for (comment, said) in [
        ("ignore[DL3020] until 2026-02-30: x", "there is no such day; days are written like 2026-12-31"),
        ("ignore[DL3020", "the bracket is not closed"),
        ("ignore DL3020", "the rules stand in brackets"),
        ("ignore[ , ] x", "no rule is named"),
        ("disable[DL3020]", "only `ignore` and `ignore-file` are known"),
    ] {
        let folder =
            Folder::of(&[("Dockerfile", &format!("FROM debian:12\n# plimsoll: {comment}\nUSER 1\n"))]);
        let out = folder.run(&["check", "--select", "malformed-ignore", "--format", "concise"]).out;
        assert!(out.contains(&format!("this ignores nothing: {said}; ")), "{comment}: {out}");
    }
    let out =
        Folder::of(&[("Dockerfile", "FROM debian:12\n# plimsoll: ignore[add-insted-of-copy] x\nCOPY a /\n")])
            .run(&["check", "--select", "unknown-ignore", "--format", "concise"]);
    assert!(out.out.contains("did you mean `add-instead-of-copy`?"), "{}", out.out);
    assert_eq!(out.code, 0, "it is a finding of low severity, no problem");
}

#[test]
fn only_who_judged_can_say_that_a_comment_is_unused() {
    // The rule is off, or could not be decided here.
    let off = "FROM debian:12\n# plimsoll: ignore[shell-form-command] x\nCOPY a /\n";
    assert!(dockerfile(off).is_empty());
    let open = "services:\n  web:\n    image: app:1\n    healthcheck: { test: x }\n    # plimsoll: ignore[privileged-container] x\n    privileged: ${P}\n";
    assert!(compose(open).is_empty());
}

#[test]
fn unused_comments_are_taken_away() {
    let folder = Folder::of(&[(
        "compose.yaml",
        "services:\n  web:\n    healthcheck: { test: x }\n    # plimsoll: ignore[privileged-container] gone\n    image: app:1 # plimsoll: ignore[healthcheck-missing] gone\n",
    )]);
    let output =
        folder.run(&["fix", "--write", "--select", "privileged-container,healthcheck-missing,unused-ignore"]);
    assert_eq!(output.code, 0, "{output:?}");
    let text = std::fs::read_to_string(folder.path().join("compose.yaml")).unwrap();
    assert_eq!(text, "services:\n  web:\n    healthcheck: { test: x }\n    image: app:1\n");
}

#[test]
fn comments_of_other_tools_count() {
    for (comment, found) in [
        ("# hadolint ignore=DL3020", 1),
        ("# hadolint ignore=DL3020 # we need it", 1),
        ("# hadolint global ignore=DL3020", 0),
        ("# tally ignore=hadolint/DL3020;reason=x", 1),
        ("# tally global ignore=DL3020", 0),
        ("# checkov:skip=CKV_DOCKER_4:x", 0),
        ("# trivy:ignore:AVD-DS-0005", 1),
        ("# kics-scan ignore-line", 1),
        ("# kics-scan ignore", 0),
        ("# hadolint ignore=DL3000", 2),
        ("# nothing", 2),
    ] {
        let text = format!("FROM debian:12\n{comment}\nADD a /\nADD b /\n");
        assert_eq!(dockerfile(&text).len(), found, "{comment}: {:?}", dockerfile(&text));
    }
    for (comment, found) in [
        ("# check=skip=MaintainerDeprecated", 0),
        ("# check=skip=all", 0),
        ("#check=error=true;skip=MaintainerDeprecated,Other", 0),
        ("# check=skip=Other", 1),
    ] {
        let text = format!("{comment}\nFROM debian:12\nMAINTAINER me\n");
        assert_eq!(dockerfile(&text).len(), found, "{comment}: {:?}", dockerfile(&text));
    }
    let above = "FROM debian:12\n# check=skip=MaintainerDeprecated\nMAINTAINER me\nMAINTAINER you\n";
    assert_eq!(dockerfile(above), ["maintainer-deprecated@4"]);
    let instruction_alone = "# hadolint ignore=DL3002\nFROM debian:12\nUSER root\n";
    assert_eq!(dockerfile(instruction_alone), ["root-user-explicit@3"]);
}

#[test]
fn an_ignore_with_a_day_lapses_behind_it() {
    let text = "services:\n  web:\n    image: app:1\n    privileged: true # plimsoll: ignore[privileged-container] until 2026-12-31: the driver needs it\n";
    let folder = Folder::of(&[("compose.yaml", text)]);
    let select = ["--select", "privileged-container,lapsed-ignore,unused-ignore"];
    let on = |day: &str| folder.found(&[&select[..], &["--today", day]].concat());
    assert!(on("2026-12-31").is_empty(), "the last day counts");
    assert_eq!(on("2027-01-01"), ["privileged-container@4", "lapsed-ignore@4"]);
    assert_eq!(folder.run(&["check", "--today", "2026-12-31"]).code, 0);
    assert_eq!(folder.run(&["check", "--today", "2027-01-01"]).code, 1);
    assert_eq!(folder.run(&["check", "--today", "31.12.2026"]).code, 2);
    let mend =
        |day: &str| folder.run(&["fix", "--unsafe", "--select", "privileged-container", "--today", day]).out;
    assert_eq!(mend("2026-12-31"), "", "what is ignored is not mended");
    let prose = dockerfile(
        "FROM debian:12\n# plimsoll: ignore[root-user-explicit] until the base has a user\nUSER root\n",
    );
    assert!(prose.is_empty(), "{prose:?}");
    for day in ["2026-02-30", "2026-1-1", "2026"] {
        let text = format!("FROM debian:12\n# plimsoll: ignore[root-user-explicit] until {day}\nUSER root\n");
        assert_eq!(dockerfile(&text), ["malformed-ignore@2", "root-user-explicit@3"], "{day}");
    }
}

#[test]
fn a_rule_that_the_configuration_ignores_comes_back_behind_its_day() {
    let folder = Folder::of(&[
        ("compose.yaml", super::PRIVILEGED),
        ("plimsoll.yaml", "ignore: [privileged-container until 2026-12-31]\n"),
    ]);
    assert_eq!(folder.run(&["check", "--today", "2026-12-31"]).code, 0);
    assert_eq!(folder.run(&["check", "--today", "2027-01-01"]).code, 1);
    folder.put("plimsoll.yaml", "ignore: [privileged-container until soon]\n");
    let wrong = folder.run(&["check"]);
    assert!(wrong.code == 2 && wrong.err.contains("`soon` is no day"), "{wrong:?}");
}

#[test]
fn of_another_tool_all_rules_but_those_that_it_enables_are_ignored() {
    // Two rules that KICS has, too: a container with all rights, one without a healthcheck.
    let text = |enabled: &str| {
        format!("# kics-scan enable={enabled}\nservices:\n  web:\n    image: app:1\n    privileged: true\n")
    };
    let other = "00000000-0000-0000-0000-000000000000";
    assert!(compose(&text(other)).is_empty());
    let privileged = "ae5b6871-7f45-42e0-bb4c-ab300c4d2026";
    assert_eq!(compose(&text(privileged)), ["privileged-container@5"]);
}

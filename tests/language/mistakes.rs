//! Mistakes in rule files: each is found at load, where it was made, with what was meant.

use plimsoll::policy::{Mistake, Step};

use super::rule;

/// A rule file with something in place of its condition, and more behind it.
fn file(on: &str, when: &str, more: &str) -> String {
    format!(
        "id: x\ntitle: X\nseverity: low\ntargets: [compose]\non: {on}\nwhen: {when}\nmessage: \"`{{name}}`\"\n{more}"
    )
}

/// The mistake of a rule file: its path as `when.restart`, and its message.
fn mistake(text: &str) -> (String, String) {
    let Err(Mistake { path, message }) = rule(text) else { panic!("this was accepted:\n{text}") };
    let steps: Vec<String> = path
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Item(index) => index.to_string(),
        })
        .collect();
    (steps.join("/"), message)
}

/// Checks that each condition on a service is refused at a path with words in the message.
fn refused(cases: &[(&str, &str, &str)]) {
    for (when, path, words) in cases {
        let (at, message) = mistake(&file("service", when, ""));
        assert_eq!(at, *path, "{when}: {message}");
        assert!(message.contains(words), "{when}: {message}");
    }
}

#[test]
fn conditions() {
    refused(&[
        ("{ privilegd: true }", "when/privilegd", "did you mean `privileged`?"),
        ("{ healthcheck.tset: x }", "when/healthcheck.tset", "did you mean `test`?"),
        ("{ restart.policy: x }", "when/restart.policy", "goes on behind a text"),
        ("{ privileged: maybe }", "when/privileged", "`true` or `false`"),
        ("{ privileged: { contains: t } }", "when/privileged/contains", "does not work on a"),
        ("{ memory_limit: lots }", "when/memory_limit", "`lots` is not a size"),
        ("{ pids_limit: { more_than: many } }", "when/pids_limit/more_than", "`many` is not a number"),
        ("{ restart: absent }", "when/restart", "{ is: absent }"),
        ("{ restart: unknown }", "when/restart", "{ is: unknown }"),
        ("{ restart: { is: missing } }", "when/restart/is", "there is no word `missing`"),
        ("{ restart: { is: [set, abesnt] } }", "when/restart/is/1", "did you mean `absent`?"),
        ("{ restart: { begins: x } }", "when/restart/begins", "there is no operator `begins`"),
        ("{ restart: { matches: '(' } }", "when/restart/matches", "regular expression"),
        ("{ restart: { some: x } }", "when/restart/some", "does not work on a text"),
        ("{ cap_add: [ALL, KILL] }", "when/cap_add", "`some:` or `contains:`"),
        ("{ cap_add: { starts_with: A } }", "when/cap_add/starts_with", "does not work on a list"),
        ("{ healthcheck: curl }", "when/healthcheck", "name a field of it"),
        ("{ healthcheck.form: SHELL }", "when/healthcheck.form", "there is no word `SHELL`"),
        ("{ restart: $nothing }", "when/restart", "there is no option or list `nothing`"),
        ("{ restart: '{pidd}' }", "when/restart", "did you mean `pid`?"),
        ("{ any: [{ privileged: true }, { oops: 1 }] }", "when/any/1/oops", "there is no field"),
        ("{ ports: { some: { tagret: x } } }", "when/ports/some/tagret", "did you mean `target`?"),
        (
            "{ stage.user.set_by: x, healthcheck.commands.program: x }",
            "when/stage.user.set_by",
            "there is no word `x`",
        ),
    ]);
}

#[test]
fn a_user_is_a_node_and_says_so() {
    let (at, message) = mistake(&file("service", "{ user: absent }", ""));
    assert_eq!(at, "when/user");
    assert!(message.contains("{ is: absent }"), "{message}");
}

#[test]
fn the_rest_of_a_file() {
    let whole = |on: &str, more: &str| mistake(&file(on, "{}", more));
    for (on, more, path, words) in [
        ("servise", "", "on", "did you mean `service`?"),
        ("service", "wen: {}", "wen", "did you mean `when`?"),
        ("service", "at: stage.built_by", "at", "choose the element kind as `on`"),
        ("service", "at: prots", "at", "did you mean `ports`?"),
        ("service", "related: [{ at: user }]", "related/0", "`say` is missing"),
        (
            "service",
            "related: [{ at: ports, say: '{it.traget}' }]",
            "related/0/say",
            "did you mean `target`?",
        ),
        ("service", "fix: [{ title: x, safety: dangerous }]", "fix/0/safety", "there is no word `dangerous`"),
        ("service", "fix: [{ title: x, safety: unsafe, set: { user: me } }]", "fix/0", "needs a `caveat`"),
        ("service", "fix: [{ title: x, safety: manual, remove: self }]", "fix/0", "nothing to do"),
        ("service", "fix: [{ title: x, safety: safe }]", "fix/0", "any other has something"),
        (
            "service",
            "fix: [{ title: x, safety: safe, set: { a: '{usr}' } }]",
            "fix/0/set/a",
            "there is no field",
        ),
        ("service", "fix: [{ title: x, safety: safe, remove: privilegd }]", "fix/0/remove", "`privileged`"),
        ("service", "profiles: 5\ncases: [{ whn: {} }]", "cases/0/whn", "did you mean `when`?"),
    ] {
        let (at, message) = whole(on, more);
        assert_eq!(at, path, "{more}: {message}");
        assert!(message.contains(words), "{more}: {message}");
    }
    let (at, message) =
        mistake("id: x\ntitle: X\nseverity: sever\ntargets: [compose]\non: service\nmessage: x\n");
    assert_eq!((at.as_str(), message.contains("there is no word `sever`")), ("severity", true), "{message}");
    let (at, message) =
        mistake("id: x\ntitle: X\nseverity: low\ntargets: [kubernetes]\non: service\nmessage: x\n");
    assert_eq!((at.as_str(), message.contains("kubernetes")), ("targets/0", true), "{message}");
    let (at, message) =
        mistake("id: x\ntitle: X\nseverity: low\ntargets: [compose]\non: service\nmessage: 'a {nmae} b'\n");
    assert_eq!((at.as_str(), message.contains("did you mean `name`?")), ("message", true), "{message}");
    let (at, message) =
        mistake("id: x\ntitle: X\nseverity: low\ntargets: [compose]\non: service\nmessage: 'a { b'\n");
    assert_eq!((at.as_str(), message.contains("brace")), ("message", true), "{message}");
}

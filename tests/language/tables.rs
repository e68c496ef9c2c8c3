//! Section 4 of the language's page, row by row. Columns of the first table: set, absent, empty, unknown.

use plimsoll::policy::{Confidence, Truth};

use super::{judge, outcome, rule, rule_when, verdict};

const KEY: [(char, Truth); 3] = [('T', Truth::True), ('F', Truth::False), ('U', Truth::Unknown)];

/// Asks each condition of each service body; the expected column is one letter a body.
fn table(bodies: &[&str], rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (when, expected) in rows {
        let letters: Vec<char> = expected.chars().filter(|c| !c.is_whitespace()).collect();
        assert_eq!(letters.len(), bodies.len(), "{when}");
        for (body, letter) in bodies.iter().zip(letters) {
            let compose = format!("services:\n  web:\n    image: app:1\n{}", indented(body));
            let truth = verdict(when, &compose);
            if !KEY.contains(&(letter, truth)) {
                wrong.push(format!("{when} on {body:?} is {truth:?}, not {letter}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn indented(body: &str) -> String {
    body.lines().map(|line| format!("    {line}\n")).collect()
}

#[test]
fn states_and_operators() {
    table(
        &["restart: always", "", "restart: ''", "restart: '${X}'"],
        &[
            ("{ restart: always }", "T F F U"),
            ("{ restart: [no, always] }", "T F F U"),
            ("{ restart: never }", "F F F U"),
            ("{ restart: '' }", "F F T U"),
            ("{ restart: { contains: way } }", "T F F U"),
            ("{ restart: { starts_with: al } }", "T F F U"),
            ("{ restart: { ends_with: ys } }", "T F F U"),
            ("{ restart: { like: 'a*s' } }", "T F F U"),
            ("{ restart: { matches: '^a' } }", "T F F U"),
            ("{ restart: { matches: '^$' } }", "F F T U"),
            ("{ restart: { not: always } }", "F T T U"),
            ("{ not: { restart: always } }", "F T T U"),
            ("{ restart: { is: set } }", "T F F U"),
            ("{ restart: { is: empty } }", "F F T U"),
            ("{ restart: { is: absent } }", "F T F U"),
            ("{ restart: { is: unknown } }", "F F F T"),
            ("{ restart: { is: [absent, empty] } }", "F T T U"),
            ("{ restart: { is: [set, unknown] } }", "T F F T"),
            ("{ restart: { is: set, contains: x } }", "F F F U"),
            // The right-hand side is absent: never true, whatever the left is.
            ("{ restart: '{pid}' }", "F F F F"),
            ("{ restart: { contains: '{pid}' } }", "F F F F"),
            ("{ restart: { starts_with: ['{pid}', al] } }", "T F F U"),
        ],
    );
}

#[test]
fn right_hand_sides() {
    table(
        &["pid: host\nrestart: host", "pid: host", "pid: host\nrestart: ''", "pid: host\nrestart: '${X}'"],
        &[("{ restart: '{pid}' }", "T F F U"), ("{ restart: { ends_with: '{pid}' } }", "T F F U")],
    );
    table(
        &[
            "pid: '${Y}'\nrestart: host",
            "pid: '${Y}'",
            "pid: '${Y}'\nrestart: ''",
            "pid: '${Y}'\nrestart: '${X}'",
        ],
        &[("{ restart: '{pid}' }", "U F U U"), ("{ restart: { contains: '{pid}' } }", "U F U U")],
    );
    // A part of the right-hand side is known.
    table(
        &["pid: 'service:${Y}'\nrestart: service:db", "pid: 'service:${Y}'\nrestart: host"],
        &[("{ restart: '{pid}' }", "U F")],
    );
    // Numbers, sizes and lists compare with fields, too.
    table(
        &[
            "mem_limit: 64m\nmem_reservation: 128m",
            "mem_limit: 64m",
            "mem_limit: 64m\nmem_reservation: '${X}'",
            "mem_reservation: 64m",
        ],
        &[
            ("{ memory_reservation: { more_than: '{memory_limit}' } }", "T F U F"),
            ("{ memory_limit: { less_than: '{memory_reservation}' } }", "T F U F"),
        ],
    );
    table(
        &["mem_limit: '${X}'"],
        &[
            ("{ memory_limit: { more_than: '{memory_reservation}' } }", "F"),
            ("{ memory_limit: '{memory_reservation}' }", "F"),
        ],
    );
    table(
        &[
            "cap_add: [SYS_TIME]\ncap_drop: [SYS_TIME]",
            "cap_add: [SYS_TIME]\ncap_drop: [ALL]",
            "cap_add: [SYS_TIME]",
            "cap_drop: [ALL]",
            "cap_add: [SYS_TIME]\ncap_drop: ['${X}']",
            "cap_add: [SYS_TIME, CHOWN]\ncap_drop: ['${X}']",
        ],
        &[("{ cap_add: '{cap_drop}' }", "T F F F U F")],
    );
}

#[test]
fn flags_numbers_sizes_and_durations() {
    table(
        &["privileged: true", "privileged: false", "", "privileged: ${X}"],
        &[
            ("{ privileged: true }", "T F F U"),
            ("{ privileged: false }", "F T F U"),
            ("{ not: { privileged: true } }", "F T T U"),
            ("{ privileged: { is: set } }", "T T F U"),
            ("{ privileged: { is: unknown } }", "F F F T"),
        ],
    );
    table(
        &["pids_limit: 100", "pids_limit: 7", "", "pids_limit: ${X}"],
        &[
            ("{ pids_limit: 100 }", "T F F U"),
            ("{ pids_limit: { more_than: 50 } }", "T F F U"),
            ("{ pids_limit: { less_than: 50 } }", "F T F U"),
        ],
    );
    table(
        &["mem_limit: 512m", "mem_limit: 1g", "", "mem_limit: ${X}"],
        &[
            ("{ memory_limit: 0.5g }", "T F F U"),
            ("{ memory_limit: { more_than: 600m } }", "F T F U"),
            ("{ memory_limit: { is: absent } }", "F F T U"),
        ],
    );
    table(
        &[
            "healthcheck: { test: [CMD, 'true'], interval: 1m30s }",
            "healthcheck: { test: [CMD, 'true'], interval: '${X}' }",
        ],
        &[
            ("{ healthcheck.interval: 90s }", "T U"),
            ("{ healthcheck.interval: { more_than: 1m } }", "T U"),
            ("{ healthcheck.interval: { less_than: 1m } }", "F U"),
        ],
    );
}

#[test]
fn partly_known_texts() {
    table(
        &["pid: 'service:${X}'", "pid: '${X}:db'", "pid: 'a${X}b${Y}c'"],
        &[
            ("{ pid: { starts_with: serv } }", "T U F"),
            ("{ pid: { starts_with: 'service:db' } }", "U U F"),
            ("{ pid: { starts_with: host } }", "F U F"),
            ("{ pid: { ends_with: ':db' } }", "U T F"),
            ("{ pid: { ends_with: 'my:db' } }", "U U F"),
            ("{ pid: { ends_with: ':web' } }", "U F F"),
            ("{ pid: host }", "F F F"),
            ("{ pid: 'service:db' }", "U U F"),
            ("{ pid: 'a1b2c' }", "F F U"),
            ("{ pid: ac }", "F F F"),
            ("{ pid: { contains: vice } }", "T U U"),
            ("{ pid: { contains: b } }", "U T T"),
            // Inside of what is known it fits whatever the variable holds; what stands right beside it may change that.
            ("{ pid: { matches: '^service' } }", "T U U"),
            ("{ pid: { matches: 'service:' } }", "U U U"),
            ("{ pid: { matches: 'service:$' } }", "U U U"),
            ("{ pid: { matches: 'db$' } }", "U T U"),
            ("{ pid: { matches: ':db' } }", "U U U"),
            ("{ pid: { matches: '^a' } }", "U U U"),
            ("{ pid: { matches: host } }", "U U U"),
            ("{ pid: { like: 'service:*' } }", "U U U"),
            ("{ pid: { is: set } }", "U U U"),
            ("{ pid: { is: empty } }", "F F F"),
            ("{ pid: { is: unknown } }", "T T T"),
        ],
    );
}

#[test]
fn lists_with_unknown_items() {
    table(
        &[
            "cap_add: [SYS_TIME, CHOWN]",
            "cap_add: [SYS_TIME, '${X}']",
            "cap_add: ['${X}']",
            "cap_add: []",
            "",
        ],
        &[
            ("{ cap_add: { contains: SYS_TIME } }", "T T U F F"),
            ("{ cap_add: { contains: [KILL, CHOWN] } }", "T U U F F"),
            ("{ cap_add: { contains: KILL } }", "F U U F F"),
            ("{ cap_add: { some: { starts_with: SYS } } }", "T T U F F"),
            ("{ cap_add: { some: KILL } }", "F U U F F"),
            ("{ cap_add: { every: [SYS_TIME, CHOWN] } }", "T U U T T"),
            ("{ cap_add: { every: CHOWN } }", "F F U T T"),
            ("{ cap_add: { none: KILL } }", "T U U T T"),
            ("{ cap_add: { none: SYS_TIME } }", "F F U T T"),
            ("{ cap_add: { count: 2 } }", "T T F F F"),
            ("{ cap_add: { count: { more_than: 1 } } }", "T T F F F"),
            ("{ cap_add: { count: 0 } }", "F F F T T"),
            ("{ cap_add: { is: set } }", "T T T F F"),
            ("{ cap_add: { is: empty } }", "F F F T F"),
            ("{ cap_add: { is: absent } }", "F F F F T"),
            ("{ cap_add: { is: [absent, empty] } }", "F F F T T"),
        ],
    );
}

#[test]
fn open_lists() {
    // An `env_file` that is not at hand may bring any variable.
    table(
        &[
            "environment: [A=1]",
            "environment: [A=1, B=2]\nenv_file: missing.env",
            "env_file: missing.env",
            "environment: []",
        ],
        &[
            ("{ environment: { some: { name: A } } }", "T T U F"),
            ("{ environment: { some: { name: Z } } }", "F U U F"),
            ("{ environment: { none: { name: Z } } }", "T U U T"),
            ("{ environment: { none: { name: A } } }", "F F U T"),
            ("{ environment: { every: { name: { matches: '^[AB]$' } } } }", "T U U T"),
            ("{ environment: { every: { name: Q } } }", "F F U T"),
            ("{ environment: { count: 1 } }", "T F U F"),
            ("{ environment: { count: 5 } }", "F U U F"),
            ("{ environment: { count: { more_than: 1 } } }", "F T U F"),
            ("{ environment: { count: { less_than: 2 } } }", "T F U T"),
            ("{ environment: { count: { not: 1 } } }", "F T U T"),
            ("{ environment: { is: set } }", "T T U F"),
        ],
    );
}

#[test]
fn lookups() {
    table(
        &[
            "labels: { team: blue }",
            "labels: { other: x }",
            "labels: ['team=blue', '${K}=x']",
            "labels: ['${K}=x']",
            "labels: { team: '${X}' }",
            "",
        ],
        &[
            ("{ labels.team: blue }", "T F T U U F"),
            ("{ labels.team: { is: absent } }", "F T F U U T"),
            ("{ labels.team: { is: set } }", "T F T U U F"),
            ("{ not: { labels.team: blue } }", "F T F U U T"),
        ],
    );
}

#[test]
fn paths_through_references() {
    table(
        &["healthcheck: { test: 'curl x' }", "", "extends: { file: elsewhere.yaml, service: base }"],
        &[
            ("{ healthcheck.form: CMD-SHELL }", "T F U"),
            ("{ healthcheck.test: { contains: curl } }", "T F U"),
            ("{ healthcheck: { form: CMD-SHELL } }", "T F U"),
            ("{ healthcheck: { form: CMD-SHELL, disabled: true } }", "F F U"),
            ("{ not: { healthcheck.form: CMD-SHELL } }", "F T U"),
            // All further fields of what is absent are absent.
            ("{ healthcheck.test: { is: absent } }", "F T U"),
            ("{ healthcheck: { is: absent } }", "F T U"),
            ("{ healthcheck: { is: set } }", "T F U"),
            ("{ healthcheck.commands: { some: { program: curl } } }", "T F U"),
            ("{ healthcheck.commands: { none: { program: curl } } }", "F T U"),
        ],
    );
}

#[test]
fn kleene() {
    // One condition for each truth value.
    const OF: [(&str, char); 3] =
        [("{ restart: always }", 'T'), ("{ restart: no }", 'F'), ("{ pid: '${X}' }", 'U')];
    let truth = |letter: char| KEY.iter().find(|(key, _)| *key == letter).unwrap().1;
    let compose = "services:\n  web:\n    image: app:1\n    restart: always\n    pid: '${X}'\n";
    let of: Vec<(&str, Truth)> = OF
        .iter()
        .map(|&(when, letter)| (if letter == 'U' { "{ pid: host }" } else { when }, truth(letter)))
        .collect();
    for (a, left) in &of {
        assert_eq!(verdict(&format!("{{ not: {a} }}"), compose), !*left);
        for (b, right) in &of {
            let all = format!("{{ all: [{a}, {b}] }}");
            let any = format!("{{ any: [{a}, {b}] }}");
            let none = format!("{{ not: [{a}, {b}] }}");
            assert_eq!(verdict(&all, compose), (*left).min(*right), "{all}");
            assert_eq!(verdict(&any, compose), (*left).max(*right), "{any}");
            assert_eq!(verdict(&none, compose), !(*left).max(*right), "{none}");
        }
    }
    assert_eq!(verdict("{}", compose), Truth::True);
    assert_eq!(verdict("{ all: [] }", compose), Truth::True);
    assert_eq!(verdict("{ any: [] }", compose), Truth::False);
}

#[test]
fn an_unproven_excuse_excuses_nothing() {
    let text = |unless: &str| {
        format!(
            "id: x\ntitle: X\nseverity: low\ntargets: [compose]\non: service\nwhen: {{ privileged: true }}\n\
             unless: {unless}\nmessage: \"`{{name}}`\"\n"
        )
    };
    let compose =
        "services:\n  web:\n    image: app:1\n    privileged: true\n    pid: '${X}'\n    ipc: host\n";
    let run = |unless: &str| judge(rule(&text(unless)).unwrap(), &[("compose.yaml", compose)]);
    assert_eq!(outcome(&run("{ ipc: host }")), Truth::False);
    let unproven = run("{ pid: host }");
    assert_eq!(outcome(&unproven), Truth::True);
    assert_eq!(unproven.report.findings[0].confidence, Confidence::Likely);
    assert_eq!(run("{ ipc: shareable }").report.findings[0].confidence, Confidence::Certain);
}

#[test]
fn an_undecided_case_hides_no_later_one() {
    let text = "id: x\ntitle: X\nseverity: low\ntargets: [compose]\non: service\ncases:\n\
                \x20 - { when: { pid: host }, message: first }\n\
                \x20 - { when: { ipc: host }, severity: high, message: second }\n";
    let with = |ipc: &str| {
        let compose = format!("services:\n  web:\n    image: app:1\n    pid: '${{X}}'\n    ipc: {ipc}\n");
        judge(rule(text).unwrap(), &[("compose.yaml", &compose)])
    };
    let found = with("host").report;
    assert_eq!((found.findings[0].message.as_str(), found.undecided.len()), ("second", 0));
    let silent = with("private").report;
    assert_eq!((silent.findings.len(), silent.undecided.len()), (0, 1));
    assert_eq!(silent.undecided[0].field, "pid");
}

#[test]
fn braces_name_the_subject_in_nested_conditions() {
    // `{name}` inside of `some` is the service's name, `name` the variable's.
    let when = "{ environment: { some: { name: SERVICE, value: '{name}' } } }";
    let compose = |value: &str| {
        format!("services:\n  web:\n    image: app:1\n    environment: [\"SERVICE={value}\"]\n")
    };
    assert_eq!(verdict(when, &compose("web")), Truth::True);
    assert_eq!(verdict(when, &compose("api")), Truth::False);
    assert_eq!(verdict(when, &compose("${X}")), Truth::Unknown);
}

#[test]
fn an_option_without_value_never_matches() {
    let text = "id: x\ntitle: X\nseverity: low\ntargets: [compose]\non: service\n\
                options: { wanted: { type: list, default: [] } }\nwhen: { restart: $wanted }\nmessage: x\n";
    for restart in ["always", "''", "'${X}'"] {
        let compose = format!("services:\n  web:\n    image: app:1\n    restart: {restart}\n");
        let run = judge(rule(text).unwrap(), &[("compose.yaml", &compose)]);
        assert_eq!(outcome(&run), Truth::False, "{restart}");
    }
    let items = rule_when("service", "{ restart: { is: unknown } }");
    assert!(items.unconfigured.is_empty());
}

//! The law: to learn a value never turns what was true into false, or what was false into true.

use plimsoll::policy::Truth;
use proptest::prelude::*;

use super::{judge, outcome, rule_when};

/// Values that the unknown variables may turn out to have, written in their places.
const WORDS: [&str; 7] = ["host", "always", "ALL", "KILL", "service:db", "team", "a=b"];

/// A text value: known, unknown, or both.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("host".to_owned()),
        Just("always".to_owned()),
        Just(String::new()),
        Just("${X}".to_owned()),
        Just("${Y}".to_owned()),
        Just("service:${X}".to_owned()),
        Just("${X}ways".to_owned()),
        Just("h${X}s${Y}t".to_owned()),
    ]
}

/// A line of a service, or nothing.
fn line(key: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![1 => Just(String::new()), 4 => text().prop_map(move |text| format!("    {key}: \"{text}\"\n"))]
}

/// A list of a service, or nothing.
fn list(key: &'static str) -> impl Strategy<Value = String> {
    let item = prop_oneof![Just("ALL"), Just("KILL"), Just("${X}"), Just("${Y}"), Just("K${X}")];
    prop_oneof![
        1 => Just(String::new()),
        4 => prop::collection::vec(item, 0..3).prop_map(move |items| {
            let items: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
            format!("    {key}: [{}]\n", items.join(", "))
        }),
    ]
}

fn compose() -> impl Strategy<Value = String> {
    let flag = prop_oneof![Just(""), Just("    privileged: true\n"), Just("    privileged: ${F}\n")];
    let number = prop_oneof![Just(""), Just("    pids_limit: 100\n"), Just("    pids_limit: ${N}\n")];
    let labels = prop_oneof![
        Just(""),
        Just("    labels: { team: blue }\n"),
        Just("    labels: [\"${K}=blue\"]\n"),
        Just("    labels: { team: \"${X}\" }\n"),
    ];
    let probe = prop_oneof![
        Just(""),
        Just("    healthcheck: { test: \"curl ${X}\" }\n"),
        Just("    healthcheck: { disable: true }\n"),
    ];
    let environment = prop_oneof![
        Just(""),
        Just("    environment: [\"A=1\", \"B=${X}\"]\n"),
        Just("    environment: [\"${K}=host\"]\n"),
    ];
    (line("restart"), line("pid"), list("cap_add"), list("cap_drop"), flag, number, labels, probe, environment)
        .prop_map(|(restart, pid, add, drop, flag, number, labels, probe, environment)| {
            format!(
                "services:\n  web:\n    image: app:1\n{restart}{pid}{add}{drop}{flag}{number}{labels}{probe}{environment}"
            )
        })
}

fn operand() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("host"),
        Just("always"),
        Just("''"),
        Just("'service:db'"),
        Just("ways"),
        Just("KILL"),
        Just("'{pid}'"),
        Just("'{restart}'"),
        Just("'{container_name}'"),
    ]
}

fn text_test() -> impl Strategy<Value = String> {
    prop_oneof![
        operand().prop_map(str::to_owned),
        (operand(), operand()).prop_map(|(a, b)| format!("[{a}, {b}]")),
        operand().prop_map(|value| format!("{{ contains: {value} }}")),
        operand().prop_map(|value| format!("{{ starts_with: {value} }}")),
        operand().prop_map(|value| format!("{{ ends_with: {value} }}")),
        Just("{ like: '*s*' }".to_owned()),
        Just("{ matches: '^(host|always)$' }".to_owned()),
        Just("{ is: set }".to_owned()),
        Just("{ is: empty }".to_owned()),
        Just("{ is: [absent, empty] }".to_owned()),
    ]
}

fn list_test() -> impl Strategy<Value = String> {
    prop_oneof![
        operand().prop_map(|value| format!("{{ contains: {value} }}")),
        text_test().prop_map(|test| format!("{{ some: {test} }}")),
        text_test().prop_map(|test| format!("{{ every: {test} }}")),
        text_test().prop_map(|test| format!("{{ none: {test} }}")),
        (0..3).prop_map(|count| format!("{{ count: {count} }}")),
        (0..3).prop_map(|count| format!("{{ count: {{ more_than: {count} }} }}")),
        (0..3).prop_map(|count| format!("{{ count: {{ not: {{ less_than: {count} }} }} }}")),
        Just("{ is: set }".to_owned()),
        Just("'{cap_drop}'".to_owned()),
    ]
}

fn entry() -> impl Strategy<Value = String> {
    prop_oneof![
        text_test().prop_map(|test| format!("restart: {test}")),
        text_test().prop_map(|test| format!("pid: {test}")),
        text_test().prop_map(|test| format!("labels.team: {test}")),
        text_test().prop_map(|test| format!("healthcheck.test: {test}")),
        list_test().prop_map(|test| format!("cap_add: {test}")),
        Just("privileged: true".to_owned()),
        Just("privileged: { not: true }".to_owned()),
        Just("pids_limit: { more_than: 50 }".to_owned()),
        Just("pids_limit: { less_than: 200 }".to_owned()),
        Just("healthcheck: { disabled: true }".to_owned()),
        Just("healthcheck.commands: { some: { program: curl } }".to_owned()),
        text_test().prop_map(|test| format!("environment: {{ some: {{ name: B, value: {test} }} }}")),
        text_test().prop_map(|test| format!("environment: {{ none: {{ value: {test} }} }}")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    entry().prop_map(|entry| format!("{{ {entry} }}")).prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|all| format!("{{ all: [{}] }}", all.join(", "))),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|any| format!("{{ any: [{}] }}", any.join(", "))),
            inner.prop_map(|not| format!("{{ not: {not} }}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn learning_a_value_reverses_nothing(
        compose in compose(),
        when in condition(),
        x in prop::sample::select(WORDS.to_vec()),
        y in prop::sample::select(WORDS.to_vec()),
        flag in any::<bool>(),
        number in 1..300,
    ) {
        let unknown = outcome(&judge(rule_when("service", &when), &[("compose.yaml", &compose)]));
        let (flag, number) = (format!("{flag}"), format!("{number}"));
        let values = [("X", x), ("Y", y), ("K", "team"), ("F", flag.as_str()), ("N", number.as_str())];
        let written = values.iter().fold(compose.clone(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        });
        let known = judge(rule_when("service", &when), &[("compose.yaml", &written)]);
        let known = outcome(&known);
        prop_assert!(known != Truth::Unknown, "all is known, and yet undecided: {when}\n{compose}{written}");
        prop_assert!(
            unknown == Truth::Unknown || unknown == known,
            "{unknown:?} became {known:?}: {when}\n{compose}{written}"
        );
    }
}

//! Every example of every rule: validated, missing, noisy, misplaced or wrong fix.

use plimsoll::fix::{Outcome, examples};
use plimsoll::policy::{PROFILES, Reader, Selection, all, lists, load, texts};
use plimsoll::source::{FileId, Source};
use plimsoll::syntax::yaml;

#[test]
fn every_example_is_validated() {
    let mut lists = lists();
    lists.set_strict();
    let mut failures = Vec::new();
    let mut count = 0;
    for (path, text) in texts() {
        let source = Source::new(FileId(0), &path, &text);
        let tree = yaml::parse(&source, yaml::Limits::default());
        assert!(tree.problems.is_empty(), "{path}: {:?}", tree.problems);
        let data = tree.to_data(tree.root().unwrap(), &mut 100_000).unwrap();
        let data = data.borrowed();
        let reader = Reader::new(&data);
        let all = examples(&reader).unwrap_or_else(|error| panic!("{path}: {error}"));
        if !all.iter().any(|example| example.finds) || all.iter().all(|example| example.finds) {
            failures.push(format!("{path}: a rule needs an example that finds and one that is silent"));
        }
        for example in all {
            count += 1;
            let outcome = example.run(&reader, &lists);
            if outcome != Outcome::Validated {
                let first = example.files.first().map_or("", |(_, text)| text);
                failures.push(format!("{path} on {}: {outcome:?}\n{first}", example.target.name()));
            }
        }
    }
    assert!(count > 0);
    assert!(failures.is_empty(), "{} of {count} failed\n{}", failures.len(), failures.join("\n---\n"));
}

#[test]
fn a_rule_file_is_called_as_its_rule() {
    for (path, text) in texts() {
        let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or_default();
        assert!(path.ends_with(&format!("/{id}.yaml")), "{path} holds {id}");
    }
}

#[test]
fn no_profile_but_all_gives_advice_and_its_opposite() {
    let everything = all().unwrap();
    let opposed: Vec<&str> =
        everything.iter().flat_map(|rule| &rule.about.conflicts).map(String::as_str).collect();
    assert!(!opposed.is_empty());
    for id in &opposed {
        assert!(everything.iter().any(|rule| rule.about.id == *id), "there is no rule {id}");
    }
    for (profile, _) in PROFILES.iter().filter(|(name, _)| *name != "all") {
        let on = load(&Selection { profile: (*profile).to_owned(), ..Selection::default() }).unwrap();
        let is_on = |id: &String| on.rules().iter().any(|rule| rule.about.id == *id);
        for rule in on.rules() {
            let both: Vec<_> = rule.about.conflicts.iter().filter(|id| is_on(id)).collect();
            assert!(both.is_empty(), "{profile} has {} and {both:?}", rule.about.id);
        }
    }
}

#[test]
fn an_example_that_would_run_nowhere_is_a_mistake() {
    let read = |targets: &str, example: &str| {
        let text = format!("targets: {targets}\nexamples:\n  - {example}\n");
        let source = Source::new(FileId(0), "rule.yaml", &text);
        let tree = yaml::parse(&source, yaml::Limits::default());
        let data = tree.to_data(tree.root().unwrap(), &mut 1000).unwrap();
        examples(&Reader::new(&data.borrowed()))
            .map(|all| all.iter().map(|it| it.files[0].0.clone()).collect::<Vec<_>>())
    };
    let names = |all: &[&str]| Ok(all.iter().map(|&name| name.to_owned()).collect());
    // A rule for YAML alone has no other texts, whatever they say.
    assert_eq!(read("[compose, stack]", "silent: hello"), names(&["compose.yaml", "stack.yaml"]));
    assert_eq!(read("[dockerfile]", "silent: hello"), names(&["Dockerfile"]));
    assert_eq!(read("[dockerfile, compose]", "silent: FROM x"), names(&["Dockerfile"]));
    assert_eq!(read("[dockerfile, compose]", "silent: 'services: {}'"), names(&["compose.yaml"]));
    for (targets, example) in [
        ("[compose]", "{ target: stack, silent: 'services: {}' }"),
        ("[dockerfile, compose]", "{ target: compose, silent: FROM x }"),
        ("[compose]", "silent: { file: x }"),
        ("[compose]", "silent: { files: { compose.yaml: { services: {} } } }"),
    ] {
        assert!(read(targets, example).is_err(), "{example}");
    }
}

//! Our walk and the `jsonschema` crate agree on every key and every form of value.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::check;
use crate::facts::Target;
use crate::facts::model::{At, Builder};
use crate::source::{FileId, Source};
use crate::syntax::interpolate::Dialect;
use crate::syntax::{Data, yaml};

/// Values of every type, and of the shapes that lists and mappings take.
const FORMS: [&str; 16] = [
    "",
    "abc",
    "5",
    "-5",
    "true",
    "1.5",
    "[]",
    "[a]",
    "[5]",
    "[a, a]",
    "{}",
    "{a: b}",
    "{a: true}",
    "{a: 5}",
    "{a: }",
    "[{a: b}]",
];

#[test]
fn every_key_in_every_form() {
    let definitions = definitions();
    let mut compared = 0;
    for target in [Target::Compose, Target::Stack] {
        let schema = plain_schema(&definitions, target);
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (section, definition) in
            [("services", "service"), ("networks", "network"), ("volumes", "volume"), ("secrets", "secret")]
        {
            for (path, leaf) in keys(&definitions, definition) {
                for form in FORMS {
                    let text = format!(
                        "{section}:\n  one: {path}{leaf}: {form}{}\n",
                        "}".repeat(path.matches('{').count())
                    );
                    compared += usize::from(agrees(&text, target, &validator));
                }
            }
        }
    }
    assert!(compared > 3000, "only {compared} documents were compared");
}

/// Whether both say the same; false where the document is nothing that both can judge.
fn agrees(text: &str, target: Target, validator: &jsonschema::Validator) -> bool {
    let source = Source::new(FileId(0), "compose.yaml", text);
    let tree = yaml::parse(&source, yaml::Limits::default());
    let Some(root) = tree.root().filter(|_| tree.problems.is_empty()) else { return false };
    let document = json(&tree.to_data(root, &mut 1000).unwrap().borrowed());
    let none = BTreeMap::new();
    let model = Builder::new(&source, &tree, Dialect::Compose, &none).build(root);
    let ours: Vec<_> = check(At::root(&model), target, true)
        .into_iter()
        .filter(|found| found.what.format().is_none())
        .collect();
    assert_eq!(validator.is_valid(&document), ours.is_empty(), "{} on {text}{ours:?}", target.name());
    true
}

/// The keys of a definition and of the mappings that stand directly below it, as `{healthcheck: {` and `test`.
fn keys(definitions: &Map<String, Json>, name: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let Some(properties) = properties(definitions, &definitions[name], 0) else { return all };
    for (key, schema) in properties {
        all.push(("{".to_owned(), key.clone()));
        for inner in self::properties(definitions, schema, 0).into_iter().flat_map(Map::keys) {
            all.push((format!("{{{key}: {{"), inner.clone()));
        }
    }
    all
}

fn properties<'a>(
    definitions: &'a Map<String, Json>,
    schema: &'a Json,
    depth: u32,
) -> Option<&'a Map<String, Json>> {
    if depth > 8 {
        return None;
    }
    let referred = schema["$ref"].as_str().map(|name| &definitions[name.trim_start_matches("#/$defs/")]);
    schema["properties"]
        .as_object()
        .or_else(|| referred.and_then(|schema| properties(definitions, schema, depth + 1)))
        .or_else(|| {
            schema["anyOf"].as_array()?.iter().find_map(|branch| properties(definitions, branch, depth + 1))
        })
}

/// All files of `rules/schemas/` as one.
fn definitions() -> Map<String, Json> {
    let documents =
        crate::facts::embedded::documents(include_bytes!(concat!(env!("OUT_DIR"), "/schemas.bin")));
    documents.iter().filter_map(|document| json(document).as_object().cloned()).flatten().collect()
}

/// The schema of one target without our annotations. Stacks: of the newest version.
fn plain_schema(definitions: &Map<String, Json>, target: Target) -> Json {
    let definitions: Map<String, Json> =
        definitions.iter().map(|(name, schema)| (name.clone(), plain(schema, target))).collect();
    json!({ "$ref": "#/$defs/project", "$defs": definitions })
}

fn plain(schema: &Json, target: Target) -> Json {
    let Json::Object(entries) = schema else { return schema.clone() };
    if let Some(stack) = entries.get("x-stack").filter(|_| target == Target::Stack) {
        return plain(stack, target);
    }
    let mut out = Map::new();
    for (key, value) in entries.iter().filter(|(key, _)| !key.starts_with("x-") && *key != "format") {
        let value = match (key.as_str(), value) {
            ("properties" | "patternProperties", Json::Object(inner)) => Json::Object(
                inner
                    .iter()
                    .map(|(name, schema)| (name.clone(), property(schema, target, key == "properties")))
                    .collect(),
            ),
            ("anyOf", Json::Array(branches)) => branches.iter().map(|branch| plain(branch, target)).collect(),
            ("additionalProperties" | "items", schema) => plain(schema, target),
            (_, value) => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    if let Some(Json::Array(more)) = entries.get("x-compose-required").filter(|_| target != Target::Stack) {
        let required = out.entry("required").or_insert_with(|| json!([]));
        required.as_array_mut().unwrap().extend(more.iter().cloned());
    }
    Json::Object(out)
}

/// A key that our walk leaves to the rules about settings has any form; one that it refuses has none.
fn property(schema: &Json, target: Target, listed: bool) -> Json {
    let (swarm, compose) = (schema["x-swarm"] == "rejected", schema["x-compose"] == "rejected");
    match target {
        Target::Stack if swarm => Json::Bool(listed),
        Target::Compose if compose && !swarm => Json::Bool(false),
        _ => plain(schema, target),
    }
}

fn json(data: &Data<&str>) -> Json {
    match data {
        Data::Null => Json::Null,
        Data::Bool(flag) => json!(flag),
        Data::Int(number) => json!(number),
        Data::Float(number) => json!(number),
        Data::Text(text) => json!(text),
        Data::List(items) => items.iter().map(json).collect(),
        Data::Map(entries) => {
            Json::Object(entries.iter().map(|(key, value)| ((*key).to_owned(), json(value))).collect())
        }
    }
}

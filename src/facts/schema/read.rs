//! From `rules/schemas/` to [`Schema`]s. A mistake there is found by the tests, not at run time.

use std::collections::BTreeMap;

use crate::facts::embedded::{Embedded, flag, get, text, texts};
use crate::syntax::Data;

use super::format::Format;
use super::{Additional, Json, Schema, Swarm};

/// The definitions of all documents, by name.
pub fn definitions(documents: &[Embedded]) -> BTreeMap<String, Schema> {
    documents
        .iter()
        .flat_map(|document| if let Data::Map(entries) = document { entries.as_slice() } else { &[] })
        .map(|(name, data)| ((*name).to_owned(), schema(data)))
        .collect()
}

fn schema(data: &Embedded) -> Schema {
    let Data::Map(entries) = data else { return Schema::default() };
    let mut it = Schema::default();
    for (key, value) in entries {
        match *key {
            "$ref" => it.reference = text(value).map(|name| name.trim_start_matches("#/$defs/").to_owned()),
            "anyOf" => it.any = list(value).iter().map(schema).collect(),
            "type" => {
                it.types =
                    texts(value).unwrap_or_default().iter().map(String::as_str).filter_map(json).collect();
            }
            "enum" => it.words = texts(value).unwrap_or_default(),
            "format" => it.format = text(value).and_then(|name| Format::named(&name)),
            "minimum" => it.minimum = number(value),
            "maximum" => it.maximum = number(value),
            "properties" => it.properties = map(value),
            "patternProperties" => it.extensions = get(value, "^x-").map(|data| Box::new(schema(data))),
            "additionalProperties" => {
                it.additional = match flag(value) {
                    Some(true) => Additional::Open,
                    Some(false) => Additional::Refused,
                    None => Additional::Each(Box::new(schema(value))),
                }
            }
            "propertyNames" => it.plain_names = true,
            "required" => it.required = texts(value).unwrap_or_default(),
            "x-compose-required" => it.required_by_compose = texts(value).unwrap_or_default(),
            "items" => it.items = Some(Box::new(schema(value))),
            "uniqueItems" => it.unique = flag(value) == Some(true),
            "x-stack" => it.stack = Some(Box::new(schema(value))),
            "x-swarm" => it.swarm = swarm(&text(value).unwrap_or_default()),
            "x-compose" => it.compose_rejects = text(value).as_deref() == Some("rejected"),
            "x-protects" => it.protects = flag(value) == Some(true),
            "x-instead" => it.instead = text(value),
            "x-since" => it.since = text(value).and_then(|version| minor(&version)).unwrap_or_default(),
            _ => {}
        }
    }
    it
}

/// The 7 of `3.7`.
pub fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("3.")?.parse().ok()
}

fn map(data: &Embedded) -> BTreeMap<String, Schema> {
    let Data::Map(entries) = data else { return BTreeMap::new() };
    entries.iter().map(|(key, value)| ((*key).to_owned(), schema(value))).collect()
}

fn list(data: &Embedded) -> &[Embedded] {
    if let Data::List(items) = data { items } else { &[] }
}

const fn number(data: &Embedded) -> Option<f64> {
    match data {
        Data::Int(number) => Some(*number as f64),
        Data::Float(number) => Some(*number),
        _ => None,
    }
}

fn swarm(word: &str) -> Swarm {
    match word {
        "ignored" => Swarm::Ignored,
        "dropped" => Swarm::Dropped,
        "rejected" => Swarm::Rejected,
        _ => Swarm::Used,
    }
}

fn json(name: &str) -> Option<Json> {
    Some(match name {
        "null" => Json::Null,
        "boolean" => Json::Boolean,
        "integer" => Json::Integer,
        "number" => Json::Number,
        "string" => Json::String,
        "array" => Json::Array,
        "object" => Json::Object,
        _ => return None,
    })
}

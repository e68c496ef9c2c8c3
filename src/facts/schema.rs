//! The keys of Compose and stack files, from `rules/schemas/keys.yaml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::source::nearest;
use crate::syntax::Data;

use super::embedded;

/// A known key.
#[derive(Clone, Debug)]
pub struct Key {
    /// What `docker stack deploy` does with it.
    pub swarm: &'static str,
    /// Whether Compose reads it.
    pub compose: bool,
    /// Whether it is there to protect the host or the container.
    pub protects: bool,
    /// What does the same in a stack.
    pub instead: Option<String>,
    below: Below,
}

/// What stands below a key.
#[derive(Clone, Debug)]
enum Below {
    /// Nothing that is judged.
    Open,
    /// Keys of a definition.
    Keys(String),
    /// Names, and below each of them the keys of a definition.
    Names(String),
}

type Definitions = BTreeMap<String, BTreeMap<String, Key>>;

/// A place in a document.
#[derive(Clone, Copy, Debug)]
pub enum Cursor {
    /// Its keys are those of a definition.
    Keys(&'static BTreeMap<String, Key>),
    /// Its keys are names.
    Names(&'static BTreeMap<String, Key>),
    /// Its keys are anybody's.
    Open,
}

/// What a key is.
#[derive(Clone, Debug)]
pub enum Found {
    /// A known key.
    Known(&'static Key),
    /// A name of the user's own.
    Name,
    /// A key of the user's own, `x-...` among them.
    Free,
    /// No such key; perhaps this one was meant.
    Unknown(Option<&'static str>),
}

impl Cursor {
    /// The top of a document.
    pub fn root() -> Self {
        definition("root").map_or(Self::Open, Self::Keys)
    }

    /// What a key is here, and what stands below it.
    pub fn child(self, key: &str) -> (Found, Self) {
        match self {
            Self::Open => (Found::Free, Self::Open),
            Self::Names(keys) => (Found::Name, if keys.is_empty() { Self::Open } else { Self::Keys(keys) }),
            Self::Keys(_) if key.starts_with("x-") => (Found::Free, Self::Open),
            Self::Keys(keys) => match keys.get(key) {
                Some(key) => (Found::Known(key), key.below()),
                None if keys.contains_key("*") => (Found::Free, Self::Open),
                None => (Found::Unknown(nearest(key, keys.keys().map(String::as_str))), Self::Open),
            },
        }
    }
}

impl Key {
    fn below(&self) -> Cursor {
        match &self.below {
            Below::Open => Cursor::Open,
            Below::Keys(name) => definition(name).map_or(Cursor::Open, Cursor::Keys),
            Below::Names(name) => definition(name).map_or(Cursor::Open, Cursor::Names),
        }
    }
}

fn definition(name: &str) -> Option<&'static BTreeMap<String, Key>> {
    static DEFINITIONS: OnceLock<Definitions> = OnceLock::new();
    DEFINITIONS.get_or_init(load).get(name)
}

fn load() -> Definitions {
    let documents = embedded::documents(include_bytes!(concat!(env!("OUT_DIR"), "/schemas.bin")));
    let mut definitions = Definitions::new();
    for document in documents {
        let Data::Map(entries) = document else { continue };
        for (name, keys) in entries {
            let Data::Map(keys) = keys else { continue };
            definitions.insert(name, keys.into_iter().map(|(key, data)| (key, read(&data))).collect());
        }
    }
    definitions
}

fn read(data: &Data) -> Key {
    let word = |data: &Data| match data {
        Data::Text(text) if text == "ignored" => "ignored",
        Data::Text(text) if text == "dropped" => "dropped",
        Data::Text(text) if text == "rejected" => "rejected",
        _ => "used",
    };
    let get = |key: &str| embedded::get(data, key);
    let named = |key: &str| get(key).and_then(embedded::text);
    Key {
        swarm: get("swarm").map_or_else(|| word(data), word),
        compose: named("compose").is_none_or(|text| text != "rejected"),
        protects: get("protects").and_then(embedded::flag).unwrap_or(false),
        instead: named("instead"),
        below: match (named("keys"), named("names")) {
            (Some(keys), _) => Below::Keys(keys),
            (None, Some(names)) => Below::Names(names),
            (None, None) => Below::Open,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_at_their_place() {
        let (_, services) = Cursor::root().child("services");
        let (_, web) = services.child("web");
        assert!(
            matches!(web.child("security_opt").0, Found::Known(key) if key.swarm == "ignored" && key.protects)
        );
        assert!(matches!(web.child("enviroment").0, Found::Unknown(Some("environment"))));
        assert!(matches!(web.child("x-a").0, Found::Free));
        let (_, deploy) = web.child("deploy");
        assert!(matches!(deploy.child("replicas").0, Found::Known(key) if key.swarm == "used"));
    }
}

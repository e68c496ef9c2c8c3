//! The forms of Compose and stack files, from `rules/schemas/`: which keys there are, what stands below them, and what
//! `docker stack deploy` does with each.

#[cfg(test)]
mod agreement;
mod check;
mod format;
mod read;

pub use check::{Violation, Violations, check};

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::source::nearest;

use super::Target;
use super::embedded;
use format::Format;

/// A form that a value may have, and what the engines do with the key that holds it.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// What `docker stack deploy` does with it.
    pub swarm: Swarm,
    /// Whether Compose refuses it.
    pub compose_rejects: bool,
    /// Whether it is there to protect the host or the container.
    pub protects: bool,
    /// What does the same in a stack.
    pub instead: Option<String>,
    /// The minor version of the stack format (3.x) that brought it.
    pub since: u32,
    reference: Option<String>,
    stack: Option<Box<Schema>>,
    any: Vec<Schema>,
    types: Vec<Json>,
    words: Vec<String>,
    format: Option<Format>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    properties: BTreeMap<String, Schema>,
    extensions: Option<Box<Schema>>,
    additional: Additional,
    plain_names: bool,
    required: Vec<String>,
    required_by_compose: Vec<String>,
    items: Option<Box<Schema>>,
    unique: bool,
}

/// What `docker stack deploy` does with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Swarm {
    /// Does as it says.
    #[default]
    Used,
    /// Says that it ignores it.
    Ignored,
    /// Loses it without a word.
    Dropped,
    /// Refuses the file.
    Rejected,
}

impl Swarm {
    /// Its name in rules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Ignored => "ignored",
            Self::Dropped => "dropped",
            Self::Rejected => "rejected",
        }
    }
}

/// The types of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Json {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// Keys that are not listed.
#[derive(Clone, Debug, Default)]
enum Additional {
    #[default]
    Open,
    Refused,
    Each(Box<Schema>),
}

/// References longer than this lead in a circle.
const HOPS: u32 = 16;

impl Schema {
    /// The form that the target reads, references followed.
    fn shape(&self, target: Target) -> &Self {
        let mut at = self;
        for _ in 0..HOPS {
            at = match (&at.stack, &at.reference) {
                (Some(stack), _) if target == Target::Stack => stack,
                (_, Some(name)) => match definition(name) {
                    Some(definition) => definition,
                    None => return at,
                },
                _ => return at,
            };
        }
        at
    }

    /// The form of a mapping that it allows, if it allows one.
    fn mapping(&self, target: Target) -> Option<&Self> {
        let shape = self.shape(target);
        if shape.types.contains(&Json::Object) {
            return Some(shape);
        }
        shape
            .any
            .iter()
            .map(|branch| branch.shape(target))
            .find(|branch| branch.types.contains(&Json::Object))
    }

    /// The form of the items of a list that it allows, if it allows one.
    fn item(&self, target: Target) -> Option<&Self> {
        let shape = self.shape(target);
        let list = |schema: &&Self| schema.items.is_some();
        let list = Some(shape)
            .filter(list)
            .or_else(|| shape.any.iter().map(|branch| branch.shape(target)).find(list))?;
        list.items.as_deref()
    }
}

/// A place in a document.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    /// `None` where nothing is said.
    schema: Option<&'static Schema>,
    target: Target,
}

/// What a key is.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    /// A known key.
    Known(&'static Schema),
    /// A name of the user's own.
    Name,
    /// A key of the user's own, `x-...` among them.
    Free,
    /// No such key; perhaps this one was meant.
    Unknown(Option<&'static str>),
}

impl Cursor {
    /// The top of a document.
    pub fn root(target: Target) -> Self {
        Self { schema: definition("project"), target }
    }

    /// What a key is here, and what stands below it.
    pub fn child(self, key: &str) -> (Found, Self) {
        let open = Self { schema: None, ..self };
        let Some(mapping) = self.schema.and_then(|schema| schema.mapping(self.target)) else {
            return (Found::Free, open);
        };
        if let Some(known) = mapping.properties.get(key) {
            return (Found::Known(known), Self { schema: Some(known), ..self });
        }
        if key.starts_with("x-") && mapping.extensions.is_some() {
            return (Found::Free, open);
        }
        match &mapping.additional {
            Additional::Open => (Found::Free, open),
            Additional::Each(each) if mapping.properties.is_empty() => {
                (Found::Name, Self { schema: Some(each), ..self })
            }
            Additional::Each(_) => (Found::Free, open),
            Additional::Refused => {
                (Found::Unknown(nearest(key, mapping.properties.keys().map(String::as_str))), open)
            }
        }
    }

    /// The items of a list here.
    pub fn item(self) -> Self {
        Self { schema: self.schema.and_then(|schema| schema.item(self.target)), ..self }
    }

    /// Whether keys below are listed, here or further down.
    pub fn goes_on(self) -> bool {
        let Some(schema) = self.schema else { return false };
        // What may be a list may be a mapping as well.
        [Some(schema), schema.item(self.target)].into_iter().flatten().any(|inner| {
            inner.mapping(self.target).is_some_and(|mapping| {
                !mapping.properties.is_empty()
                    || matches!(&mapping.additional, Additional::Each(each) if each.mapping(self.target).is_some())
            })
        })
    }
}

fn definition(name: &str) -> Option<&'static Schema> {
    static DEFINITIONS: OnceLock<BTreeMap<String, Schema>> = OnceLock::new();
    DEFINITIONS
        .get_or_init(|| {
            let documents = embedded::documents(include_bytes!(concat!(env!("OUT_DIR"), "/schemas.bin")));
            read::definitions(&documents)
        })
        .get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_at_their_place() {
        let (_, services) = Cursor::root(Target::Compose).child("services");
        let (_, web) = services.child("web");
        assert!(matches!(
            web.child("security_opt").0,
            Found::Known(key) if key.swarm == Swarm::Ignored && key.protects
        ));
        assert!(matches!(web.child("enviroment").0, Found::Unknown(Some("environment"))));
        assert!(matches!(web.child("x-a").0, Found::Free));
        let (_, deploy) = web.child("deploy");
        assert!(matches!(deploy.child("replicas").0, Found::Known(key) if key.swarm == Swarm::Used));
        let (_, ports) = web.child("ports");
        assert!(matches!(ports.item().child("host_ip").0, Found::Known(key) if key.swarm == Swarm::Rejected));
        assert!(ports.goes_on() && !web.child("environment").1.goes_on());
    }
}

//! Where a document is not as the schemas say.
//!
//! This is a walk of our own because values may be unknown: `${X}` is no violation, and whether `${X:-5}` is one depends
//! on what Docker casts it to. `agreement.rs` holds it against the `jsonschema` crate where all values are known.

use std::collections::BTreeSet;

use crate::facts::model::{At, Shape, Tag};
use crate::facts::{Site, Target};
use crate::source::{Origin, Text, nearest};
use crate::syntax::yaml::Plain;

use super::format::{Format, is_boolean};
use super::read::minor;
use super::{Additional, Json, Schema, Swarm, definition};

/// Something that Docker refuses for its form.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What is wrong.
    pub what: Violations,
    /// Where, with `*` for names and items: `services.*.ports.*.target`.
    pub path: String,
    /// Where exactly: `services.web.ports[0].target`.
    pub place: String,
    /// The name under which it is defined at the top: `services` and `web`.
    pub owner: Option<(String, String)>,
    /// The key or value that is wrong, or the key of what lacks something.
    pub site: Site,
    /// The key concerned.
    pub key: Text,
    /// The value, where it is one text.
    pub value: Option<Text>,
}

/// What can be wrong with the form of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Violations {
    /// No such key here; perhaps this one was meant.
    UnknownKey(Option<&'static str>),
    /// The key came with this version of the stack format, and the file says an earlier one.
    TooNew(u32),
    /// A name with other characters than letters, digits, `.`, `_` and `-`.
    Name,
    /// A key that is not text.
    KeyType,
    /// A value of another type.
    Type {
        /// What it must be.
        wanted: String,
        /// What it is.
        found: &'static str,
    },
    /// None of the words that there are; perhaps this one was meant.
    Word {
        /// The words.
        wanted: String,
        /// The nearest of them.
        nearest: Option<&'static str>,
    },
    /// A text of another form.
    Format(Format),
    /// A number outside of its limits.
    Range(String),
    /// A key that must be there.
    Missing(&'static str),
    /// An item that is there twice.
    Duplicate,
}

impl Violations {
    /// The name of the format, where it is about one.
    pub fn format(&self) -> Option<&'static str> {
        if let Self::Format(format) = self { Some(format.name()) } else { None }
    }

    /// What is wanted, for people.
    pub fn wanted(&self) -> Option<String> {
        match self {
            Self::Type { wanted, .. } | Self::Word { wanted, .. } | Self::Range(wanted) => {
                Some(wanted.clone())
            }
            Self::Format(format) => Some(format.describe().to_owned()),
            Self::Missing(key) => Some((*key).to_owned()),
            _ => None,
        }
    }
}

/// Deeper than this, and after more violations than this, nobody reads on.
const DEPTH: u32 = 32;
const VIOLATIONS: usize = 1000;

/// The violations of a document, in the order in which they stand in it. What is merged over a base may leave out what
/// must be there, and a key without a value changes nothing there.
pub fn check(root: At<'_>, target: Target, is_base: bool) -> Vec<Violation> {
    let Some(schema) = definition("project") else { return Vec::new() };
    let version = root.get("version").and_then(At::text).and_then(Text::known).unwrap_or("");
    // Nothing, "" and "3" mean the newest; an unsupported version is a violation itself.
    let version = minor(version).filter(|_| target == Target::Stack).unwrap_or(u32::MAX);
    let mut walk = Walk { target, version, is_base, found: Vec::new() };
    let key = Text::made("", root.value.span, Origin::Written);
    walk.value(root, schema, &Step { up: None, part: Part::Top, key: &key }, 0);
    walk.found
}

/// The way to a value, as a chain on the stack: paths are only written out for violations.
struct Step<'a> {
    up: Option<&'a Step<'a>>,
    part: Part<'a>,
    key: &'a Text,
}

enum Part<'a> {
    Top,
    Key(&'a str),
    Name(&'a str),
    Item(usize),
}

impl Step<'_> {
    fn chain(&self) -> Vec<&Part<'_>> {
        let mut parts = Vec::new();
        let mut at = Some(self);
        while let Some(step) = at {
            parts.push(&step.part);
            at = step.up;
        }
        parts.reverse();
        parts
    }

    fn paths(&self) -> (String, String) {
        let (mut path, mut place) = (String::new(), String::new());
        for part in self.chain() {
            let (pattern, exact) = match part {
                Part::Top => continue,
                Part::Key(key) => (*key, format!(".{key}")),
                Part::Name(name) => ("*", format!(".{name}")),
                Part::Item(index) => ("*", format!("[{index}]")),
            };
            path.push('.');
            path.push_str(pattern);
            place.push_str(&exact);
        }
        (path.trim_start_matches('.').to_owned(), place.trim_start_matches('.').to_owned())
    }

    fn owner(&self) -> Option<(String, String)> {
        match self.chain().as_slice() {
            [_, Part::Key(section), Part::Name(name), ..] => {
                Some(((*section).to_owned(), (*name).to_owned()))
            }
            _ => None,
        }
    }
}

struct Walk {
    target: Target,
    version: u32,
    is_base: bool,
    found: Vec<Violation>,
}

impl Walk {
    fn report(&mut self, what: Violations, at: At<'_>, site: Site, step: &Step<'_>) {
        if self.found.len() < VIOLATIONS {
            let (path, place) = step.paths();
            let (owner, key, value) = (step.owner(), step.key.clone(), at.text().cloned());
            self.found.push(Violation { what, path, place, owner, site, key, value });
        }
    }

    fn value(&mut self, at: At<'_>, schema: &'static Schema, step: &Step<'_>, depth: u32) {
        // `!reset` takes away, whatever stands after it.
        let is_reset = self.target == Target::Compose && at.value.tag == Some(Tag::Reset);
        if depth > DEPTH || is_reset || (!self.is_base && at.is_null()) {
            return;
        }
        let shape = schema.shape(self.target);
        let branches = if shape.any.is_empty() { std::slice::from_ref(shape) } else { shape.any.as_slice() };
        let fits = branches.iter().find(|branch| {
            let types = &branch.shape(self.target).types;
            types.is_empty() || types.iter().any(|&json| is(at, json))
        });
        let Some(branch) = fits else {
            let what = match (at.text(), cast(at, branches, self.target)) {
                (Some(_), Some(Ok(()))) => return,
                (Some(_), Some(Err(format))) => Violations::Format(format),
                _ => Violations::Type { wanted: wanted(branches, self.target), found: kind(at) },
            };
            return self.report(what, at, own(at), step);
        };
        if branch.since > self.version {
            self.report(Violations::TooNew(branch.since), at, at.site, step);
        }
        let branch = branch.shape(self.target);
        match &at.value.shape {
            Shape::Null => {}
            Shape::Scalar(text, _) => self.scalar(at, text, branch, step),
            Shape::List(_) => self.list(at, branch, step, depth),
            Shape::Map(_) => self.map(at, branch, step, depth),
        }
    }

    fn scalar(&mut self, at: At<'_>, text: &Text, schema: &'static Schema, step: &Step<'_>) {
        let Some(value) = text.known() else { return };
        if !schema.words.is_empty() && !schema.words.iter().any(|word| word == value) {
            let nearest = nearest(value, schema.words.iter().map(String::as_str));
            let what = Violations::Word { wanted: schema.words.join(", "), nearest };
            return self.report(what, at, own(at), step);
        }
        let is_text = is(at, Json::String);
        if let Some(format) = schema.format
            && (is_text || format == Format::Port)
            && !format.accepts(value)
        {
            return self.report(Violations::Format(format), at, own(at), step);
        }
        let number = value.parse::<f64>().ok();
        let below = number.zip(schema.minimum).is_some_and(|(number, least)| number < least);
        let above = number.zip(schema.maximum).is_some_and(|(number, most)| number > most);
        if below || above {
            let limits = match (schema.minimum, schema.maximum) {
                (Some(least), Some(most)) => format!("between {least} and {most}"),
                (Some(least), None) => format!("at least {least}"),
                (_, most) => format!("at most {}", most.unwrap_or_default()),
            };
            self.report(Violations::Range(limits), at, own(at), step);
        }
    }

    fn list(&mut self, at: At<'_>, schema: &'static Schema, step: &Step<'_>, depth: u32) {
        let mut seen = BTreeSet::new();
        for (index, item) in at.items().enumerate() {
            let inner = Step { up: Some(step), part: Part::Item(index), key: step.key };
            if let Some(items) = &schema.items {
                self.value(item, items, &inner, depth + 1);
            }
            let known = item.text().and_then(Text::known);
            if schema.unique && known.is_some_and(|text| !seen.insert((is(item, Json::String), text))) {
                self.report(Violations::Duplicate, item, own(item), &inner);
            }
        }
    }

    fn map(&mut self, at: At<'_>, schema: &'static Schema, step: &Step<'_>, depth: u32) {
        for (key, value, entry) in at.entries() {
            let name = key.as_str();
            let here = Site { label: key.span(), ..value.site };
            let listed = schema.properties.get(name);
            let part = if listed.is_some() || !matches!(schema.additional, Additional::Each(_)) {
                Part::Key(name)
            } else {
                Part::Name(name)
            };
            let inner = Step { up: Some(step), part, key };
            if !entry.text_key {
                self.report(Violations::KeyType, value, here, &inner);
            }
            if schema.plain_names && !is_name(name) {
                self.report(Violations::Name, value, here, &inner);
            }
            let extension = schema.extensions.as_deref().filter(|_| name.starts_with("x-"));
            let (found, each) = match (listed, extension, &schema.additional) {
                (Some(listed), _, _) => (Some(listed), Some(listed)),
                (None, Some(extension), _) => (Some(extension), None),
                (None, None, Additional::Each(each)) => (Some(&**each), Some(&**each)),
                (None, None, Additional::Open) => (None, None),
                (None, None, Additional::Refused) => {
                    let nearest = nearest(name, schema.properties.keys().map(String::as_str));
                    self.report(Violations::UnknownKey(nearest), value, here, &inner);
                    continue;
                }
            };
            let Some(found) = found else { continue };
            if self.refuses(found, listed.is_some()) {
                self.report(Violations::UnknownKey(None), value, here, &inner);
                continue;
            }
            if self.target == Target::Stack && found.swarm == Swarm::Rejected {
                continue;
            }
            if found.since > self.version {
                self.report(Violations::TooNew(found.since), value, here, &inner);
                continue;
            }
            if let Some(each) = each {
                self.value(value, each, &inner, depth + 1);
            }
        }
        let is_stack = self.target == Target::Stack;
        let of_compose = schema.required_by_compose.iter().filter(|_| !is_stack);
        for key in schema.required.iter().chain(of_compose) {
            if self.is_base && at.get(key).is_none() {
                self.report(Violations::Missing(key), at, at.site, step);
            }
        }
    }

    /// Whether the target refuses a key and nothing but the schema says so. What a stack refuses and Compose reads is
    /// said of the setting itself, and so is what neither reads although the schema lists it.
    fn refuses(&self, found: &Schema, listed: bool) -> bool {
        match self.target {
            Target::Stack => found.swarm == Swarm::Rejected && !listed,
            _ => found.compose_rejects && found.swarm != Swarm::Rejected,
        }
    }
}

/// The place of the value itself.
fn own(at: At<'_>) -> Site {
    match at.text() {
        Some(text) => Site { label: text.span(), ..at.site },
        None => at.site,
    }
}

/// Whether a value has a type of JSON. What comes out of an interpolation is text, whatever it looks like.
fn is(at: At<'_>, json: Json) -> bool {
    let plain = match &at.value.shape {
        Shape::Null => return json == Json::Null,
        Shape::List(_) => return json == Json::Array,
        Shape::Map(_) => return json == Json::Object,
        Shape::Scalar(text, _) if is_interpolated(text) => return json == Json::String,
        Shape::Scalar(_, plain) => plain,
    };
    match plain {
        Plain::Bool(_) => json == Json::Boolean,
        Plain::Int(_) => matches!(json, Json::Integer | Json::Number),
        Plain::Float(number) => json == Json::Number || json == Json::Integer && number.fract() == 0.0,
        Plain::Text => json == Json::String,
        Plain::Null => json == Json::Null,
    }
}

fn is_interpolated(text: &Text) -> bool {
    text.origin() == Origin::Default || !text.is_known()
}

/// What Docker casts an interpolated text to where no text is wanted; `None` where there is nothing to cast.
fn cast(at: At<'_>, branches: &'static [Schema], target: Target) -> Option<Result<(), Format>> {
    let text = at.text().filter(|text| is_interpolated(text))?;
    let types = || branches.iter().flat_map(|branch| branch.shape(target).types.iter());
    let format = types().find_map(|json| match json {
        Json::Boolean => Some(Format::Boolean),
        Json::Integer => Some(Format::Integer),
        Json::Number => Some(Format::Number),
        _ => None,
    })?;
    match text.known() {
        None => Some(Ok(())),
        Some(value) if format == Format::Boolean && is_boolean(value) => Some(Ok(())),
        Some(value) if format.accepts(value) => Some(Ok(())),
        Some(_) => Some(Err(format)),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn kind(at: At<'_>) -> &'static str {
    match &at.value.shape {
        Shape::Null => "nothing",
        Shape::List(_) => "a list",
        Shape::Map(_) => "a mapping",
        Shape::Scalar(text, _) if is_interpolated(text) => "a text",
        Shape::Scalar(_, Plain::Bool(_)) => "true or false",
        Shape::Scalar(_, Plain::Int(_)) => "a number",
        Shape::Scalar(_, Plain::Float(_)) => "a number with a fraction",
        Shape::Scalar(..) => "a text",
    }
}

/// The types that branches allow, for people.
fn wanted(branches: &[Schema], target: Target) -> String {
    let mut names: Vec<&str> = Vec::new();
    for json in branches.iter().flat_map(|branch| branch.shape(target).types.iter()) {
        let name = match json {
            Json::Null => "nothing",
            Json::Boolean => "true or false",
            Json::Integer => "a whole number",
            Json::Number => "a number",
            Json::String => "a text",
            Json::Array => "a list",
            Json::Object => "a mapping",
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

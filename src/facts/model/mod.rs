//! The assembled document: values as Docker sees them, each with the place where it is written.
//!
//! Aliases and merge keys are followed by sharing, never by copying: a hundred services on one anchor cost one anchor.

mod build;

pub use build::Builder;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::{FileId, Span, Text};
use crate::syntax::yaml::Plain;
use crate::syntax::{Data, units};

use super::known::{Known, List, Pair, Site};

/// What a `.env` sets its variables to; `None` where it cannot be told.
pub type Env = BTreeMap<String, Option<String>>;

/// A value of an assembled document.
#[derive(Debug)]
pub struct Value {
    /// What it is.
    pub shape: Shape,
    /// Its own text, without its key.
    pub span: Span,
    /// How it is merged over what other files say.
    pub tag: Option<Tag>,
    /// What is written, where there is a `$` in it: the text before variables are put in.
    pub raw: Option<Text>,
}

/// The tags that Compose obeys while it merges files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `!reset`: what earlier files say under this key goes.
    Reset,
    /// `!override`: this takes the place of what earlier files say.
    Override,
}

impl Value {
    /// The value without spans, its texts as `shown` has them; `None` when it is larger than `budget` values.
    pub fn to_data(&self, shown: &dyn Fn(&Text) -> String, budget: &mut u32) -> Option<Data> {
        *budget = budget.checked_sub(1)?;
        Some(match &self.shape {
            Shape::Null => Data::Null,
            Shape::Scalar(text, plain) => match plain {
                Plain::Bool(flag) => Data::Bool(*flag),
                Plain::Int(number) => Data::Int(*number),
                Plain::Float(number) => Data::Float(*number),
                Plain::Null | Plain::Text => Data::Text(shown(text)),
            },
            Shape::List(items) => {
                Data::List(items.iter().map(|item| item.value.to_data(shown, budget)).collect::<Option<_>>()?)
            }
            Shape::Map(entries) => {
                let mut entry = |entry: &Entry| {
                    Some((entry.key.as_str().to_owned(), entry.value.to_data(shown, budget)?))
                };
                Data::Map(entries.iter().map(&mut entry).collect::<Option<_>>()?)
            }
        })
    }
}

/// What a value is.
#[derive(Debug)]
pub enum Shape {
    /// Nothing, `null` or `~`.
    Null,
    /// A text, a number or a boolean, interpolated.
    Scalar(Text, Plain),
    /// A sequence.
    List(Vec<Item>),
    /// A mapping.
    Map(Vec<Entry>),
}

/// An item of a sequence.
#[derive(Clone, Debug)]
pub struct Item {
    /// The item.
    pub value: Arc<Value>,
    /// Where it stands.
    pub site: Site,
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its key.
    pub key: Text,
    /// Its value.
    pub value: Arc<Value>,
    /// Whether its key is text: `80: x` and `true: x` have other keys, which stacks refuse.
    pub text_key: bool,
    /// Where it stands: key and value when they fit on a line, else the key.
    pub site: Site,
    /// The same key in files that were merged over this one, in order.
    pub again: Vec<Text>,
}

/// A value, where it stands, and through which alias one came to it.
#[derive(Clone, Copy, Debug)]
pub struct At<'m> {
    /// The value.
    pub value: &'m Value,
    /// Where it stands.
    pub site: Site,
}

impl<'m> At<'m> {
    /// The root of a document.
    pub fn root(value: &'m Value) -> Self {
        Self { value, site: Site::written(value.span) }
    }

    /// The value of a key.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entries().find(|(name, _, _)| name.as_str() == key).map(|(_, at, _)| at)
    }

    /// The value at the end of several keys.
    pub fn path(self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self, |at, key| at.get(key))
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(self) -> impl Iterator<Item = (&'m Text, Self, &'m Entry)> {
        let entries = if let Shape::Map(entries) = &self.value.shape { entries.as_slice() } else { &[] };
        entries
            .iter()
            .map(move |entry| (&entry.key, Self { value: &entry.value, site: self.inner(entry.site) }, entry))
    }

    /// The items of a sequence; none for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let items = if let Shape::List(items) = &self.value.shape { items.as_slice() } else { &[] };
        items.iter().map(move |item| Self { value: &item.value, site: self.inner(item.site) })
    }

    fn inner(self, site: Site) -> Site {
        if site.via.is_some() { site } else { site.through(self.site.via) }
    }

    /// Whether it is a sequence.
    pub const fn is_list(self) -> bool {
        matches!(self.value.shape, Shape::List(_))
    }

    /// Whether it is a mapping.
    pub const fn is_map(self) -> bool {
        matches!(self.value.shape, Shape::Map(_))
    }

    /// Whether it is nothing.
    pub const fn is_null(self) -> bool {
        matches!(self.value.shape, Shape::Null)
    }

    /// Its text, if it is a scalar.
    pub const fn text(self) -> Option<&'m Text> {
        if let Shape::Scalar(text, _) = &self.value.shape { Some(text) } else { None }
    }

    /// The file that it stands in.
    pub const fn file(self) -> FileId {
        self.value.span.file
    }

    /// Its text as a field.
    pub fn known(self) -> Known<Text> {
        match self.text() {
            Some(text) => Known::Set(text.clone(), self.site),
            None => Known::Absent,
        }
    }

    /// A reading of its text as a field: unknown when the text is, absent when it reads as nothing.
    pub fn parsed<T>(self, read: impl Fn(&str) -> Option<T>) -> Known<T> {
        let Some(text) = self.text() else { return Known::Absent };
        match text.known() {
            None => Known::Unknown(self.site, "its value comes from a variable"),
            Some(value) => match read(value.trim()) {
                Some(value) => {
                    Known::Set(value, Site { origin: self.site.origin.max(text.origin()), ..self.site })
                }
                None => Known::Absent,
            },
        }
    }

    /// True or false, with the YAML 1.1 words that Compose accepts.
    pub fn flag(self) -> Known<bool> {
        self.parsed(|text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "1" => Some(true),
            "false" | "no" | "off" | "n" | "0" => Some(false),
            _ => None,
        })
    }

    /// A number.
    pub fn number(self) -> Known<f64> {
        self.parsed(|text| text.parse().ok())
    }

    /// A size in bytes.
    pub fn size(self) -> Known<f64> {
        self.parsed(units::size)
    }

    /// A duration in seconds.
    pub fn duration(self) -> Known<f64> {
        self.parsed(units::duration)
    }

    /// A text or a list of texts; other items are left out.
    pub fn texts(self) -> Known<List<Text>> {
        match &self.value.shape {
            Shape::Null => Known::Absent,
            Shape::Scalar(text, _) => Known::Set(List::closed(vec![text.clone()]), self.site),
            Shape::List(_) => {
                Known::Set(self.items().filter_map(|item| item.text().cloned()).collect(), self.site)
            }
            Shape::Map(_) => Known::Absent,
        }
    }

    /// A mapping, or a list of `KEY=value`, as pairs with the place of each.
    pub fn pairs(self) -> Vec<(Pair, Site)> {
        if self.is_map() {
            return self
                .entries()
                .map(|(key, at, _)| (Pair { key: key.clone(), value: at.known() }, at.site))
                .collect();
        }
        self.items()
            .filter_map(|item| {
                let text = item.text()?;
                let site = item.site;
                let pair = match text.split_once('=') {
                    Some((key, value)) => Pair { key, value: Known::Set(value, site) },
                    None => Pair { key: text.clone(), value: Known::Absent },
                };
                Some((pair, site))
            })
            .collect()
    }

    /// The pairs as a field.
    pub fn map(self) -> Known<List<Pair>> {
        if self.is_null() || self.text().is_some() {
            return Known::Absent;
        }
        Known::Set(self.pairs().into_iter().map(|(pair, _)| pair).collect(), self.site)
    }
}

/// What an optional value gives, or nothing.
pub trait Ask<'m> {
    /// Reads the value if it is there.
    fn ask<T>(self, read: impl FnOnce(At<'m>) -> Known<T>) -> Known<T>;
}

impl<'m> Ask<'m> for Option<At<'m>> {
    fn ask<T>(self, read: impl FnOnce(At<'m>) -> Known<T>) -> Known<T> {
        self.map_or(Known::Absent, read)
    }
}

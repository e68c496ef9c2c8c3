//! Reading rule files and configuration: plain data with the path that leads to it, so that a mistake can be shown where
//! it was made.

use std::rc::Rc;

use crate::source::nearest;
use crate::syntax::Data;

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Item(usize),
}

/// A mistake in a rule file or in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, from the document's root.
    pub path: Vec<Step>,
    /// What is wrong and, if one can tell, what was meant.
    pub message: String,
}

/// A value and the path to it. Hundreds of rules are read at every start: a step shares the way to its parent and copies
/// nothing.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    data: &'a Data,
    way: Option<Rc<Way<'a>>>,
}

#[derive(Debug)]
struct Way<'a> {
    parent: Option<Rc<Way<'a>>>,
    step: Borrowed<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Borrowed<'a> {
    Key(&'a str),
    Item(usize),
}

/// The result of reading something.
pub type Read<T> = Result<T, Mistake>;

impl<'a> Reader<'a> {
    /// Starts at a document's root.
    pub const fn new(data: &'a Data) -> Self {
        Self { data, way: None }
    }

    /// The value itself.
    pub const fn data(&self) -> &'a Data {
        self.data
    }

    /// A mistake here.
    pub fn mistake<T>(&self, message: impl Into<String>) -> Read<T> {
        Err(Mistake { path: self.path(), message: message.into() })
    }

    /// The value of a key, if it is written.
    pub fn get(&self, key: &str) -> Option<Self> {
        let Data::Map(entries) = self.data else { return None };
        let (name, value) = entries.iter().find(|(name, _)| name == key)?;
        Some(self.at(Borrowed::Key(name), value))
    }

    /// The value of a key that must be written.
    pub fn need(&self, key: &str) -> Read<Self> {
        match self.get(key) {
            Some(value) => Ok(value),
            None => self.mistake(format!("`{key}` is missing")),
        }
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> Read<Vec<(&'a str, Self)>> {
        let Data::Map(entries) = self.data else { return self.mistake("a mapping is wanted here") };
        Ok(entries.iter().map(|(key, value)| (key.as_str(), self.at(Borrowed::Key(key), value))).collect())
    }

    /// The items of a list; one value counts as a list of one.
    pub fn items(&self) -> Vec<Self> {
        match self.data {
            Data::List(items) => {
                items.iter().enumerate().map(|(index, item)| self.at(Borrowed::Item(index), item)).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// Whether it is a list.
    pub const fn is_list(&self) -> bool {
        matches!(self.data, Data::List(_))
    }

    /// Whether it is a mapping.
    pub const fn is_map(&self) -> bool {
        matches!(self.data, Data::Map(_))
    }

    /// A text; numbers and booleans are written out.
    pub fn text(&self) -> Read<String> {
        match self.data {
            Data::Text(text) => Ok(text.clone()),
            Data::Int(number) => Ok(number.to_string()),
            Data::Float(number) => Ok(number.to_string()),
            Data::Bool(flag) => Ok(flag.to_string()),
            _ => self.mistake("a text is wanted here"),
        }
    }

    /// True or false.
    pub fn flag(&self) -> Read<bool> {
        match self.data {
            Data::Bool(flag) => Ok(*flag),
            _ => self.mistake("`true` or `false` is wanted here"),
        }
    }

    /// A list of texts; one text counts as a list of one.
    pub fn texts(&self) -> Read<Vec<String>> {
        self.items().iter().map(Self::text).collect()
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Read<T> {
        let text = self.text()?;
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(*value),
            None => self.unknown("word", &text, words.iter().map(|(word, _)| *word)),
        }
    }

    /// Refuses keys that nobody reads.
    pub fn only(&self, keys: &[&'static str]) -> Read<()> {
        for (key, value) in self.entries()? {
            if !keys.contains(&key) {
                return value.unknown("key", key, keys.iter().copied());
            }
        }
        Ok(())
    }

    /// An unknown name, with the name that was probably meant.
    pub fn unknown<'n, T>(
        &self,
        what: &str,
        name: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Read<T> {
        let names: Vec<&str> = names.into_iter().collect();
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None if names.len() <= 16 => format!("; known are {}", names.join(", ")),
            None => String::new(),
        };
        self.mistake(format!("there is no {what} `{name}` here{hint}"))
    }

    fn at(&self, step: Borrowed<'a>, data: &'a Data) -> Self {
        Self { data, way: Some(Rc::new(Way { parent: self.way.clone(), step })) }
    }

    fn path(&self) -> Vec<Step> {
        let mut path = Vec::new();
        let mut at = self.way.as_ref();
        while let Some(way) = at {
            path.push(match way.step {
                Borrowed::Key(key) => Step::Key(key.to_owned()),
                Borrowed::Item(index) => Step::Item(index),
            });
            at = way.parent.as_ref();
        }
        path.reverse();
        path
    }
}

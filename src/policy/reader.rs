//! Reading rule files and configuration: plain data with the path that leads to it, so that a mistake can be shown where
//! it was made.

use std::borrow::Cow;

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

/// A value, and the document that it is from: the way to it is looked for when there is a mistake to show. Hundreds of
/// rules are read at every start, and nothing is copied on the way.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    document: &'a Data<&'a str>,
    data: &'a Data<&'a str>,
}

impl Data {
    /// The same with texts that lie in this one, as a [`Reader`] takes it.
    pub fn borrowed(&self) -> Data<&str> {
        match self {
            Self::Null => Data::Null,
            Self::Bool(flag) => Data::Bool(*flag),
            Self::Int(number) => Data::Int(*number),
            Self::Float(number) => Data::Float(*number),
            Self::Text(text) => Data::Text(text),
            Self::List(items) => Data::List(items.iter().map(Self::borrowed).collect()),
            Self::Map(entries) => {
                Data::Map(entries.iter().map(|(key, value)| (key.as_str(), value.borrowed())).collect())
            }
        }
    }
}

/// The result of reading something.
pub type Read<T> = Result<T, Mistake>;

impl<'a> Reader<'a> {
    /// Starts at a document's root.
    pub const fn new(data: &'a Data<&'a str>) -> Self {
        Self { document: data, data }
    }

    /// The value itself.
    pub const fn data(&self) -> &'a Data<&'a str> {
        self.data
    }

    /// A mistake here.
    pub fn mistake<T>(&self, message: impl Into<String>) -> Read<T> {
        Err(Mistake { path: self.path(), message: message.into() })
    }

    /// The value of a key, if it is written.
    pub fn get(&self, key: &str) -> Option<Self> {
        let Data::Map(entries) = self.data else { return None };
        entries.iter().find(|(name, _)| *name == key).map(|(_, value)| self.at(value))
    }

    /// The value of a key that must be written.
    pub fn need(&self, key: &str) -> Read<Self> {
        match self.get(key) {
            Some(value) => Ok(value),
            None => self.mistake(format!("`{key}` is missing")),
        }
    }

    /// The entries of a mapping.
    pub fn entries(self) -> Read<impl Iterator<Item = (&'a str, Self)>> {
        let Data::Map(entries) = self.data else { return self.mistake("a mapping is wanted here") };
        Ok(entries.iter().map(move |(key, value)| (*key, self.at(value))))
    }

    /// The items of a list; one value counts as a list of one.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let items = if let Data::List(items) = self.data { items } else { std::slice::from_ref(self.data) };
        items.iter().map(move |item| self.at(item))
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
    pub fn text(&self) -> Read<Cow<'a, str>> {
        match self.data {
            Data::Text(text) => Ok(Cow::Borrowed(text)),
            Data::Int(number) => Ok(number.to_string().into()),
            Data::Float(number) => Ok(number.to_string().into()),
            Data::Bool(flag) => Ok(flag.to_string().into()),
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
        self.items().map(|item| Ok(item.text()?.into_owned())).collect()
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
        let Data::Map(entries) = self.data else { return self.mistake("a mapping is wanted here") };
        match entries.iter().find(|(key, _)| !keys.contains(key)) {
            Some((key, value)) => self.at(value).unknown("key", key, keys.iter().copied()),
            None => Ok(()),
        }
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

    const fn at(self, data: &'a Data<&'a str>) -> Self {
        Self { data, ..self }
    }

    fn path(&self) -> Vec<Step> {
        let mut path = Vec::new();
        way(self.document, self.data, &mut path);
        path
    }
}

/// Finds the way from a value to one inside it; no way leads to what is elsewhere. Documents are as deep as
/// `yaml::Limits` lets them be.
fn way(from: &Data<&str>, to: &Data<&str>, path: &mut Vec<Step>) -> bool {
    let mut through = |step: Step, inner: &Data<&str>| {
        path.push(step);
        let found = way(inner, to, path);
        if !found {
            path.pop();
        }
        found
    };
    std::ptr::eq(from, to)
        || match from {
            Data::List(items) => {
                items.iter().enumerate().any(|(index, item)| through(Step::Item(index), item))
            }
            Data::Map(entries) => {
                entries.iter().any(|(key, value)| through(Step::Key((*key).to_owned()), value))
            }
            _ => false,
        }
}

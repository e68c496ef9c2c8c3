//! What is known of a value: that it is set, that it is absent, or that nobody can know it here.

use crate::source::{Origin, Span, Text};

use super::NodeId;

/// Where a value is written and how it came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// What to underline when someone points at the value: `key: value` on one line, or the key alone.
    pub label: Span,
    /// The `*alias`, overlay or include through which the value came to its user, if any.
    pub via: Option<Span>,
    /// Whether it stands there or was supplied.
    pub origin: Origin,
}

impl Site {
    /// A site of text that stands in the file.
    pub const fn written(label: Span) -> Self {
        Self { label, via: None, origin: Origin::Written }
    }

    /// A site of a value that the text at `label` chose.
    pub const fn supplied(label: Span, origin: Origin) -> Self {
        Self { label, via: None, origin }
    }

    /// The same site, reached through `via`.
    #[must_use]
    pub const fn through(mut self, via: Option<Span>) -> Self {
        if via.is_some() {
            self.via = via;
        }
        self
    }
}

/// Why something is unknown, in words that follow "because".
pub type Reason = &'static str;

/// A value that may be absent or unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Known<T> {
    /// It has this value.
    Set(T, Site),
    /// It is written or may come from elsewhere, but its value cannot be known here.
    Unknown(Site, Reason),
    /// Nothing sets it.
    #[default]
    Absent,
}

impl<T> Known<T> {
    /// The value, if it is known.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value, _) => Some(value),
            Self::Unknown(..) | Self::Absent => None,
        }
    }

    /// Where it is written, if anything is.
    pub const fn site(&self) -> Option<Site> {
        match self {
            Self::Set(_, site) | Self::Unknown(site, _) => Some(*site),
            Self::Absent => None,
        }
    }

    /// Whether nothing sets it.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The same knowledge about what `change` makes of the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Set(value, site) => Known::Set(change(value), site),
            Self::Unknown(site, reason) => Known::Unknown(site, reason),
            Self::Absent => Known::Absent,
        }
    }

    /// This, or `other` where this is absent.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_absent() { other } else { self }
    }
}

/// A list that may have more items than are known.
#[derive(Clone, Debug, PartialEq)]
pub struct List<T> {
    /// The items that are known to be there, in order.
    pub items: Vec<T>,
    /// Why there may be more; `None` when the list is complete.
    pub open: Option<Reason>,
}

impl<T> List<T> {
    /// A complete list.
    pub const fn closed(items: Vec<T>) -> Self {
        Self { items, open: None }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::closed(Vec::new())
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::closed(items.into_iter().collect())
    }
}

/// A text under a text key.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The key as written.
    pub key: Text,
    /// The value, if it has one.
    pub value: Known<Text>,
}

/// A field as rules see it, whatever its type.
#[derive(Clone, Copy, Debug)]
pub enum View<'a> {
    /// Nothing sets it.
    Absent,
    /// It cannot be known.
    Unknown(Site, Reason),
    /// A text, a path or a secret; it may have unknown parts.
    Text(&'a Text, Site),
    /// One of a few words of ours.
    Word(&'static str, Site),
    /// Yes or no.
    Flag(bool, Site),
    /// A number, a size in bytes or a duration in seconds.
    Number(f64, Site),
    /// Another node.
    Node(NodeId, Site),
    /// Several texts.
    Texts(&'a List<Text>, Site),
    /// Several nodes.
    Nodes(&'a List<NodeId>, Site),
    /// Texts by key.
    Map(&'a List<Pair>, Site),
}

impl View<'_> {
    /// Where it is written, if anything is.
    pub const fn site(&self) -> Option<Site> {
        match self {
            Self::Absent => None,
            Self::Unknown(site, _)
            | Self::Text(_, site)
            | Self::Word(_, site)
            | Self::Flag(_, site)
            | Self::Number(_, site)
            | Self::Node(_, site)
            | Self::Texts(_, site)
            | Self::Nodes(_, site)
            | Self::Map(_, site) => Some(*site),
        }
    }
}

/// A field's value as a [`View`].
pub trait Viewed {
    /// The uniform view of it.
    fn view(&self) -> View<'_>;
}

/// Fields that may be written in a file that is not here.
pub trait Opened {
    /// What is absent becomes unknown; a list may have more items.
    fn open(&mut self, site: Site, reason: Reason);
}

macro_rules! opened {
    ($($type:ty),* $(,)?) => {$(
        impl Opened for Known<$type> {
            fn open(&mut self, site: Site, reason: Reason) {
                if self.is_absent() {
                    *self = Self::Unknown(site, reason);
                }
            }
        }
    )*};
}

opened!(Text, &'static str, bool, f64, NodeId);

impl<T> Opened for Known<List<T>> {
    fn open(&mut self, site: Site, reason: Reason) {
        match self {
            Self::Set(list, _) => list.open = Some(reason),
            Self::Absent => *self = Self::Unknown(site, reason),
            Self::Unknown(..) => {}
        }
    }
}

macro_rules! viewed {
    ($($type:ty => $variant:ident($value:ident) $convert:expr;)*) => {$(
        impl Viewed for Known<$type> {
            fn view(&self) -> View<'_> {
                match self {
                    Known::Set($value, site) => View::$variant($convert, *site),
                    Known::Unknown(site, reason) => View::Unknown(*site, *reason),
                    Known::Absent => View::Absent,
                }
            }
        }
    )*};
}

viewed! {
    Text => Text(value) value;
    &'static str => Word(value) value;
    bool => Flag(value) *value;
    f64 => Number(value) *value;
    NodeId => Node(value) *value;
    List<Text> => Texts(value) value;
    List<NodeId> => Nodes(value) value;
    List<Pair> => Map(value) value;
}

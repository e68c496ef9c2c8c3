//! How facts are declared: once. From a declaration come the struct that code fills, the table that rules are checked
//! against, `plimsoll facts` and `docs/facts.md`.

use super::Kind;
use super::known::View;
use super::world::Node;

/// The type of a field, as rule authors know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text; holes in it are unknown.
    Text,
    /// Text that is never shown.
    Secret,
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A number of bytes; rules may write `512m`.
    Size,
    /// Seconds; rules may write `30s`.
    Duration,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A node of this kind.
    Node(Kind),
    /// A list of texts.
    Texts,
    /// A list of nodes of this kind.
    Nodes(Kind),
    /// Texts by key.
    Map,
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Secret => f.write_str("secret"),
            Self::Flag => f.write_str("true or false"),
            Self::Number => f.write_str("number"),
            Self::Size => f.write_str("size"),
            Self::Duration => f.write_str("duration"),
            Self::Word(words) => write!(f, "one of {}", words.join(", ")),
            Self::Node(kind) => f.write_str(kind.name()),
            Self::Texts => f.write_str("list of text"),
            Self::Nodes(kind) => write!(f, "list of {}", kind.name()),
            Self::Map => f.write_str("map of text"),
        }
    }
}

/// One field of a kind.
#[derive(Debug)]
pub struct Field {
    /// Its name in rules.
    pub name: &'static str,
    /// What it means, for people.
    pub doc: &'static str,
    /// Its type.
    pub of: Type,
    /// Reads it from a node of its kind; absent on any other.
    pub get: fn(&Node) -> View<'_>,
}

/// One kind of node and its fields.
#[derive(Debug)]
pub struct Table {
    /// Its name in rules.
    pub name: &'static str,
    /// What it means, for people.
    pub doc: &'static str,
    /// The word field that rules on this kind usually begin with; rules are indexed by it.
    pub index: Option<&'static str>,
    /// Its own fields; `name`, `file` and `project` come with every kind.
    pub fields: &'static [Field],
}

impl Table {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The Rust type of a declared field.
macro_rules! field_type {
    (text) => { $crate::facts::Known<$crate::source::Text> };
    (secret) => { $crate::facts::Known<$crate::source::Text> };
    (flag) => { $crate::facts::Known<bool> };
    (number) => { $crate::facts::Known<f64> };
    (size) => { $crate::facts::Known<f64> };
    (duration) => { $crate::facts::Known<f64> };
    (word($($word:literal),*)) => { $crate::facts::Known<&'static str> };
    (node($kind:ident)) => { $crate::facts::Known<$crate::facts::NodeId> };
    (texts) => { $crate::facts::Known<$crate::facts::List<$crate::source::Text>> };
    (nodes($kind:ident)) => { $crate::facts::Known<$crate::facts::List<$crate::facts::NodeId>> };
    (map) => { $crate::facts::Known<$crate::facts::List<$crate::facts::Pair>> };
}

/// The [`Type`] of a declared field.
macro_rules! field_kind {
    (text) => { $crate::facts::Type::Text };
    (secret) => { $crate::facts::Type::Secret };
    (flag) => { $crate::facts::Type::Flag };
    (number) => { $crate::facts::Type::Number };
    (size) => { $crate::facts::Type::Size };
    (duration) => { $crate::facts::Type::Duration };
    (word($($word:literal),*)) => { $crate::facts::Type::Word(&[$($word),*]) };
    (node($kind:ident)) => { $crate::facts::Type::Node($crate::facts::Kind::$kind) };
    (texts) => { $crate::facts::Type::Texts };
    (nodes($kind:ident)) => { $crate::facts::Type::Nodes($crate::facts::Kind::$kind) };
    (map) => { $crate::facts::Type::Map };
}

/// Declares kinds of nodes:
///
/// ```text
/// facts! {
///     /// A service of a Compose or stack file.
///     service: Service {
///         /// Capabilities taken away from it.
///         cap_drop: texts,
///     }
/// }
/// ```
macro_rules! facts {
    ($(
        $(#[doc = $about:literal])+
        $name:ident: $Kind:ident $(by $index:ident)? {
            $( $(#[doc = $doc:literal])+ $field:ident: $type:ident $(($($of:tt)*))?, )*
        }
    )*) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        pub struct $Kind {
            /// Name, place and parents.
            pub head: $crate::facts::Head,
            $( $(#[doc = $doc])+ pub $field: field_type!($type $(($($of)*))?), )*
        }

        impl $Kind {
            /// A node of which nothing is known but its head.
            pub fn new(head: $crate::facts::Head) -> Self {
                Self { head, $( $field: $crate::facts::Known::Absent, )* }
            }

            /// Says that what is not written here may be written elsewhere.
            pub fn open(&mut self, site: $crate::facts::Site, reason: $crate::facts::Reason) {
                $( $crate::facts::Opened::open(&mut self.$field, site, reason); )*
            }

            /// What rules may ask of it.
            pub const TABLE: $crate::facts::Table = $crate::facts::Table {
                name: stringify!($name),
                doc: concat!($($about, "\n"),+),
                index: facts!(@index $($index)?),
                fields: &[$(
                    $crate::facts::Field {
                        name: $crate::facts::declare::plain(stringify!($field)),
                        doc: concat!($($doc, "\n"),+),
                        of: field_kind!($type $(($($of)*))?),
                        get: |node| match node {
                            $crate::facts::Node::$Kind(it) => $crate::facts::Viewed::view(&it.$field),
                            _ => $crate::facts::View::Absent,
                        },
                    },
                )*],
            };
        }
    )*};
    (@index) => { None };
    (@index $index:ident) => { Some(stringify!($index)) };
}

/// A Rust identifier as rule authors write it (`r#type` is `type`).
pub(crate) const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

pub(crate) use {facts, field_kind, field_type};

//! Data that `build.rs` put into the binary. Its texts stay there.

use std::sync::OnceLock;

use crate::syntax::Data;

/// A value in the binary.
pub type Embedded = Data<&'static str>;

/// The documents of a blob that `build.rs` wrote. A blob that cannot be decoded is empty; a test decodes each of them.
pub fn documents(bytes: &'static [u8]) -> Vec<Embedded> {
    postcard::from_bytes(bytes).unwrap_or_default()
}

/// A document that is decoded when it is first asked for.
pub struct Later {
    encoded: &'static [u8],
    decoded: OnceLock<Embedded>,
}

impl Later {
    /// What it says.
    pub fn get(&self) -> &Embedded {
        self.decoded.get_or_init(|| postcard::from_bytes(self.encoded).unwrap_or(Data::Null))
    }
}

/// The documents of a blob with the names that each has as lines of one text.
pub fn named(bytes: &'static [u8]) -> impl Iterator<Item = (&'static str, Later)> {
    let all: Vec<(&str, &[u8])> = postcard::from_bytes(bytes).unwrap_or_default();
    all.into_iter().map(|(names, encoded)| (names, Later { encoded, decoded: OnceLock::new() }))
}

/// The value of a key.
pub fn get<'d>(data: &'d Embedded, key: &str) -> Option<&'d Embedded> {
    match data {
        Data::Map(entries) => entries.iter().find(|(name, _)| *name == key).map(|(_, value)| value),
        _ => None,
    }
}

/// A text.
pub fn text(data: &Embedded) -> Option<String> {
    match data {
        Data::Text(text) => Some((*text).to_owned()),
        Data::Int(number) => Some(number.to_string()),
        Data::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A list of texts.
pub fn texts(data: &Embedded) -> Option<Vec<String>> {
    match data {
        Data::List(items) => Some(items.iter().filter_map(text).collect()),
        other => text(other).map(|text| vec![text]),
    }
}

/// True or false.
pub const fn flag(data: &Embedded) -> Option<bool> {
    if let Data::Bool(flag) = data { Some(*flag) } else { None }
}

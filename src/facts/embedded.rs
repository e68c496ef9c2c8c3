//! Data that `build.rs` put into the binary.

use crate::syntax::Data;

/// The documents of a blob that `build.rs` wrote. A blob that cannot be decoded is empty; a test decodes each of them.
pub fn documents(bytes: &[u8]) -> Vec<Data> {
    postcard::from_bytes(bytes).unwrap_or_default()
}

/// The value of a key.
pub fn get<'d>(data: &'d Data, key: &str) -> Option<&'d Data> {
    match data {
        Data::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
        _ => None,
    }
}

/// A text.
pub fn text(data: &Data) -> Option<String> {
    match data {
        Data::Text(text) => Some(text.clone()),
        Data::Int(number) => Some(number.to_string()),
        Data::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A list of texts.
pub fn texts(data: &Data) -> Option<Vec<String>> {
    match data {
        Data::List(items) => Some(items.iter().filter_map(text).collect()),
        other => text(other).map(|text| vec![text]),
    }
}

/// True or false.
pub const fn flag(data: &Data) -> Option<bool> {
    if let Data::Bool(flag) = data { Some(*flag) } else { None }
}

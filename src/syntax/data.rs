//! Plain data: what a YAML document says, without how it says it. What rules write and what rule files contain.

use serde::{Deserialize, Serialize};

/// A value without spans or style. Mappings keep their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Data {
    /// `null` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Data>),
    /// A mapping.
    Map(Vec<(String, Data)>),
}

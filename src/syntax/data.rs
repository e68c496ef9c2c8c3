//! Plain data: what a YAML document says, without how it says it. What rules write and what rule files contain.

use serde::{Deserialize, Serialize};

/// A value without spans or style. Mappings keep their order. Its texts are its own, or lie elsewhere: in the binary, for
/// what `build.rs` embedded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Data<T = String> {
    /// `null` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(T),
    /// A sequence.
    List(Vec<Data<T>>),
    /// A mapping.
    Map(Vec<(T, Data<T>)>),
}

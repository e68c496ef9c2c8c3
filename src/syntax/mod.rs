//! Text to trees and back: Dockerfiles, YAML, shell scripts, image references. Uses `source` only.

mod data;
pub mod dockerfile;
pub mod dotenv;
pub mod interpolate;
pub mod reference;
pub mod shell;
pub mod substitution;
pub mod tokens;
pub mod units;

pub mod yaml;

pub use data::Data;

/// Why a change is not made where the text is not as the one who asks for it knows it, which no file makes happen.
pub const ASTRAY: &str = "it is not where it should be";

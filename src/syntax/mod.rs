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

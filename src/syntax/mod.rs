//! Text to trees and back: Dockerfiles, YAML, shell scripts, image references. Uses `source` only.

mod data;
pub mod units;

pub use data::Data;

//! The declarations: every kind and every field that rules may name. Nothing else needs to know about a new field.

mod compose;
mod dockerfile;
mod image;
mod project;
mod shell;

pub use compose::*;
pub use dockerfile::*;
pub use image::*;
pub use project::*;
pub use shell::*;

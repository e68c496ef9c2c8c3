//! The declarations: every kind and every field that rules may name. Nothing else needs to know about a new field.

mod compose;
mod deployment;
mod dockerfile;
mod grants;
mod image;
mod mount;
mod project;
mod shell;
mod steps;
mod values;
mod written;

pub use compose::*;
pub use deployment::*;
pub use dockerfile::*;
pub use grants::*;
pub use image::*;
pub use mount::*;
pub use project::*;
pub use shell::*;
pub use steps::*;
pub use values::*;
pub use written::*;

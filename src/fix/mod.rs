//! From findings to verified new text. Uses `engine` and below; knows no report.

mod anchor;
mod batch;
mod desk;
mod diff;
mod dockerfile;
mod edits;
mod example;
mod join;
mod new_file;
mod order;
mod plan;
mod script;
mod temporary;
mod word;
mod write;

pub use diff::{Note, replacements, unified};
pub use edits::edits;
pub use example::{Example, Outcome, examples};
pub use plan::{Change, Left, Plan, Rewritten, Wanted, plan};
pub use temporary::{leftovers, remove};
pub use write::{copies, write};

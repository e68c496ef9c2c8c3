//! From findings to verified new text. Uses `engine` and below; knows no report.

mod diff;
mod edits;
mod example;
mod plan;
mod write;

pub use diff::unified;
pub use edits::edits;
pub use example::{Example, Outcome, examples};
pub use plan::{Change, Left, Plan, Wanted, plan};
pub use write::{create, replace};

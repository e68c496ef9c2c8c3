//! Shell scripts, as far as facts need them: simple commands wherever they stand, their words, redirections and
//! pipelines. One pass, a depth cap, an answer for every input; no syntax errors.

mod cmd;
mod command;
mod list;
mod redirect;
mod scan;
mod simple;
mod word;
mod wrap;

pub use cmd::scan_cmd;
pub use command::{Assignment, Command, Join, Pipeline, Place, Redirect, Script, Word, operands};
pub use scan::{scan, scan_exec, scan_with, split};
pub use wrap::pipefail;

/// Substitutions nested deeper than this are not looked into.
pub const DEPTH: u32 = 64;

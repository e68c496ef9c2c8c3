//! Rule files and configuration, checked and compiled. Uses `facts` and below.

mod eval;
mod fix;
mod options;
mod partial;
mod path;
mod predicate;
mod reader;
mod rule;
mod severity;
mod template;
mod truth;

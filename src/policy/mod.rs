//! Rule files and configuration, checked and compiled. Uses `facts` and below.

mod eval;
mod fix;
mod library;
mod needed;
mod options;
mod page;
mod partial;
mod path;
mod pattern;
mod predicate;
mod reader;
mod rule;
mod set;
mod severity;
mod template;
mod truth;

pub use eval::{Context, Trace, holds};
pub use fix::{Fix, Recipe, Safety, Value, Verb};
pub use library::{Catalogue, PROFILES, Selection, all, is_shellcheck, lists, load, texts};
pub use options::Values;
pub use page::{Choice, Remedy, choices, gradings, remedies, written};
pub use path::Path;
pub use pattern::REGEX_INPUT_BYTES;
pub use predicate::Pred;
pub use reader::{Mistake, Reader, Step};
pub use rule::{About, Case, Refused, Related, Rule, is_called, trivy_id};
pub use set::Policy;
pub use severity::{Confidence, Severity};
pub use template::{DOTS, Filled, Filling, Template};
pub use truth::Truth;

//! What could not be judged.

use super::Span;

/// Something that could not be read or resolved. A run that has one is never green (exit 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable, readable id such as `yaml-syntax`; can be looked up with `explain`.
    pub id: &'static str,
    /// What is wrong and what to do, in one sentence. May quote the input; it is escaped when it is shown.
    pub message: String,
    /// Where; the file as a whole when the span is empty at 0.
    pub span: Span,
}

impl Problem {
    /// A problem at `span`.
    pub fn new(id: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self { id, message: message.into(), span }
    }
}

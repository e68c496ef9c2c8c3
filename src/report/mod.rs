//! From a report to bytes. One file a format; a format is a function and a row in [`FORMATS`].

mod concise;
mod escape;
mod excerpt;
mod github;
mod human;
mod json;
mod markdown;
mod table;

pub use escape::{json as escaped, line};
pub use json::position;

use std::io::{Result, Write};

use crate::engine::{Finding, Report, State};
use crate::policy::Severity;
use crate::source::Edit;

/// How to write a report.
pub struct Options<'a> {
    /// Use colours.
    pub color: bool,
    /// Leave lesser findings out.
    pub min_severity: Severity,
    /// Say what could not be decided.
    pub verbose: bool,
    /// Only findings and problems.
    pub quiet: bool,
    /// Show ignored findings, too.
    pub show_ignored: bool,
    /// The edits that mend a finding, for formats that carry them.
    pub edits: &'a dyn Fn(&Finding) -> Vec<Edit>,
}

impl Options<'_> {
    /// Whether a finding is shown.
    fn shows(&self, finding: &Finding) -> bool {
        let active = finding.state == State::Active;
        finding.severity >= self.min_severity && (active || self.show_ignored)
    }
}

/// What is said behind the message of a finding that a comment ignores.
fn remark(finding: &Finding) -> String {
    match &finding.state {
        State::Active => String::new(),
        State::Ignored { reason } if reason.is_empty() => " (ignored)".to_owned(),
        State::Ignored { reason } => format!(" (ignored: {reason})"),
    }
}

/// The message of a finding, and whether it is ignored.
fn message(finding: &Finding) -> String {
    format!("{}{}", finding.message, remark(finding))
}

/// An output format.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Writes a report.
    pub write: fn(&Report, &Options<'_>, &mut dyn Write) -> Result<()>,
}

/// The formats.
pub const FORMATS: &[Format] = &[
    Format { name: "human", about: "for reading in a terminal", write: human::write },
    Format { name: "concise", about: "a line a finding, for editors and grep", write: concise::write },
    Format { name: "json", about: "everything, for programs; schema/report.v1.json", write: json::write },
    Format { name: "github", about: "annotations of a GitHub workflow", write: github::write },
    Format { name: "markdown", about: "a table, for a job's summary or a comment", write: markdown::write },
];

/// The format of that name.
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

//! What a run found, in one order.

use crate::facts::Target;
use crate::policy::Severity;
use crate::source::{FileId, Problem, Source, Span};

use super::finding::{Finding, State, Undecided};

/// Everything that a run has to say. Formats and fixes need nothing else.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every file that was read, by its id.
    pub sources: Vec<Source>,
    /// What was found, by path, place and rule; ignored findings are among them, marked.
    pub findings: Vec<Finding>,
    /// What could not be judged, by path and place.
    pub problems: Vec<Problem>,
    /// Rules that could not be decided, by path and place.
    pub undecided: Vec<Undecided>,
    /// The files that were judged.
    pub checked: Vec<Checked>,
    /// How each service and lone stage stands with each control.
    pub load_line: Vec<Row>,
    /// Where secrets stand: these characters are never shown.
    pub secrets: Vec<Span>,
}

/// A file that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which.
    pub file: FileId,
    /// As what.
    pub target: Target,
    /// It makes sense to Compose and to stacks.
    pub dual_use: bool,
}

/// The controls of the load line, in the order of its columns.
pub const CONTROLS: [&str; 7] =
    ["non-root", "capabilities", "secrets", "healthcheck", "limits", "network", "filesystem"];

/// A row of the load line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The file that it is in.
    pub file: FileId,
    /// The service or stage.
    pub name: String,
    /// One cell a control, in the order of [`CONTROLS`].
    pub cells: [Cell; CONTROLS.len()],
}

/// A cell of the load line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// In order.
    Held,
    /// Not in order.
    Broken,
    /// It cannot be known.
    Unknown,
    /// No rule has anything to say.
    #[default]
    NotApplicable,
}

impl Report {
    /// The file of that id.
    pub fn source(&self, id: FileId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// The path of that file.
    pub fn path(&self, id: FileId) -> &str {
        self.source(id).map_or("", |source| &source.path)
    }

    /// The findings that count.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.state == State::Active)
    }

    /// How many findings of this severity count.
    pub fn count(&self, severity: Severity) -> usize {
        self.active().filter(|finding| finding.severity == severity).count()
    }

    /// The exit status: 2 when something could not be judged, 1 when a finding is at or above the threshold, else 0.
    pub fn exit_code(&self, fail_on: Option<Severity>) -> u8 {
        if !self.problems.is_empty() {
            return 2;
        }
        u8::from(fail_on.is_some_and(|limit| self.active().any(|finding| finding.severity >= limit)))
    }
}

//! What a rule found, as a plain value: rules end here, formats and fixes begin here.

use std::sync::Arc;

use crate::policy::{About, Confidence, Refused, Safety, Severity};
use crate::source::{FileId, Span};
use crate::syntax::Data;

/// A broken rule at a place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Arc<About>,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// When Docker refuses the file for it, if it does.
    pub refused: Option<Refused>,
    /// What is wrong.
    pub message: String,
    /// What to underline.
    pub primary: Label,
    /// Other places.
    pub related: Vec<Label>,
    /// Through which alias or overlay the value came.
    pub via: Vec<Span>,
    /// The structural address of what was judged.
    pub subject: String,
    /// The keys of the subject, in every file that has one; an ignore above one of them counts.
    pub subject_at: Span,
    /// Whether it counts.
    pub state: State,
    /// How to mend it.
    pub repair: Option<Repair>,
    /// One message for many findings of the rule in a file, with `{count}` and `{names}` filled by whoever folds.
    pub fold: Option<Fold>,
}

/// How findings of one rule are shown as one.
#[derive(Clone, Debug)]
pub struct Fold {
    /// The name of this member.
    pub name: String,
    /// The message before the count, ... as a template of `{count}` and `{names}`.
    pub message: Arc<str>,
}

/// A span and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What is underlined.
    pub span: Span,
    /// What is said there; may be empty.
    pub text: String,
}

/// Whether a finding counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Active,
    /// A comment says that it does not, for this reason.
    Ignored {
        /// The words after the brackets.
        reason: String,
    },
}

/// How to mend a finding: one group of changes, all or none.
#[derive(Clone, Debug)]
pub struct Repair {
    /// What it does.
    pub title: String,
    /// How much it may change.
    pub safety: Safety,
    /// What could go wrong.
    pub caveat: Option<String>,
    /// Only `harden` chooses it.
    pub harden_only: bool,
    /// What to do; empty when only a person can.
    pub changes: Vec<Change>,
}

/// One change, addressed by what is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Create or replace keys of the mapping under the key at this span, or flags of the instruction at it.
    Set(Span, Vec<(String, Data)>),
    /// Add items to lists of the mapping under the key at this span, or flags to the instruction at it.
    Append(Span, Vec<(String, Data)>),
    /// Remove the entry, item, instruction, command or word at this span.
    Remove(Span),
    /// Replace what stands at this span.
    Replace(Span, String),
    /// Remove a comment, with its line where it has one of its own.
    RemoveComment(Span),
    /// Insert an instruction before the one at this span.
    InsertBefore(Span, String),
    /// Insert an instruction after the one at this span.
    InsertAfter(Span, String),
    /// Put a command before those of the RUN at this span.
    First(Span, String),
    /// Put a command after those of the RUN at this span.
    Then(Span, String),
    /// Join the instruction at this span with the one that follows it.
    Join(Span),
    /// Begin an instruction of its own with the pair at this span.
    Split(Span),
    /// Create or replace keys at the top of a YAML file.
    SetTop(FileId, Vec<(String, Data)>),
    /// In the mapping under the key at `at`, replace the inherited list `key` by its items but the one at `without`.
    Override {
        /// The key of the mapping in the later file.
        at: Span,
        /// The key of the list.
        key: String,
        /// The item in the earlier file.
        without: Span,
    },
    /// Make a file that is not there yet.
    Create {
        /// Its path.
        path: String,
        /// Its text.
        text: String,
        /// Nobody else may read it, and it is never shown.
        secret: bool,
    },
    /// Add a line to a file, which is made where it is not there yet.
    AddLine {
        /// Its path.
        path: String,
        /// The line.
        line: String,
        /// The file is never shown.
        secret: bool,
    },
}

/// A rule that could not be decided, for `-v`.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// The rule.
    pub rule: Arc<About>,
    /// The structural address of what was judged.
    pub subject: String,
    /// The value that mattered, as the rule names it.
    pub field: String,
    /// Why it is unknown.
    pub reason: &'static str,
    /// Where it is written.
    pub span: Span,
}

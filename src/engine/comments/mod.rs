//! Comments that say that rules do not count somewhere: our own, and those of other tools through aliases.

mod covered;
mod date;
mod own;
mod peers;
mod place;
mod say;

use crate::facts::Document;
use crate::policy::About;
use crate::source::{Source, Span};

use super::finding::{Finding, State};
use place::{Places, Scope};

pub use covered::{Covered, Open};
pub use date::Date;
pub use say::{Rules, say};

/// Whether comments count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heed {
    /// They do not.
    Never,
    /// They do; those with a last day only up to it, and this is today.
    On(Date),
}

impl Default for Heed {
    /// Before every last day: all of them count.
    fn default() -> Self {
        Self::On(Date::default())
    }
}

/// A comment that says that rules do not count somewhere.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// Which rules.
    pub rules: Named,
    /// Why.
    pub reason: String,
    /// Where it counts.
    pub covers: Span,
    /// Whether it counts for what is pointed at there alone, and not for all that is said of a subject that begins there.
    pub alone: bool,
    /// The comment.
    pub comment: Span,
}

/// Rules as a comment names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By our ids or by aliases.
    Ours(Vec<String>),
    /// By the ids of any tool, with or without its name; they may be unknown to us.
    Anyones(Vec<String>),
    /// By the ids of one other tool.
    Theirs(&'static str, Vec<String>),
    /// All that this tool has but those with these ids.
    AllBut(&'static str, Vec<String>),
    /// All that this tool has.
    All(&'static str),
}

impl Named {
    /// Whether a rule is among them.
    fn has(&self, rule: &About) -> bool {
        match self {
            Self::Ours(names) | Self::Anyones(names) => names.iter().any(|name| rule.is_called(name)),
            Self::Theirs(peer, names) => names.iter().any(|name| rule.is_called(&format!("{peer}:{name}"))),
            Self::AllBut(peer, names) => {
                is_of(rule, peer) && !names.iter().any(|name| rule.is_called(&format!("{peer}:{name}")))
            }
            Self::All(peer) => is_of(rule, peer),
        }
    }
}

/// Whether another tool has a rule.
fn is_of(rule: &About, peer: &str) -> bool {
    rule.aliases.iter().any(|alias| alias.strip_prefix(peer).is_some_and(|rest| rest.starts_with(':')))
}

/// What the comments of a file say.
#[derive(Debug, Default)]
pub struct Comments {
    /// What they ignore.
    pub ignores: Vec<Ignore>,
    /// Those that try to ignore something and fail, with the reason.
    pub malformed: Vec<(Span, &'static str)>,
    /// Those whose last day is over, with that day.
    pub lapsed: Vec<(Span, Date)>,
}

/// One part of a comment: where it counts, which rules, why.
struct Said {
    scope: Scope,
    rules: Named,
    reason: String,
    /// The last day on which it counts.
    until: Option<Date>,
}

/// Reads the comments of a file as they count today.
pub fn read(source: &Source, document: &Document, heed: Heed) -> Comments {
    let mut comments = Comments::default();
    let Heed::On(today) = heed else { return comments };
    let mut places = Places::new(source, document);
    for index in 0..places.comments.len() {
        let Some(comment) = places.comments.get(index).copied() else { continue };
        match own::read(comment.text).or_else(|| peers::read(comment.text).map(Ok)) {
            Some(Ok(Said { until: Some(last), .. })) if last < today => {
                comments.lapsed.push((comment.span, last));
            }
            Some(Ok(Said { scope, rules, reason, .. })) => {
                let covers = places.covered(index, scope);
                let alone = matches!(scope, Scope::Next);
                comments.ignores.push(Ignore { rules, reason, covers, alone, comment: comment.span });
            }
            Some(Err(wrong)) => comments.malformed.push((comment.span, wrong)),
            None => {}
        }
    }
    comments
}

//! Bytes, positions, spans and text edits. Uses nothing of plimsoll; everything else stands on it.

mod discover;
mod edit;
mod files;
mod glob;
mod ignored;
mod lines;
mod nearest;
mod paths;
mod problem;
mod span;
mod text;

pub use discover::{Found, Guess, HOOK_EXCLUDE, HOOK_PATTERN, check_pattern, discover, guess};
pub use edit::{Edit, apply};
pub use files::{Disk, FILE_BYTES, Files, Memory, ReadError, decode};
pub use glob::glob;
pub use ignored::git_ignores;
pub use lines::LineIndex;
pub use nearest::{is_one_edit, nearest};
pub use paths::{clean_path, is_under};
pub use problem::{PROBLEMS, Problem, ProblemKind};
pub use span::{FileId, Position, Span};
pub use text::{Hole, Origin, Text, TextBuilder};

use std::sync::Arc;

/// A file's text and how to find one's way in it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its number in this run.
    pub id: FileId,
    /// The path as the user knows it, with forward slashes, relative to where the run started if it lies below.
    pub path: Arc<str>,
    /// The whole text, byte-order mark included.
    pub text: Arc<str>,
    /// Line starts.
    pub lines: LineIndex,
}

impl Source {
    /// A source from text that was already read and decoded.
    pub fn new(id: FileId, path: &str, text: &str) -> Self {
        Self { id, path: path.into(), text: text.into(), lines: LineIndex::new(text) }
    }

    /// Whether the text starts with a byte-order mark (three bytes).
    pub fn has_bom(&self) -> bool {
        self.text.starts_with('\u{feff}')
    }

    /// The line ending that the first line uses; LF where there is one line only.
    pub fn line_ending(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// The characters at `span`; empty where it does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The position of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(offset, &self.text)
    }

    /// A text that stands at `span`, byte for byte.
    pub fn text_at(&self, span: Span) -> Text {
        Text::written(self.slice(span), span.file, span.start)
    }
}

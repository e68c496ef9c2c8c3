//! Replacements of byte ranges.

use super::Span;

/// A replacement of the bytes at `span` by `text`. An empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// Replaces `span` by `text`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Removes `span`.
    pub fn remove(span: Span) -> Self {
        Self::replace(span, "")
    }

    /// Whether both touch a common byte, or insert at one place.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.span.file == other.span.file
            && (self.span.start < other.span.end && other.span.start < self.span.end
                || self.span.start == other.span.start)
    }
}

/// Applies edits of one file to its text. Returns `None` if two overlap or one leaves the text.
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (index, edit) in sorted.iter().enumerate() {
        if index > 0 && sorted[index - 1].overlaps(edit) {
            return None;
        }
        out.push_str(text.get(at..edit.span.start as usize)?);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn edits_apply_in_order_and_never_overlap() {
        let edit = |start, end, text: &str| Edit::replace(Span::new(FileId(0), start, end), text);
        assert_eq!(apply("abcdef", &[edit(4, 5, "X"), edit(1, 2, "")]).as_deref(), Some("acdXf"));
        assert_eq!(apply("abc", &[edit(0, 2, ""), edit(1, 3, "")]), None);
        assert_eq!(apply("abc", &[edit(1, 9, "")]), None);
    }
}

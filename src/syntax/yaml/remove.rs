//! Taking entries and items out of a YAML file.

use crate::source::{Edit, Span};

use crate::syntax::ASTRAY;

use super::amend::{Amended, Amender, Refusal};
use super::tree::{Entry, NodeId, Shape};

impl Amender<'_> {
    /// Removes an entry but no comment; a mapping that becomes empty goes, too.
    pub fn remove_entry(&self, mapping: NodeId, entry: &Entry) -> Amended {
        self.no_anchor(entry.span)?;
        let node = self.tree.node(mapping);
        let Shape::Mapping { entries, flow } = &node.shape else {
            return Err(ASTRAY.to_owned());
        };
        if entries.len() == 1 {
            return self.remove_node(mapping);
        }
        if *flow {
            let spans: Vec<Span> = entries.iter().map(|it| it.span).collect();
            return self.flow_piece(&spans, entry.span);
        }
        self.lines(entry.span)
    }

    /// Removes an item but no comment; a list that becomes empty goes, too.
    pub fn remove_item(&self, sequence: NodeId, index: usize) -> Amended {
        let node = self.tree.node(sequence);
        let Shape::Sequence { items, flow } = &node.shape else { return Err(ASTRAY.to_owned()) };
        let Some(item) = items.get(index) else { return Err(ASTRAY.to_owned()) };
        self.no_anchor(item.span)?;
        if items.len() == 1 {
            return self.remove_node(sequence);
        }
        if *flow {
            let spans: Vec<Span> = items.iter().map(|it| it.span).collect();
            return self.flow_piece(&spans, item.span);
        }
        self.lines(item.span)
    }

    /// Removes the entry or item that holds a node.
    fn remove_node(&self, node: NodeId) -> Amended {
        let Some(parent) = self.tree.node(node).parent else {
            return Err("nothing would be left of the file".to_owned());
        };
        match &self.tree.node(parent).shape {
            Shape::Mapping { entries, .. } => match entries.iter().find(|entry| entry.value == node) {
                Some(entry) => self.remove_entry(parent, entry),
                None => Err(ASTRAY.to_owned()),
            },
            Shape::Sequence { items, .. } => match items.iter().position(|item| item.node == node) {
                Some(index) => self.remove_item(parent, index),
                None => Err(ASTRAY.to_owned()),
            },
            _ => Err(ASTRAY.to_owned()),
        }
    }

    /// What is removed must not hold an anchor that somebody else uses.
    fn no_anchor(&self, span: Span) -> Result<(), Refusal> {
        let used = self.tree.nodes().any(|(id, node)| {
            node.anchor.is_some() && span.contains(node.span) && self.tree.anchor_users(id) > 0
        });
        if used { Err("an anchor in it is still used".to_owned()) } else { Ok(()) }
    }

    /// All lines of a block entry or item, line ending included, but for the comments in them.
    fn lines(&self, span: Span) -> Amended {
        let text = &self.source.text;
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let start = text[..span.start as usize].rfind('\n').map_or(mark, |at| at + 1);
        if !text[start..span.start as usize].trim().is_empty() {
            return Err("it shares its line with something else".to_owned());
        }
        let end = self.line_end(span.end) as usize;
        let behind = &text[end..];
        let len = if behind.starts_with("\r\n") { 2 } else { usize::from(behind.starts_with('\n')) };
        let lines = Span::new(self.source.id, start as u32, (end + len) as u32);
        let comments = self.comments(lines, &text[start..span.start as usize]);
        Ok(vec![Edit::replace(lines, comments)])
    }

    /// The comments of lines that go, each on a line of its own; but our ignores go with what they were about.
    fn comments(&self, lines: Span, indent: &str) -> String {
        let gone = self.tree.comments.iter().filter(|comment| lines.contains(comment.span));
        gone.filter(|comment| !comment.text.as_str().starts_with("plimsoll:"))
            .map(|comment| {
                format!("{indent}{}{}", self.source.slice(comment.span).trim_end(), self.style.eol)
            })
            .collect()
    }

    /// A piece of a flow collection with one of the commas around it.
    fn flow_piece(&self, spans: &[Span], piece: Span) -> Amended {
        let index = spans.iter().position(|span| *span == piece).unwrap_or(0);
        let before = index.checked_sub(1).and_then(|before| spans.get(before));
        let gone = match (spans.get(index + 1), before) {
            (Some(next), _) => Span::new(self.source.id, piece.start, next.start),
            (None, Some(before)) => Span::new(self.source.id, before.end, piece.end),
            (None, None) => piece,
        };
        if self.tree.comments.iter().any(|comment| gone.contains(comment.span)) {
            return Err("there are comments in the brackets".to_owned());
        }
        Ok(vec![Edit::remove(gone)])
    }
}

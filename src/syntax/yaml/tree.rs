//! The tree.

use crate::source::{FileId, Problem, Span, Text};

use super::plain::{Plain, plain_text};

/// A node of a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A parsed YAML file.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The file.
    pub file: FileId,
    /// The roots of its documents.
    pub documents: Vec<NodeId>,
    /// Its comments, in order.
    pub comments: Vec<Comment>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Keys that a mapping has twice.
    pub duplicates: Vec<Duplicate>,
    pub(super) nodes: Vec<Node>,
}

/// A comment.
#[derive(Clone, Debug)]
pub struct Comment {
    /// From `#` to the end of its line.
    pub span: Span,
    /// What stands after `#`, trimmed.
    pub text: Text,
    /// Whether something else stands before it on its line.
    pub trailing: bool,
}

/// A key that a mapping has twice.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// The earlier key.
    pub first: Span,
    /// The later key.
    pub second: Span,
    /// The key.
    pub name: Text,
}

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub shape: Shape,
    /// Its text: quotes, brackets and block headers included, anchor and tag not.
    pub span: Span,
    /// Its tag as written.
    pub tag: Option<Text>,
    /// Its anchor's name.
    pub anchor: Option<Text>,
    /// The collection that it is in.
    pub parent: Option<NodeId>,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Text, a number, `true`, nothing.
    Scalar(Scalar),
    /// A mapping.
    Mapping {
        /// Its entries as written.
        entries: Vec<Entry>,
        /// Written with braces.
        flow: bool,
    },
    /// A sequence.
    Sequence {
        /// Its items.
        items: Vec<Item>,
        /// Written with brackets.
        flow: bool,
    },
    /// `*name`.
    Alias {
        /// The name.
        name: Text,
        /// The anchored node; `None` where there is none or it would lead back to itself.
        target: Option<NodeId>,
    },
}

/// A scalar.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// Its value, mapped back to the file.
    pub text: Text,
    /// How it is written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'...'`
    Single,
    /// `"..."`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its key.
    pub key: NodeId,
    /// Its value.
    pub value: NodeId,
    /// From its key to the end of its value.
    pub span: Span,
    /// Whether its key is `<<`.
    pub merge: bool,
}

/// An item of a sequence.
#[derive(Clone, Debug)]
pub struct Item {
    /// The item.
    pub node: NodeId,
    /// From its dash, if it has one, to its end.
    pub span: Span,
}

impl Tree {
    /// A node of this tree.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The first document's root.
    pub fn root(&self) -> Option<NodeId> {
        self.documents.first().copied()
    }

    /// The node itself, or what its alias stands for.
    pub fn follow(&self, id: NodeId) -> NodeId {
        let mut at = id;
        // An alias cannot be anchored, so one step is enough; the bound is for the reader's peace.
        for _ in 0..2 {
            match &self.node(at).shape {
                Shape::Alias { target: Some(target), .. } => at = *target,
                _ => break,
            }
        }
        at
    }

    /// The entries of a mapping as written.
    pub fn entries(&self, id: NodeId) -> &[Entry] {
        match &self.node(self.follow(id)).shape {
            Shape::Mapping { entries, .. } => entries,
            _ => &[],
        }
    }

    /// The items of a sequence.
    pub fn items(&self, id: NodeId) -> &[Item] {
        match &self.node(self.follow(id)).shape {
            Shape::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn scalar(&self, id: NodeId) -> Option<&Scalar> {
        match &self.node(self.follow(id)).shape {
            Shape::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The entry of a mapping with that key, merges left aside. Of equal keys the last counts.
    pub fn get(&self, mapping: NodeId, key: &str) -> Option<&Entry> {
        self.entries(mapping)
            .iter()
            .rev()
            .find(|entry| self.scalar(entry.key).is_some_and(|scalar| scalar.text.as_str() == key))
    }

    /// What a scalar is without quotes.
    pub fn plain(&self, id: NodeId) -> Plain {
        match self.scalar(id) {
            Some(scalar) if scalar.style == Style::Plain => plain_text(scalar.text.as_str()),
            _ => Plain::Text,
        }
    }

    /// How many aliases stand for this node.
    pub fn anchor_users(&self, id: NodeId) -> usize {
        self.nodes
            .iter()
            .filter(|node| matches!(&node.shape, Shape::Alias { target: Some(target), .. } if *target == id))
            .count()
    }

    /// Every node.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index as u32), node))
    }

    /// The nodes around an offset, from a document's root inwards.
    pub fn around(&self, offset: u32) -> Vec<NodeId> {
        let covers = |span: Span| span.start <= offset && offset <= span.end;
        let mut path = Vec::new();
        let mut at = self.documents.iter().copied().find(|root| covers(self.node(*root).span));
        while let Some(id) = at {
            path.push(id);
            at = match &self.node(id).shape {
                Shape::Mapping { entries, .. } => entries
                    .iter()
                    .find(|entry| covers(entry.span))
                    .map(|entry| if covers(self.node(entry.key).span) { entry.key } else { entry.value }),
                Shape::Sequence { items, .. } => {
                    items.iter().find(|item| covers(item.span)).map(|item| item.node)
                }
                _ => None,
            };
        }
        path
    }

    /// The entry whose key starts at an offset, and its mapping.
    pub fn entry_at(&self, offset: u32) -> Option<(NodeId, &Entry)> {
        let path = self.around(offset);
        path.iter().rev().find_map(|&id| match &self.node(id).shape {
            Shape::Mapping { entries, .. } => {
                entries.iter().find(|entry| entry.span.start == offset).map(|entry| (id, entry))
            }
            _ => None,
        })
    }

    /// The item whose node or dash starts at an offset: its sequence and its place in it.
    pub fn item_at(&self, offset: u32) -> Option<(NodeId, usize)> {
        let path = self.around(offset);
        path.iter().rev().find_map(|&id| match &self.node(id).shape {
            Shape::Sequence { items, .. } => items
                .iter()
                .position(|item| {
                    let start = self.node(item.node).span.start;
                    // Inside of quotes, too: that is where texts are pointed at.
                    item.span.start == offset || start == offset || start + 1 == offset
                })
                .map(|index| (id, index)),
            _ => None,
        })
    }
}

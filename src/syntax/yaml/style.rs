//! How a file is written: its indentation, its quotes, its line ending.

use crate::source::Source;

use super::render::Style;
use super::tree::{Shape, Style as ScalarStyle, Tree};

impl Style {
    /// The style of a file.
    pub fn of(tree: &Tree, source: &Source) -> Self {
        Self {
            step: step(tree, source),
            dash: dash(tree, source),
            quote: quote(tree),
            eol: source.line_ending(),
        }
    }
}

/// Characters before an offset in its line; the byte order mark is none of them.
pub(super) fn column(source: &Source, offset: u32) -> usize {
    let before = source.text.get(..offset as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.trim_start_matches('\u{feff}').chars().count()
}

/// The indentation of the first nested block mapping.
fn step(tree: &Tree, source: &Source) -> usize {
    let column = |offset: u32| column(source, offset);
    tree.nodes()
        .find_map(|(id, node)| {
            let Shape::Mapping { entries, flow: false } = &node.shape else { return None };
            entries.iter().find_map(|entry| match &tree.node(entry.value).shape {
                Shape::Mapping { entries: inner, flow: false }
                    if tree.node(id).parent.is_none() || !inner.is_empty() =>
                {
                    let step = column(inner.first()?.span.start).checked_sub(column(entry.span.start))?;
                    (1..=8).contains(&step).then_some(step)
                }
                _ => None,
            })
        })
        .unwrap_or(2)
}

/// How far dashes are indented under their keys.
fn dash(tree: &Tree, source: &Source) -> usize {
    let column = |offset: u32| column(source, offset);
    tree.nodes()
        .find_map(|(_, node)| {
            let Shape::Mapping { entries, flow: false } = &node.shape else { return None };
            entries.iter().find_map(|entry| match &tree.node(entry.value).shape {
                Shape::Sequence { items, flow: false } => {
                    column(items.first()?.span.start).checked_sub(column(entry.span.start))
                }
                _ => None,
            })
        })
        .unwrap_or(2)
}

/// The quote that the file uses most.
fn quote(tree: &Tree) -> char {
    let count = |style: ScalarStyle| {
        tree.nodes()
            .filter(|(_, node)| matches!(&node.shape, Shape::Scalar(scalar) if scalar.style == style))
            .count()
    };
    if count(ScalarStyle::Single) > count(ScalarStyle::Double) { '\'' } else { '"' }
}

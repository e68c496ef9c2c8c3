//! Mappings as they come out after their merge keys.

use std::collections::BTreeSet;

use crate::source::Span;
use crate::syntax::Data;

use super::plain::Plain;
use super::tree::{Entry, NodeId, Shape, Tree};

/// An entry that a mapping has, written in it or merged into it.
#[derive(Clone, Copy, Debug)]
pub struct Effective<'t> {
    /// The entry.
    pub entry: &'t Entry,
    /// The `*alias` or `<<` in this mapping through which it came.
    pub via: Option<Span>,
}

impl Tree {
    /// The entries of a mapping: its own first, then what `<<` brings. Merging is shallow, as YAML defines it; of the
    /// mappings of one `<<` the earlier wins.
    pub fn effective(&self, mapping: NodeId) -> Vec<Effective<'_>> {
        let own = self.entries(mapping);
        let merges: Vec<&Entry> = own.iter().filter(|entry| entry.merge).collect();
        let mut all: Vec<Effective<'_>> =
            own.iter().filter(|entry| !entry.merge).map(|entry| Effective { entry, via: None }).collect();
        if merges.is_empty() {
            return all;
        }
        let mut seen: BTreeSet<&str> = own.iter().filter_map(|entry| self.key(entry)).collect();
        let mut visited = vec![self.follow(mapping)];
        for merge in merges {
            for (source, via) in self.merged(merge.value) {
                self.merge_into(source, via, &mut all, &mut seen, &mut visited, 0);
            }
        }
        all
    }

    /// The mappings that a `<<` names, each with the place that names it.
    fn merged(&self, value: NodeId) -> Vec<(NodeId, Span)> {
        let target = self.follow(value);
        match &self.node(target).shape {
            Shape::Mapping { .. } => vec![(target, self.node(value).span)],
            Shape::Sequence { items, .. } => {
                items.iter().map(|item| (self.follow(item.node), self.node(item.node).span)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn merge_into<'t>(
        &'t self,
        source: NodeId,
        via: Span,
        all: &mut Vec<Effective<'t>>,
        seen: &mut BTreeSet<&'t str>,
        visited: &mut Vec<NodeId>,
        depth: u32,
    ) {
        if depth > 32 || visited.contains(&source) {
            return;
        }
        visited.push(source);
        for entry in self.entries(source).iter().filter(|entry| !entry.merge) {
            if self.key(entry).is_some_and(|key| seen.insert(key)) {
                all.push(Effective { entry, via: Some(via) });
            }
        }
        for merge in self.entries(source).iter().filter(|entry| entry.merge) {
            for (inner, _) in self.merged(merge.value) {
                self.merge_into(inner, via, all, seen, visited, depth + 1);
            }
        }
    }

    fn key(&self, entry: &Entry) -> Option<&str> {
        self.scalar(entry.key).map(|scalar| scalar.text.as_str())
    }

    /// The document as plain data, aliases and merges resolved. `None` when it is larger than `budget` values.
    pub fn to_data(&self, id: NodeId, budget: &mut u32) -> Option<Data> {
        self.data(id, budget, 0)
    }

    fn data(&self, id: NodeId, budget: &mut u32, depth: u32) -> Option<Data> {
        *budget = budget.checked_sub(1)?;
        if depth > 128 {
            return None;
        }
        let target = self.follow(id);
        Some(match &self.node(target).shape {
            Shape::Scalar(scalar) => match self.plain(target) {
                Plain::Null => Data::Null,
                Plain::Bool(flag) => Data::Bool(flag),
                Plain::Int(number) => Data::Int(number),
                Plain::Float(number) => Data::Float(number),
                Plain::Text => Data::Text(scalar.text.as_str().to_owned()),
            },
            Shape::Sequence { items, .. } => Data::List(
                items.iter().map(|item| self.data(item.node, budget, depth + 1)).collect::<Option<_>>()?,
            ),
            Shape::Mapping { .. } => {
                let mut entries = Vec::new();
                for effective in self.effective(target) {
                    let Some(key) = self.key(effective.entry) else { continue };
                    entries.push((key.to_owned(), self.data(effective.entry.value, budget, depth + 1)?));
                }
                Data::Map(entries)
            }
            Shape::Alias { .. } => Data::Null,
        })
    }
}

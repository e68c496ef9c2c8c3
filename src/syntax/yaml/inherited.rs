//! What comes through an alias or a merge key is never changed at its anchor: it is overridden where it is used.

use crate::source::{Edit, Span};
use crate::syntax::Data;

use crate::syntax::ASTRAY;

use super::amend::{Amended, Amender, Refusal};
use super::render;
use super::tree::{Entry, NodeId, Shape};

/// Values that are copied from an anchor at most; more is for a person to look at.
const COPIED: u32 = 24;

impl Amender<'_> {
    /// Whether a node is a mapping, perhaps through an alias.
    pub(super) fn is_mapping(&self, node: NodeId) -> bool {
        matches!(self.tree.node(self.tree.follow(node)).shape, Shape::Mapping { .. })
    }

    /// What a mapping has under a key through its alias or its merge keys.
    pub(super) fn inherited(&self, mapping: NodeId, key: &str) -> Result<Option<Data>, Refusal> {
        let effective = self.tree.effective(self.tree.follow(mapping));
        match effective.iter().find(|it| self.key(it.entry) == Some(key)) {
            Some(found) => self.copied(found.entry.value, key).map(Some),
            None => Ok(None),
        }
    }

    /// A copy of what stands at an anchor.
    pub(super) fn copied(&self, node: NodeId, key: &str) -> Result<Data, Refusal> {
        let target = self.tree.node(self.tree.follow(node));
        if target.tag.is_some() {
            return Err(format!("`{key}` comes from an anchor and has a tag; change it there"));
        }
        self.tree.to_data(node, &mut COPIED.clone()).ok_or_else(|| {
            format!("`{key}` comes from an anchor and is too long to be copied; change it there")
        })
    }

    /// The value of a key in the place of an alias.
    pub(super) fn instead_of_alias(&self, entry: &Entry, value: &Data) -> Edit {
        let alias = self.tree.node(entry.value).span;
        if self.in_braces(entry.value) {
            return Edit::replace(alias, render::flow(value, self.style.quote));
        }
        let key = self.tree.node(entry.key).span;
        let text = render::value(value, self.column(key.start), self.style);
        Edit::replace(Span::new(self.source.id, self.blanks(alias.start), alias.end), text)
    }

    /// `key: *alias` becomes a mapping that takes in the alias and has a key of its own.
    pub(super) fn insert_over_alias(&self, alias: NodeId, key: &str, value: &Data) -> Amended {
        let node = self.tree.node(alias);
        let name = self.source.slice(node.span);
        let parent = node.parent.ok_or(ASTRAY)?;
        let entry = self.tree.entries(parent).iter().find(|entry| entry.value == alias);
        let (Some(entry), true) = (entry, self.is_mapping(alias)) else {
            return Err(ASTRAY.to_owned());
        };
        if entry.merge {
            return Err(ASTRAY.to_owned());
        }
        if self.in_braces(alias) {
            return Err(format!("it is the alias `{name}` between braces; change it at its anchor"));
        }
        let column = self.column(entry.span.start) + self.style.step;
        let line = |text: String| format!("{}{}{text}", self.style.eol, " ".repeat(column));
        let merge = Span::new(self.source.id, self.blanks(node.span.start), node.span.end);
        let own = Span::point(self.source.id, self.line_end(node.span.end));
        Ok(vec![
            Edit::replace(merge, line(format!("<<: {name}"))),
            Edit::replace(own, line(render::entry(key, value, column, self.style))),
        ])
    }

    fn in_braces(&self, node: NodeId) -> bool {
        let mut at = self.tree.node(node).parent;
        while let Some(parent) = at {
            let parent = self.tree.node(parent);
            if matches!(parent.shape, Shape::Mapping { flow: true, .. } | Shape::Sequence { flow: true, .. })
            {
                return true;
            }
            at = parent.parent;
        }
        false
    }

    /// Where the blanks before a place begin.
    fn blanks(&self, offset: u32) -> u32 {
        let before = self.source.text.get(..offset as usize).unwrap_or_default();
        before.trim_end_matches([' ', '\t']).len() as u32
    }
}

/// A value with another merged into it: mappings by their keys, anything else is replaced.
pub(super) fn merged(old: Data, new: &Data) -> Data {
    let (Data::Map(mut entries), Data::Map(more)) = (old, new) else { return new.clone() };
    for (key, value) in more {
        match entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = merged(std::mem::replace(old, Data::Null), value),
            None => entries.push((key.clone(), value.clone())),
        }
    }
    Data::Map(entries)
}

/// A list with those items that it does not have yet.
pub(super) fn longer(mut old: Vec<Data>, items: &[Data]) -> Vec<Data> {
    for item in items {
        if !old.contains(item) {
            old.push(item.clone());
        }
    }
    old
}

//! Anchors, and what uses them.

use std::collections::BTreeMap;

use crate::facts::kinds::Anchor;
use crate::facts::make::head;
use crate::facts::{Known, Site};
use crate::syntax::yaml::{NodeId, Shape};

use super::{Filler, ReadFile};

impl Filler<'_> {
    /// Adds the anchors of a file.
    pub fn anchors(&mut self, file: &ReadFile<'_>) {
        let mut users: BTreeMap<NodeId, usize> = BTreeMap::new();
        for (_, node) in file.tree.nodes() {
            if let Shape::Alias { target: Some(target), .. } = &node.shape {
                *users.entry(*target).or_default() += 1;
            }
        }
        for (id, node) in file.tree.nodes() {
            let Some(name) = node.anchor.as_ref().filter(|_| !self.is_full()) else { continue };
            let site = Site::written(name.span());
            let mut anchor = Anchor::new(head(name.clone(), site, format!("&{}", name.as_str())));
            anchor.users = Known::Set(users.get(&id).copied().unwrap_or_default() as f64, site);
            self.part.add(anchor);
        }
    }
}

//! Which stages end up in the last one.

use std::collections::BTreeSet;

use crate::facts::{Kind, Known, Node, NodeId};

use super::Filler;

impl Filler<'_> {
    /// Says which stages end up in the last one.
    pub fn lead(&mut self) {
        let ids: Vec<NodeId> = self.part.of(Kind::Stage).collect();
        let mut leading: BTreeSet<NodeId> = ids.last().copied().into_iter().collect();
        let Some(&last) = ids.last() else { return };
        // A stage is below those that it starts from.
        for id in ids.into_iter().rev() {
            let Some(Node::Stage(stage)) = self.part.node_mut(id) else { continue };
            if leading.contains(&id) {
                stage.leads_to = Known::Set(last, stage.head.site);
                leading.extend(stage.parent.value().copied());
            }
        }
    }
}

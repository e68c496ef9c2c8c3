//! Which stage needs which: by FROM, by COPY and ADD, by mounts.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::circles::{Needs, circles};
use crate::facts::{Kind, Known, Node, NodeId};
use crate::source::Text;

use super::{Filler, Open};

impl Filler<'_> {
    /// Says of each `--from` whether it names a stage further down, and of each stage whether the last one needs it.
    pub fn link_origins(&mut self) -> BTreeSet<usize> {
        let places: BTreeMap<NodeId, usize> =
            self.stages.iter().enumerate().map(|(place, open)| (open.id, place)).collect();
        let mut needs: Needs = vec![BTreeSet::new(); self.stages.len()];
        for (place, open) in self.stages.iter().enumerate() {
            needs[place].extend(open.node.parent.value().and_then(|id| places.get(id)));
        }
        let origins: Vec<NodeId> = self.part.of(Kind::StageRef).collect();
        let mut uses = Vec::new();
        for id in origins {
            let Some(place) = self.place_of(id, &places) else { continue };
            let Some(Node::StageRef(origin)) = self.part.node_mut(id) else { continue };
            let later = origin
                .stage
                .is_absent()
                .then(|| named(&self.stages, &self.named, &origin.head.name, place))
                .flatten();
            if let Some(stage) = later.and_then(|later| self.stages.get(later)) {
                origin.later = Known::Set(stage.id, origin.head.site);
            }
            let used = later.or_else(|| origin.stage.value().and_then(|stage| places.get(stage)).copied());
            origin.own = Known::Set(later == Some(place), origin.head.site);
            if let Some(used) = used {
                needs[place].insert(used);
                uses.push((id, place, used));
            }
        }
        let circles = circles(&needs);
        for (id, place, used) in uses {
            if let Some(Node::StageRef(origin)) = self.part.node_mut(id) {
                origin.leads_back = Known::Set(circles[place] == circles[used], origin.head.site);
            }
        }
        self.stages.len().checked_sub(1).map_or_else(BTreeSet::new, |last| reached(&needs, last))
    }

    /// The place of the stage that a node's instruction is in.
    fn place_of(&self, id: NodeId, places: &BTreeMap<NodeId, usize>) -> Option<usize> {
        let instruction = self.part.node(id)?.head().parent?;
        match self.part.node(instruction)? {
            Node::Instruction(node) => places.get(node.stage.value()?).copied(),
            _ => None,
        }
    }
}

/// The stage of that name or index at `place` or further down.
fn named(
    stages: &[Open],
    by_name: &BTreeMap<String, Vec<usize>>,
    name: &Text,
    place: usize,
) -> Option<usize> {
    // A piece without FROM is no stage that anything could name.
    let written = |at: &usize| stages.get(*at).is_some_and(|open| open.node.from.value().is_some());
    let known = name.known()?;
    if let Ok(index) = known.parse::<usize>() {
        return Some(index).filter(|index| *index >= place).filter(written);
    }
    let places = by_name.get(&known.to_ascii_lowercase())?;
    let first = places.partition_point(|&at| at < place);
    places.get(first..)?.iter().copied().find(written)
}

/// All that `from` needs, itself included.
fn reached(needs: &Needs, from: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        for &next in needs.get(place).into_iter().flatten() {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

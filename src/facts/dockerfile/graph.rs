//! Which stage needs which: by FROM, by COPY and ADD, by mounts.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Kind, Known, Node, NodeId};
use crate::source::Text;

use super::{Filler, Open};

/// What each stage needs, by their places in the file.
type Needs = Vec<BTreeSet<usize>>;

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

/// A number for each stage; stages that need each other have the same (Kosaraju).
fn circles(needs: &Needs) -> Vec<usize> {
    let mut needed_by: Needs = vec![BTreeSet::new(); needs.len()];
    for (place, nexts) in needs.iter().enumerate() {
        for &next in nexts {
            needed_by[next].insert(place);
        }
    }
    let mut circle = vec![usize::MAX; needs.len()];
    for place in finished(needs).into_iter().rev() {
        let mut open = vec![place];
        while let Some(member) = open.pop() {
            if circle[member] == usize::MAX {
                circle[member] = place;
                open.extend(&needed_by[member]);
            }
        }
    }
    circle
}

/// The stages in the order in which a walk along their needs leaves them.
fn finished(needs: &Needs) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for start in 0..needs.len() {
        let mut open = vec![(start, false)];
        while let Some((place, done)) = open.pop() {
            if done {
                order.push(place);
            } else if seen.insert(place) {
                open.push((place, true));
                open.extend(
                    needs[place].iter().filter(|next| !seen.contains(next)).map(|&next| (next, false)),
                );
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_told_from_chains() {
        let needs: Needs = [vec![1], vec![2], vec![0], vec![2], vec![4]]
            .into_iter()
            .map(|all: Vec<usize>| all.into_iter().collect())
            .collect();
        let circle = circles(&needs);
        assert_eq!(circle[0], circle[1]);
        assert_eq!(circle[1], circle[2]);
        assert_ne!(circle[3], circle[2]);
        assert_ne!(circle[4], circle[3]);
        assert_eq!(reached(&needs, 3), BTreeSet::from([0, 1, 2, 3]));
    }
}

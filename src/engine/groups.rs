//! Files that are judged together: mending one may change what is said of the others, and of no file besides.

use std::collections::BTreeMap;

use crate::facts::{Kind, Node, World};
use crate::source::FileId;

/// The groups, each sorted, in the order of their first files.
pub fn groups(world: &World) -> Vec<Vec<FileId>> {
    let mut leader: Vec<u32> = (0..world.sources.len() as u32).collect();
    for part in world.parts() {
        let stages = part.of(Kind::Service).filter_map(|id| match part.node(id) {
            Some(Node::Service(service)) => service.stage.value().copied(),
            _ => None,
        });
        let built = stages.filter_map(|stage| world.part(stage.part)).flat_map(|part| &part.files);
        let mut files = part.files.iter().chain(&part.context).chain(built);
        let Some(&first) = files.next() else { continue };
        for &file in files {
            let (a, b) = (lead(&leader, first.0), lead(&leader, file.0));
            if let Some(slot) = leader.get_mut(a.max(b) as usize) {
                *slot = a.min(b);
            }
        }
    }
    let mut groups: BTreeMap<u32, Vec<FileId>> = BTreeMap::new();
    for file in 0..world.sources.len() as u32 {
        groups.entry(lead(&leader, file)).or_default().push(FileId(file));
    }
    groups.into_values().collect()
}

fn lead(leader: &[u32], file: u32) -> u32 {
    let mut at = file;
    // Leaders only ever point at smaller numbers, so this ends.
    while let Some(&next) = leader.get(at as usize)
        && next != at
    {
        at = next;
    }
    at
}

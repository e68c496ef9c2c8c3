//! How much memory variables let a runtime take.

use crate::facts::{Kind, Known, Node};
use crate::syntax::units;

use super::Filler;

/// Flags before the size of the heap, and the unit of a bare number in bytes.
const FLAGS: [(&str, f64); 4] = [
    ("-Xmx", 1.0),
    ("-XX:MaxHeapSize=", 1.0),
    ("--max-old-space-size=", 1024.0 * 1024.0),
    ("--max_old_space_size=", 1024.0 * 1024.0),
];

impl Filler<'_> {
    /// Reads the heap out of the environment of every service.
    pub fn heaps(&mut self) {
        for id in self.part.of(Kind::Variable).collect::<Vec<_>>() {
            let Some(Node::Variable(variable)) = self.part.node_mut(id) else { continue };
            let Known::Set(value, site) = &variable.value else { continue };
            if variable.service.is_absent() {
                continue;
            }
            let words = value.as_str().split_whitespace();
            let Some((rest, unit)) = words.rev().find_map(flag) else { continue };
            variable.heap = match units::size(rest) {
                Some(size) if value.is_known() => Known::Set(size * unit, *site),
                _ => Known::Unknown(*site, "a part of it comes from a variable"),
            };
        }
    }
}

/// The size behind a flag, as written; of several the last one counts.
fn flag(word: &str) -> Option<(&str, f64)> {
    FLAGS.iter().find_map(|(flag, unit)| Some((word.strip_prefix(flag)?, *unit)))
}

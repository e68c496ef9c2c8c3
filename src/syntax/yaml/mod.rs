//! YAML with everything that a reader can point at: spans, styles, comments, tags, anchors. Aliases are linked, never
//! expanded. granit-parser does the parsing; nothing outside of this folder sees it.

mod amend;
mod build;
mod decode;
mod effective;
mod inherited;
mod plain;
mod remove;
mod render;
mod style;
mod tree;

pub use amend::{Amended, Amender, Refusal};
pub use build::{Limits, parse};
pub use effective::Effective;
pub use plain::{Plain, plain_text};
pub use render::write;
pub use tree::{Comment, Duplicate, Entry, Item, Node, NodeId, Scalar, Shape, Style, Tree};

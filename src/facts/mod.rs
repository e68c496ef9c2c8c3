//! Typed, spanned statements about what a project is. States what is there and judges nothing. Uses `syntax` and below.
//!
//! A fact is declared once, in [`kinds`], and filled where its file is read. Every field is [`Known`]: set, absent or
//! unknown.

mod around;
mod assemble;
mod circles;
mod commands;
mod compose;
mod declare;
mod describe;
mod dockerfile;
mod embedded;
mod fetchers;
mod images;
pub mod kinds;
mod known;
mod load;
mod make;
mod managers;
mod model;
mod schema;
mod target;
mod world;

pub use commands::PASSWORD_IN_P;
pub use declare::{Field, Table, Type};
pub use dockerfile::{is_windows_image, is_windows_platform};
pub use images::DATA_DATE;
pub use known::{Known, List, Opened, Pair, Reason, Site, View, Viewed};
pub use load::{Document, Loaded, Options, load};
pub use make::words;
pub use world::{Head, Kind, Node, NodeId, Part, Target, World};

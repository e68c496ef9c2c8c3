//! plimsoll judges Dockerfiles, Compose files and Swarm stacks before they sail.
//!
//! Facts are code, policy is data: [`facts`] states what a project is, `rules/` says what is wrong with it.
//! Each layer uses only layers below it, and `tests/layering.rs` sees to that:
//!
//! ```text
//! cli           arguments, streams, exit code
//! report, fix   a report as bytes, findings as verified new text; they do not know each other
//! engine        facts against policy: findings, ignores, order
//! policy        rule files and configuration, checked
//! facts         typed, spanned statements about a project
//! syntax        texts to trees and back
//! source        bytes, positions, spans, edits, finding files
//! ```

pub mod cli;
pub mod engine;
pub mod facts;
pub mod fix;
pub mod policy;
pub mod report;
pub mod source;
pub mod syntax;

//! plimsoll judges Dockerfiles, Compose files and Swarm stacks before they sail.
//!
//! Facts are code, policy is data: [`facts`] states what a project is, `rules/` says what is wrong with it.
//! Each layer uses only the ones above it in this list.

pub mod cli;
pub mod engine;
pub mod facts;
pub mod fix;
pub mod policy;
pub mod report;
pub mod source;
pub mod syntax;

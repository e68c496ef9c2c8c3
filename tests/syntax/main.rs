//! Syntax: what is read is what Docker reads, and every span holds what it says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test may stop, and its texts are short"
)]

mod dockerfile;
mod properties;
mod shell;

//! Syntax: what is read is what Docker reads, and every span holds what it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod dockerfile;

//! The command line as scripts rely on it: exit codes, choices, surroundings, order, ignore comments.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

#[path = "cli/choices.rs"]
mod choices;
#[path = "cli/exits.rs"]
mod exits;
#[path = "cli/ignores.rs"]
mod ignores;
#[path = "cli/order.rs"]
mod order;
#[path = "support/mod.rs"]
mod support;
#[path = "cli/surroundings.rs"]
mod surroundings;

/// A service with a critical defect, and nothing else under `--select privileged-container`.
const PRIVILEGED: &str = "services:\n  web:\n    image: app:1\n    privileged: true\n";
const CLEAN: &str = "services:\n  web:\n    image: app:1\n";

//! Prints what the Dockerfile parser saw, one JSON line a file: for comparing it with `BuildKit`'s own parser.

#![allow(clippy::print_stdout, reason = "a tool for developers")]

use plimsoll::source::{FileId, Source};
use plimsoll::syntax::dockerfile::{Instruction, parse};
use serde_json::json;

fn show(source: &Source, instruction: &Instruction) -> serde_json::Value {
    let line = |offset: u32| source.position(offset).line;
    let heredocs = instruction.trigger.as_deref().unwrap_or(instruction).heredocs.len();
    json!({
        "cmd": instruction.word.as_str().to_lowercase(),
        "start": line(instruction.span.start),
        "end": line(instruction.span.end),
        "flags": instruction.flags.iter().map(|flag| source.slice(flag.span)).collect::<Vec<_>>(),
        "json": instruction.exec().is_some(),
        "heredocs": heredocs,
    })
}

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let source = Source::new(FileId(0), &path, &text);
        let parsed = parse(&source);
        let instructions: Vec<_> = parsed.instructions.iter().map(|it| show(&source, it)).collect();
        println!(
            "{}",
            json!({ "path": path, "instructions": instructions, "problems": parsed.problems.len() })
        );
    }
}

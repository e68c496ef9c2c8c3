//! Prints what the Dockerfile parser saw, one JSON line a file: for comparing it with `BuildKit`'s own parser.

#![allow(clippy::print_stdout, reason = "a tool for developers")]

use plimsoll::source::{FileId, Source};
use plimsoll::syntax::dockerfile::{Flag, Instruction, parse};
use serde_json::json;

fn flag(flag: &Flag) -> String {
    let value = flag.value.as_ref().map_or_else(String::new, |value| format!("={}", value.as_str()));
    format!("--{}{value}", flag.name.as_str())
}

fn show(source: &Source, instruction: &Instruction) -> serde_json::Value {
    let line = |offset: u32| source.position(offset).line;
    let inner = instruction.trigger.as_deref().unwrap_or(instruction);
    let heredocs: Vec<_> =
        inner.heredocs.iter().map(|it| json!([it.name.as_str(), it.body.as_str()])).collect();
    json!({
        "cmd": instruction.word.as_str().to_lowercase(),
        "sub": instruction.trigger.as_ref().map(|it| it.word.as_str().to_lowercase()),
        "start": line(instruction.span.start),
        "end": line(instruction.span.end),
        "flags": instruction.flags.iter().map(flag).collect::<Vec<_>>(),
        "json": inner.exec().map(|words| words.iter().map(|it| it.as_str().to_owned()).collect::<Vec<_>>()),
        "broken": inner.broken_json,
        "arguments": inner.arguments.as_str(),
        "heredocs": heredocs,
    })
}

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let source = Source::new(FileId(0), &path, &text);
        let parsed = parse(&source);
        let instructions: Vec<_> = parsed.instructions.iter().map(|it| show(&source, it)).collect();
        let problems: Vec<_> = parsed.problems.iter().map(|it| it.message.clone()).collect();
        println!("{}", json!({ "path": path, "instructions": instructions, "problems": problems }));
    }
}

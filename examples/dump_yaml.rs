//! Prints what the YAML parser saw, one JSON line a file: for comparing it with another parser.

#![allow(clippy::print_stdout, reason = "a tool for developers")]

use plimsoll::source::{FileId, Source};
use plimsoll::syntax::yaml::{Limits, Shape, parse};
use serde_json::json;

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let source = Source::new(FileId(0), &path, &text);
        let tree = parse(&source, Limits::default());
        let scalars: Vec<_> = tree
            .nodes()
            .filter_map(|(_, node)| match &node.shape {
                Shape::Scalar(scalar) => {
                    let span = scalar.text.span();
                    Some(json!([scalar.text.as_str(), source.slice(span), node.span.start, node.span.end]))
                }
                _ => None,
            })
            .collect();
        let entries: Vec<_> = tree
            .nodes()
            .flat_map(|(_, node)| match &node.shape {
                Shape::Mapping { entries, .. } => {
                    entries.iter().map(|entry| source.slice(entry.span).to_owned()).collect()
                }
                Shape::Sequence { items, .. } => {
                    items.iter().map(|item| source.slice(item.span).to_owned()).collect::<Vec<_>>()
                }
                _ => Vec::new(),
            })
            .collect();
        let problems: Vec<_> = tree.problems.iter().map(|problem| problem.message.clone()).collect();
        println!("{}", json!({ "path": path, "scalars": scalars, "entries": entries, "problems": problems }));
    }
}

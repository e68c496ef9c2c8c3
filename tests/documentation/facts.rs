//! `docs/facts.md`: every kind and field that rules may ask, from their declarations.

use plimsoll::facts::{Kind, Type};

const HEAD: &str = "\
# Facts

What rules may ask: the kinds of things that plimsoll sees in a project, and the fields of each. This page is generated from the
declarations in [`src/facts/kinds`](../src/facts/kinds); `plimsoll facts FILE` shows the same for a file of yours.

Every kind also has `name` (what people call it) and `project` (the files that are loaded together with it). A field can be absent, and
it can be unknown, when what decides it is a variable or a file that is not there; a rule about an unknown value stays silent.

";

/// The whole page.
pub fn page() -> String {
    let mut kinds: Vec<Kind> = Kind::ALL.to_vec();
    kinds.sort_by_key(|kind| kind.name());
    let index: Vec<String> = kinds.iter().map(|kind| link(*kind)).collect();
    let mut out = format!("{HEAD}{}\n", index.join(", "));
    for kind in kinds {
        let table = kind.table();
        out.push_str(&format!("\n## {}\n{}\n\n", table.name, sentence(table.doc)));
        out.push_str("| field | type | |\n|---|---|---|\n");
        for field in table.fields {
            out.push_str(&format!("| `{}` | {} | {} |\n", field.name, of(field.of), cell(field.doc)));
        }
    }
    out
}

fn of(of: Type) -> String {
    match of {
        Type::Node(kind) => link(kind),
        Type::Nodes(kind) => format!("list of {}", link(kind)),
        Type::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        plain => plain.to_string(),
    }
}

fn link(kind: Kind) -> String {
    format!("[{0}](#{0})", kind.name())
}

fn sentence(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(doc: &str) -> String {
    sentence(doc).replace('|', "\\|")
}

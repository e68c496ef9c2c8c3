//! `plimsoll facts`.

use std::fmt::Write as _;

use crate::engine::{Hidden, secrets};
use crate::facts::{self, Kind, Type, View, World, load};
use crate::policy::DOTS;
use crate::source::{Disk, Found, Text, clean_path, guess};
use crate::syntax::yaml;

use super::args::Facts;
use super::check::print;
use super::{Env, Failure};

/// Shows what was understood of a file: every node with its known fields and where they stand.
pub fn run(args: &Facts, env: &mut Env<'_>) -> Result<u8, Failure> {
    let files: Vec<String> = args.files.iter().map(|file| clean_path(file)).collect();
    let found: Vec<Found> =
        files.iter().map(|file| Found { path: file.clone(), guess: guess(file), named: true }).collect();
    let options = facts::Options {
        target: args.target.map(Into::into),
        projects: if files.len() > 1 { vec![files.clone()] } else { Vec::new() },
        keep_models: args.merged,
        ..facts::Options::default()
    };
    let disk = Disk::new(&env.directory);
    let loaded = load(&disk, &found, &options);
    let lone: Vec<_> = loaded.lone().into_iter().filter_map(|it| loaded.facts(&disk, it)).collect();
    let problems = loaded.problems.iter().chain(lone.iter().flat_map(|part| &part.problems));
    let problems: Vec<_> = problems.collect();
    for problem in &problems {
        let path = loaded.world.source(problem.span.file).map_or("", |source| &source.path);
        let at = place(&loaded.world, problem.span).replacen('@', ":", 1);
        let said = format!("{path}{at}: problem[{}] {}", problem.id(), problem.message);
        writeln!(env.stderr, "{}", crate::report::line(&said))?;
    }
    let mut out = String::new();
    let hidden = Hidden::new(loaded.world.parts().flat_map(|part| secrets(&loaded.world, part)));
    if args.merged {
        let shown = |text: &Text| hidden.show(text);
        let merged = loaded.world.parts().filter_map(|part| part.merged(&shown));
        out.extend(merged.map(|data| yaml::write(&data)));
        print(env, out.as_bytes())?;
        return Ok(if problems.is_empty() { 0 } else { 2 });
    }
    for part in loaded.world.parts() {
        let _ = writeln!(out, "{}{}", part.target.name(), if part.dual_use { " (dual-use)" } else { "" });
        for &kind in Kind::ALL {
            for id in part.of(kind) {
                let Some(node) = part.node(id) else { continue };
                let subject = loaded.world.subject(id);
                let _ = writeln!(
                    out,
                    "{} {} {}",
                    kind.name(),
                    subject,
                    place(&loaded.world, node.head().site.label)
                );
                for field in kind.table().fields {
                    let view = (field.get)(node);
                    if let Some(text) = shown(&loaded.world, &hidden, field.of, view) {
                        let at =
                            view.site().map_or_else(String::new, |site| place(&loaded.world, site.label));
                        let _ = writeln!(out, "  {} = {text} {at}", field.name);
                    }
                }
            }
        }
    }
    print(env, out.as_bytes())?;
    Ok(if problems.is_empty() { 0 } else { 2 })
}

fn place(world: &World, span: crate::source::Span) -> String {
    world.source(span.file).map_or_else(String::new, |source| {
        let at = source.position(span.start);
        format!("@{}:{}", at.line, at.column)
    })
}

fn shown(world: &World, hidden: &Hidden, of: Type, view: View<'_>) -> Option<String> {
    let texts = |items: &[Text]| {
        items.iter().map(|item| format!("{:?}", hidden.show(item))).collect::<Vec<_>>().join(", ")
    };
    Some(match view {
        View::Absent => return None,
        View::Unknown(_, reason) => format!("unknown: {reason}"),
        View::Text(..) if of == Type::Secret => DOTS.to_owned(),
        View::Text(text, _) if text.is_known() => format!("{:?}", hidden.show(text)),
        View::Text(text, _) => format!("{:?} (in part)", hidden.show(text)),
        View::Word(word, _) => word.to_owned(),
        View::Flag(flag, _) => flag.to_string(),
        View::Number(number, _) => number.to_string(),
        View::Node(node, _) => format!("-> {}", world.subject(node)),
        View::Texts(list, _) => {
            format!("[{}]{}", texts(&list.items), if list.open.is_some() { " and perhaps more" } else { "" })
        }
        View::Nodes(list, _) => format!("{} nodes", list.items.len()),
        View::Map(list, _) => {
            let pairs: Vec<&str> = list.items.iter().map(|pair| pair.key.as_str()).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    })
}

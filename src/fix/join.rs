//! Two instructions that follow each other become one.

use crate::source::{Edit, Source, Span, Text};
use crate::syntax::ASTRAY;
use crate::syntax::dockerfile::{self as syntax, Dockerfile, Instruction, Keyword};
use crate::syntax::shell::{self, Join, Place};

/// Joins an instruction with the next one, or says why that would not do the same.
pub fn join(file: &Dockerfile, index: usize, source: &Source) -> Result<Edit, String> {
    let [first, second] = file.instructions.get(index..index + 2).unwrap_or_default() else {
        return Err("nothing follows it".to_owned());
    };
    if first.keyword != second.keyword {
        return Err("another instruction follows it".to_owned());
    }
    let flags = |it: &Instruction| it.flags.iter().map(|flag| source.slice(flag.span)).collect::<Vec<_>>();
    if flags(first) != flags(second) {
        return Err("the flags of the instruction that follows differ".to_owned());
    }
    let shell = |it: &Instruction| it.exec().is_none() && it.heredocs.is_empty();
    if !shell(first) || !shell(second) {
        return Err("one of the two is a list or has a heredoc".to_owned());
    }
    let joint = match first.keyword {
        Keyword::Run => {
            ends_cleanly(first)?;
            is_one_chain(second)?;
            "    && "
        }
        Keyword::Label if syntax::pairs(first).iter().chain(&syntax::pairs(second)).all(|it| !it.legacy) => {
            "      "
        }
        Keyword::Label => return Err("one of the two has a key without `=`".to_owned()),
        Keyword::Copy | Keyword::Add => return sources(first, second, source),
        _ => return Err(ASTRAY.to_owned()),
    };
    let between = Span::new(source.id, first.head.end, second.arguments.span().start);
    let eol = source.line_ending();
    let comments = source.slice(between).lines().filter(|line| line.trim_start().starts_with('#'));
    let comments: String = comments.map(|line| format!("{line}{eol}")).collect();
    Ok(Edit::replace(between, format!(" {}{eol}{comments}{joint}", file.escape)))
}

/// The sources of both, where they go to one directory.
fn sources(first: &Instruction, second: &Instruction, source: &Source) -> Result<Edit, String> {
    let to = |it: &Instruction| syntax::copy(it).destination;
    let (Some(here), Some(there)) = (to(first), to(second)) else {
        return Err(ASTRAY.to_owned());
    };
    if here.as_str() != there.as_str() || !here.as_str().ends_with('/') {
        return Err("they do not copy to one directory".to_owned());
    }
    let between = Span::new(source.id, here.span().start, second.arguments.span().start);
    if source.slice(between).contains('#') {
        return Err("a comment stands between them".to_owned());
    }
    Ok(Edit::remove(between))
}

/// Commands after which the next RUN would not start as it does now.
const LASTING: [&str; 16] = [
    "cd", "pushd", "popd", "exit", "exec", "export", "set", "umask", "source", ".", "trap", "unset", "alias",
    "ulimit", "shopt", "su",
];

/// What follows behind `&&` starts as it would in a RUN of its own.
fn ends_cleanly(run: &Instruction) -> Result<(), String> {
    let script = shell::scan(&run.arguments);
    let lasting = script.commands.iter().find(|it| it.place == Place::Top && LASTING.contains(&it.name()));
    if let Some(command) = lasting {
        return Err(format!("`{}` would go on working in the RUN that follows", command.name()));
    }
    ends_with_a_command(run)
}

/// Behind `&&` something can follow.
pub fn ends_with_a_command(run: &Instruction) -> Result<(), String> {
    let text: Text = run.arguments.trim();
    if text.as_str().ends_with([';', '&', '|', '\\']) || text.as_str().contains('#') {
        return Err("its script does not end with a command".to_owned());
    }
    Ok(())
}

/// A script behind `&&` that stops where the RUN before it fails.
fn is_one_chain(run: &Instruction) -> Result<(), String> {
    let script = shell::scan(&run.arguments);
    let chained = |join: Join| matches!(join, Join::First | Join::And | Join::Pipe);
    let mut top = script.commands.iter().filter(|it| it.place == Place::Top);
    if top.all(|it| chained(it.joined)) && !run.arguments.as_str().contains('#') {
        Ok(())
    } else {
        Err("parts of the RUN that follows would be run where this one fails".to_owned())
    }
}

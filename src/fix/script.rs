//! Taking a command, or a word of one, out of the script of a RUN.

use crate::source::{Source, Span};
use crate::syntax::dockerfile::{self as syntax, Instruction};
use crate::syntax::shell::{self, Command, Join, Place, Script};

use super::word;

/// What goes.
pub enum Cut {
    /// The whole instruction: nothing else is done in it.
    All,
    /// A part of its script.
    Part(Span),
}

/// Commands that do nothing once what stood beside them is gone.
const IDLE: [&str; 3] = ["set", "true", ":"];

/// Letters of curl and wget whose value may follow in the same word: what looks like a flag behind them is none.
const WITH_VALUE: &str = "AbcCdDeFHKmoOPQrtTuUwxXyYz";

/// What goes with the command or the word at a place; why it cannot go, where other commands hang on it.
pub fn without(instruction: &Instruction, at: Span, source: &Source) -> Result<Cut, String> {
    let text = syntax::script(instruction).ok_or("it is no script")?;
    let text = text.trim();
    if !instruction.heredocs.is_empty() && text.span().start <= instruction.head.end {
        return Err("the script has heredocs".to_owned());
    }
    let script = shell::scan(&text);
    if let Some(found) = in_word(&script, at, instruction.escape, source) {
        return found.map(Cut::Part);
    }
    let top: Vec<&Command> = script.commands.iter().filter(|it| it.place == Place::Top).collect();
    let index =
        top.iter().position(|it| it.text.span() == at).ok_or("it is no command of the script itself")?;
    let other = |it: &&&Command| it.text.span() != at && !IDLE.contains(&it.name());
    if !top.iter().any(|it| other(&it)) {
        return Ok(Cut::All);
    }
    let between = |start, end| Gap::of(source, instruction.escape, Span::new(at.file, start, end));
    let previous = index.checked_sub(1).and_then(|before| top.get(before));
    let next = top.get(index + 1);
    let before = between(previous.map_or(text.span().start, |it| it.text.span().end), at.start);
    let after = between(at.end, next.map_or(text.span().end, |it| it.text.span().start));
    let joins = |join: Join| matches!(join, Join::And | Join::Then);
    let own = top.get(index).map_or(Join::First, |it| it.joined);
    let joined = next.map(|it| it.joined);
    let is_list = before.is_operator() && after.is_operator() && joined.is_none_or(joins);
    // What follows takes the place of the command with the operator before it, or keeps its own: never `a; b` for `a && b`.
    let forward = is_list && joined.is_some_and(|next| own != Join::And || next == Join::And);
    let backward = is_list
        && previous.is_some()
        && joins(own)
        && joined.is_none_or(|next| own == Join::And || next == Join::Then);
    match (next, previous) {
        (Some(next), _) if forward && !after.comment => {
            Ok(Cut::Part(Span::new(at.file, at.start, next.text.span().start)))
        }
        (_, Some(previous)) if backward && !before.comment => {
            Ok(Cut::Part(Span::new(at.file, previous.text.span().end, at.end)))
        }
        _ if forward || backward => Err("a comment stands beside it".to_owned()),
        _ => Err("other commands of the script hang on it".to_owned()),
    }
}

/// The word at a place with its blanks, or a letter of a cluster of flags.
fn in_word(script: &Script, at: Span, escape: char, source: &Source) -> Option<Result<Span, String>> {
    let word = script.commands.iter().flat_map(|it| &it.words).find(|it| it.raw.span().contains(at))?;
    // `--flag` of `--flag=value` cannot go alone.
    let begins = word.raw.span().start == at.start;
    if word.text.span() == at || word.raw.span() == at || begins {
        return Some(word::with_blanks(source, escape, word.raw.span()));
    }
    let letters = word.raw.as_str().strip_prefix('-')?;
    let ahead = (at.start - word.raw.span().start).checked_sub(1)?;
    let before = letters.get(..ahead as usize)?;
    let value = before.contains(|c| WITH_VALUE.contains(c));
    Some(if value { Err("it may be the value of another flag".to_owned()) } else { Ok(at) })
}

/// What stands between two commands.
struct Gap {
    operator: String,
    comment: bool,
}

impl Gap {
    fn of(source: &Source, escape: char, span: Span) -> Self {
        let mut gap = Self { operator: String::new(), comment: false };
        for line in source.slice(span).lines().map(str::trim) {
            if line.starts_with('#') {
                gap.comment = true;
            } else {
                gap.operator.push_str(line.trim_end_matches(escape).trim_end());
            }
        }
        gap
    }

    /// Nothing, or what joins the commands of a list.
    fn is_operator(&self) -> bool {
        matches!(&*self.operator, "" | "&&" | ";")
    }
}

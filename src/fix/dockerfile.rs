//! Edits of Dockerfiles: instructions, their flags and operands, the commands of their scripts.

use crate::engine::Change;
use crate::source::{Edit, Source, Span};
use crate::syntax::dockerfile::{self as syntax, Dockerfile, Instruction, Keyword};
use crate::syntax::{ASTRAY, Data};

use super::script::{Cut, without};
use super::{join, word};

/// A text in the place of another. The ending of a program's file, as in `curl.exe`, is no part of its name and stays with it.
fn replaced(source: &Source, at: Span, text: &str) -> Edit {
    let written = source.text.get(at.start as usize..at.end as usize).unwrap_or_default();
    let behind = source.text.get(at.end as usize..).unwrap_or_default();
    let ending = [".exe", ".cmd", ".bat"]
        .into_iter()
        .find(|ending| behind.get(..ending.len()).is_some_and(|start| start.eq_ignore_ascii_case(ending)));
    match (text.strip_prefix(written), ending) {
        (Some(more), Some(ending)) if more.starts_with(' ') => {
            Edit::replace(Span::point(source.id, at.end + ending.len() as u32), more.to_owned())
        }
        _ => Edit::replace(at, text.to_owned()),
    }
}

/// The edits of a change of a Dockerfile, or why it cannot be made.
pub fn dockerfile(change: &Change, file: &Dockerfile, source: &Source) -> Result<Vec<Edit>, String> {
    let at = match change {
        // Also what stands in a directive or a comment.
        Change::Replace(at, text) => return Ok(vec![replaced(source, *at, text)]),
        Change::Set(at, _)
        | Change::Append(at, _)
        | Change::Remove(at)
        | Change::InsertBefore(at, _)
        | Change::InsertAfter(at, _)
        | Change::First(at, _)
        | Change::Then(at, _)
        | Change::Join(at)
        | Change::Split(at) => *at,
        _ => return Err(ASTRAY.to_owned()),
    };
    let index = file.instructions.iter().position(|it| it.span.contains(at));
    let index = index.ok_or(ASTRAY)?;
    let instruction = file.instructions.get(index).ok_or(ASTRAY)?;
    let eol = source.line_ending();
    Ok(vec![match change {
        Change::Set(_, flags) => return self::flags(instruction, flags, true),
        Change::Append(_, flags) => return self::flags(instruction, flags, false),
        Change::Remove(at) => remove(file, instruction, *at, source)?,
        Change::InsertBefore(_, line) => {
            let mut start = whole_lines(source, instruction.span).start;
            // What is said of an instruction stays right above it.
            for comment in file.comments.iter().rev().filter(|_| !line.is_empty()) {
                let lines = whole_lines(source, comment.span);
                if lines.end == start {
                    start = lines.start;
                }
            }
            Edit::replace(Span::point(source.id, start), format!("{}{eol}", like(instruction, line, eol)))
        }
        Change::InsertAfter(_, line) => {
            let end = instruction.span.end;
            Edit::replace(Span::point(source.id, end), format!("{eol}{}", like(instruction, line, eol)))
        }
        Change::First(_, command) => {
            let body = body(instruction)?;
            let start = body.map_or(instruction.arguments.span().start, |body| body.start);
            // The options of a `set` that is there already stand behind the new ones.
            let options = command.strip_prefix("set ").filter(|_| starts(source, start, "set -"));
            if let Some(options) = options {
                Edit::replace(Span::point(source.id, start + "set ".len() as u32), format!("{options} "))
            } else {
                let joint = if body.is_some() { eol } else { " && " };
                Edit::replace(Span::point(source.id, start), format!("{command}{joint}"))
            }
        }
        Change::Then(_, command) => {
            if let Some(body) = body(instruction)? {
                Edit::replace(Span::point(source.id, body.end), format!("{command}{eol}"))
            } else {
                join::ends_with_a_command(instruction)?;
                let several = source.slice(instruction.head).contains('\n');
                let joint = if several { format!(" {}{eol}    && ", file.escape) } else { " && ".to_owned() };
                Edit::replace(Span::point(source.id, instruction.head.end), format!("{joint}{command}"))
            }
        }
        Change::Join(_) => join::join(file, index, source)?,
        Change::Split(at) => split(instruction, *at, source)?,
        _ => return Err(ASTRAY.to_owned()),
    }])
}

/// New instructions, with their keywords and line endings like those of the one beside them.
fn like(beside: &Instruction, lines: &str, eol: &str) -> String {
    let small = !beside.word.as_str().contains(|c: char| c.is_ascii_uppercase());
    let line = |line: &str| match line.split_once(' ') {
        Some((keyword, rest)) if small => format!("{} {rest}", keyword.to_ascii_lowercase()),
        _ => line.to_owned(),
    };
    lines.split('\n').map(line).collect::<Vec<_>>().join(eol)
}

/// Flags behind the keyword and the flags that are there; with `replace`, in the place of one of the same name.
fn flags(instruction: &Instruction, flags: &[(String, Data)], replace: bool) -> Result<Vec<Edit>, String> {
    let instruction = instruction.trigger.as_deref().unwrap_or(instruction);
    let mut edits = Vec::new();
    for (name, value) in flags {
        let Data::Text(value) = value else { return Err(ASTRAY.to_owned()) };
        if value.is_empty() || value.contains(|c: char| c.is_whitespace() || "\"'\\".contains(c)) {
            return Err(format!("`{value}` cannot be the value of a flag"));
        }
        let text = format!("--{name}={value}");
        let same = instruction.flag(name).filter(|_| replace);
        edits.push(if let Some(flag) = same {
            Edit::replace(flag.span, text)
        } else {
            let last = instruction.flags.last().map_or(instruction.word.span(), |flag| flag.span);
            Edit::replace(Span::point(last.file, last.end), format!(" {text}"))
        });
    }
    Ok(edits)
}

/// Removes a part of an instruction: a flag, a pair, an operand, a word or a command of its script; or all of it.
fn remove(file: &Dockerfile, whole: &Instruction, at: Span, source: &Source) -> Result<Edit, String> {
    let instruction = whole.trigger.as_deref().unwrap_or(whole);
    if let Some(part) = part(instruction, source, at)? {
        return Ok(Edit::remove(part));
    }
    if at == instruction.head || at == whole.head || is_only_part(instruction, at) {
        return Ok(removed(file, whole, source));
    }
    if instruction.keyword != Keyword::Run {
        return Err(ASTRAY.to_owned());
    }
    match without(instruction, at, source)? {
        Cut::All => Ok(removed(file, whole, source)),
        Cut::Part(part) => Ok(Edit::remove(part)),
    }
}

/// An instruction goes, the comments between its lines stay. Where it stood between blank lines, one is enough.
fn removed(file: &Dockerfile, instruction: &Instruction, source: &Source) -> Edit {
    let mut lines = whole_lines(source, instruction.span);
    let inside = file.comments.iter().filter(|comment| lines.contains(comment.span));
    let kept: String = inside
        .map(|comment| format!("{}{}", source.slice(comment.span).trim_end(), source.line_ending()))
        .collect();
    let eol = source.line_ending();
    let (before, behind) = source.text.split_at(lines.end as usize);
    let before = before.get(..lines.start as usize).unwrap_or_default();
    if kept.is_empty() && before.ends_with(&eol.repeat(2)) && behind.starts_with(eol) {
        lines.end += eol.len() as u32;
    }
    Edit::replace(lines, kept)
}

/// A flag, one of several pairs, or one of several operands, with the blanks behind or before it; nothing for any other place.
fn part(instruction: &Instruction, source: &Source, at: Span) -> Result<Option<Span>, String> {
    if instruction.flags.iter().any(|flag| flag.span == at) {
        let rest = source.text.get(at.end as usize..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        return Ok(Some(Span::new(at.file, at.start, at.end + blanks as u32)));
    }
    let parts = parts(instruction);
    let index = parts.iter().position(|(key, all)| *key == at || *all == at);
    let (Some(index), [_, second, ..]) = (index, parts.as_slice()) else { return Ok(None) };
    match parts.get(index) {
        Some((_, all)) if index == 0 && !source.slice(all.to(second.1)).contains('#') => {
            Ok(Some(Span::new(at.file, all.start, second.1.start)))
        }
        Some((_, all)) => word::with_blanks(source, instruction.escape, *all).map(Some),
        None => Ok(None),
    }
}

/// Pairs and operands that can go one by one: what they are known by, and all of each.
fn parts(instruction: &Instruction) -> Vec<(Span, Span)> {
    match instruction.keyword {
        Keyword::Env | Keyword::Label | Keyword::Arg => {
            syntax::pairs(instruction).iter().map(|pair| (pair.key.span(), pair.span)).collect()
        }
        Keyword::Expose | Keyword::Volume if instruction.exec().is_none() => {
            syntax::operands(instruction).iter().map(|word| (word.span(), word.span())).collect()
        }
        _ => Vec::new(),
    }
}

fn is_only_part(instruction: &Instruction, at: Span) -> bool {
    matches!(*parts(instruction), [(key, all)] if key == at || all == at)
}

/// Begins an instruction of its own with a pair that is not the first of its instruction.
fn split(instruction: &Instruction, at: Span, source: &Source) -> Result<Edit, String> {
    if !matches!(instruction.keyword, Keyword::Env | Keyword::Label | Keyword::Arg) {
        return Err(ASTRAY.to_owned());
    }
    let pairs = syntax::pairs(instruction);
    let here = pairs.windows(2).find(|two| two.last().is_some_and(|pair| pair.span.contains(at)));
    let Some([before, pair]) = here else { return Err(ASTRAY.to_owned()) };
    let between = Span::new(at.file, before.span.end, pair.span.start);
    if source.slice(between).contains('#') {
        return Err("a comment stands before it".to_owned());
    }
    Ok(Edit::replace(between, format!("{}{} ", source.line_ending(), instruction.word.as_str())))
}

/// Where the script of a RUN is, if it is a heredoc; to any other, commands are joined with `&&`.
fn body(instruction: &Instruction) -> Result<Option<Span>, String> {
    if instruction.keyword != Keyword::Run || instruction.exec().is_some() {
        return Err("it is no script".to_owned());
    }
    let heredoc = match instruction.heredocs.as_slice() {
        [] => return Ok(None),
        [heredoc] => heredoc,
        _ => return Err(ASTRAY.to_owned()),
    };
    let body = heredoc.body.as_str();
    let alone = instruction.arguments.trim().span() == heredoc.opener;
    if alone && heredoc.terminated && body.ends_with('\n') && !body.starts_with("#!") {
        Ok(Some(heredoc.body.span()))
    } else {
        Err("its heredoc is not the script of the default shell".to_owned())
    }
}

fn starts(source: &Source, at: u32, with: &str) -> bool {
    source.text.get(at as usize..).is_some_and(|text| text.starts_with(with))
}

/// The lines that a span stands on, with their line endings.
pub fn whole_lines(source: &Source, span: Span) -> Span {
    let text = &source.text;
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let start = text[..span.start as usize].rfind('\n').map_or(mark, |at| at + 1);
    let end = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at + 1);
    Span::new(source.id, start as u32, end as u32)
}

//! From logical lines to instructions.

use crate::source::{Problem, Source, Span, Text};

use super::lines::{Lines, Logical};
use super::{Dockerfile, Flag, Form, Instruction, Keyword, heredoc, json, words};

/// Parses a file. A line that cannot be understood is an instruction of an unknown kind; what stands after it is read.
pub fn parse(source: &Source) -> Dockerfile {
    let mut lines = Lines::new(source);
    let mut instructions = Vec::new();
    while let Some(logical) = lines.logical() {
        let index = instructions.len();
        for mut comment in logical.comments.iter().cloned() {
            comment.inside = Some(index);
            lines.comments.push(comment);
        }
        let mut instruction = instruction(&logical.text, &logical, lines.escape, 0);
        let wants = heredoc::holder(&mut instruction);
        if let Some(holder) = wants {
            let end = heredoc::read(holder, &mut lines, source);
            if let Some(end) = end {
                instruction.span.end = end;
            }
        }
        instructions.push(instruction);
    }
    let Lines { escape, directives, comments, problems, code: code_lines, .. } = lines;
    Dockerfile { file: source.id, escape, directives, comments, instructions, code_lines, problems }
}

/// Takes a logical line apart: keyword, flags, operands.
fn instruction(text: &Text, logical: &Logical, escape: char, depth: u32) -> Instruction {
    let text = text.trim();
    let value = text.as_str();
    let end = value.find(words::is_blank).unwrap_or(value.len());
    let word = text.slice(0..end);
    let keyword = Keyword::named(word.as_str());
    let (flags, arguments) = flags(&text.slice(end..value.len()));
    let arguments = arguments.trim();
    let (form, broken_json) = form(keyword, &arguments);
    // A trigger cannot be a trigger again; BuildKit refuses it, so one level is all there is to read.
    let trigger = (keyword == Keyword::Onbuild && depth == 0 && !arguments.is_empty())
        .then(|| Box::new(instruction(&arguments, logical, escape, 1)));
    let head = if depth == 0 { text.span() } else { word.span().to(text.span()) };
    Instruction {
        keyword,
        word,
        span: if depth == 0 { logical.span } else { head },
        head,
        flags,
        escape,
        arguments,
        form,
        broken_json,
        heredocs: Vec::new(),
        trigger,
        blank_lines: logical.blank_lines.clone(),
        above: logical.above.clone(),
    }
}

/// The flags at the beginning of the operands, and the rest. `--` alone ends them.
fn flags(text: &Text) -> (Vec<Flag>, Text) {
    let value = text.as_str();
    let mut flags = Vec::new();
    let mut at = 0;
    loop {
        let blanks = value[at..].len() - value[at..].trim_start_matches(words::is_blank).len();
        let start = at + blanks;
        if !value[start..].starts_with("--") {
            return (flags, text.slice(start..value.len()));
        }
        // Flags are unquoted before their escape character is asked for: it is always the backslash.
        let end = words::end(value, start, '\\');
        let word = text.slice(start..end);
        at = end;
        if word.as_str() == "--" {
            return (flags, text.slice(end..value.len()));
        }
        let span = word.span();
        let body = words::unquote_flag(&word);
        let body = body.slice(2..body.len());
        flags.push(match body.split_once('=') {
            Some((name, value)) => Flag { name, value: Some(value), span },
            None => Flag { name: body, value: None, span },
        });
    }
}

fn form(keyword: Keyword, arguments: &Text) -> (Form, bool) {
    let list = match keyword {
        Keyword::Run
        | Keyword::Cmd
        | Keyword::Entrypoint
        | Keyword::Shell
        | Keyword::Volume
        | Keyword::Add
        | Keyword::Copy => json::list(arguments),
        Keyword::Healthcheck => match words::first(arguments) {
            Some((_, rest)) => json::list(&rest),
            None => json::List::None,
        },
        _ => json::List::None,
    };
    match list {
        json::List::Texts(texts) => (Form::Exec(texts), false),
        json::List::Mixed => (Form::Shell, true),
        json::List::None => (Form::Shell, false),
    }
}

/// What is said of a heredoc without an end.
pub(super) fn unterminated(name: &Text, opener: Span) -> Problem {
    let message = format!("this heredoc has no end: no line is just `{}`", name.as_str());
    Problem::new(Problem::DOCKERFILE_SYNTAX, message, opener)
}

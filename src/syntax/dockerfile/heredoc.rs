//! Here-documents.

use crate::source::{Source, Text, TextBuilder};

use super::lines::Lines;
use super::{Form, Heredoc, Instruction, Keyword, lexer, parse, words};

/// The instruction, or the trigger in it, whose heredocs follow on the next lines.
pub(super) fn holder(instruction: &mut Instruction) -> Option<&mut Instruction> {
    let holder =
        if instruction.trigger.is_some() { instruction.trigger.as_deref_mut()? } else { instruction };
    let can = matches!(holder.keyword, Keyword::Run | Keyword::Copy | Keyword::Add);
    (can && matches!(holder.form, Form::Shell) && holder.arguments.as_str().contains("<<")).then_some(holder)
}

/// Reads the heredocs that an instruction announces; returns where the last one ends.
pub(super) fn read(holder: &mut Instruction, lines: &mut Lines<'_>, source: &Source) -> Option<u32> {
    let mut end = None;
    if !lexer::accepts(holder.arguments.as_str()) {
        return None;
    }
    for word in words::quotable(&holder.arguments, '\\') {
        let Some((name, expand, strip_tabs)) = opener(&word) else { continue };
        let mut body = TextBuilder::new(source.id);
        let mut terminated = false;
        let mut from = None;
        while let Some(line) = lines.physical() {
            from = from.or(Some(line.start));
            end = Some(line.start + line.text.len() as u32);
            let text = if strip_tabs { line.text.trim_start_matches('\t') } else { line.text };
            if text == name.as_str() {
                terminated = true;
                break;
            }
            let skipped = (line.text.len() - text.len()) as u32;
            let whole = source.text.get((line.start + skipped) as usize..line.end as usize).unwrap_or("");
            body.linear(whole, line.start + skipped);
        }
        if !terminated {
            lines.problems.push(parse::unterminated(&name, word.span()));
        }
        let body = if body.is_empty() {
            Text::written("", source.id, from.unwrap_or(word.span().end))
        } else {
            body.finish()
        };
        holder.heredocs.push(Heredoc { name, expand, strip_tabs, opener: word.span(), body, terminated });
    }
    end
}

/// `<<NAME`, `<<-NAME`, `3<<"NAME"`: name, whether it expands, whether tabs are stripped.
fn opener(word: &Text) -> Option<(Text, bool, bool)> {
    let value = word.as_str();
    let digits = value.len() - value.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = value[digits..].strip_prefix("<<")?;
    let strip_tabs = rest.starts_with('-');
    let from = digits + 2 + usize::from(strip_tabs);
    let raw = word.slice(from..value.len());
    if raw.is_empty() || raw.as_str().contains('<') {
        return None;
    }
    let name = words::unquote(&raw, '\\');
    let expand = name.as_str() == raw.as_str();
    (!name.is_empty()).then_some((name, expand, strip_tabs))
}

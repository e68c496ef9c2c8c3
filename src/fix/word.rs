//! What goes with a word that is taken out of an instruction.

use crate::source::{Source, Span};

/// A word with the blanks before it; with its line, where it has one to itself.
pub fn with_blanks(source: &Source, escape: char, at: Span) -> Result<Span, String> {
    let (before, rest) = source.text.split_at(at.start as usize);
    let behind = rest.get(at.len() as usize..).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let indent = before.get(line..).unwrap_or_default();
    let blanks = |text: &str| text.len() - text.trim_end_matches([' ', '\t']).len();
    if !indent.trim().is_empty() {
        return Ok(Span::new(at.file, at.start - blanks(before) as u32, at.end));
    }
    let more = behind.split_inclusive('\n').next().unwrap_or_default();
    let end = at.end as usize;
    let (start, end) = match more.trim() {
        continued if continued.chars().eq([escape]) => (line, end + more.len()),
        "" => {
            let kept = before.trim_end_matches(|c: char| c.is_whitespace() || c == escape);
            let last = kept.rsplit('\n').next().unwrap_or_default();
            if last.trim_start().starts_with('#') {
                return Err("a comment stands before it".to_owned());
            }
            (kept.len(), end)
        }
        _ => (before.len(), end + more.len() - more.trim_start_matches([' ', '\t']).len()),
    };
    Ok(Span::new(at.file, start as u32, end as u32))
}

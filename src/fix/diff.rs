//! What changes, as a unified diff whose hunks say which rules ask for them and what could go wrong.

use crate::source::Span;
use similar::TextDiff;

use super::plan::Rewritten;

/// A remark on a change: the line of the old text that it is about, from 1, and what to say.
pub type Note = (u32, String);

/// The diff of one file. Characters at the spans are masked on both sides, and a file that holds a secret is only named;
/// such a diff cannot be applied with `patch`.
pub fn unified(file: &Rewritten, secrets: (&[Span], &[Span]), notes: &[Note]) -> String {
    let path = &file.path;
    if file.secret {
        let what = if file.before.is_some() { "gets a value" } else { "is made" };
        return format!("# {path} {what} that is not shown\n");
    }
    let old = masked(file.before.as_deref().unwrap_or(""), secrets.0);
    let new = masked(&file.after, secrets.1);
    let diff = TextDiff::from_lines(&old, &new);
    let mut unified = diff.unified_diff();
    let hunks: Vec<_> = unified.context_radius(2).iter_hunks().collect();
    let ends: Vec<usize> =
        hunks.iter().map(|hunk| hunk.ops().iter().map(|op| op.old_range().end).max().unwrap_or(0)).collect();
    let from = if file.before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let mut out = format!("--- {from}\n+++ b/{path}\n");
    for (index, hunk) in hunks.iter().enumerate() {
        // A change stands at or behind the line that it is about: a key is added at the end of its service.
        let own = |note: &&Note| {
            let at = ends.iter().position(|&end| end >= note.0 as usize).unwrap_or(ends.len() - 1);
            at == index
        };
        let mut said: Vec<&str> = notes.iter().filter(own).map(|(_, text)| text.as_str()).collect();
        said.sort_unstable();
        said.dedup();
        let text = hunk.to_string();
        let (header, body) = text.split_once('\n').unwrap_or((&text, ""));
        let remark = if said.is_empty() { String::new() } else { format!(" {}", said.join("; ")) };
        for piece in [header, &remark, "\n", body] {
            out.push_str(piece);
        }
    }
    out
}

fn masked(text: &str, secrets: &[Span]) -> String {
    let mut spans: Vec<Span> = secrets.to_vec();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    let mut out = text.to_owned();
    for span in spans {
        if out.get(span.range()).is_some_and(|text| !text.is_empty()) {
            out.replace_range(span.range(), "•••");
        }
    }
    out
}

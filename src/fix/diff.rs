//! What changes, as a unified diff whose hunks say which rules ask for them and what could go wrong.

use std::ops::Range;

use similar::TextDiff;

use crate::policy::DOTS;
use crate::source::Span;

use super::plan::Rewritten;

/// A remark on a change: the line of the old text that it is about, from 1, and what to say.
pub type Note = (u32, String);

/// The diff of one file. Characters at the spans are masked on both sides, and a file that holds a secret is only named;
/// such a diff cannot be applied with `patch`.
pub fn unified(file: &Rewritten, secrets: (&[Span], &[Span]), notes: &[Note]) -> String {
    let path = &file.path;
    if file.secret {
        let what = if file.before.is_some() { "gets a value that" } else { "is made; what it holds" };
        return format!("# {path} {what} is not shown\n");
    }
    let old = masked(file.before.as_deref().unwrap_or(""), secrets.0);
    let new = masked(&file.after, secrets.1);
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&lines(&old), &lines(&new));
    let mut unified = diff.unified_diff();
    let hunks: Vec<_> = unified.context_radius(2).iter_hunks().collect();
    let ends: Vec<usize> =
        hunks.iter().map(|hunk| hunk.ops().iter().map(|op| op.old_range().end).max().unwrap_or(0)).collect();
    let from = if file.before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let mut out = format!("--- {from}\n+++ b/{path}\n");
    // A change stands at or behind the line that it is about: a key is added at the end of its service.
    let mut remarks: Vec<Vec<&str>> = vec![Vec::new(); hunks.len()];
    for (line, text) in notes {
        let at = ends.partition_point(|&end| end < *line as usize).min(ends.len().max(1) - 1);
        remarks.get_mut(at).into_iter().for_each(|remarks| remarks.push(text));
    }
    for (hunk, mut said) in hunks.iter().zip(remarks) {
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

/// The bytes of the old text that others take the place of, as few as can be told, and the bytes of the new text there.
pub fn replacements(old: &str, new: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let (old_lines, new_lines) = (lines(old), lines(new));
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let (old_starts, new_starts) = (line_starts(&old_lines), line_starts(&new_lines));
    let range = |starts: &[usize], lines: Range<usize>| -> Range<usize> {
        let at = |line: usize| starts.get(line).copied().unwrap_or_default();
        at(lines.start)..at(lines.end)
    };
    let mut all = Vec::new();
    for op in diff.ops() {
        let (before, after) = (op.old_range(), op.new_range());
        if op.tag() == similar::DiffTag::Equal {
            continue;
        }
        if before.len() == after.len() {
            for (before, after) in before.zip(after) {
                let (before, after) =
                    (range(&old_starts, before..before + 1), range(&new_starts, after..after + 1));
                all.push(narrowed(old, new, before, after));
            }
        } else {
            all.push(narrowed(old, new, range(&old_starts, before), range(&new_starts, after)));
        }
    }
    all.retain(|(before, after)| !before.is_empty() || !after.is_empty());
    all
}

/// Lines that end with LF only: those of the crate end with a lone CR, too.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Where lines start, and where the last one ends.
fn line_starts(lines: &[&str]) -> Vec<usize> {
    let mut starts = vec![0];
    starts.extend(lines.iter().scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    }));
    starts
}

/// Without what both begin and end with.
fn narrowed(old: &str, new: &str, before: Range<usize>, after: Range<usize>) -> (Range<usize>, Range<usize>) {
    let (Some(a), Some(b)) = (old.get(before.clone()), new.get(after.clone())) else {
        return (before, after);
    };
    let head: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail: usize =
        a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    (before.start + head..before.end - tail, after.start + head..after.end - tail)
}

/// Dots in the place of every secret; secrets may lie within each other, or be told of twice.
fn masked(text: &str, secrets: &[Span]) -> String {
    let mut ranges: Vec<Range<usize>> = secrets.iter().map(|span| span.range()).collect();
    ranges.retain(|range| text.get(range.clone()).is_some_and(|secret| !secret.is_empty()));
    ranges.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(text.len());
    let mut shown = 0;
    for range in ranges {
        if let Some(between) = text.get(shown..range.start) {
            out.push_str(between);
            out.push_str(DOTS);
        }
        shown = shown.max(range.end);
    }
    out.push_str(text.get(shown..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::{Rewritten, masked, replacements, unified};
    use crate::source::{FileId, Span};

    fn check(old: &str, new: &str) {
        let mut out = String::new();
        let mut at = 0;
        for (before, after) in replacements(old, new) {
            out.push_str(&old[at..before.start]);
            out.push_str(&new[after]);
            at = before.end;
        }
        out.push_str(&old[at..]);
        assert_eq!(out, new);
    }

    #[test]
    fn replacements_make_the_new_text_and_are_narrow() {
        for (old, new) in [
            ("", "a\n"),
            ("a\n", ""),
            ("a: 1\nb: 2\n", "a: 1\nb: 3\n"),
            ("a\r\nb", "a\r\nb\r\nc"),
            ("항구: 1\n", "항구: 한\n"),
            ("a\na\na\n", "a\na\n"),
            ("x\n", "x"),
            ("a # 1\r2\nb: 1\nc\n", "a # 1\r2\nb: 2\nc\n"),
        ] {
            check(old, new);
        }
        assert_eq!(replacements("a: 1\nb: 2\n", "a: 1\nb: 3\n"), [(8..9, 8..9)]);
    }

    #[test]
    fn a_lone_carriage_return_ends_no_line() {
        let (before, after) = ("a\rb\nc: 1\n", "a\rb\nc: 2");
        let file = Rewritten {
            path: "x".to_owned(),
            before: Some(before.to_owned()),
            after: after.to_owned(),
            secret: false,
        };
        let diff = unified(&file, (&[], &[]), &[]);
        let expected =
            "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\rb\n-c: 1\n+c: 2\n\\ No newline at end of file\n";
        assert_eq!(diff, expected);
    }

    #[test]
    fn secrets_within_secrets_leave_the_rest_as_it_is() {
        let text = "a: pass\nb: 1\n";
        let span = |start, end| Span { file: FileId(0), start, end };
        for secrets in [
            &[span(3, 7)][..],
            &[span(3, 7), span(3, 7)],
            &[span(4, 6), span(3, 7)],
            &[span(3, 5), span(3, 7), span(5, 7)],
            &[span(3, 6), span(5, 7)],
        ] {
            assert_eq!(masked(text, secrets), "a: •••\nb: 1\n", "{secrets:?}");
        }
        assert_eq!(masked(text, &[span(3, 7), span(11, 12), span(9, 9)]), "a: •••\nb: •••\n");
    }
}

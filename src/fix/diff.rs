//! What changes, as a unified diff.

use crate::source::Span;
use similar::TextDiff;

/// The diff of one file. Characters at the spans are masked on both sides; such a diff cannot be applied with `patch`.
pub fn unified(
    path: &str,
    before: &str,
    after: &str,
    secrets_before: &[Span],
    secrets_after: &[Span],
) -> String {
    let (old, new) = (masked(before, secrets_before), masked(after, secrets_after));
    TextDiff::from_lines(&old, &new)
        .unified_diff()
        .context_radius(2)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
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

//! Several insertions at one place.

use crate::source::Edit;

/// What is inserted at one place is sorted by depth: what is indented deeper belongs to what stands before it, and what is
/// equally deep stands in the order in which it is wanted.
pub fn in_order(edits: &mut [Edit]) {
    edits.sort_by_key(|edit| (edit.span, std::cmp::Reverse(depth(edit))));
}

/// The same edits with those at one place as one.
pub fn joined(mut edits: Vec<Edit>) -> Vec<Edit> {
    in_order(&mut edits);
    let mut joined: Vec<Edit> = Vec::new();
    for edit in edits {
        match joined.last_mut() {
            Some(last) if *last == edit => {}
            Some(last) if last.span == edit.span && edit.span.is_empty() => last.text.push_str(&edit.text),
            _ => joined.push(edit),
        }
    }
    joined
}

/// The indentation of an insertion; a dash is a little deeper than a key in the same column.
fn depth(edit: &Edit) -> usize {
    let line = edit.text.trim_start_matches(['\r', '\n']);
    let blanks = line.len() - line.trim_start_matches(' ').len();
    blanks * 2 + usize::from(line.trim_start().starts_with('-'))
}

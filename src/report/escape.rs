//! The one gate that text from input passes on its way out.

use std::fmt::Write;

/// The text with everything escaped that could steer a terminal or hide from a reader: control characters, line breaks,
/// bidirectional overrides, zero-width characters.
pub fn line(text: &str) -> String {
    if !text.chars().any(|c| is_steering(c) || c == '\t') {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|c| match c {
            '\n' => "\\n".chars().collect::<Vec<_>>(),
            '\r' => "\\r".chars().collect(),
            '\t' => "\\t".chars().collect(),
            c if is_steering(c) => format!("\\u{{{:x}}}", c as u32).chars().collect(),
            c => vec![c],
        })
        .collect()
}

/// A source line for an excerpt: each byte of a steering character becomes a `?`, so that no underline moves. Tabs stay.
pub fn excerpt(text: &str, capacity: usize) -> String {
    let mut out = String::with_capacity(capacity);
    for c in text.chars() {
        if c != '\t' && is_steering(c) {
            out.extend(std::iter::repeat_n('?', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

/// A JSON document that reads the same and steers nothing: outside of its strings there is only ASCII, so what stands in
/// them may be written as escapes. Line breaks and the like are escaped by the serializer already.
pub fn json(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    for c in document.chars() {
        if is_steering(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{:04x}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_steers() {
        assert_eq!(super::line("a\n::error::\u{1b}[31m\u{202e}"), "a\\n::error::\\u{1b}[31m\\u{202e}");
        assert_eq!(super::excerpt("a\u{1b}b", 3), "a?b");
        assert_eq!(super::line("한국어 🚢"), "한국어 🚢");
        assert_eq!(super::json("[\"a\u{202e}\u{7f}한\"]"), "[\"a\\u202e\\u007f한\"]");
    }
}

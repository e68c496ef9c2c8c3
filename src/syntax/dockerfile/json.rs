//! JSON lists of texts, as the builder decides them: the operands are one JSON value and nothing else. Builders from
//! before `BuildKit` 0.15 left out what stands behind the list.

use crate::source::{Text, TextBuilder};

/// What operands are as JSON.
pub(super) enum List {
    /// A list of texts.
    Texts(Vec<Text>),
    /// A list with something else in it.
    Mixed,
    /// No list.
    None,
}

pub(super) fn list(arguments: &Text) -> List {
    let text = arguments.trim();
    let value = text.as_str();
    if !value.starts_with('[') {
        return List::None;
    }
    let Ok(serde_json::Value::Array(items)) = serde_json::from_str(value) else { return List::None };
    if !items.iter().all(serde_json::Value::is_string) {
        return List::Mixed;
    }
    let mut texts = Vec::new();
    let mut at = 1;
    for item in &items {
        let Some(open) = value[at..].find('"').map(|found| found + at) else { break };
        let (text, end) = string(&text, open + 1);
        // The reader above is the judge of the value; ours only knows where it stands.
        let expected = item.as_str().unwrap_or("");
        let text = if text.as_str() == expected {
            text
        } else {
            let span = text.span();
            let mut builder = TextBuilder::new(span.file);
            builder.atom(expected, span.start..span.end);
            builder.finish()
        };
        texts.push(text);
        at = end;
    }
    List::Texts(texts)
}

/// The text from behind an opening quote on, and the offset behind the closing one.
fn string(text: &Text, from: usize) -> (Text, usize) {
    let value = text.as_str();
    let bytes = value.as_bytes();
    let mut out = TextBuilder::new(text.span().file);
    let (mut at, mut start) = (from, from);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => break,
            b'\\' => {
                out.text(&text.slice(start..at));
                let (len, decoded) = escape(&value[at..]);
                let span = text.slice(at..at + len).span();
                out.atom(&decoded, span.start..span.end);
                at += len;
                start = at;
            }
            _ => at += 1,
        }
    }
    if start == from {
        return (text.slice(from..at), at + 1);
    }
    out.text(&text.slice(start..at));
    (out.finish(), at + 1)
}

fn escape(raw: &str) -> (usize, String) {
    let c = raw.chars().nth(1).unwrap_or('\\');
    let simple = match c {
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        'b' => "\u{8}",
        'f' => "\u{c}",
        'u' => {
            let code = raw.get(2..6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            let text = code.and_then(char::from_u32).unwrap_or('\u{fffd}').to_string();
            return (6.min(raw.len()), text);
        }
        _ => return (1 + c.len_utf8(), c.to_string()),
    };
    (2, simple.to_owned())
}

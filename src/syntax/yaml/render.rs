//! Data as YAML text.

use crate::syntax::Data;

use super::plain::{Plain, plain_text};

/// How a file writes YAML.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns that a nested mapping is indented by.
    pub step: usize,
    /// Columns that a dash is indented by, relative to its key.
    pub dash: usize,
    /// The quote for texts that need one.
    pub quote: char,
    /// The line ending.
    pub eol: &'static str,
}

/// A whole document in block style.
pub fn write(data: &Data) -> String {
    let style = Style { step: 2, dash: 2, quote: '"', eol: "\n" };
    let text = match data {
        Data::Map(entries) => {
            entries.iter().map(|(key, data)| format!("{}\n", entry(key, data, 0, style))).collect()
        }
        other => format!("{}\n", flow(other, style.quote)),
    };
    format!("---\n{text}")
}

/// What stands behind `key:` in block style, leading blank or line break included.
pub fn value(data: &Data, column: usize, style: Style) -> String {
    match data {
        Data::List(items) if !items.is_empty() => {
            let indent = column + style.dash;
            items.iter().map(|item| format!("{}{}", style.eol, self::item(item, indent, style))).collect()
        }
        Data::Map(entries) if !entries.is_empty() => {
            let indent = column + style.step;
            entries
                .iter()
                .map(|(key, data)| {
                    format!("{}{}{}", style.eol, " ".repeat(indent), entry(key, data, indent, style))
                })
                .collect()
        }
        other => format!(" {}", flow(other, style.quote)),
    }
}

/// `key: value`, whose key stands at `column`.
pub fn entry(key: &str, data: &Data, column: usize, style: Style) -> String {
    format!("{}:{}", scalar(key, style.quote), value(data, column, style))
}

/// `- item` with its indentation.
pub fn item(data: &Data, indent: usize, style: Style) -> String {
    let pad = " ".repeat(indent);
    match data {
        Data::Map(entries) if !entries.is_empty() => {
            let inner = indent + 2;
            let lines: Vec<String> =
                entries.iter().map(|(key, data)| entry(key, data, inner, style)).collect();
            format!("{pad}- {}", lines.join(&format!("{}{}", style.eol, " ".repeat(inner))))
        }
        other => format!("{pad}- {}", flow(other, style.quote)),
    }
}

/// On one line.
pub fn flow(data: &Data, quote: char) -> String {
    match data {
        Data::Null => "null".to_owned(),
        Data::Bool(flag) => flag.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Text(text) => scalar(text, quote),
        Data::List(items) => {
            format!("[{}]", items.iter().map(|item| flow_scalar(item, quote)).collect::<Vec<_>>().join(", "))
        }
        Data::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Data::Map(entries) => {
            let inner: Vec<String> = entries
                .iter()
                .map(|(key, data)| format!("{}: {}", scalar(key, quote), flow_scalar(data, quote)))
                .collect();
            format!("{{ {} }}", inner.join(", "))
        }
    }
}

/// Inside of brackets more characters need quotes.
fn flow_scalar(data: &Data, quote: char) -> String {
    match data {
        Data::Text(text) if text.contains([',', '[', ']', '{', '}']) => quoted(text, quote),
        other => flow(other, quote),
    }
}

/// A text as a scalar, in quotes where it would be read as something else.
pub fn scalar(text: &str, quote: char) -> String {
    if needs_quotes(text) { quoted(text, quote) } else { text.to_owned() }
}

fn needs_quotes(text: &str) -> bool {
    let first = text.chars().next();
    let yaml11 = matches!(text.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off");
    text.is_empty()
        || yaml11
        || plain_text(text) != Plain::Text
        || text.trim() != text
        || first.is_some_and(|c| "-?:,[]{}#&*!|>'\"%@`".contains(c))
            && !(first == Some('-') && text.len() > 1 && !text.starts_with("- "))
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text.contains(['\n', '\t', '"', '\\'])
        || text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.')
}

fn quoted(text: &str, quote: char) -> String {
    if quote == '\'' && !text.contains('\n') || text.contains(['"', '\\']) && !text.contains('\n') {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_where_needed() {
        assert_eq!(scalar("nginx:1.27", '"'), "nginx:1.27");
        assert_eq!(scalar("", '"'), "\"\"");
        assert_eq!(scalar("0.5", '"'), "\"0.5\"");
        assert_eq!(scalar("no", '"'), "\"no\"");
        assert_eq!(scalar("22:22", '\''), "'22:22'");
        assert_eq!(scalar("--flag", '"'), "--flag");
        assert_eq!(scalar("pg_isready -U \"$$X\"", '"'), "'pg_isready -U \"$$X\"'");
        assert_eq!(flow(&Data::List(vec![Data::Text("a,b".into())]), '"'), "[\"a,b\"]");
    }
}

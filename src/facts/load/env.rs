//! `.env` files. The environment of this process is never asked: results must not depend on it.

use std::collections::BTreeMap;

use crate::source::{Files, decode};

/// The variables of the `.env` in a directory, as far as they are written plainly.
pub fn beside(files: &dyn Files, directory: &str) -> BTreeMap<String, String> {
    let path = if directory.is_empty() { ".env".to_owned() } else { format!("{directory}/.env") };
    if !files.is_file(&path) {
        return BTreeMap::new();
    }
    let text = files.read(&path).and_then(|bytes| decode(bytes, true)).unwrap_or_default();
    text.lines().filter_map(pair).collect()
}

fn pair(line: &str) -> Option<(String, String)> {
    let line = line.trim().trim_start_matches("export ");
    let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
    let value = value.trim();
    let bare = value.split(" #").next().unwrap_or(value).trim();
    let quoted = value.len() >= 2 && value.starts_with(['"', '\'']) && value.ends_with(['"', '\'']);
    let value = if quoted { value.get(1..value.len() - 1)? } else { bare };
    // A value that needs another variable is not known.
    (!value.contains('$')).then(|| (name.trim().to_owned(), value.to_owned()))
}

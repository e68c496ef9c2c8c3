//! What the names of files say about the environment that they are for, and what stands at their top.

use crate::facts::make::words;
use crate::facts::{Known, List, Site};
use crate::source::{Origin, Text};
use crate::syntax::yaml::{Shape, Tree};

const PRODUCTION: [&str; 5] = ["prod", "production", "release", "live", "prd"];
const DEVELOPMENT: [&str; 6] = ["dev", "development", "local", "debug", "override", "devel"];
const TEST: [&str; 6] = ["test", "tests", "testing", "ci", "e2e", "integration"];

/// What a file is for, by the words of its name and then of the name that it gives itself; the first file of a project
/// is its base.
pub fn role(path: &str, text: &str, first: bool) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let otherwise = if first { "base" } else { "overlay" };
    said(name).or_else(|| said(own_name(text)?)).unwrap_or(otherwise)
}

fn said(name: &str) -> Option<&'static str> {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has(&PRODUCTION) {
        Some("production")
    } else if has(&DEVELOPMENT) {
        Some("development")
    } else if has(&TEST) {
        Some("test")
    } else {
        None
    }
}

/// The name that a file gives itself in its first comment, alone on the line: `# docker-compose.prod.yml`.
fn own_name(text: &str) -> Option<&str> {
    let comment = text.lines().next()?.strip_prefix('#')?.trim();
    let is_name =
        (comment.ends_with(".yml") || comment.ends_with(".yaml")) && !comment.contains(char::is_whitespace);
    is_name.then_some(comment)
}

/// What the project is for: the last file that says anything decides.
pub fn environment(roles: &[&'static str], site: Site) -> Known<&'static str> {
    let said = roles.iter().rev().find(|role| !matches!(**role, "base" | "overlay"));
    let site = Site { origin: Origin::Guess, ..site };
    Known::Set(said.copied().unwrap_or("unspecified"), site)
}

/// The keys at the top of a file.
pub fn keys(tree: &Tree, site: Site) -> Known<List<Text>> {
    let mapping = |id: &&_| matches!(tree.node(**id).shape, Shape::Mapping { .. });
    if let Some(other) = tree.documents.iter().find(|id| !mapping(id)) {
        let nothing = tree.scalar(*other).is_some_and(|scalar| scalar.text.is_empty());
        if !nothing {
            return Known::Unknown(site, "a document of it is no mapping");
        }
    }
    let entries = tree.documents.iter().flat_map(|&root| tree.entries(root));
    let keys: List<Text> = entries.filter_map(|entry| Some(tree.scalar(entry.key)?.text.clone())).collect();
    let first = keys.items.first().map_or(site, |key| Site::written(key.span()));
    Known::Set(keys, first)
}

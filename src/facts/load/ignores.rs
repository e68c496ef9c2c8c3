//! What the ignore file of a build context keeps out (Dockerfile reference, `.dockerignore`).

use std::collections::BTreeSet;

use crate::facts::kinds::Copy;
use crate::facts::{Kind, Known, Node, NodeId, Part, Site};
use crate::source::{Files, Origin, Text, clean_path, decode, glob};

/// Directories above a Dockerfile in which its context is looked for.
const DEPTH: usize = 64;

/// An ignore file.
struct Ignore {
    path: String,
    patterns: Vec<String>,
}

/// Tells the copies of a Dockerfile at `path` which ignore file holds for them and whether it keeps them out. `contexts`
/// are those that services build it with.
pub fn fill(files: &dyn Files, path: &str, contexts: &BTreeSet<String>, part: &mut Part) {
    let copies: Vec<NodeId> = part.of(Kind::Copy).collect();
    if copies.is_empty() {
        return;
    }
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let own = format!("{path}.dockerignore");
    let several = contexts.len() > 1 && !files.is_file(&own);
    let context = contexts.first().map_or(directory, String::as_str);
    let own = [own, beside(context)].iter().find_map(|path| read(files, path));
    let above = own.is_none() && contexts.is_empty() && is_above(files, directory);
    for id in copies {
        let Some(Node::Copy(copy)) = part.node_mut(id) else { continue };
        if !copy.from.is_absent() {
            continue;
        }
        // Where no service says what the context is, it is mostly the directory of the Dockerfile.
        let origin = if contexts.is_empty() { Origin::Guess } else { Origin::Written };
        let site = Site { origin, ..copy.head.site };
        copy.context = match contexts.first() {
            _ if contexts.len() > 1 => Known::Unknown(site, "services build it with different contexts"),
            Some(context) => Known::Set(Text::made(context, site.label, origin), site),
            None => Known::Absent,
        };
        (copy.ignore_file, copy.ignored) = match &own {
            _ if several => {
                let reason = "services build it with different contexts";
                (Known::Unknown(site, reason), Known::Unknown(site, reason))
            }
            Some(ignore) => (
                Known::Set(Text::made(&ignore.path, site.label, origin), site),
                ignored(copy, &ignore.patterns, site),
            ),
            None if above => {
                let reason = "its context may be a directory further up";
                (Known::Unknown(site, reason), Known::Unknown(site, reason))
            }
            None => (Known::Absent, Known::Set(false, site)),
        };
    }
}

fn beside(directory: &str) -> String {
    clean_path(&if directory.is_empty() {
        ".dockerignore".to_owned()
    } else {
        format!("{directory}/.dockerignore")
    })
}

fn read(files: &dyn Files, path: &str) -> Option<Ignore> {
    if !files.is_file(path) || !files.is_inside(path) {
        return None;
    }
    let text = files.read(path).and_then(|bytes| decode(bytes, true)).ok()?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Some(Ignore { path: path.to_owned(), patterns: lines.map(str::to_owned).collect() })
}

/// Whether a directory above has an ignore file: then that one may be the context.
fn is_above(files: &dyn Files, directory: &str) -> bool {
    let mut directory = directory;
    for _ in 0..DEPTH {
        let Some(up) = directory.rsplit_once('/').map(|(up, _)| up).or((!directory.is_empty()).then_some(""))
        else {
            return false;
        };
        let path = beside(up);
        if files.is_inside(&path) && files.is_file(&path) {
            return true;
        }
        directory = up;
    }
    false
}

/// Whether a source of a copy is kept out; unknown where a pattern lets something in again.
fn ignored(copy: &Copy, patterns: &[String], site: Site) -> Known<bool> {
    if patterns.iter().any(|pattern| pattern.starts_with('!')) {
        return Known::Unknown(site, "the ignore file lets something in again");
    }
    if copy.remote.value() != Some(&false) {
        return Known::Unknown(site, "a source comes from elsewhere");
    }
    let sources = copy.sources.value().map_or(&[][..], |list| &list.items);
    Known::Set(sources.iter().filter_map(Text::known).any(|source| is_out(source, patterns)), site)
}

fn is_out(source: &str, patterns: &[String]) -> bool {
    let path = segments(source);
    if path.is_empty() {
        return patterns.iter().any(|pattern| matches!(pattern.as_str(), "*" | "**" | "**/*"));
    }
    // What stands for several files is seldom kept out as a whole.
    let several = source.contains(['*', '?', '[']);
    !several && patterns.iter().any(|pattern| keeps_out(&segments(pattern), &path))
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect()
}

/// Whether a pattern fits a path or a directory above it. `**` stands for any number of directories.
fn keeps_out(pattern: &[&str], path: &[&str]) -> bool {
    // `fits[n]`: the part of the pattern read so far fits the first n segments.
    let mut fits = vec![false; path.len() + 1];
    if let Some(first) = fits.first_mut() {
        *first = true;
    }
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        let mut before = false;
        for (at, reached) in fits.iter().enumerate() {
            before |= *reached;
            if *part == "**" {
                if let Some(slot) = next.get_mut(at) {
                    *slot = before;
                }
            } else if *reached && let (Some(segment), Some(slot)) = (path.get(at), next.get_mut(at + 1)) {
                *slot = glob(part, segment);
            }
        }
        fits = next;
    }
    fits.iter().skip(1).any(|fit| *fit)
}

#[cfg(test)]
mod tests {
    use super::is_out;

    #[test]
    fn patterns_are_those_of_docker() {
        let out = |source: &str, pattern: &str| is_out(source, &[pattern.to_owned()]);
        assert!(
            out("a.txt", "*.txt") && out("./a.txt", "/a.txt") && out("b/c/d", "b/") && out("b/c/d", "**/c")
        );
        assert!(out(".", "*") && out("x/y.md", "**/*.md"));
        assert!(
            !out("b/a.txt", "*.txt")
                && !out(".", "node_modules")
                && !out("b", "b/c")
                && !out("*.txt", "*.txt")
        );
    }
}

//! What the ignore file of a build context keeps out (Dockerfile reference, `.dockerignore`).

use std::collections::BTreeSet;

use crate::facts::kinds::Copy;
use crate::facts::{Kind, Known, Node, NodeId, Part, Site};
use crate::source::{Files, Origin, Text, clean_path, decode};

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

/// Whether a source of a copy is kept out.
fn ignored(copy: &Copy, patterns: &[String], site: Site) -> Known<bool> {
    if copy.remote.value() != Some(&false) {
        return Known::Unknown(site, "a source comes from elsewhere");
    }
    let sources = copy.sources.value().map_or(&[][..], |list| &list.items);
    let mut unknown = false;
    for source in sources.iter().filter_map(Text::known) {
        match is_out(source, patterns) {
            Some(true) => return Known::Set(true, site),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown {
        return Known::Unknown(site, "the ignore file lets in again what may be in a directory");
    }
    Known::Set(false, site)
}

/// Whether the patterns keep a source out: the last one that fits it decides. Unknown for what may be a directory of which
/// a pattern lets a part in again.
fn is_out(source: &str, patterns: &[String]) -> Option<bool> {
    let path = segments(source);
    // What stands for several files is seldom kept out as a whole.
    if source.contains(['*', '?', '[']) {
        return Some(false);
    }
    let mut out = false;
    let mut partly = false;
    for pattern in patterns {
        let again = pattern.strip_prefix('!');
        let pattern = segments(again.unwrap_or(pattern).trim());
        if path.is_empty() {
            out = if again.is_some() { false } else { out || matches!(*pattern, ["*" | "**"] | ["**", "*"]) };
        } else if keeps_out(&pattern, &path) {
            out = again.is_none();
            partly = false;
        } else {
            partly |= again.is_some() && reaches_into(&pattern, &path);
        }
    }
    (!out || !partly).then_some(out)
}

/// Whether a pattern may fit something below a path.
fn reaches_into(pattern: &[&str], path: &[&str]) -> bool {
    let fixed = pattern.iter().position(|part| *part == "**").unwrap_or(pattern.len());
    let alike = pattern.iter().take(fixed).zip(path).all(|(part, segment)| fits(part, segment));
    alike && (fixed < pattern.len() || pattern.len() > path.len())
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect()
}

/// Whether a pattern fits a path or a directory above it. `**` stands for any number of directories; at the end of a
/// pattern, for what is in one, and not for that one.
fn keeps_out(pattern: &[&str], path: &[&str]) -> bool {
    let after = |pattern: &[&str]| after(pattern, path, |part| *part == "**", |part, it| fits(part, it));
    let above = match pattern.split_last() {
        Some((&"**", above)) => after(above).iter().position(|fit| *fit).unwrap_or(path.len()),
        _ => 0,
    };
    after(pattern).iter().skip(above + 1).any(|fit| *fit)
}

/// Whether a pattern without slashes fits a name: `*` is anything, `?` one character.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let fitting = after(&pattern, &name, |c| *c == '*', |c, own| *c == '?' || c == own);
    fitting.last() == Some(&true)
}

/// Which beginnings of `own` a pattern fits, by their lengths.
fn after<P, T>(
    pattern: &[P],
    own: &[T],
    any: impl Fn(&P) -> bool,
    one: impl Fn(&P, &T) -> bool,
) -> Vec<bool> {
    let mut here = vec![false; own.len() + 1];
    here[0] = true;
    for part in pattern {
        let mut next = vec![false; own.len() + 1];
        let mut before = false;
        for (at, reached) in here.iter().enumerate() {
            before |= *reached;
            if any(part) {
                next[at] = before;
            } else if *reached && own.get(at).is_some_and(|it| one(part, it)) {
                next[at + 1] = true;
            }
        }
        here = next;
    }
    here
}

#[cfg(test)]
mod tests {
    use super::is_out;

    #[test]
    fn patterns_are_those_of_docker() {
        let out = |source: &str, pattern: &str| is_out(source, &[pattern.to_owned()]) == Some(true);
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

    #[test]
    fn the_last_pattern_that_fits_decides() {
        let out = |source: &str, patterns: &str| {
            let patterns: Vec<String> = patterns.split(' ').map(str::to_owned).collect();
            is_out(source, &patterns)
        };
        for (source, patterns, expected) in [
            ("a.txt", "* !a.txt", Some(false)),
            ("b.txt", "* !a.txt", Some(true)),
            ("src/a.txt", "* !src", Some(false)),
            ("src/a.txt", "* !src src/*.txt", Some(true)),
            ("src", "* !src/app", None),
            ("src", "* !src/app src", Some(true)),
            ("src", "* !**/*.rs", None),
            ("src/a.rs", "* !**/*.rs", Some(false)),
            ("docs/a.md", "**/*.md !README.md", Some(true)),
            ("README.md", "**/*.md !README.md", Some(false)),
            ("README.md", "!README.md *.md", Some(true)),
            (".", "* !src", Some(false)),
            (".", "!src *", Some(true)),
            ("src", "src/**", Some(false)),
            ("src/a", "src/**", Some(true)),
            ("ab", "a?", Some(true)),
            ("a", "a?", Some(false)),
        ] {
            assert_eq!(out(source, patterns), expected, "{source} with {patterns}");
        }
    }
}

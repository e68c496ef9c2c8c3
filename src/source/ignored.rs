//! What git is told to leave alone.

use ignore::gitignore::GitignoreBuilder;

use super::Files;
use super::files::decode;

/// Whether a `.gitignore` between the repository's top and the file covers it. `None` where there is no repository, or
/// where one of them cannot be read.
pub fn git_ignores(files: &dyn Files, path: &str) -> Option<bool> {
    let mut directories: Vec<&str> = path.match_indices('/').map(|(at, _)| &path[..at]).rev().collect();
    if !path.starts_with('/') {
        directories.push("");
    }
    let mut found = None;
    for directory in directories {
        let top = directory.is_empty() && !path.starts_with('/');
        let inside = |name: &str| if top { name.to_owned() } else { format!("{directory}/{name}") };
        let below = if top { path } else { path.get(directory.len() + 1..).unwrap_or(path) };
        // The nearest word counts: an inner file may take back what an outer one ignores.
        if found.is_none() && files.is_file(&inside(".gitignore")) && files.is_inside(&inside(".gitignore")) {
            let text = decode(files.read(&inside(".gitignore")).ok()?, true).ok()?;
            let mut rules = GitignoreBuilder::new("");
            for line in text.lines() {
                rules.add_line(None, line).ok()?;
            }
            let matched = rules.build().ok()?.matched_path_or_any_parents(below, false).map(|_| ());
            found = (!matched.is_none()).then(|| matched.is_ignore());
        }
        if files.is_file(&inside(".git/HEAD")) || files.is_file(&inside(".git")) {
            return Some(found.unwrap_or(false));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn the_nearest_word_counts() {
        let files = Memory::default()
            .with(".git/HEAD", "ref: refs/heads/main")
            .with(".gitignore", "*.env\nsecrets/\n")
            .with("app/.gitignore", "!shared.env\n");
        assert_eq!(git_ignores(&files, "db.env"), Some(true));
        assert_eq!(git_ignores(&files, "app/db.env"), Some(true));
        assert_eq!(git_ignores(&files, "app/shared.env"), Some(false));
        assert_eq!(git_ignores(&files, "secrets/pw.txt"), Some(true));
        assert_eq!(git_ignores(&files, "pw.txt"), Some(false));
        assert_eq!(git_ignores(&Memory::default(), "pw.txt"), None);
    }
}

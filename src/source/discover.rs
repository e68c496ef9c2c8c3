//! Finding the files to judge.

use std::path::Path;

use super::Disk;

/// What a file is by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guess {
    /// A Dockerfile.
    Dockerfile,
    /// A Compose file.
    Compose,
    /// A stack file.
    Stack,
    /// A YAML file that may be one by its content.
    Yaml,
}

/// A file to judge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its path, with forward slashes.
    pub path: String,
    /// What it is by its name.
    pub guess: Option<Guess>,
    /// Whether the user named it; files found by walking may turn out to be something else.
    pub named: bool,
}

/// The names that [`guess`] knows, as the pattern of the pre-commit hooks.
pub const HOOK_PATTERN: &str = r"(?i)(^|/)((docker|container)file([._-][^/]*)?|[^/]*\.(docker|container)file|(docker-)?compose[^/]*\.ya?ml|[^/]*stack[^/]*\.ya?ml|swarm[^/]*\.ya?ml)$";

/// What the hooks leave out of that again: other things with such a name, such as templates and programs.
pub const HOOK_EXCLUDE: &str = r"(?i)\.(dockerignore|j2|tmpl|template|orig|md|swp)$|(?-i:(^|/)(docker|container)file[^/]*\.(rs|go|py|rb|js|ts|cs|java|kt|php|lua|sh|vim)$)";

/// Endings of files that have such a name and are something else.
const OTHERS: [&str; 7] = [".dockerignore", ".j2", ".tmpl", ".template", ".orig", ".md", ".swp"];

/// Endings of programs: `dockerfile.rs` is about Dockerfiles, while `Dockerfile.go` is one for a program in Go.
const CODE: [&str; 13] =
    [".rs", ".go", ".py", ".rb", ".js", ".ts", ".cs", ".java", ".kt", ".php", ".lua", ".sh", ".vim"];

/// What a file is by its name.
pub fn guess(path: &str) -> Option<Guess> {
    let written = path.rsplit('/').next().unwrap_or(path);
    let name = written.to_ascii_lowercase();
    let stem = ["dockerfile", "containerfile"].iter().any(|stem| written.starts_with(stem));
    if OTHERS.iter().any(|ending| name.ends_with(ending))
        || (stem && CODE.iter().any(|ending| written.ends_with(ending)))
    {
        return None;
    }
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    if yaml {
        return Some(if name.contains("stack") || name.starts_with("swarm") {
            Guess::Stack
        } else if name.starts_with("compose") || name.starts_with("docker-compose") {
            Guess::Compose
        } else if name.starts_with("dockerfile.") || name.starts_with("containerfile.") {
            Guess::Dockerfile
        } else {
            Guess::Yaml
        });
    }
    let prefixed = ["dockerfile", "containerfile"].iter().any(|stem| {
        name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    });
    (prefixed || name.ends_with(".dockerfile") || name.ends_with(".containerfile"))
        .then_some(Guess::Dockerfile)
}

/// The files below some paths, sorted; a named file is taken whatever it is called. Hidden folders are walked, `.git`,
/// `node_modules` and ignored files are not.
///
/// A link that is met on the way and leads out of the project is no part of it, but with `outside`.
///
/// What fits a pattern of `exclude`, seen from `directory`, is left out; a named file only with `force`.
pub fn discover(
    directory: &Path,
    paths: &[String],
    exclude: &[String],
    force: bool,
    outside: bool,
) -> Result<Vec<Found>, String> {
    let mut all = Vec::new();
    let root = Disk::new(directory).root;
    let mut overrides = ignore::overrides::OverrideBuilder::new(directory);
    for pattern in exclude {
        exclude_from(&mut overrides, pattern)?;
    }
    let overrides = overrides.build().map_err(|error| error.to_string())?;
    let excluded = |path: &Path| {
        let below = path.strip_prefix(directory).unwrap_or(path);
        let mut above = below.ancestors().skip(1);
        overrides.matched(path, false).is_ignore() || above.any(|it| overrides.matched(it, true).is_ignore())
    };
    for path in paths {
        // Patterns fit paths without a `.` in them.
        let whole: std::path::PathBuf = directory.join(path).components().collect();
        if force && excluded(&whole) {
            continue;
        }
        if !whole.is_dir() {
            let path = path.strip_prefix("./").unwrap_or(path).to_owned();
            all.push(Found { guess: guess(&path), path, named: true });
            continue;
        }
        let before = all.len();
        let walk = ignore::WalkBuilder::new(&whole)
            .hidden(false)
            .require_git(false)
            .overrides(overrides.clone())
            .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | "node_modules")))
            .build();
        for entry in walk {
            let entry = entry.map_err(|error| error.to_string())?;
            let is_file = entry.file_type().is_some_and(|kind| {
                kind.is_file() || kind.is_symlink() && (outside || stays(entry.path(), [&whole, &root]))
            });
            let shown = entry.path().strip_prefix(directory).unwrap_or(entry.path());
            let path = shown.to_string_lossy().replace('\\', "/");
            let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
            if is_file && let Some(guess) = guess(&path) {
                all.push(Found { path, guess: Some(guess), named: false });
            }
        }
        // A directory in the place of a file: reading it says so.
        let name = path.trim_end_matches('/');
        if all.len() == before && guess(name).is_some() {
            all.push(Found { path: name.to_owned(), guess: guess(name), named: true });
        }
    }
    all.sort();
    all.dedup_by(|a, b| a.path == b.path);
    Ok(all)
}

/// Refuses what is no pattern of files to exclude.
pub fn check_pattern(pattern: &str) -> Result<(), String> {
    exclude_from(&mut ignore::overrides::OverrideBuilder::new(""), pattern)
}

fn exclude_from(overrides: &mut ignore::overrides::OverrideBuilder, pattern: &str) -> Result<(), String> {
    match overrides.add(&format!("!{pattern}")) {
        Ok(_) => Ok(()),
        Err(ignore::Error::Glob { err, .. }) => Err(format!("`{pattern}` is no pattern: {err}")),
        Err(error) => Err(format!("`{pattern}` is no pattern: {error}")),
    }
}

/// Whether a link leads below one of these directories. One that leads nowhere stays what it is; reading it says so.
fn stays(link: &Path, directories: [&Path; 2]) -> bool {
    let Ok(target) = link.canonicalize() else { return true };
    directories.iter().any(|it| it.canonicalize().is_ok_and(|it| target.starts_with(it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_the_hook_agree() {
        let wanted = regex::Regex::new(HOOK_PATTERN).unwrap();
        let left_out = regex::Regex::new(HOOK_EXCLUDE).unwrap();
        let hook = |path: &str| wanted.is_match(path) && !left_out.is_match(path);
        let cases = [
            ("Dockerfile", Some(Guess::Dockerfile)),
            ("a/Dockerfile.prod", Some(Guess::Dockerfile)),
            ("a/Dockerfile-dev", Some(Guess::Dockerfile)),
            ("app.dockerfile", Some(Guess::Dockerfile)),
            ("Containerfile", Some(Guess::Dockerfile)),
            ("compose.yaml", Some(Guess::Compose)),
            ("compose.prod.yml", Some(Guess::Compose)),
            ("docker-compose.yml", Some(Guess::Compose)),
            ("docker-stack.yml", Some(Guess::Stack)),
            ("x/monitoring-stack.yaml", Some(Guess::Stack)),
            ("Dockerfiles", None),
            ("mydockerfile", None),
            ("docker.md", None),
            ("Dockerfile.go", Some(Guess::Dockerfile)),
            ("src/dockerfile.rs", None),
            ("Dockerfile.dockerignore", None),
            ("Dockerfile.j2", None),
        ];
        for (path, expected) in cases {
            assert_eq!(guess(path), expected, "{path}");
            assert_eq!(hook(path), expected.is_some(), "{path}");
        }
        assert_eq!(guess("ci.yml"), Some(Guess::Yaml));
    }
}

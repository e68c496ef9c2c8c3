//! Which files make a project: as Docker chooses them, and overlays over their base.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Files, Guess, guess};
use crate::syntax::yaml;

use super::env;
use crate::facts::model::Env;
use crate::source::clean_path;

/// The base files that Compose looks for, in its order of preference (compose-go, `DefaultFileNames`).
const BASES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The overrides that it adds by itself.
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The files of a project, by clean path, in the order in which they are merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Every file.
    pub files: Vec<String>,
    /// How many of them are judged elsewhere, too: the base of an overlay.
    pub shared: usize,
}

impl Plan {
    fn of(files: Vec<String>) -> Self {
        Self { files, shared: 0 }
    }
}

/// What is asked about files while projects are planned.
pub struct Planner<'a> {
    /// Where files come from.
    pub files: &'a dyn Files,
    /// Whether `.env` may choose files.
    pub use_env: bool,
    /// Projects that the user named, each with its files.
    pub declared: &'a [Vec<String>],
}

impl Planner<'_> {
    /// The files that must be read, besides those at `path`, to know its project.
    pub fn companions(&self, path: &str) -> Vec<String> {
        if let Some(declared) = self.declared(path) {
            return declared;
        }
        let (directory, name) = split(path);
        let mut wanted = Vec::new();
        if let Some(base) = self.base(directory) {
            if is_override(name) {
                wanted.push(base);
            } else if base == path {
                wanted.extend(self.chosen(directory).unwrap_or_default());
                wanted.extend(self.automatic(directory));
            }
        }
        wanted.extend(self.stem(path));
        wanted
    }

    /// The project that a file belongs to. `trees` holds the files that were read, `together` those that another file
    /// includes as one project.
    pub fn plan(&self, path: &str, trees: &BTreeMap<String, &yaml::Tree>, together: &[Vec<String>]) -> Plan {
        if let Some(declared) = self.declared(path) {
            return Plan::of(declared);
        }
        let (directory, _) = split(path);
        let base = self.base(directory);
        if let Some(chosen) = base.as_ref().and_then(|_| self.chosen(directory))
            && chosen.iter().any(|file| file == path)
        {
            return Plan::of(chosen);
        }
        if let Some(base) =
            base.filter(|base| base == path || self.automatic(directory).as_deref() == Some(path))
        {
            let automatic = self.automatic(directory).filter(|file| trees.contains_key(file));
            return Plan::of(std::iter::once(base).chain(automatic).collect());
        }
        if let Some(included) = together.iter().find(|files| files.iter().any(|file| file == path)) {
            return Plan::of(included.clone());
        }
        if let Some(base) = self.stem(path).filter(|base| overlays(path, base, trees)) {
            return Plan { files: vec![base, path.to_owned()], shared: 1 };
        }
        Plan::of(vec![path.to_owned()])
    }

    fn declared(&self, path: &str) -> Option<Vec<String>> {
        self.declared.iter().find(|files| files.iter().any(|file| file == path)).cloned()
    }

    /// The base file of a directory.
    fn base(&self, directory: &str) -> Option<String> {
        self.first(directory, &BASES)
    }

    /// The override that is added to the base of a directory.
    fn automatic(&self, directory: &str) -> Option<String> {
        self.first(directory, &OVERRIDES)
    }

    fn first(&self, directory: &str, names: &[&str]) -> Option<String> {
        names.iter().map(|name| join(directory, name)).find(|path| self.files.is_file(path))
    }

    /// The files that `COMPOSE_FILE` in `.env` chooses.
    fn chosen(&self, directory: &str) -> Option<Vec<String>> {
        let env = if self.use_env { env::beside(self.files, directory) } else { Env::new() };
        let list = env.get("COMPOSE_FILE")?.as_deref()?;
        let separator = env.get("COMPOSE_PATH_SEPARATOR").and_then(Option::as_deref).unwrap_or(":");
        let files: Vec<String> = list.split(separator).map(|file| join(directory, file)).collect();
        files.iter().all(|file| self.files.is_file(file)).then_some(files)
    }

    /// The file that a name such as `compose.prod.yml` is an overlay of, if there is one.
    fn stem(&self, path: &str) -> Option<String> {
        let (directory, name) = split(path);
        let (stem, rest) = name.split_once('.')?;
        let (word, ending) = rest.rsplit_once('.')?;
        if word.is_empty() || !matches!(ending, "yml" | "yaml") {
            return None;
        }
        if matches!(stem, "compose" | "docker-compose") {
            return self.base(directory);
        }
        let named = |ending: &str| join(directory, &format!("{stem}.{ending}"));
        [named("yml"), named("yaml")].into_iter().find(|base| {
            self.files.is_file(base)
                && matches!(guess(base), Some(Guess::Compose | Guess::Stack | Guess::Yaml))
        })
    }
}

/// The directory of a file that has the name of a base.
pub fn base_directory(path: &str) -> Option<&str> {
    let (directory, name) = split(path);
    BASES.contains(&name).then_some(directory)
}

/// The files in a directory that people name to lie over its base.
pub fn overlays_of(files: &dyn Files, directory: &str) -> Vec<String> {
    const PURPOSES: [&str; 10] =
        ["prod", "production", "dev", "development", "staging", "test", "testing", "ci", "local", "build"];
    let mut names: Vec<String> = OVERRIDES.iter().map(|&name| name.to_owned()).collect();
    for purpose in PURPOSES {
        for stem in ["compose", "docker-compose"] {
            for ending in ["yml", "yaml"] {
                names.extend([".", "-"].map(|mark| format!("{stem}{mark}{purpose}.{ending}")));
            }
        }
    }
    names.iter().map(|name| join(directory, name)).filter(|path| files.is_file(path)).collect()
}

fn is_override(name: &str) -> bool {
    OVERRIDES.contains(&name)
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn join(directory: &str, name: &str) -> String {
    clean_path(&if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") })
}

/// Whether a file is a piece to be merged over `base`: it has a service that says neither what it runs nor how to build
/// it, or a service that the base has, too.
fn overlays(path: &str, base: &str, trees: &BTreeMap<String, &yaml::Tree>) -> bool {
    let (Some(tree), Some(base)) = (trees.get(path), trees.get(base)) else { return false };
    let names = |tree: &yaml::Tree| -> BTreeSet<String> {
        services(tree).into_iter().map(|(name, _)| name).collect()
    };
    let shares = !names(tree).is_disjoint(&names(base));
    let fragment = services(tree).iter().any(|(_, node)| {
        !tree.effective(*node).iter().any(|it| {
            let key = tree.scalar(it.entry.key).map_or("", |key| key.text.as_str());
            matches!(key, "image" | "build" | "extends" | "provider")
        })
    });
    shares || fragment
}

fn services(tree: &yaml::Tree) -> Vec<(String, yaml::NodeId)> {
    let Some(services) = tree.root().and_then(|root| tree.get(root, "services")) else { return Vec::new() };
    tree.entries(services.value)
        .iter()
        .filter_map(|entry| Some((tree.scalar(entry.key)?.text.as_str().to_owned(), entry.value)))
        .collect()
}

//! A YAML file that steers plimsoll, with what is needed to point into it: the configuration, a rule file.

use std::path::Path;

use crate::policy::{Mistake, Step};
use crate::source::{Disk, FileId, Files, Source, decode};
use crate::syntax::{Data, yaml};

use super::{Env, Failure};

/// More nodes than this has no configuration and no rule.
const NODES: u32 = 100_000;

/// A file that was read.
pub struct Document {
    /// Its text.
    pub source: Source,
    tree: yaml::Tree,
    /// What it says; null where it is empty.
    pub data: Data,
}

impl Document {
    /// Reads a file; keys that are there twice are a mistake.
    pub fn read(path: &Path, env: &Env<'_>) -> Result<Self, Failure> {
        let shown = path.strip_prefix(&env.directory).unwrap_or(path).to_string_lossy().into_owned();
        let text = Disk::new(&env.directory)
            .read(&path.to_string_lossy())
            .and_then(|bytes| decode(bytes, false))
            .map_err(|error| Failure(format!("{shown}: {}", error.message)))?;
        let source = Source::new(FileId(0), &shown, &text);
        let tree = yaml::parse(&source, yaml::Limits::default());
        let failed = |offset, message: &str| {
            let at = source.position(offset);
            Err(Failure(format!("{shown}:{}:{}: {message}", at.line, at.column)))
        };
        if let Some(problem) = tree.problems.first() {
            return failed(problem.span.start, &problem.message);
        }
        if let Some(twice) = tree.duplicates.first() {
            let line = source.position(twice.first.start).line;
            let name = twice.name.as_str();
            return failed(twice.second.start, &format!("`{name}` is said twice, first in line {line}"));
        }
        let data = match tree.root() {
            Some(root) => tree.to_data(root, &mut NODES.clone()),
            None => Some(Data::Null),
        };
        let data = data.ok_or_else(|| Failure(format!("{shown} is too large")))?;
        Ok(Self { source, tree, data })
    }

    /// A mistake in it, in words with its place.
    pub fn explain(&self, mistake: &Mistake) -> Failure {
        let at = self.source.position(self.locate(&mistake.path));
        Failure(format!("{}:{}:{}: {}", self.source.path, at.line, at.column, mistake.message))
    }

    /// Where a path leads: the key of the entry, or the item.
    fn locate(&self, path: &[Step]) -> u32 {
        let mut at = self.tree.root().unwrap_or_default();
        let mut offset = self.tree.node(at).span.start;
        for step in path {
            let next = match step {
                Step::Key(key) => self.tree.get(at, key).map(|entry| (entry.value, entry.span.start)),
                Step::Item(index) => self
                    .tree
                    .items(at)
                    .get(*index)
                    .map(|item| (item.node, self.tree.node(item.node).span.start)),
            };
            let Some((node, start)) = next else { break };
            (at, offset) = (node, start);
        }
        offset
    }
}

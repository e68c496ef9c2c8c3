//! Dockerfiles become facts when somebody asks for them: most are built by no service that is read, so that they can be
//! judged and forgotten one after another. Facts take many times the memory of the files that they are about.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::facts::{Part, Target, World};
use crate::source::{FileId, Files, clean_path};

use super::{Document, Loaded, ignores};

/// A Dockerfile and the part of the world that is its own.
#[derive(Clone, Copy, Debug)]
pub struct Dockerfile {
    /// The part.
    pub part: u32,
    /// The file.
    pub file: FileId,
}

impl Dockerfile {
    /// Its facts, filled in if this is the first time that they are asked for.
    pub fn facts<'w>(self, files: &dyn Files, world: &'w World, documents: &[Document]) -> Option<&'w Part> {
        let slot = world.parts.get(self.part as usize)?;
        Some(slot.get_or_init(|| {
            let mut part = Part::new(self.part, Target::Dockerfile, vec![self.file]);
            if let Some(Document::Dockerfile(parsed)) = documents.get(self.file.0 as usize) {
                part = crate::facts::dockerfile::fill(parsed, part);
            }
            if let Some(source) = world.source(self.file) {
                let path = clean_path(&source.path);
                let unsaid = BTreeSet::new();
                let contexts = world.contexts.get(&path).unwrap_or(&unsaid);
                ignores::fill(files, &path, contexts, &mut part);
            }
            part
        }))
    }
}

impl Loaded {
    /// Makes room for the facts of a Dockerfile.
    pub(super) fn await_dockerfile(&mut self, file: FileId) -> Dockerfile {
        let dockerfile = Dockerfile { part: self.world.parts.len() as u32, file };
        self.world.parts.push(OnceLock::new());
        self.dockerfiles.push(dockerfile);
        dockerfile
    }

    /// The Dockerfiles whose facts nobody asked for yet: no service that was read builds them.
    pub fn lone(&self) -> Vec<Dockerfile> {
        let unasked = |it: &&Dockerfile| self.world.part(it.part).is_none();
        self.dockerfiles.iter().filter(unasked).copied().collect()
    }

    /// The facts of a Dockerfile.
    pub fn facts(&self, files: &dyn Files, of: Dockerfile) -> Option<&Part> {
        of.facts(files, &self.world, &self.documents)
    }

    /// Forgets the facts of a Dockerfile.
    pub fn forget(&mut self, of: Dockerfile) {
        if let Some(slot) = self.world.parts.get_mut(of.part as usize) {
            slot.take();
        }
    }
}

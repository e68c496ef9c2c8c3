//! What a stage takes over from the one that it starts from.

use crate::facts::{Known, NodeId, Site};
use crate::source::{Problem, Span, Text};

use super::scope::Scope;
use super::{Filler, Open};

/// More variables, paths and accounts than this are not taken over by the stages of a file. A stage has a copy of what it
/// inherits, so that a chain of thousands would cost more than any file is worth.
const INHERITED: usize = 100_000;

impl Filler<'_> {
    /// What is in force where a stage begins that starts from `parent`: everything that was there at its end
    /// but ARGs, which end with their stage. Nothing is known where stages inherit too much.
    pub fn inherit(&mut self, parent: NodeId, site: Site) -> Scope {
        let Some(open) = self.opened(parent) else { return Scope::default() };
        let inherited = self.inherited.saturating_add(size(&open.scope));
        if inherited <= INHERITED {
            let scope = open.scope.clone();
            self.inherited = inherited;
            return scope;
        }
        self.inherited = inherited;
        let reason = "the stages of this file inherit too much";
        let (user, healthcheck) = (Known::Unknown(site, reason), Known::Unknown(site, reason));
        Scope { inherits: true, user, healthcheck, ..Scope::default() }
    }

    /// The last stage of a name among the first `count`. Stage names are compared without case, as the builder compares
    /// them.
    pub(super) fn last_named(&self, name: &Text, count: usize) -> Option<&Open> {
        let places = self.named.get(&name.known()?.to_ascii_lowercase())?;
        let behind = places.partition_point(|&place| place < count);
        self.stages.get(*places.get(behind.checked_sub(1)?)?)
    }

    /// A stage of this file.
    pub(super) fn opened(&self, id: NodeId) -> Option<&Open> {
        let at = self.stages.binary_search_by_key(&id, |open| open.id).ok()?;
        self.stages.get(at)
    }

    /// Says that not all that stages inherit was followed.
    pub fn say_inherited_too_much(&mut self) {
        if self.inherited > INHERITED {
            let message = format!(
                "the stages of this file take over more than {INHERITED} variables, paths and accounts from each other; \
                 the rest is not followed"
            );
            let at = Span::point(self.file.file, 0);
            self.part.problems.push(Problem::new(Problem::INHERITED_TOO_MUCH, message, at));
        }
    }
}

/// How many things a scope holds.
fn size(scope: &Scope) -> usize {
    let lists = [&scope.exposes, &scope.labels, &scope.dependencies, &scope.volumes, &scope.made_paths];
    let words = [&scope.entrypoint, &scope.cmd].into_iter().flatten().map(|(_, words)| words.len());
    let listed: usize = lists.into_iter().map(Vec::len).chain(words).sum();
    let shell = scope.shell.as_ref().map_or(0, Vec::len);
    listed + shell + scope.variables.len() + scope.defaults.len() + scope.accounts.len() + scope.left.len()
}

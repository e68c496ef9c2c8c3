//! Repairs that can be made at once: their edits do not touch each other.

use crate::engine::{Finding, Run};
use crate::source::{Edit, FileId, Found};

use super::edits::{Rewrite, rewrite};
use super::order::joined;

/// Repairs to be made together.
#[derive(Debug, Default)]
pub struct Batch<'r> {
    /// The findings that they mend.
    pub findings: Vec<&'r Finding>,
    /// What they change.
    pub rewrites: Vec<Rewrite>,
}

/// Which files may be changed.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    /// Those that were named.
    pub found: &'a [Found],
    /// No other may be made beside them.
    pub alone: bool,
}

impl Reach<'_> {
    fn allows(self, run: &Run, rewrite: &Rewrite) -> Result<(), String> {
        if self.alone && !rewrite.new_files.is_empty() {
            return Err("it makes another file, which standard output cannot hold; name the file".to_owned());
        }
        let path = |edit: &Edit| run.report.path(edit.span.file).to_owned();
        let named = |path: &String| self.found.iter().any(|found| found.path == *path);
        match rewrite.edits.iter().map(path).find(|path| !named(path)) {
            Some(path) => Err(not_named(&path)),
            None => Ok(()),
        }
    }
}

/// A net: what is not reported is not mended, and only files that were named are reported.
fn not_named(path: &str) -> String {
    format!("it is written in `{path}`, which is not among the files that were named")
}

/// A repair that cannot be made, and why.
pub type Refused<'r> = (&'r Finding, String);

/// As many of the repairs as go together, those that change least first where two want the same place; the others are
/// left for the next round.
pub fn batch<'r>(
    run: &'r Run,
    findings: Vec<&'r Finding>,
    reach: Reach<'_>,
) -> (Batch<'r>, Vec<Refused<'r>>) {
    let mut refused = Vec::new();
    let mut ready = Vec::new();
    for finding in findings {
        let Some(repair) = &finding.repair else { continue };
        let rewrite = rewrite(repair, &run.report.sources, &run.documents);
        match rewrite.and_then(|rewrite| reach.allows(run, &rewrite).map(|()| rewrite)) {
            Ok(rewrite) => ready.push((finding, rewrite)),
            Err(reason) => refused.push((finding, reason)),
        }
    }
    ready.sort_by_key(|(finding, rewrite)| (rewrite.width(), std::cmp::Reverse(finding.severity)));
    let mut batch = Batch::default();
    for (finding, rewrite) in ready {
        if batch.rewrites.iter().all(|other| together(other, &rewrite)) {
            batch.findings.push(finding);
            batch.rewrites.push(rewrite);
        }
    }
    (batch, refused)
}

/// Whether two rewrites can be made at once.
fn together(a: &Rewrite, b: &Rewrite) -> bool {
    a.new_files.iter().all(|file| b.new_files.iter().all(|other| file.goes_with(other)))
        && a.claims.iter().all(|claim| !b.claims.contains(claim))
        && a.edits.iter().all(|edit| b.edits.iter().all(|other| beside(edit, other)))
}

/// Whether two edits leave each other alone. Insertions at one place do when they insert different things.
fn beside(a: &Edit, b: &Edit) -> bool {
    if !a.overlaps(b) {
        return true;
    }
    a == b && !a.span.is_empty() || a.span.is_empty() && a.span == b.span && subject(a) != subject(b)
}

/// What an insertion begins with: the key of an entry, an item, an instruction.
fn subject(edit: &Edit) -> &str {
    let line = edit.text.trim_start_matches(['\r', '\n', ' ', ',']).lines().next().unwrap_or("");
    if line.starts_with("- ") { line } else { line.split(':').next().unwrap_or(line) }
}

impl Batch<'_> {
    /// The first half, for finding out which of the repairs does harm.
    pub fn halve(&mut self) {
        let half = self.findings.len().div_ceil(2);
        self.findings.truncate(half);
        self.rewrites.truncate(half);
    }

    /// The edits of one file.
    pub fn edits(&self, file: FileId) -> Vec<Edit> {
        let all = self.rewrites.iter().flat_map(|it| &it.edits);
        joined(all.filter(|edit| edit.span.file == file).cloned().collect())
    }
}

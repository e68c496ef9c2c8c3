//! Which findings comments cover: looked up by file, rule and place, since a file may have thousands of either.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::policy::About;
use crate::source::{FileId, Span};

use super::super::finding::Undecided;
use super::{Finding, Ignore, State};

/// The places of findings, by file.
#[derive(Default)]
pub struct Covered(BTreeMap<FileId, Places>);

/// The places of the findings of one file.
#[derive(Default)]
struct Places {
    /// What they point at, and where it comes through.
    near: Spots,
    /// Where their subjects begin.
    subjects: Spots,
}

impl Covered {
    /// The places of these findings.
    pub fn of(findings: &[Finding]) -> Self {
        let mut files: BTreeMap<FileId, Places> = BTreeMap::new();
        for (number, finding) in findings.iter().enumerate() {
            for span in finding.via.iter().chain([&finding.primary.span]) {
                files.entry(span.file).or_default().near.add(&finding.rule, *span, number);
            }
            let at = finding.subject_at;
            files.entry(at.file).or_default().subjects.add(&finding.rule, at, number);
        }
        for places in files.values_mut() {
            places.near.sort();
            places.subjects.sort();
        }
        Self(files)
    }

    /// Marks the findings that the ignores of a file cover; says of each ignore whether it covered any. Of several that
    /// cover one finding the last one gives the reason.
    pub fn apply(&mut self, findings: &mut [Finding], ignores: &[Ignore]) -> Vec<bool> {
        let mut used = vec![false; ignores.len()];
        let file = ignores.first().map(|ignore| ignore.covers.file);
        let Some(places) = file.and_then(|file| self.0.get_mut(&file)) else { return used };
        let mut marked = BTreeSet::new();
        for (ignore, used) in ignores.iter().zip(&mut used).rev() {
            *used = places.near.any(ignore) || !ignore.alone && places.subjects.any(ignore);
            let mut left = places.near.take(ignore);
            if !ignore.alone {
                left.extend(places.subjects.take(ignore));
            }
            for number in left {
                if let Some(finding) = findings.get_mut(number).filter(|_| marked.insert(number)) {
                    finding.state = State::Ignored { reason: ignore.reason.clone() };
                }
            }
        }
        used
    }
}

/// The places of what could not be decided, by file.
pub struct Open(BTreeMap<FileId, Spots>);

impl Open {
    /// The places of these.
    pub fn of(undecided: &[Undecided]) -> Self {
        let mut files: BTreeMap<FileId, Spots> = BTreeMap::new();
        for (number, it) in undecided.iter().enumerate() {
            files.entry(it.span.file).or_default().add(&it.rule, it.span, number);
        }
        files.values_mut().for_each(Spots::sort);
        Self(files)
    }

    /// Whether an ignore covers any of them.
    pub fn any(&self, ignore: &Ignore) -> bool {
        self.0.get(&ignore.covers.file).is_some_and(|spots| spots.any(ignore))
    }
}

/// Places in one file, by the id of the rule that they are of.
#[derive(Default)]
struct Spots(BTreeMap<String, Row>);

struct Row {
    rule: Arc<About>,
    /// Where, and of which finding.
    spots: Vec<(u32, usize)>,
    /// The numbers of the spots that are not taken.
    left: BTreeSet<usize>,
}

impl Spots {
    /// Adds a place; they are found when they are sorted.
    fn add(&mut self, rule: &Arc<About>, at: Span, number: usize) {
        if let Some(row) = self.0.get_mut(&rule.id) {
            row.spots.push((at.start, number));
        } else {
            let spots = vec![(at.start, number)];
            self.0.insert(rule.id.clone(), Row { rule: rule.clone(), spots, left: BTreeSet::new() });
        }
    }

    /// Sorts the places.
    fn sort(&mut self) {
        for row in self.0.values_mut() {
            row.spots.sort_unstable();
            row.left = (0..row.spots.len()).collect();
        }
    }

    /// Whether an ignore covers any of them.
    fn any(&self, ignore: &Ignore) -> bool {
        self.0.values().any(|row| row.is_covered(ignore))
    }

    /// Takes those that an ignore covers and that are not taken; whose they are.
    fn take(&mut self, ignore: &Ignore) -> Vec<usize> {
        let mut all = Vec::new();
        for row in self.0.values_mut() {
            if !row.is_covered(ignore) {
                continue;
            }
            let here: Vec<usize> = row.left.range(row.inside(ignore)).copied().collect();
            for spot in here {
                row.left.remove(&spot);
                all.extend(row.spots.get(spot).map(|(_, number)| *number));
            }
        }
        all
    }
}

impl Row {
    fn is_covered(&self, ignore: &Ignore) -> bool {
        !self.inside(ignore).is_empty() && ignore.rules.has(&self.rule)
    }

    /// The numbers of the spots where an ignore counts.
    fn inside(&self, ignore: &Ignore) -> std::ops::Range<usize> {
        let from = self.spots.partition_point(|(at, _)| *at < ignore.covers.start);
        from..self.spots.partition_point(|(at, _)| *at <= ignore.covers.end).max(from)
    }
}

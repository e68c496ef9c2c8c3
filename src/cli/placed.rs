//! Where changes stand in the text as it was.

use std::collections::BTreeMap;

use crate::fix::{Change, Plan};
use crate::source::Span;

/// The places of the findings before a plan, since it may have thousands of changes.
pub struct Placed<'p> {
    /// By rule, subject and path; the first of several.
    findings: BTreeMap<(&'p str, &'p str, &'p str), Span>,
    /// By path and the service or resource that they belong to; the first of several.
    owners: BTreeMap<(&'p str, &'p str), Span>,
}

impl<'p> Placed<'p> {
    /// The places of a plan.
    pub fn of(plan: &'p Plan) -> Self {
        let report = &plan.before.report;
        let (mut findings, mut owners) = (BTreeMap::new(), BTreeMap::new());
        for finding in &report.findings {
            let (path, at) = (report.path(finding.primary.span.file), finding.primary.span);
            findings.entry((finding.rule.id.as_str(), finding.subject.as_str(), path)).or_insert(at);
            owners.entry((path, owner(&finding.subject))).or_insert(at);
        }
        Self { findings, owners }
    }

    /// Where the finding that a change mends stands; nowhere if another change brought it.
    pub fn exact(&self, change: &Change) -> Option<Span> {
        self.findings.get(&(change.rule.as_str(), change.subject.as_str(), change.path.as_str())).copied()
    }

    /// The same; where something else of the same service or resource was found, for a change that another one brought.
    pub fn near(&self, change: &Change) -> Option<Span> {
        let beside = || self.owners.get(&(change.path.as_str(), owner(&change.subject))).copied();
        self.exact(change).or_else(beside)
    }
}

/// The service or resource of a subject: `services.web` of `services.web.ports["80"]`.
fn owner(subject: &str) -> &str {
    let end = subject.match_indices('.').nth(1).map_or(subject.len(), |(at, _)| at);
    subject.get(..end).unwrap_or(subject)
}

//! Where repairs are tried: texts over the files, judged again after every change.

use std::collections::BTreeMap;

use crate::engine::{self, Finding, Heed, Run};
use crate::facts;
use crate::policy::Policy;
use crate::source::{Files, Found, ReadError, apply};
use crate::syntax::ASTRAY;

use super::batch::{Batch, Reach};
use super::plan::Change;

/// New texts over the files that they replace, and files that are to be made.
pub struct Overlay<'f> {
    below: &'f dyn Files,
    /// New texts by path.
    pub texts: BTreeMap<String, String>,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.below.read(path),
        }
    }

    fn is_file(&self, path: &str) -> bool {
        self.texts.contains_key(path) || self.below.is_file(path)
    }

    fn exists(&self, path: &str) -> bool {
        self.texts.contains_key(path) || self.below.exists(path)
    }

    fn is_inside(&self, path: &str) -> bool {
        self.below.is_inside(path) || self.texts.contains_key(path) && !self.below.is_file(path)
    }
}

/// What is judged, and how.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The files as they are.
    pub files: &'a dyn Files,
    /// How they are read.
    pub options: &'a facts::Options,
    /// The rules.
    pub policy: &'a Policy,
    /// Whether comments count.
    pub heed: Heed,
}

impl<'a> Desk<'a> {
    /// An overlay that changes nothing yet.
    pub fn overlay(self) -> Overlay<'a> {
        Overlay { below: self.files, texts: BTreeMap::new() }
    }

    /// Judges files with their new texts.
    pub fn judge(self, overlay: &Overlay<'_>, found: &[Found]) -> Run {
        engine::check(overlay, found, self.options, self.policy, self.heed)
    }

    /// Makes the repairs of a batch and keeps them only if their findings are gone and nothing came in their place but small
    /// remarks. What can be mended at once (`mendable`) is: a healthcheck asks others to wait for it.
    pub fn attempt(
        self,
        current: &Run,
        batch: &Batch<'_>,
        overlay: &mut Overlay<'_>,
        reach: Reach<'_>,
        mendable: &dyn Fn(&Finding) -> bool,
    ) -> Result<Kept, String> {
        let before = overlay.texts.clone();
        let tried = write(current, batch, overlay).and_then(|()| {
            let mut run = self.judge(overlay, reach.found);
            let mut made = Made::default();
            made.add(current, batch);
            for _ in 0..FOLLOW_UPS {
                let new = new_findings(current, &run);
                if new.is_empty() || !new.iter().all(|finding| mendable(finding)) {
                    break;
                }
                let (follow_up, _) = super::batch::batch(&run, new, reach);
                write(&run, &follow_up, overlay)?;
                made.add(&run, &follow_up);
                run = self.judge(overlay, reach.found);
            }
            verify(current, &run, batch).map(|()| Kept { run, made })
        });
        if tried.is_err() {
            overlay.texts = before;
        }
        tried
    }
}

/// Repairs that were kept, and what is found now.
pub struct Kept {
    /// The run over the new texts.
    pub run: Run,
    /// The repairs.
    pub made: Made,
}

/// Repairs that were made.
#[derive(Default)]
pub struct Made {
    /// Each of them.
    pub changes: Vec<Change>,
    /// New files that hold secrets, by their paths.
    pub secret: Vec<String>,
}

impl Made {
    fn add(&mut self, run: &Run, batch: &Batch<'_>) {
        self.changes.extend(batch.findings.iter().filter_map(|finding| change(run, finding)));
        let new = batch.rewrites.iter().flat_map(|rewrite| &rewrite.new_files);
        self.secret.extend(new.filter(|file| file.secret).map(|file| file.path.clone()));
    }
}

fn change(run: &Run, finding: &Finding) -> Option<Change> {
    let repair = finding.repair.clone()?;
    Some(Change {
        rule: finding.rule.id.clone(),
        path: run.report.path(finding.primary.span.file).to_owned(),
        subject: finding.subject.clone(),
        title: repair.title,
        safety: repair.safety,
        caveat: repair.caveat,
    })
}

/// The net below all repairs; no file is known that falls into it.
const UNREADABLE: &str = "the result could not be read";

/// How often what a repair brings is mended in turn before it is given up.
const FOLLOW_UPS: usize = 3;

/// Findings of a kind that was not there, or not as often, before.
fn new_findings<'r>(before: &Run, after: &'r Run) -> Vec<&'r Finding> {
    let mut old = tallies(before);
    let is_new = |finding: &&Finding| match old.get_mut(&identity(after, finding)) {
        Some(tally) if tally.count > 0 => {
            tally.count -= 1;
            false
        }
        _ => true,
    };
    after.report.active().filter(is_new).collect()
}

fn write(current: &Run, batch: &Batch<'_>, overlay: &mut Overlay<'_>) -> Result<(), String> {
    for source in &current.report.sources {
        let edits = batch.edits(source.id);
        if !edits.is_empty() {
            let text = apply(&source.text, &edits).ok_or(ASTRAY)?;
            overlay.texts.insert(source.path.to_string(), text);
        }
    }
    for file in batch.rewrites.iter().flat_map(|rewrite| &rewrite.new_files) {
        let text = file.text_over(overlay)?;
        overlay.texts.insert(file.path.clone(), text);
    }
    Ok(())
}

/// What makes a finding the same before and after a change: rule, path, subject. Instructions lose their numbers, since
/// one that is inserted or removed renumbers those after it, and items their texts. An ADD may become a COPY.
pub type Identity = (String, String, String);

/// The identity of a finding.
pub fn identity(run: &Run, finding: &Finding) -> Identity {
    let path = run.report.path(finding.primary.span.file).to_owned();
    let mut parts = finding.subject.split(" #");
    let mut subject = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        subject.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    let subject = subject.replace("/ ADD", "/ COPY").replace(".ADD", ".COPY");
    (finding.rule.id.clone(), path, without_texts(&subject))
}

/// A subject without the texts of items: `volumes["./a:/b"]` is the same mount when it is `./a:/b:ro`.
fn without_texts(subject: &str) -> String {
    let mut out = String::new();
    let mut rest = subject;
    while let Some((before, item)) = rest.split_once("[\"") {
        out.push_str(before);
        out.push_str("[]");
        rest = item.split_once("\"]").map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    out
}

/// A repair that did not help: the finding and the line that it points at.
pub type Attempt = (Identity, String);

/// What is remembered of a repair that did not help.
pub fn attempted(run: &Run, finding: &Finding) -> Attempt {
    let span = finding.primary.span;
    let line = run.report.source(span.file).map_or("", |source| {
        let range = source.lines.range(source.lines.line(span.start), &source.text);
        source.text.get(range).unwrap_or("")
    });
    (identity(run, finding), line.to_owned())
}

/// The findings are gone, and whatever came in their place is less bad than each of them by two steps or more: a secret
/// that leaves the file for one beside it is worth the remark that it is read from a file, dropped capabilities are worth
/// the note that some are added back. One step is too few: a user who is not root is not worth files that are lost. What
/// Docker would refuse is worth nothing.
fn verify(before: &Run, after: &Run, batch: &Batch<'_>) -> Result<(), String> {
    if after.report.problems.len() > before.report.problems.len() {
        return Err(UNREADABLE.to_owned());
    }
    let (mut old, new) = (tallies(before), tallies(after));
    for finding in &batch.findings {
        if let Some(tally) = old.get_mut(&identity(before, finding)) {
            tally.count = tally.count.saturating_sub(1);
        }
    }
    let lightest = batch.findings.iter().map(|finding| finding.severity).min();
    let worse = new.iter().find(|(id, tally)| {
        let grew = old.get(*id).is_none_or(|old| tally.count > old.count);
        let worth_it = lightest.is_some_and(|mended| tally.worst.severity.is_far_below(mended));
        grew && (tally.refused || !worth_it)
    });
    match worse {
        None => Ok(()),
        Some((id, _)) if batch.findings.iter().any(|finding| identity(before, finding) == *id) => {
            Err("it would not help".to_owned())
        }
        Some(((rule, ..), tally)) => Err(format!("it would bring `{rule}`: {}", tally.worst.message)),
    }
}

/// The findings of one identity.
struct Tally<'r> {
    count: usize,
    worst: &'r Finding,
    /// Docker refuses the file, or the deployment, for one of them.
    refused: bool,
}

fn tallies(run: &Run) -> BTreeMap<Identity, Tally<'_>> {
    let mut tallies: BTreeMap<Identity, Tally<'_>> = BTreeMap::new();
    for finding in run.report.active() {
        let tally = tallies.entry(identity(run, finding)).or_insert(Tally {
            count: 0,
            worst: finding,
            refused: false,
        });
        tally.count += 1;
        tally.refused |= finding.refused.is_some();
        if finding.severity > tally.worst.severity {
            tally.worst = finding;
        }
    }
    tallies
}

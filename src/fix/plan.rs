//! One plan for some files: repair by repair, each parsed and judged again before it is kept.

use std::collections::BTreeMap;

use crate::engine::{self, Finding, Repair, Run, State, is_mechanical};
use crate::facts;
use crate::policy::{Policy, Safety};
use crate::source::{Files, Found, ReadError, Span, apply};

use super::edits::edits;

/// Which repairs are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Those that change what runs, too.
    pub behaviour: bool,
    /// Those that only a hardening makes, too.
    pub hardening: bool,
}

/// A repair that was made.
#[derive(Clone, Debug)]
pub struct Change {
    /// The rule.
    pub rule: String,
    /// What was judged.
    pub subject: String,
    /// What was done.
    pub title: String,
    /// How much it may change.
    pub safety: Safety,
    /// What could go wrong.
    pub caveat: Option<String>,
}

/// A finding that is left for a person.
#[derive(Clone, Debug)]
pub struct Left {
    /// The rule.
    pub rule: String,
    /// Where.
    pub at: Span,
    /// What is wrong.
    pub message: String,
    /// Why it was not mended, or what to do.
    pub reason: String,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Plan {
    /// Files whose text changed: path, before, after.
    pub files: Vec<(String, String, String)>,
    /// The repairs, in the order in which they were made.
    pub changes: Vec<Change>,
    /// What is left for a person.
    pub left: Vec<Left>,
    /// The run over the original files.
    pub before: Run,
    /// The run over the new ones.
    pub after: Run,
}

/// New texts over the files that they replace.
struct Overlay<'f> {
    below: &'f dyn Files,
    texts: BTreeMap<String, String>,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.below.read(path),
        }
    }

    fn is_file(&self, path: &str) -> bool {
        self.below.is_file(path)
    }

    fn is_inside(&self, path: &str) -> bool {
        self.below.is_inside(path)
    }
}

/// What makes a finding the same before and after a change: rule, path, subject. Instructions lose their numbers, since
/// one that is inserted or removed renumbers those after it.
type Identity = (String, String, String);

fn identity(run: &Run, finding: &Finding) -> Identity {
    let path = run.report.path(finding.primary.span.file).to_owned();
    let mut parts = finding.subject.split(" #");
    let mut subject = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        subject.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    (finding.rule.id.clone(), path, subject)
}

/// A repair that did not help: the finding and the line that it points at.
type Attempt = (Identity, String);

fn attempted(run: &Run, finding: &Finding) -> Attempt {
    let span = finding.primary.span;
    let line = run.report.source(span.file).map_or("", |source| {
        let range = source.lines.range(source.lines.line(span.start), &source.text);
        source.text.get(range).unwrap_or("")
    });
    (identity(run, finding), line.to_owned())
}

/// Mends what can be mended.
pub fn plan(
    files: &dyn Files,
    found: &[Found],
    options: &facts::Options,
    policy: &Policy,
    wanted: Wanted,
) -> Plan {
    let mut overlay = Overlay { below: files, texts: BTreeMap::new() };
    let judge = |overlay: &Overlay<'_>| engine::check(overlay, found, options, policy, false);
    let before = judge(&overlay);
    let mut current = judge(&overlay);
    let mut plan = Plan::default();
    let mut failed: BTreeMap<Attempt, String> = BTreeMap::new();
    while let Some((finding, repair)) = next(&current, wanted, &failed) {
        match attempt(&current, finding, &mut overlay, &judge) {
            Ok(run) => {
                plan.changes.push(Change {
                    rule: finding.rule.id.clone(),
                    subject: finding.subject.clone(),
                    title: repair.title.clone(),
                    safety: repair.safety,
                    caveat: repair.caveat.clone(),
                });
                current = run;
            }
            Err(reason) => {
                failed.insert(attempted(&current, finding), reason);
            }
        }
    }
    for finding in current.report.active() {
        let reason = failed.get(&attempted(&current, finding)).cloned();
        let advice = finding.repair.as_ref().map(|repair| repair.title.clone());
        plan.left.push(Left {
            rule: finding.rule.id.clone(),
            at: finding.primary.span,
            message: finding.message.clone(),
            reason: reason.or(advice).unwrap_or_default(),
        });
    }
    for (path, text) in overlay.texts {
        let old = before.report.sources.iter().find(|source| *source.path == *path);
        if let Some(old) = old.filter(|old| *old.text != *text) {
            plan.files.push((path, old.text.to_string(), text));
        }
    }
    plan.before = before;
    plan.after = current;
    plan
}

/// The next finding to mend, the worst first, and how.
fn next<'r>(
    run: &'r Run,
    wanted: Wanted,
    failed: &BTreeMap<Attempt, String>,
) -> Option<(&'r Finding, &'r Repair)> {
    run.report
        .findings
        .iter()
        .filter(|finding| finding.state == State::Active)
        .filter_map(|finding| Some((finding, finding.repair.as_ref()?)))
        .filter(|(_, repair)| {
            is_mechanical(repair)
                && (repair.safety == Safety::Safe || wanted.behaviour)
                && (!repair.harden_only || wanted.hardening)
        })
        .filter(|(finding, _)| !failed.contains_key(&attempted(run, finding)))
        .max_by_key(|(finding, _)| (finding.severity, std::cmp::Reverse(finding.primary.span.start)))
}

/// Makes one repair, and keeps it only if the finding is gone and nothing came in its place.
fn attempt(
    current: &Run,
    finding: &Finding,
    overlay: &mut Overlay<'_>,
    judge: &impl Fn(&Overlay<'_>) -> Run,
) -> Result<Run, String> {
    let Some(repair) = &finding.repair else { return Err("nobody knows how".to_owned()) };
    let edits = edits(repair, &current.report.sources, &current.documents)?;
    let before = overlay.texts.clone();
    for source in &current.report.sources {
        let own: Vec<_> = edits.iter().filter(|edit| edit.span.file == source.id).cloned().collect();
        if own.is_empty() {
            continue;
        }
        let text = apply(&source.text, &own).ok_or("its changes touch each other")?;
        overlay.texts.insert(source.path.to_string(), text);
    }
    let run = judge(overlay);
    let verdict = verify(current, &run, &identity(current, finding));
    if let Err(reason) = verdict {
        overlay.texts = before;
        return Err(reason);
    }
    Ok(run)
}

/// The finding is gone, and there are no more of any rule about anything than before.
fn verify(before: &Run, after: &Run, mended: &Identity) -> Result<(), String> {
    if after.report.problems.len() > before.report.problems.len() {
        return Err("the result could not be read".to_owned());
    }
    let (old, new) = (counts(before), counts(after));
    let count =
        |counts: &BTreeMap<Identity, usize>, id: &Identity| counts.get(id).copied().unwrap_or_default();
    if count(&new, mended) >= count(&old, mended) {
        return Err("it would not help".to_owned());
    }
    match new.iter().find(|(id, many)| **many > count(&old, id)) {
        Some(((rule, _, subject), _)) => Err(format!("it would bring `{rule}` to `{subject}`")),
        None => Ok(()),
    }
}

fn counts(run: &Run) -> BTreeMap<Identity, usize> {
    let mut counts = BTreeMap::new();
    for finding in run.report.active() {
        *counts.entry(identity(run, finding)).or_default() += 1;
    }
    counts
}

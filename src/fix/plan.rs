//! One plan for some files: batches of repairs, each parsed and judged again before it is kept.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::engine::{self, Finding, Heed, Run, is_mechanical};
use crate::facts;
use crate::policy::{Policy, Safety, Severity};
use crate::source::{FileId, Files, Found, Span};

use super::batch::{Reach, batch};
use super::desk::{Attempt, Desk, Kept, attempted};

/// Which repairs are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'w> {
    /// Those of these rules alone, where any is named. The others judge what comes of it all the same.
    pub select: &'w [String],
    /// Those that change what runs, too.
    pub behaviour: bool,
    /// Those that only a hardening makes, too.
    pub hardening: bool,
    /// None that makes another file: what is printed is one file, and a value that goes to another would be lost.
    pub alone: bool,
    /// Whether comments count: what they ignore is left as it is.
    pub heed: Heed,
}

impl Wanted<'_> {
    fn names(self, finding: &Finding) -> bool {
        self.select.is_empty() || self.select.iter().any(|name| finding.rule.is_called(name))
    }

    fn takes(self, finding: &Finding) -> bool {
        finding.repair.as_ref().is_some_and(|repair| {
            self.names(finding)
                && is_mechanical(repair)
                && (repair.safety == Safety::Safe || self.behaviour)
                && (!repair.harden_only || self.hardening)
        })
    }
}

/// A repair that was made.
#[derive(Clone, Debug)]
pub struct Change {
    /// The rule.
    pub rule: String,
    /// The file that the finding was in.
    pub path: String,
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
    /// What was judged.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub at: Span,
    /// What is wrong.
    pub message: String,
    /// Why it was not mended, or what to do.
    pub reason: String,
    /// Whether nobody but `harden` was asked for is why: it can be mended mechanically.
    pub harden: bool,
}

/// A file whose text changes.
#[derive(Clone, Debug)]
pub struct Rewritten {
    /// Its path.
    pub path: String,
    /// Its text as it is; nothing for a file that is to be made.
    pub before: Option<String>,
    /// Its text as it should be.
    pub after: String,
    /// It holds a secret: nobody else may read it, and it is never shown.
    pub secret: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Plan {
    /// Files whose text changes, by path.
    pub files: Vec<Rewritten>,
    /// The repairs, by path and in the order in which they were made.
    pub changes: Vec<Change>,
    /// What is left for a person.
    pub left: Vec<Left>,
    /// The run over the original files.
    pub before: Run,
    /// The run over the new ones.
    pub after: Run,
}

/// What was done to a group of files.
#[derive(Default)]
struct Mended {
    texts: BTreeMap<String, String>,
    secret: BTreeSet<String>,
    changes: Vec<Change>,
    reasons: BTreeMap<Attempt, String>,
}

impl Mended {
    fn take(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.secret.extend(other.secret);
        self.changes.extend(other.changes);
        self.reasons.extend(other.reasons);
    }
}

/// Mends what can be mended.
pub fn plan(
    files: &dyn Files,
    found: &[Found],
    options: &facts::Options,
    policy: &Policy,
    wanted: Wanted<'_>,
) -> Plan {
    let desk = Desk { files, options, policy, heed: wanted.heed };
    let mut before = desk.judge(&desk.overlay(), found);
    let moved: Vec<Span> = before.report.active().flat_map(|finding| moved(&before, finding)).collect();
    before.report.secrets.extend(moved);
    let mut all = mended(desk, &before, found, wanted);
    let mut overlay = desk.overlay();
    overlay.texts.clone_from(&all.texts);
    // A file that one group makes may be what another was missing: the `.dockerignore` of a build.
    if all.texts.keys().any(|path| !files.is_file(path)) {
        let desk = Desk { files: &overlay, ..desk };
        all.take(mended(desk, &desk.judge(&desk.overlay(), found), found, wanted));
    }
    let mut overlay = desk.overlay();
    overlay.texts.clone_from(&all.texts);
    let after = desk.judge(&overlay, found);
    Plan {
        files: rewritten(files, &all),
        left: left(&after, &all.reasons, wanted),
        changes: all.changes,
        before,
        after,
    }
}

/// Mends every group by itself.
fn mended(desk: Desk<'_>, before: &Run, found: &[Found], wanted: Wanted<'_>) -> Mended {
    let groups = groups(before, found, wanted);
    let each: Vec<Mended> = groups.par_iter().map(|group| mend(desk, group, wanted)).collect();
    let mut all = Mended::default();
    for one in each {
        all.take(one);
    }
    all
}

/// The values that a repair moves to a file which is never shown: they are not shown where they were either.
fn moved(run: &Run, finding: &Finding) -> Vec<Span> {
    let changes = finding.repair.as_ref().map_or(&[][..], |repair| &repair.changes);
    let kept = |value: &str| {
        changes.iter().any(|change| match change {
            engine::Change::Create { text, secret, .. } => *secret && text == value,
            engine::Change::AddLine { line, secret, .. } => {
                *secret
                    && line
                        .split_once('=')
                        .is_some_and(|(_, kept)| kept.get(1..kept.len() - 1) == Some(value))
            }
            _ => false,
        })
    };
    changes
        .iter()
        .filter_map(|change| match change {
            engine::Change::Replace(span, _) => Some(*span),
            _ => None,
        })
        .filter(|span| run.report.source(span.file).is_some_and(|source| kept(source.slice(*span))))
        .collect()
}

/// The files that are mended together, as far as they were named and have anything to mend. Those that add to the same new
/// file, as two projects of a folder do to its `.env`, are: the second has to see what the first has written there.
fn groups(run: &Run, found: &[Found], wanted: Wanted<'_>) -> Vec<Vec<Found>> {
    let mut made: BTreeMap<FileId, BTreeSet<&str>> = BTreeMap::new();
    for finding in run.report.active().filter(|finding| wanted.takes(finding)) {
        let changes = finding.repair.iter().flat_map(|repair| &repair.changes);
        let new = changes.filter_map(|change| match change {
            engine::Change::Create { path, .. } | engine::Change::AddLine { path, .. } => Some(path.as_str()),
            _ => None,
        });
        made.entry(finding.primary.span.file).or_default().extend(new);
    }
    let mut joined: Vec<Vec<FileId>> = Vec::new();
    let mut maker: BTreeMap<&str, usize> = BTreeMap::new();
    for group in run.groups.iter().filter(|group| group.iter().any(|file| made.contains_key(file))) {
        let new: Vec<&str> = group.iter().filter_map(|file| made.get(file)).flatten().copied().collect();
        let others: BTreeSet<usize> = new.iter().filter_map(|path| maker.get(path).copied()).collect();
        let mut files: Vec<FileId> = group.clone();
        for &other in &others {
            files.append(&mut joined[other]);
        }
        maker.values_mut().filter(|it| others.contains(it)).for_each(|it| *it = joined.len());
        maker.extend(new.into_iter().map(|path| (path, joined.len())));
        joined.push(files);
    }
    let by_path: BTreeMap<&str, &Found> = found.iter().map(|it| (it.path.as_str(), it)).collect();
    let found = |file: FileId| by_path.get(run.report.path(file)).copied().cloned();
    joined.retain(|files| !files.is_empty());
    for files in &mut joined {
        files.sort_unstable();
    }
    joined.sort_unstable();
    joined.into_iter().map(|files| files.into_iter().filter_map(found).collect()).collect()
}

/// Mends a group of files, round by round, until nothing is left that can be mended.
fn mend(desk: Desk<'_>, found: &[Found], wanted: Wanted<'_>) -> Mended {
    let mut overlay = desk.overlay();
    let mut current = desk.judge(&overlay, found);
    let mut mended = Mended::default();
    let (mut again, mut done) = (2, 0);
    let reach = Reach { found, alone: wanted.alone };
    loop {
        let untried = |finding: &&Finding| !mended.reasons.contains_key(&attempted(&current, finding));
        let due: Vec<&Finding> =
            current.report.active().filter(|finding| wanted.takes(finding)).filter(untried).collect();
        let (mut batch, refused) = batch(&current, due, reach);
        for (finding, reason) in refused {
            mended.reasons.insert(attempted(&current, finding), reason);
        }
        let kept = loop {
            if batch.findings.is_empty() {
                // What was refused beside a defect that is gone now may fit.
                if again > 0 && mended.changes.len() > done {
                    (again, done) = (again - 1, mended.changes.len());
                    mended.reasons.clear();
                    break None;
                }
                mended.texts = overlay.texts;
                return mended;
            }
            match desk.attempt(&current, &batch, &mut overlay, reach, &|finding| wanted.takes(finding)) {
                Ok(kept) => break Some(kept),
                Err(_) if batch.findings.len() > 1 => batch.halve(),
                Err(reason) => {
                    for finding in &batch.findings {
                        mended.reasons.insert(attempted(&current, finding), reason.clone());
                    }
                    break None;
                }
            }
        };
        if let Some(Kept { run, made }) = kept {
            mended.changes.extend(made.changes);
            mended.secret.extend(made.secret);
            current = run;
        }
    }
}

fn rewritten(files: &dyn Files, mended: &Mended) -> Vec<Rewritten> {
    mended
        .texts
        .iter()
        .map(|(path, after)| Rewritten {
            path: path.clone(),
            before: files.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok()),
            after: after.clone(),
            secret: mended.secret.contains(path),
        })
        .filter(|file| file.before.as_ref() != Some(&file.after))
        .collect()
}

fn left(after: &Run, reasons: &BTreeMap<Attempt, String>, wanted: Wanted<'_>) -> Vec<Left> {
    let one = |finding: &Finding| {
        let refused = reasons.get(&attempted(after, finding)).cloned();
        let repair = finding.repair.as_ref();
        let harden =
            repair.is_some_and(|it| refused.is_none() && is_mechanical(it) && !wanted.takes(finding));
        let how = if harden { " (with `harden`, or `fix --unsafe`)" } else { "" };
        let advice = repair.map(|repair| format!("{}{how}", repair.title));
        Left {
            rule: finding.rule.id.clone(),
            subject: finding.subject.clone(),
            severity: finding.severity,
            at: finding.primary.span,
            message: finding.message.clone(),
            reason: refused.or(advice).unwrap_or_default(),
            harden,
        }
    };
    after.report.active().filter(|finding| wanted.names(finding)).map(one).collect()
}

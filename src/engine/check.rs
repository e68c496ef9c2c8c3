//! The whole run: from files to a report.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::facts::{self, Document, Kind, Known, Loaded, Node, NodeId, Part, Target};
use crate::policy::Policy;
use crate::source::{FileId, Files, Found, Problem, Source, Span};

use super::comments::{self, Covered, Heed, Open};
use super::finding::{Finding, Label};
use super::groups::groups;
use super::judge::{Controls, Judgement, Standing, judge};
use super::report::{CONTROLS, Cell, Checked, Report, Row};
use super::secrets::secrets;

/// A report and what it was made from; fixes need both.
#[derive(Debug, Default)]
pub struct Run {
    /// What was found.
    pub report: Report,
    /// The parsed files, by their ids.
    pub documents: Vec<Document>,
    /// Files that are judged together; what changes in one matters to no file of another group.
    pub groups: Vec<Vec<FileId>>,
    /// Whether comments count.
    heed: Heed,
}

/// Checks files against a policy.
pub fn check(
    files: &dyn Files,
    found: &[Found],
    options: &facts::Options,
    policy: &Policy,
    heed: Heed,
) -> Run {
    let mut loaded = facts::load(files, found, options);
    let mut gathered = Gathered {
        wanted: loaded.reported.iter().copied().collect(),
        problems: std::mem::take(&mut loaded.problems),
        ..Gathered::default()
    };
    for some in loaded.lone().chunks(AT_ONCE) {
        let judged = parallel(some, |&it| {
            let part = loaded.facts(files, it)?;
            Some((part, guarded(&loaded.world, part, policy)))
        });
        gathered.take(judged.into_iter().flatten().collect(), &loaded.world);
        for &it in some {
            loaded.forget(it);
        }
    }
    let parts: Vec<&Part> = loaded.world.parts().filter(|part| !part.files.is_empty()).collect();
    let judged = parallel(&parts, |&part| (part, guarded(&loaded.world, part, policy)));
    gathered.take(judged, &loaded.world);
    let groups = groups(&loaded.world);
    let Loaded { world, documents, .. } = loaded;
    let sources = world.sources;
    let Gathered { mut report, found, mut problems, wanted } = gathered;
    report.findings = merge_shared(found, &sources);
    heed_comments(&mut report, &sources, &documents, policy, heed);
    report.findings.retain(|finding| wanted.contains(&finding.primary.span.file));
    report.undecided.retain(|it| wanted.contains(&it.span.file));
    by_place(&mut report.findings, &sources);
    let path = |file: FileId| sources.get(file.0 as usize).map_or("", |source| &*source.path);
    problems.sort_by(|a: &Problem, b| {
        (path(a.span.file), a.span.start, a.id()).cmp(&(path(b.span.file), b.span.start, b.id()))
    });
    report.undecided.sort_by(|a, b| {
        (path(a.span.file), a.span.start, &a.rule.id).cmp(&(path(b.span.file), b.span.start, &b.rule.id))
    });
    report.checked.sort_by(|a, b| path(a.file).cmp(path(b.file)));
    report.load_line.sort_by(|a, b| path(a.file).cmp(path(b.file)));
    // A service of an included file is in two projects, mostly the same in both.
    let mut shown = BTreeSet::new();
    report.load_line.retain(|row| shown.insert(row.clone()));
    report.problems = problems;
    report.sources = sources;
    Run { report, documents, groups, heed }
}

/// Dockerfiles that no service builds and whose facts are held at a time: enough to keep every thread at work.
const AT_ONCE: usize = 16;

fn parallel<T: Sync, R: Send>(items: &[T], run: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if items.len() > 1 { items.par_iter().map(run).collect() } else { items.iter().map(run).collect() }
}

/// What the parts gave, one after another.
#[derive(Default)]
struct Gathered {
    report: Report,
    /// Findings with the part that each is from.
    found: Vec<(u32, Finding)>,
    problems: Vec<Problem>,
    /// The files that findings are wanted for.
    wanted: BTreeSet<FileId>,
}

impl Gathered {
    /// Takes in the parts that were judged together.
    fn take(&mut self, judged: Vec<(&Part, Judgement)>, world: &facts::World) {
        let report = &mut self.report;
        let mut controls = Controls::new();
        let parts: Vec<&Part> = judged.iter().map(|(part, _)| *part).collect();
        for (part, judgement) in judged {
            self.problems.extend(part.problems.iter().cloned().chain(judgement.problems));
            self.found.extend(judgement.findings.into_iter().map(|finding| (part.id, finding)));
            report.undecided.extend(judgement.undecided);
            for (owner, cells) in judgement.controls {
                let known = controls.entry(owner).or_default();
                known.iter_mut().zip(cells).for_each(|(known, cell)| *known = cell.or(*known));
            }
            report.checked.extend(
                part.files.iter().filter(|file| self.wanted.contains(file)).map(|&file| Checked {
                    file,
                    target: part.target,
                    dual_use: part.dual_use,
                }),
            );
            report.secrets.extend(secrets(world, part));
        }
        report.load_line.extend(parts.iter().flat_map(|part| rows(world, part, &controls, &self.wanted)));
    }
}

impl Run {
    /// Adds what another program found; ignore comments count for it, too.
    pub fn add(&mut self, mut findings: Vec<Finding>) {
        let mut covered = Covered::of(&findings);
        for (source, document) in self.report.sources.iter().zip(&self.documents) {
            covered.apply(&mut findings, &comments::read(source, document, self.heed).ignores);
        }
        self.report.findings.extend(findings);
        by_place(&mut self.report.findings, &self.report.sources);
    }
}

/// Sorts findings by path, place and rule.
fn by_place(findings: &mut [Finding], sources: &[Source]) {
    let path = |file: FileId| sources.get(file.0 as usize).map_or("", |source| &*source.path);
    findings.sort_by(|a, b| {
        let key = |it: &Finding| (it.primary.span.start, it.primary.span.end);
        (path(a.primary.span.file), key(a), &a.rule.id, &a.subject).cmp(&(
            path(b.primary.span.file),
            key(b),
            &b.rule.id,
            &b.subject,
        ))
    });
}

/// Lets ignore comments count, and says what is wrong with them; what is said can be ignored by comments again.
fn heed_comments(
    report: &mut Report,
    sources: &[Source],
    documents: &[Document],
    policy: &Policy,
    heed: Heed,
) {
    let rules = comments::Rules::of(policy);
    // Few runs have ignores.
    let mut places = None;
    for (source, document) in sources.iter().zip(documents) {
        let found = comments::read(source, document, heed);
        if found.ignores.is_empty() && found.malformed.is_empty() && found.lapsed.is_empty() {
            continue;
        }
        let (covered, open) =
            places.get_or_insert_with(|| (Covered::of(&report.findings), Open::of(&report.undecided)));
        let used = covered.apply(&mut report.findings, &found.ignores);
        let mut said = comments::say(&found, &used, open, &rules);
        Covered::of(&said).apply(&mut said, &found.ignores);
        report.findings.extend(said);
    }
}

/// Judges a part; a defect of ours costs that part only and is said.
fn guarded(world: &facts::World, part: &Part, policy: &Policy) -> Judgement {
    let run = std::panic::AssertUnwindSafe(|| judge(world, part, policy));
    std::panic::catch_unwind(run).unwrap_or_else(|_| {
        let at = Span::point(part.files.last().copied().unwrap_or_default(), 0);
        let message = "plimsoll failed on this file; please report it with the file";
        Judgement {
            problems: vec![Problem::new(Problem::INTERNAL_ERROR, message, at)],
            ..Judgement::default()
        }
    })
}

/// One finding a place: what several services get through one anchor, or several projects through one base, is reported
/// once, as bad as the worst of them, with the others as labels.
fn merge_shared(found: Vec<(u32, Finding)>, sources: &[Source]) -> Vec<Finding> {
    let mut first: BTreeMap<(String, Span, String), usize> = BTreeMap::new();
    let mut kept: Vec<(u32, Finding)> = Vec::new();
    for (part, finding) in found {
        // Items of `each` share a place and are findings of their own.
        let item = finding
            .subject
            .rsplit_once('[')
            .filter(|(_, item)| item.contains('='))
            .map_or("", |(_, item)| item);
        let key = (finding.rule.id.clone(), finding.primary.span, item.to_owned());
        match first.get(&key).copied() {
            Some(index) if !finding.via.is_empty() || kept[index].1.subject == finding.subject => {
                let (own, into) = &mut kept[index];
                let elsewhere = *own != part;
                absorb(into, finding, elsewhere, sources);
            }
            _ => {
                first.insert(key, kept.len());
                kept.push((part, finding));
            }
        }
    }
    kept.into_iter().map(|(_, finding)| finding).collect()
}

fn absorb(into: &mut Finding, other: Finding, elsewhere: bool, sources: &[Source]) {
    for via in &other.via {
        if into.related.len() < 8 && !into.via.contains(via) {
            let file = sources.get(via.file.0 as usize).map_or("", |source| &*source.path);
            let text = if elsewhere {
                format!("still so with `{file}`")
            } else {
                format!("`{}` gets it here", other.subject)
            };
            into.related.push(Label { span: *via, text });
        }
    }
    into.via.extend(other.via);
    if other.severity > into.severity {
        into.severity = other.severity;
        into.message = other.message;
    }
}

fn rows(world: &facts::World, part: &Part, controls: &Controls, wanted: &BTreeSet<FileId>) -> Vec<Row> {
    let kind = if part.target == Target::Dockerfile { Kind::Stage } else { Kind::Service };
    let mut rows = Vec::new();
    for id in part.of(kind) {
        let Some(node) = world.node(id) else { continue };
        if let Node::Stage(stage) = node
            && (stage.shipped.value() != Some(&true) || stage.built_by.value().is_some())
        {
            continue;
        }
        // What an overlay changes is its row; the base has rows of its own.
        let site = node.head().site;
        let place = if part.context.contains(&site.label.file) { site.via } else { Some(site.label) };
        let Some(file) = place.map(|span| span.file).filter(|file| wanted.contains(file)) else { continue };
        let standing = |of: NodeId, control: usize| controls.get(&of).and_then(|all| all[control]);
        let cells = std::array::from_fn(|at| {
            let control = CONTROLS[at];
            match standing(id, at).max(inherited_stage(node, control).and_then(|stage| standing(stage, at))) {
                Some(Standing::Held) => Cell::Held,
                Some(Standing::Unknown) => Cell::Unknown,
                Some(Standing::Broken) => Cell::Broken,
                None => Cell::NotApplicable,
            }
        });
        rows.push(Row { file, name: row_name(node), cells });
    }
    rows
}

/// What a row is called; a stage without a name by its number, as `docker build --target` takes it.
fn row_name(node: &Node) -> String {
    let name = node.head().name.as_str();
    let numbered = matches!(node, Node::Stage(_)) && name.bytes().all(|byte| byte.is_ascii_digit());
    if numbered { format!("stage {name}").trim_end().to_owned() } else { name.to_owned() }
}

/// The stage that decides a control of a service that builds it: a `user:` or `healthcheck:` of its own takes its place.
fn inherited_stage(node: &Node, control: &str) -> Option<NodeId> {
    let Node::Service(service) = node else { return None };
    let stage = *service.stage.value()?;
    let from_stage = |field: &Known<NodeId>| field.value().is_none_or(|id| id.part == stage.part);
    let inherits = match control {
        "non-root" => from_stage(&service.user),
        "healthcheck" => from_stage(&service.healthcheck),
        "secrets" => true,
        _ => false,
    };
    inherits.then_some(stage)
}

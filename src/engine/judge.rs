//! Facts meet policy: every node of a part against every rule on its kind.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::facts::{Kind, Node, NodeId, Part, Site, Type, View, World};
use crate::policy::{Case, Confidence, Context, Filling, Path, Policy, Rule, Severity, Trace, Truth, holds};
use crate::source::{Origin, Problem, Span};

use super::finding::{Finding, Fold, Label, State, Undecided};
use super::repair;
use super::report::CONTROLS;

/// More findings than this in one part say nothing more.
pub const FINDINGS_PER_PART: usize = 10_000;

/// What judging a part gave.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What was found, in no particular order.
    pub findings: Vec<Finding>,
    /// What could not be decided.
    pub undecided: Vec<Undecided>,
    /// How each service or stage stands with each control.
    pub controls: Controls,
    /// The part has more findings than anybody would read.
    pub problems: Vec<Problem>,
}

/// How services and stages stand with each of [`CONTROLS`].
pub type Controls = BTreeMap<NodeId, [Option<Standing>; CONTROLS.len()]>;

/// How a service stands with a control: the worst of what its rules say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Known to be in order.
    Held,
    /// It cannot be known.
    Unknown,
    /// Not in order.
    Broken,
}

/// Judges one part.
pub fn judge(world: &World, part: &Part, policy: &Policy) -> Judgement {
    let mut judgement = Judgement::default();
    for &kind in Kind::ALL.iter().filter(|&&kind| policy.judges(kind)) {
        let index = kind.table().index.and_then(|name| kind.table().field(name));
        for node in part.of(kind) {
            let word = index.map(|field| world.view(node, field.get));
            let word = match &word {
                Some(View::Text(text, _)) => text.known(),
                Some(View::Word(word, _)) => Some(*word),
                _ => None,
            };
            for rule in policy.about(kind, word, part.target, part.dual_use) {
                judge_node(world, part, rule, (node, word), &mut judgement);
            }
            if judgement.findings.len() >= FINDINGS_PER_PART {
                let at = Span::new(part.files.last().copied().unwrap_or_default(), 0, 0);
                let message = format!("judging stopped after {FINDINGS_PER_PART} findings");
                judgement.problems.push(Problem::new(Problem::TOO_MANY_FINDINGS, message, at));
                return judgement;
            }
        }
    }
    judgement
}

/// Judges a node with a rule: once, or once for each item.
fn judge_node(
    world: &World,
    part: &Part,
    rule: &Rule,
    node: (NodeId, Option<&str>),
    judgement: &mut Judgement,
) {
    let items = rule.each.iter().flat_map(|(_, items)| items).map(|item| Some(item.as_str()));
    for item in items.chain(rule.each.is_none().then_some(None)) {
        judge_item(world, part, rule, node, item, judgement);
    }
}

fn judge_item(
    world: &World,
    part: &Part,
    rule: &Rule,
    (node, word): (NodeId, Option<&str>),
    item: Option<&str>,
    judgement: &mut Judgement,
) {
    let cx = Context { world, subject: node, item, trace: None };
    let kind = world.node(node).map(Node::kind);
    let mut standing = None;
    let mut unknown = None;
    for case in rule.cases.iter().filter(|case| Some(case.on) == kind) {
        if !case.may_be(word) {
            standing = standing.max(Some(Standing::Held));
            continue;
        }
        match holds(&case.when, node, cx) {
            Truth::True => {
                let excuse = case.unless.as_ref().map_or(Truth::False, |unless| holds(unless, node, cx));
                if excuse != Truth::True {
                    judgement.findings.push(finding(part, rule, case, cx, excuse));
                    standing = Some(Standing::Broken);
                    break;
                }
                standing = standing.max(Some(Standing::Held));
            }
            Truth::Unknown => {
                standing = standing.max(Some(Standing::Unknown));
                unknown = unknown.or(Some(case));
            }
            Truth::False => standing = standing.max(Some(Standing::Held)),
        }
    }
    if let (Some(case), true) = (unknown, standing != Some(Standing::Broken)) {
        judgement.undecided.extend(undecided(rule, case, cx));
    }
    let control = rule.about.control.as_ref().and_then(|own| CONTROLS.iter().position(|name| name == own));
    if let (Some(control), Some(_)) = (control, standing) {
        let mut note = |owner: NodeId| {
            let cell = &mut judgement.controls.entry(owner).or_default()[control];
            *cell = (*cell).max(standing);
        };
        match owner(world, node) {
            Some(owner) => note(owner),
            None => world.node(node).into_iter().flat_map(|it| sharing(world, it, 0)).for_each(note),
        }
    }
}

/// The service or stage that a node belongs to.
fn owner(world: &World, node: NodeId) -> Option<NodeId> {
    let mut at = node;
    loop {
        let it = world.node(at)?;
        if matches!(it.kind(), Kind::Service | Kind::Stage) {
            return Some(at);
        }
        at = it.head().parent?;
    }
}

/// The services that a node names: a network's, a setting's, those of a setting's network.
fn sharing(world: &World, node: &Node, depth: u32) -> Vec<NodeId> {
    let mut owners = Vec::new();
    for field in node.kind().table().fields {
        match (field.of, (field.get)(node)) {
            (Type::Node(Kind::Service), View::Node(service, _)) => owners.push(service),
            (Type::Nodes(Kind::Service), View::Nodes(services, _)) => owners.extend(&services.items),
            (Type::Node(Kind::Network), View::Node(network, _)) if depth == 0 => {
                owners.extend(world.node(network).map(|it| sharing(world, it, 1)).unwrap_or_default());
            }
            _ => {}
        }
    }
    owners
}

fn finding(part: &Part, rule: &Rule, case: &Case, cx: Context<'_>, excuse: Truth) -> Finding {
    let trace = RefCell::new(Trace::default());
    let traced = Context { trace: Some(&trace), ..cx };
    holds(&case.when, cx.subject, traced);
    let certain = trace.borrow().origin == Origin::Written && excuse == Truth::False;
    // A stack rule on a file that is a Compose file just as well may not apply at all.
    let foreign = part.dual_use && !rule.about.targets.contains(&part.target);
    let words: Vec<(&str, &str)> = match (&rule.each, cx.item) {
        (Some((name, _)), Some(item)) => vec![(name.as_str(), item)],
        _ => Vec::new(),
    };
    let filling = Filling { world: cx.world, subject: cx.subject, it: None, words: &words };
    let site = place(cx.world, cx.subject, case.at.as_ref());
    let message = case.message.show(filling);
    let mut subject = cx.world.subject(cx.subject);
    if let Some((name, item)) = words.first() {
        subject = format!("{subject}[{name}={item}]");
    }
    Finding {
        rule: rule.about.clone(),
        severity: if foreign { case.severity.min(Severity::Low) } else { case.severity },
        confidence: if certain && !foreign { Confidence::Certain } else { Confidence::Likely },
        refused: case.refused,
        primary: Label { span: site.label, text: String::new() },
        related: related(case, cx, &words),
        via: site.via.into_iter().collect(),
        subject,
        subject_at: cx.world.node(cx.subject).map(|node| node.head().site.label).unwrap_or_default(),
        state: State::Active,
        repair: repair::choose(case, cx, filling),
        fold: rule.fold.as_ref().map(|template| Fold {
            name: cx
                .world
                .node(cx.subject)
                .map(|node| node.head().name.as_str().to_owned())
                .unwrap_or_default(),
            message: template
                .show(Filling { words: &[("count", "{count}"), ("names", "{names}")], ..filling })
                .into(),
        }),
        message,
    }
}

/// Where to point: at what a path finds, or at the smallest written thing that lacks it.
pub fn place(world: &World, subject: NodeId, at: Option<&Path>) -> Site {
    let own = |node: NodeId| world.node(node).map(|node| node.head().site).unwrap_or_default();
    let Some(path) = at else { return own(subject) };
    match path.follow(world, subject).site() {
        Some(site) if site.label != Span::default() => site,
        _ => own(path.owner(world, subject)),
    }
}

/// How many related places are shown one by one.
const RELATED: usize = 8;

fn related(case: &Case, cx: Context<'_>, words: &[(&str, &str)]) -> Vec<Label> {
    let mut labels = Vec::new();
    for related in &case.related {
        let filling = Filling { world: cx.world, subject: cx.subject, it: None, words };
        let mut add = |site: Site, it: Option<NodeId>| {
            if site.label != Span::default() {
                let text = related.say.show(Filling { it, ..filling });
                labels.push(Label { span: site.label, text });
            }
        };
        match related.at.follow(cx.world, cx.subject) {
            View::Absent => {}
            View::Nodes(list, _) => {
                for node in list.items.iter().take(RELATED) {
                    add(cx.world.node(*node).map(|node| node.head().site).unwrap_or_default(), Some(*node));
                }
            }
            View::Node(node, _) => {
                add(cx.world.node(node).map(|node| node.head().site).unwrap_or_default(), Some(node));
            }
            view => add(view.site().unwrap_or_default(), None),
        }
    }
    labels
}

fn undecided(rule: &Rule, case: &Case, cx: Context<'_>) -> Option<Undecided> {
    let trace = RefCell::new(Trace::default());
    holds(&case.when, cx.subject, Context { trace: Some(&trace), ..cx });
    let (field, reason, site) = trace.into_inner().unknown?;
    Some(Undecided {
        rule: rule.about.clone(),
        subject: cx.world.subject(cx.subject),
        field,
        reason,
        span: site.label,
    })
}

//! Is a condition true, false, or does it depend on what cannot be known?

use std::cell::RefCell;

use crate::facts::{List, NodeId, Reason, Site, View, World};
use crate::source::{Origin, Text, glob};

use super::partial;
use super::predicate::{Operand, Pred, States, Test};
use super::truth::Truth;

/// What is known while a condition is evaluated.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// All facts.
    pub world: &'a World,
    /// The node that the rule judges.
    pub subject: NodeId,
    /// The current item of `each`.
    pub item: Option<&'a str>,
    /// Notes what the verdict rests on, if somebody asks.
    pub trace: Option<&'a RefCell<Trace>>,
}

/// What a verdict rests on.
#[derive(Debug, Default)]
pub struct Trace {
    /// The least certain origin of a value that was looked at.
    pub origin: Origin,
    /// The first unknown value: its path as written, why, and where.
    pub unknown: Option<(String, Reason, Site)>,
}

/// Evaluates a condition on a node.
pub fn holds(pred: &Pred, node: NodeId, cx: Context<'_>) -> Truth {
    match pred {
        Pred::All(all) => all_of(all.iter(), |pred| holds(pred, node, cx)),
        Pred::Any(any) => !all_of(any.iter(), |pred| !holds(pred, node, cx)),
        Pred::Not(none) => all_of(none.iter(), |pred| !holds(pred, node, cx)),
        Pred::Field(path, test) => {
            let view = path.follow(cx.world, node);
            let truth = passes(test, view, cx);
            note(cx, path.written(), view, truth);
            truth
        }
    }
}

/// Stops at the first that is false; an unknown one goes on.
fn all_of<T>(items: impl Iterator<Item = T>, mut truth: impl FnMut(T) -> Truth) -> Truth {
    let mut all = Truth::True;
    for item in items {
        all = all.and(truth(item));
        if all == Truth::False {
            break;
        }
    }
    all
}

fn note(cx: Context<'_>, path: &str, view: View<'_>, truth: Truth) {
    let Some(trace) = cx.trace else { return };
    let mut trace = trace.borrow_mut();
    let site = view.site().unwrap_or_default();
    let origin = if let View::Text(text, _) = view { text.origin().max(site.origin) } else { site.origin };
    trace.origin = trace.origin.max(origin);
    if truth == Truth::Unknown && trace.unknown.is_none() {
        let reason =
            if let View::Unknown(_, reason) = view { reason } else { "a part of it is not known here" };
        trace.unknown = Some((path.to_owned(), reason, site));
    }
}

fn passes(test: &Test, view: View<'_>, cx: Context<'_>) -> Truth {
    match test {
        Test::All(all) => all_of(all.iter(), |test| passes(test, view, cx)),
        Test::Not(test) => !passes(test, view, cx),
        Test::Is(states) => is(*states, view),
        Test::Node(pred) => match view {
            View::Node(node, _) => holds(pred, node, cx),
            View::Unknown(..) => Truth::Unknown,
            _ => Truth::False,
        },
        Test::Every(_) | Test::None(_) | Test::Count(_) if matches!(view, View::Absent) => match test {
            Test::Count(test) => count(test, 0, false, cx),
            _ => Truth::True,
        },
        _ => match view {
            View::Absent => Truth::False,
            View::Unknown(..) if compares_with_nothing(test, cx) => Truth::False,
            View::Unknown(..) => Truth::Unknown,
            View::Texts(list, _) => {
                of_list(test, list, cx, |test, item| passes(test, View::Text(item, Site::default()), cx))
            }
            View::Nodes(list, _) => {
                of_list(test, list, cx, |test, item| passes(test, View::Node(*item, Site::default()), cx))
            }
            View::Map(list, _) => of_list(test, list, cx, |_, _| Truth::Unknown),
            _ => of_scalar(test, view, cx),
        },
    }
}

fn is(states: States, view: View<'_>) -> Truth {
    let (empty, certain) = match view {
        View::Absent => return states.absent.into(),
        View::Unknown(..) => return unknown_state(states),
        View::Text(text, _) if text.is_known() => (text.is_empty(), true),
        View::Text(text, _) => (false, text.pieces().next().is_some()),
        View::Texts(list, _) => (list.items.is_empty(), list.open.is_none() || !list.items.is_empty()),
        View::Nodes(list, _) => (list.items.is_empty(), list.open.is_none() || !list.items.is_empty()),
        View::Map(list, _) => (list.items.is_empty(), list.open.is_none() || !list.items.is_empty()),
        _ => (false, true),
    };
    // A text that is known in part is certainly not empty and certainly not known in full.
    if let View::Text(text, _) = view
        && !text.is_known()
    {
        return match (states.unknown, states.set) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) if certain => Truth::False,
            (false, false) => unknown_state(states),
        };
    }
    if !certain {
        return unknown_state(states);
    }
    if empty { states.empty.into() } else { states.set.into() }
}

fn unknown_state(states: States) -> Truth {
    if states.unknown {
        Truth::True
    } else if states.empty || states.set || states.absent {
        Truth::Unknown
    } else {
        Truth::False
    }
}

fn of_list<T>(test: &Test, list: &List<T>, cx: Context<'_>, passes_item: impl Fn(&Test, &T) -> Truth) -> Truth
where
    T: AsText,
{
    let more = if list.open.is_some() { Truth::Unknown } else { Truth::False };
    let some = |test: &Test| {
        let mut any = more;
        for item in &list.items {
            any = any.or(passes_item(test, item));
            if any == Truth::True {
                break;
            }
        }
        any
    };
    match test {
        Test::Some(test) => some(test),
        Test::None(test) => !some(test),
        Test::Every(test) => {
            let rest = if list.open.is_some() { Truth::Unknown } else { Truth::True };
            rest.and(all_of(list.items.iter(), |item| passes_item(test, item)))
        }
        Test::Count(test) => count(test, list.items.len(), list.open.is_some(), cx),
        Test::Contains(operands) => {
            let mut any = more;
            for item in list.items.iter().filter_map(AsText::text) {
                any = any.or(equals(View::Text(item, Site::default()), operands, cx));
            }
            any
        }
        Test::Equals(operands) => match operands.as_slice() {
            [Operand::Path(path)] => match path.follow(cx.world, cx.subject) {
                View::Texts(other, _) => same_list(list, other),
                View::Unknown(..) => Truth::Unknown,
                _ => Truth::False,
            },
            _ => Truth::False,
        },
        _ => Truth::False,
    }
}

/// List items that are texts.
trait AsText {
    fn text(&self) -> Option<&Text> {
        None
    }
}

impl AsText for Text {
    fn text(&self) -> Option<&Text> {
        Some(self)
    }
}

impl AsText for NodeId {}

impl AsText for crate::facts::Pair {}

fn same_list<T: AsText>(list: &List<T>, other: &List<Text>) -> Truth {
    if list.open.is_some() || other.open.is_some() {
        return Truth::Unknown;
    }
    if list.items.len() != other.items.len() {
        return Truth::False;
    }
    let pairs = list.items.iter().filter_map(AsText::text).zip(&other.items);
    all_of(pairs, |(a, b)| partial::same(a, b))
}

/// A list that is open has this many items or more.
fn count(test: &Test, items: usize, open: bool, cx: Context<'_>) -> Truth {
    let items_so_far = items as f64;
    let low = passes(test, View::Number(items_so_far, Site::default()), cx);
    if !open {
        return low;
    }
    match test {
        Test::All(all) => all_of(all.iter(), |test| count(test, items, open, cx)),
        Test::Not(test) => !count(test, items, open, cx),
        Test::More(_) if low == Truth::True => Truth::True,
        Test::Less(_) if low == Truth::False => Truth::False,
        Test::Equals(wanted) => {
            let passed = |operand: &Operand| matches!(operand, Operand::Number(it) if *it < items_so_far);
            if wanted.iter().all(passed) { Truth::False } else { Truth::Unknown }
        }
        _ => Truth::Unknown,
    }
}

/// Whether the right-hand side of a test is absent: then the test is false, whatever the left-hand side is.
fn compares_with_nothing(test: &Test, cx: Context<'_>) -> bool {
    let absent = |operand: &Operand| match operand {
        Operand::Path(path) => matches!(path.follow(cx.world, cx.subject), View::Absent),
        Operand::Item => cx.item.is_none(),
        Operand::Text(_) | Operand::Number(_) | Operand::Flag(_) => false,
    };
    match test {
        Test::Equals(all)
        | Test::Contains(all)
        | Test::StartsWith(all)
        | Test::EndsWith(all)
        | Test::Like(all) => all.iter().all(absent),
        Test::Less(operand) | Test::More(operand) => absent(operand),
        _ => false,
    }
}

fn of_scalar(test: &Test, view: View<'_>, cx: Context<'_>) -> Truth {
    match test {
        Test::Equals(operands) => equals(view, operands, cx),
        Test::Contains(operands) => text_test(view, operands, cx, partial::contains),
        Test::StartsWith(operands) => text_test(view, operands, cx, partial::starts_with),
        Test::EndsWith(operands) => text_test(view, operands, cx, partial::ends_with),
        Test::Like(operands) => text_test(view, operands, cx, |text, pattern| match text.known() {
            Some(text) => glob(pattern, text).into(),
            None => Truth::Unknown,
        }),
        Test::Matches(pattern) => match view {
            View::Text(text, _) => partial::matches(text, pattern),
            View::Word(word, _) => pattern.fits(word).map_or(Truth::Unknown, Into::into),
            _ => Truth::False,
        },
        Test::Less(operand) => compare(view, operand, cx, |a, b| a < b),
        Test::More(operand) => compare(view, operand, cx, |a, b| a > b),
        _ => Truth::False,
    }
}

fn equals(view: View<'_>, operands: &[Operand], cx: Context<'_>) -> Truth {
    let mut any = Truth::False;
    for operand in operands {
        any = any.or(equal(view, operand, cx));
        if any == Truth::True {
            break;
        }
    }
    any
}

fn equal(view: View<'_>, operand: &Operand, cx: Context<'_>) -> Truth {
    match (view, operand) {
        (_, Operand::Path(path)) => match (view, path.follow(cx.world, cx.subject)) {
            (_, View::Absent) => Truth::False,
            (_, View::Unknown(..)) => Truth::Unknown,
            (View::Text(a, _), View::Text(b, _)) => partial::same(a, b),
            (View::Text(a, _), View::Word(b, _)) | (View::Word(b, _), View::Text(a, _)) => {
                partial::equals(a, b)
            }
            (View::Word(a, _), View::Word(b, _)) => (a == b).into(),
            (View::Flag(a, _), View::Flag(b, _)) => (a == b).into(),
            (View::Number(a, _), View::Number(b, _)) => (a.total_cmp(&b).is_eq()).into(),
            (View::Node(a, _), View::Node(b, _)) => (a == b).into(),
            _ => Truth::False,
        },
        (View::Text(text, _), Operand::Text(wanted)) => partial::equals(text, wanted),
        (View::Text(text, _), Operand::Item) => {
            cx.item.map_or(Truth::False, |item| partial::equals(text, item))
        }
        (View::Word(word, _), Operand::Text(wanted)) => (word == &**wanted).into(),
        (View::Word(word, _), Operand::Item) => (Some(word) == cx.item).into(),
        (View::Flag(flag, _), Operand::Flag(wanted)) => (flag == *wanted).into(),
        (View::Number(number, _), Operand::Number(wanted)) => number.total_cmp(wanted).is_eq().into(),
        _ => Truth::False,
    }
}

fn text_test(
    view: View<'_>,
    operands: &[Operand],
    cx: Context<'_>,
    test: impl Fn(&Text, &str) -> Truth,
) -> Truth {
    let made;
    let text = match view {
        View::Text(text, _) => text,
        View::Word(word, site) => {
            made = Text::made(word, site.label, Origin::Written);
            &made
        }
        _ => return Truth::False,
    };
    let mut any = Truth::False;
    for operand in operands {
        any = any.or(match operand {
            Operand::Text(wanted) => test(text, wanted),
            Operand::Item => cx.item.map_or(Truth::False, |item| test(text, item)),
            Operand::Path(path) => against(text, path.follow(cx.world, cx.subject), &test),
            Operand::Number(_) | Operand::Flag(_) => Truth::False,
        });
        if any == Truth::True {
            break;
        }
    }
    any
}

/// Tests a text against a field of the subject.
fn against(text: &Text, other: View<'_>, test: &impl Fn(&Text, &str) -> Truth) -> Truth {
    match other {
        View::Text(other, _) => other.known().map_or(Truth::Unknown, |other| test(text, other)),
        View::Word(other, _) => test(text, other),
        View::Unknown(..) => Truth::Unknown,
        _ => Truth::False,
    }
}

fn compare(view: View<'_>, operand: &Operand, cx: Context<'_>, test: impl Fn(f64, f64) -> bool) -> Truth {
    let right = match operand {
        Operand::Number(right) => Ok(*right),
        Operand::Path(path) => number(path.follow(cx.world, cx.subject)),
        Operand::Text(_) | Operand::Flag(_) | Operand::Item => Err(Truth::False),
    };
    match (number(view), right) {
        (Ok(left), Ok(right)) => test(left, right).into(),
        (Err(left), Err(right)) => left.and(right),
        (Err(truth), _) | (_, Err(truth)) => truth,
    }
}

/// A number, or what comes of comparing what is none.
fn number(view: View<'_>) -> Result<f64, Truth> {
    match view {
        View::Number(number, _) => Ok(number),
        View::Text(text, _) => {
            let text = text.known().ok_or(Truth::Unknown)?;
            text.parse().map_err(|_| Truth::False)
        }
        View::Unknown(..) => Err(Truth::Unknown),
        _ => Err(Truth::False),
    }
}

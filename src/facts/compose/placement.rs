//! Placement constraints, one node each.

use std::collections::BTreeMap;

use crate::facts::kinds::Constraint;
use crate::facts::make::head;
use crate::facts::model::At;
use crate::facts::{Known, Node, NodeId, Site};
use crate::source::Text;

use super::Filler;

impl Filler<'_> {
    /// Adds the constraints of a service; they become its children.
    pub fn constraints(&mut self, at: At<'_>) -> Vec<NodeId> {
        let Some(list) = at.path(&["deploy", "placement", "constraints"]) else { return Vec::new() };
        let texts = list.items().filter_map(|item| Some((item.text()?.clone(), item.site)));
        let all: Vec<NodeId> = texts.map(|(text, site)| self.part.add(constraint(&text, site))).collect();
        self.contradictions(&all);
        all
    }

    /// A node has one value for each key: `==` with two values, or `==` and `!=` with one, fits none.
    fn contradictions(&mut self, all: &[NodeId]) {
        let mut wanted: BTreeMap<String, (String, NodeId)> = BTreeMap::new();
        let mut unwanted: BTreeMap<(String, String), NodeId> = BTreeMap::new();
        for &id in all {
            let Some(Node::Constraint(it)) = self.part.node(id) else { continue };
            let site = it.head.site;
            let known = |value: &Known<Text>| value.value().and_then(Text::known).map(str::to_owned);
            let (Some(key), Some(value)) = (known(&it.key), known(&it.value)) else { continue };
            // Labels and names are compared without regard to case.
            let value = value.to_ascii_lowercase();
            let other = match it.operator.value() {
                Some(&"==") => {
                    let clash = wanted.get(&key).filter(|(other, _)| *other != value).map(|(_, id)| *id);
                    let clash = clash.or_else(|| unwanted.get(&(key.clone(), value.clone())).copied());
                    wanted.entry(key).or_insert((value, id));
                    clash
                }
                Some(&"!=") => {
                    let clash = wanted.get(&key).filter(|(other, _)| *other == value).map(|(_, id)| *id);
                    unwanted.entry((key, value)).or_insert(id);
                    clash
                }
                _ => None,
            };
            if let (Some(other), Some(Node::Constraint(it))) = (other, self.part.node_mut(id)) {
                it.contradicts = Known::Set(other, site);
            }
        }
    }
}

fn constraint(text: &Text, site: Site) -> Constraint {
    let mut it =
        Constraint::new(head(text.clone(), site, format!("deploy.placement.constraints[{}]", text.as_str())));
    it.text = Known::Set(text.clone(), site);
    let written = text.as_str();
    let found = written.find(['=', '!']).and_then(|at| {
        let rest = &written[at..];
        let operator = ["==", "!=", "="].into_iter().find(|operator| rest.starts_with(operator))?;
        Some((at, operator))
    });
    let part = |part: Text| {
        let part = part.trim();
        let site = Site { label: part.span(), ..site };
        Known::Set(part, site)
    };
    match found {
        Some((at, operator)) => {
            it.key = part(text.slice(0..at));
            it.operator =
                Known::Set(operator, Site { label: text.slice(at..at + operator.len()).span(), ..site });
            it.value = part(text.slice(at + operator.len()..text.len()));
        }
        None if !text.is_known() => {
            it.operator = Known::Unknown(site, "it comes from a variable");
            it.key = Known::Unknown(site, "it comes from a variable");
        }
        None => it.key = part(text.clone()),
    }
    it
}

//! Every `$` in a value.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::kinds::Substitution;
use crate::facts::make::head;
use crate::facts::model::{At, Shape};
use crate::facts::{Known, Node, NodeId, Site};
use crate::source::{Span, Text};
use crate::syntax::substitution::{Form, Reading, Use, uses};

use super::{Filler, NODES};

/// Where the walk through a document is.
#[derive(Clone, Default)]
struct Place {
    service: Option<NodeId>,
    under: String,
    of_variable: Option<Text>,
}

struct Found {
    one: Use,
    place: Place,
}

impl Filler<'_> {
    /// Adds a node for every `$`, each once, however many services share its text through an anchor.
    pub fn substitutions(&mut self, root: At<'_>) {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        // What a later file overrides is read all the same, and refused if it is broken.
        for file in self.reading.files.iter().filter(|file| file.own) {
            self.collect_all(At::root(file.model), &mut seen, &mut found);
        }
        self.collect_all(root, &mut seen, &mut found);

        let mut elsewhere: BTreeSet<String> = BTreeSet::new();
        for it in &found {
            if let Some(name) = &it.one.name
                && !matches!(
                    it.place.under.as_str(),
                    "command" | "entrypoint" | "healthcheck" | "labels" | "deploy"
                )
            {
                elsewhere.insert(name.as_str().to_owned());
            }
        }
        let own = self.own_variables();
        for it in found {
            if self.is_full() {
                break;
            }
            let node = self.substitution(it, &elsewhere, &own);
            self.part.add(node);
        }
    }

    fn collect_all(&self, root: At<'_>, seen: &mut BTreeSet<Span>, found: &mut Vec<Found>) {
        for (key, at, _) in root.entries() {
            let place = Place { under: key.as_str().to_owned(), ..Place::default() };
            if key.as_str() != "services" {
                collect(at, &place, 0, seen, found);
                continue;
            }
            for (name, service, _) in at.entries() {
                let service_id = self.services.get(name.as_str()).copied();
                for (key, at, _) in service.entries() {
                    let under = key.as_str().to_owned();
                    let place = Place { service: service_id, under, of_variable: None };
                    collect(at, &place, 0, seen, found);
                }
            }
        }
    }

    fn substitution(
        &self,
        Found { one, place }: Found,
        elsewhere: &BTreeSet<String>,
        own: &BTreeMap<(NodeId, String), Known<NodeId>>,
    ) -> Substitution {
        let span = one.written.span();
        let site = Site::written(span);
        let name = one.name.as_ref().map_or("", Text::as_str);
        let step = format!("{}[${name}]", place.under);
        let mut it = Substitution::new(head(one.written.clone(), site, step));
        it.head.parent = place.service;
        let word = |word: &'static str| Known::Set(word, site);
        it.form = word(match one.form {
            Form::Braced => "braced",
            Form::Bare => "bare",
            Form::Lone => "lone",
        });
        it.compose = word(if one.in_compose { "accepted" } else { "refused" });
        it.stack = word(match one.in_stack {
            Reading::Same => "same",
            Reading::Different => "different",
            Reading::Refused => "refused",
        });
        it.inner = Known::Set(one.inner, site);
        it.under = Known::Set(Text::made(&place.under, span, crate::source::Origin::Written), site);
        it.service = place.service.map_or(Known::Absent, |id| Known::Set(id, site));
        it.of_variable = place.of_variable.map_or(Known::Absent, |name| Known::Set(name, site));
        if let Some(variable) = &one.name {
            let env = self.reading.env;
            it.in_env_file = if env.is_empty() {
                Known::Unknown(site, "there is no .env here")
            } else {
                Known::Set(env.contains_key(name), site)
            };
            it.used_elsewhere = Known::Set(elsewhere.contains(name), site);
            let twin = place.service.and_then(|service| own.get(&(service, name.to_owned())));
            it.own_variable = twin.cloned().unwrap_or_else(|| self.no_own_variable(place.service));
            it.variable = part(variable);
        }
        it.text = Known::Set(one.written, site);
        it.operator = one.operator.as_ref().map_or(Known::Absent, part);
        it.operand = one.operand.as_ref().map_or(Known::Absent, part);
        it
    }

    /// The first variable of each name in the environment of each service.
    fn own_variables(&self) -> BTreeMap<(NodeId, String), Known<NodeId>> {
        let mut all = BTreeMap::new();
        for &id in self.services.values() {
            let environment = self.service_at(id).and_then(|service| service.environment.value());
            for &variable in environment.iter().flat_map(|list| &list.items) {
                if let Some(Node::Variable(it)) = self.part.node(variable)
                    && it.place.value() == Some(&"environment")
                    && let Some(name) = it.head.name.known()
                {
                    all.entry((id, name.to_owned())).or_insert(Known::Set(variable, it.head.site));
                }
            }
        }
        all
    }

    /// What is said of a name that is not in the environment of a service.
    fn no_own_variable(&self, service: Option<NodeId>) -> Known<NodeId> {
        let Some(service) = service.and_then(|id| self.service_at(id)) else { return Known::Absent };
        let open = service.environment.value().and_then(|list| list.open);
        open.map_or(Known::Absent, |reason| Known::Unknown(service.head.site, reason))
    }
}

fn part(text: &Text) -> Known<Text> {
    Known::Set(text.clone(), Site::written(text.span()))
}

fn collect(at: At<'_>, place: &Place, depth: u32, seen: &mut BTreeSet<Span>, found: &mut Vec<Found>) {
    if depth > 32 {
        return;
    }
    match &at.value.shape {
        Shape::Map(_) => {
            for (key, at, _) in at.entries() {
                let mut inner = place.clone();
                if place.under == "environment" {
                    inner.of_variable = Some(key.clone());
                }
                collect(at, &inner, depth + 1, seen, found);
            }
        }
        Shape::List(_) => {
            for item in at.items() {
                collect(item, place, depth + 1, seen, found);
            }
        }
        Shape::Null | Shape::Scalar(..) => {
            let Some(raw) = at.value.raw.as_ref().filter(|_| seen.insert(at.value.span)) else { return };
            let mut place = place.clone();
            if place.under == "environment" && place.of_variable.is_none() {
                place.of_variable = raw.split_once('=').map(|(key, _)| key);
            }
            let room = (NODES + 1).saturating_sub(found.len());
            found.extend(uses(raw).into_iter().take(room).map(|one| Found { one, place: place.clone() }));
        }
    }
}

//! Environment variables.

use crate::facts::kinds::{Service, Variable};
use crate::facts::make::{head, nodes, shape, table, words};
use crate::facts::model::At;
use crate::facts::{Known, List, Node, NodeId, Pair, Site};
use crate::source::Text;

use super::Filler;

impl Filler<'_> {
    /// The environment of a service, as far as it is written in the file.
    pub fn environment(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let own = at.get("environment").filter(|at| !at.is_null());
        let mut all = own.map(|own| self.variables(own, "environment")).unwrap_or_default();
        if let Some(args) = at.path(&["build", "args"]) {
            all.extend(self.variables(args, "build-arg"));
        }
        let mut known = nodes(all, own.map_or(at.site, |own| own.site));
        if at.get("env_file").is_some_and(|at| !at.is_null()) {
            const REASON: &str = "an env_file may set more";
            known = match known {
                Known::Set(list, site) => Known::Set(List { open: Some(REASON), ..list }, site),
                other => match other {
                    Known::Absent => Known::Set(List { items: Vec::new(), open: Some(REASON) }, at.site),
                    other => other,
                },
            };
        }
        known
    }

    fn variables(&mut self, at: At<'_>, place: &'static str) -> Vec<NodeId> {
        let mut all: Vec<NodeId> = Vec::new();
        let room = if self.is_full() { 0 } else { usize::MAX };
        let mut seen = std::collections::BTreeSet::new();
        for (pair, site) in at.pairs().into_iter().take(room) {
            let duplicate = !seen.insert(pair.key.as_str().to_owned()) && !at.is_map();
            let mut variable = variable(&pair, site, place);
            variable.duplicate = Known::Set(duplicate, site);
            all.push(self.part.add(variable));
        }
        self.twins(&all);
        all
    }

    /// Links `X` and `X_FILE`.
    fn twins(&mut self, all: &[NodeId]) {
        let named: Vec<(String, NodeId, Site)> = all
            .iter()
            .filter_map(|&id| {
                let head = self.part.node(id)?.head();
                Some((head.name.known()?.to_owned(), id, head.site))
            })
            .collect();
        let by_name: std::collections::BTreeMap<&str, (NodeId, Site)> =
            named.iter().map(|(name, id, site)| (name.as_str(), (*id, *site))).collect();
        for (name, id, site) in &named {
            let Some((twin, twin_site)) = name.strip_suffix("_FILE").and_then(|plain| by_name.get(plain))
            else {
                continue;
            };
            for (from, to, site) in [(*id, *twin, *twin_site), (*twin, *id, *site)] {
                if let Some(Node::Variable(variable)) = self.part.node_mut(from) {
                    variable.twin = Known::Set(to, site);
                }
            }
        }
    }

    /// The password that a service asks of its clients, as far as its own configuration says.
    pub fn password(&self, service: &Service) -> Known<Text> {
        if let Known::Set(command, _) = &service.command {
            let mut words = command.items.iter();
            while let Some(word) = words.next() {
                if word.as_str() == "--requirepass" {
                    return match words.next() {
                        Some(value) if value.is_known() => {
                            Known::Set(value.clone(), Site::written(value.span()))
                        }
                        Some(value) => {
                            Known::Unknown(Site::written(value.span()), "it comes from a variable")
                        }
                        None => Known::Absent,
                    };
                }
            }
        }
        let Known::Set(environment, _) = &service.environment else { return Known::Absent };
        for &id in &environment.items {
            let Some(Node::Variable(variable)) = self.part.node(id) else { continue };
            let name = variable.head.name.as_str();
            if ["POSTGRES_PASSWORD", "MYSQL_PASSWORD", "MARIADB_PASSWORD", "REDIS_PASSWORD"].contains(&name) {
                return variable.value.clone();
            }
            if name.strip_suffix("_FILE").is_some_and(|plain| plain.ends_with("PASSWORD")) {
                return Known::Unknown(variable.head.site, "it is in a file");
            }
        }
        Known::Absent
    }
}

/// A variable; the same for every place.
pub fn variable(pair: &Pair, site: Site, place: &'static str) -> Variable {
    let name = pair.key.as_str();
    let mut variable = Variable::new(head(pair.key.clone(), site, format!("{place}.{name}")));
    variable.place = Known::Set(place, site);
    let split =
        words(name).iter().map(|word| table(word, pair.key.span()).with_origin(pair.key.origin())).collect();
    variable.words = if pair.key.is_known() {
        Known::Set(List::closed(split), site)
    } else {
        Known::Unknown(site, "its name comes from a variable")
    };
    // The site of the value is the entry: that is what one has to change.
    variable.value = match &pair.value {
        Known::Set(text, _) if text.holes().next().is_some_and(|(hole, _)| hole.len() == text.len()) => {
            Known::Unknown(site, "its value comes from a variable")
        }
        Known::Set(text, _) => Known::Set(text.clone(), site),
        other => other.clone(),
    };
    if let Known::Set(text, _) = &variable.value {
        let known = text.known().unwrap_or("");
        variable.shape = if text.is_known() {
            Known::Set(shape(known), site)
        } else {
            Known::Unknown(site, "its value comes from a variable")
        };
        variable.literal = Known::Set(text.is_known(), site);
        let last = words(name).pop().unwrap_or_default();
        let path = known.starts_with('/') || matches!(last.as_str(), "file" | "path" | "dir");
        variable.holds_file_path = Known::Set(path, site);
    }
    variable
}

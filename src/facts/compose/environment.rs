//! Environment variables.

use std::collections::BTreeSet;

use crate::facts::around::beside;
use crate::facts::kinds::{Service, Variable};
use crate::facts::make::{head, nodes, shape, table, words};
use crate::facts::model::At;
use crate::facts::{Known, List, Node, NodeId, Pair, Site};
use crate::source::{FileId, Origin, Text, decode};
use crate::syntax::dotenv;

use super::Filler;
use super::settings::kind;

impl Filler<'_> {
    /// The environment of a service: its own and that of its `env_file`, as far as those can be read.
    pub fn environment(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let own = at.get("environment").filter(|at| !at.is_null());
        // What stands in the service wins, so it comes last.
        let (mut all, open) = self.env_files(at);
        all.extend(own.map(|own| self.variables(own, "environment")).unwrap_or_default());
        self.twins(&all);
        let site = own.map_or(at.site, |own| own.site);
        match (nodes(all, site), open) {
            (known, None) => known,
            (Known::Set(list, site), open) => Known::Set(List { open, ..list }, site),
            (_, open) => Known::Set(List { items: Vec::new(), open }, site),
        }
    }

    /// The variables that the project's `.env` sets to something.
    pub fn read_env_names(&self) -> BTreeSet<String> {
        let path = beside(self.reading.directory, ".env");
        let files = self.reading.around.files;
        if self.is_stack() || !files.is_file(&path) {
            return BTreeSet::new();
        }
        let text = files.read(&path).and_then(|bytes| decode(bytes, true)).unwrap_or_default();
        let set = dotenv::entries(&text, FileId::default()).into_iter();
        set.filter(|entry| entry.value.as_ref().is_some_and(|value| !value.is_empty()))
            .map(|entry| entry.name.as_str().to_owned())
            .collect()
    }

    /// The arguments of a service's build.
    pub fn build_args(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let Some(args) = at.path(&["build", "args"]) else { return Known::Absent };
        nodes(self.variables(args, "build-arg"), args.site)
    }

    /// The labels of a service, its containers and its image.
    pub fn labels(&mut self, service: &mut Service, at: At<'_>) -> Vec<NodeId> {
        let places = [at.get("labels"), at.path(&["deploy", "labels"]), at.path(&["build", "labels"])];
        let [own, deployed, built] =
            places.map(|at| at.map(|labels| (self.variables(labels, "label"), labels.site)));
        let listed = |found: &Option<(Vec<NodeId>, Site)>| {
            found.as_ref().map_or(Known::Absent, |(all, site)| nodes(all.clone(), *site))
        };
        service.container_labels = listed(&own);
        service.deploy_labels = listed(&deployed);
        [own, deployed, built].into_iter().flatten().flat_map(|(all, _)| all).collect()
    }

    fn variables(&mut self, at: At<'_>, place: &'static str) -> Vec<NodeId> {
        let mut all: Vec<NodeId> = Vec::new();
        let room = if self.is_full() { 0 } else { usize::MAX };
        let mut seen = BTreeSet::new();
        let mut written = at.entries();
        // A list item that is a mapping is refused by Docker and holds its value all the same.
        let mapped = at.items().filter(|item| item.is_map()).flat_map(At::pairs);
        for (pair, site) in at.pairs().into_iter().chain(mapped).take(room) {
            let duplicate = !seen.insert(pair.key.as_str().to_owned()) && !at.is_map();
            let mut variable = variable(&pair, site, place);
            variable.duplicate = Known::Set(duplicate, site);
            if let Some((_, value, _)) = written.next() {
                variable.r#type = Known::Set(kind(value), site);
            }
            variable.quoted = Known::Set(self.in_quotes(at, &pair, site), site);
            if variable.taken_from.value().is_some_and(|name| self.env_names.contains(name.as_str())) {
                variable.may_be_blank = Known::Set(false, site);
            }
            all.push(self.part.add(variable));
        }
        all
    }

    /// Whether the entry of a list, or the value in a mapping, stands in quotes.
    fn in_quotes(&self, at: At<'_>, pair: &Pair, site: Site) -> bool {
        let value = pair.value.value().map(Text::span);
        let span = if at.is_map() { value.unwrap_or(site.label) } else { pair.key.span() };
        self.is_quoted(span)
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
    variable.value = match &pair.value {
        Known::Set(text, _) => {
            let own = Site { label: text.span(), ..site };
            if text.holes().next().is_some_and(|(hole, _)| hole.len() == text.len()) {
                Known::Unknown(own, "its value comes from a variable")
            } else {
                Known::Set(text.clone(), own)
            }
        }
        other => other.clone(),
    };
    blank(&mut variable, pair, site);
    if let Known::Set(text, _) = &variable.value {
        let known = text.known().unwrap_or("");
        variable.shape = if text.is_known() {
            Known::Set(shape(known), site)
        } else {
            Known::Unknown(site, "its value comes from a variable")
        };
        variable.literal = Known::Set(text.is_known(), site);
        let last = words(name).pop().unwrap_or_default();
        let path = looks_like_a_path(text.as_str()) || matches!(last.as_str(), "file" | "path" | "dir");
        variable.holds_file_path = Known::Set(path, site);
    }
    variable
}

/// Whether a value is a path from the root, from a home or from where a program runs.
fn looks_like_a_path(value: &str) -> bool {
    ["/", "./", "../", "~/"].iter().any(|start| value.starts_with(start))
        || value.contains('/') && [".json", ".pem"].iter().any(|ending| value.ends_with(ending))
}

/// Whether the value is empty if nobody sets the variable that it is taken from: `${X}`, `${X:-}`.
fn blank(variable: &mut Variable, pair: &Pair, site: Site) {
    let Known::Set(text, _) = &pair.value else { return };
    let whole = text.holes().next().filter(|(hole, _)| hole.len() == text.len());
    if let Some((_, hole)) = whole {
        variable.taken_from = Known::Set(Text::made(&hole.name, text.span(), Origin::Written), site);
        // Only `${X?}` and `${X:?}` stop the deploy.
        variable.may_be_blank = Known::Set(!text.as_str().contains('?'), site);
    } else if text.is_empty() && text.origin() == Origin::Default {
        variable.may_be_blank = Known::Set(true, site);
    } else {
        variable.may_be_blank = Known::Set(false, site);
    }
}

//! Environment variables.

use std::collections::BTreeSet;

use crate::facts::around::beside;
use crate::facts::kinds::Variable;
use crate::facts::make::{head, nodes, shape, table, words};
use crate::facts::model::At;
use crate::facts::{Known, List, Node, NodeId, Pair, Reason, Site};
use crate::source::{FileId, Origin, Text, decode, git_ignores};
use crate::syntax::dotenv;

use super::Filler;

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
    pub fn labels(&mut self, at: At<'_>) -> Vec<NodeId> {
        let places = [at.get("labels"), at.path(&["deploy", "labels"]), at.path(&["build", "labels"])];
        places.into_iter().flatten().flat_map(|labels| self.variables(labels, "label")).collect()
    }

    /// The variables of the files that `env_file` names, and why there may be more.
    fn env_files(&mut self, at: At<'_>) -> (Vec<NodeId>, Option<Reason>) {
        let Some(files) = at.get("env_file").filter(|at| !at.is_null()) else { return (Vec::new(), None) };
        let items: Vec<At<'_>> = if files.is_list() { files.items().collect() } else { vec![files] };
        let (mut all, mut open) = (Vec::new(), None);
        for item in items {
            let path = if item.is_map() { item.get("path") } else { Some(item) };
            let Some(path) = path.and_then(At::text).and_then(Text::known) else {
                open = Some("an env_file may set more");
                continue;
            };
            let optional = item.get("required").is_some_and(|at| at.flag().value() == Some(&false));
            let path = beside(&self.reading.directory_of(item.file()), path);
            let Some(&file) = self.reading.around.env_files.get(&path) else {
                if !optional {
                    open = Some("an env_file that is not here may set more");
                }
                continue;
            };
            all.extend(self.env_file(&path, file, item.site));
        }
        (all, open)
    }

    fn env_file(&mut self, path: &str, file: FileId, from: Site) -> Vec<NodeId> {
        let Some(source) = self.reading.world.source(file) else { return Vec::new() };
        let ignored = git_ignores(self.reading.around.files, path);
        let room = if self.is_full() { 0 } else { usize::MAX };
        let mut all = Vec::new();
        for entry in dotenv::entries(&source.text, file).into_iter().take(room) {
            let site = Site { via: Some(from.label), ..Site::written(entry.span) };
            let value = entry.value.map_or(Known::Absent, |value| Known::Set(value, site));
            let mut variable = variable(&Pair { key: entry.name, value }, site, "env-file");
            variable.git_ignores = match ignored {
                Some(ignored) => Known::Set(ignored, site),
                None => Known::Unknown(site, "there is no git repository here"),
            };
            all.push(self.part.add(variable));
        }
        all
    }

    fn variables(&mut self, at: At<'_>, place: &'static str) -> Vec<NodeId> {
        let mut all: Vec<NodeId> = Vec::new();
        let room = if self.is_full() { 0 } else { usize::MAX };
        let mut seen = BTreeSet::new();
        // A list item that is a mapping is refused by Docker and holds its value all the same.
        let mapped = at.items().filter(|item| item.is_map()).flat_map(At::pairs);
        for (pair, site) in at.pairs().into_iter().chain(mapped).take(room) {
            let duplicate = !seen.insert(pair.key.as_str().to_owned()) && !at.is_map();
            let mut variable = variable(&pair, site, place);
            variable.duplicate = Known::Set(duplicate, site);
            if variable.taken_from.value().is_some_and(|name| self.env_names.contains(name.as_str())) {
                variable.may_be_blank = Known::Set(false, site);
            }
            all.push(self.part.add(variable));
        }
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
        let path = known.starts_with('/') || matches!(last.as_str(), "file" | "path" | "dir");
        variable.holds_file_path = Known::Set(path, site);
    }
    variable
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

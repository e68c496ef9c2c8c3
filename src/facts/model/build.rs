//! From a YAML tree to the model of a document.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::facts::known::Site;
use crate::source::{Problem, Source, Span, Text};
use crate::syntax::interpolate::{self, Dialect};
use crate::syntax::yaml::{self, Plain, Style};

use super::{Entry, Env, Item, Shape, Tag, Value};

/// Builds the model of a file's first document.
pub struct Builder<'a> {
    source: &'a Source,
    tree: &'a yaml::Tree,
    dialect: Dialect,
    env: &'a Env,
    shared: BTreeMap<yaml::NodeId, (Arc<Value>, u32)>,
    budget: u32,
    /// Inside of values that `.env` must not fill: what it holds is not what the file says.
    as_written: bool,
    /// Whether any value has a tag that merging obeys.
    pub tagged: bool,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Keys of a service whose values `.env` does not fill here: whether a password is written into the file is a question
/// about the file.
const AS_WRITTEN: [&str; 5] = ["environment", "command", "entrypoint", "labels", "healthcheck"];

/// More values than this in one document are not looked at.
pub const VALUES: u32 = 1_000_000;

impl<'a> Builder<'a> {
    /// A builder for one file.
    pub fn new(source: &'a Source, tree: &'a yaml::Tree, dialect: Dialect, env: &'a Env) -> Self {
        let shared = BTreeMap::new();
        Self {
            source,
            tree,
            dialect,
            env,
            shared,
            budget: VALUES,
            as_written: false,
            tagged: false,
            problems: Vec::new(),
        }
    }

    /// The model of the document whose root is `node`.
    pub fn build(&mut self, node: yaml::NodeId) -> Arc<Value> {
        let value = self.value(node, 0);
        if self.budget == 0 {
            let message = format!("this file has more than {VALUES} values once its anchors are followed");
            self.problems.push(Problem::new(
                Problem::YAML_TOO_LARGE,
                message,
                Span::new(self.source.id, 0, 0),
            ));
        }
        value
    }

    fn value(&mut self, node: yaml::NodeId, depth: u32) -> Arc<Value> {
        let target = self.tree.follow(node);
        let tree = self.tree;
        let it = tree.node(target);
        if let Some((shared, size)) = self.shared.get(&target) {
            // Whoever walks the model meets a shared value at each of its places, so each place counts in full.
            if let Some(left) = self.budget.checked_sub(*size) {
                self.budget = left;
                return shared.clone();
            }
            self.budget = 0;
        }
        if self.budget == 0 || depth > 128 {
            return Arc::new(Value { shape: Shape::Null, span: it.span, tag: None, raw: None });
        }
        let before = self.budget;
        self.budget -= 1;
        let shape = match &it.shape {
            yaml::Shape::Scalar(scalar) => self.scalar(target, scalar),
            yaml::Shape::Mapping { .. } => Shape::Map(self.entries(target, depth)),
            yaml::Shape::Sequence { items, .. } => Shape::List(
                items
                    .iter()
                    .map(|item| {
                        let value = self.value(item.node, depth + 1);
                        Item { site: self.site(item.node, tree.node(item.node).span), value }
                    })
                    .collect(),
            ),
            yaml::Shape::Alias { .. } => Shape::Null,
        };
        let tag = match it.tag.as_ref().map(Text::as_str) {
            Some("!reset") => Some(Tag::Reset),
            Some("!override") => Some(Tag::Override),
            _ => None,
        };
        self.tagged |= tag.is_some();
        let raw = match &it.shape {
            yaml::Shape::Scalar(scalar) if scalar.text.find('$').is_some() => Some(scalar.text.clone()),
            _ => None,
        };
        let value = Arc::new(Value { shape, span: it.span, tag, raw });
        if it.anchor.is_some() {
            self.shared.insert(target, (value.clone(), before - self.budget));
        }
        value
    }

    fn entries(&mut self, mapping: yaml::NodeId, depth: u32) -> Vec<Entry> {
        let tree = self.tree;
        let mut entries: Vec<Entry> = Vec::new();
        for effective in tree.effective(mapping) {
            if self.budget == 0 {
                break;
            }
            let entry = effective.entry;
            let key_span = tree.node(entry.key).span;
            let yaml::Shape::Scalar(key) = &tree.node(tree.follow(entry.key)).shape else {
                let message = "a list or a mapping cannot be a key: Docker refuses the file";
                self.problems.push(Problem::new(Problem::YAML_KEY, message, key_span));
                continue;
            };
            let outer = self.as_written;
            self.as_written |= depth == 2 && AS_WRITTEN.contains(&key.text.as_str());
            let before = self.budget;
            let value = self.value(entry.value, depth + 1);
            if effective.via.is_some() {
                // What many services get through one anchor is built once.
                let size = before - self.budget;
                self.shared.entry(tree.follow(entry.value)).or_insert_with(|| (value.clone(), size));
            }
            self.as_written = outer;
            let site = Site::written(self.label(entry.span, key_span)).through(effective.via);
            let text_key = matches!(tree.plain(tree.follow(entry.key)), Plain::Text);
            entries.push(Entry { key: key.text.clone(), value, text_key, site, again: Vec::new() });
        }
        entries
    }

    fn scalar(&mut self, node: yaml::NodeId, scalar: &yaml::Scalar) -> Shape {
        let plain = self.tree.plain(node);
        if matches!(plain, Plain::Null) {
            return Shape::Null;
        }
        self.problems.extend(interpolate::too_deep(&scalar.text));
        let lookup = |name: &str| match self.env.get(name).filter(|_| !self.as_written) {
            Some(Some(value)) => interpolate::Value::Set(value.clone()),
            Some(None) => interpolate::Value::Unknown,
            None => interpolate::Value::Unset,
        };
        match interpolate::resolve(&scalar.text, self.dialect, &lookup) {
            Ok(text) => {
                // A plain `${X:-5}` is cast after substitution, as Docker casts it.
                let retyped = scalar.style == Style::Plain && scalar.text.find('$').is_some();
                let plain = if retyped { text.known().map_or(Plain::Text, yaml::plain_text) } else { plain };
                Shape::Scalar(text, plain)
            }
            // Docker refuses the file, and the facts about its substitutions say so.
            Err(_) => Shape::Scalar(scalar.text.clone(), plain),
        }
    }

    /// The label of an item: its text, or the alias that stands for it.
    fn site(&self, node: yaml::NodeId, span: Span) -> Site {
        let is_alias = matches!(self.tree.node(node).shape, yaml::Shape::Alias { .. });
        let target = self.tree.node(self.tree.follow(node));
        // A text is pointed at without its quotes, as it is written.
        let own =
            if let yaml::Shape::Scalar(scalar) = &target.shape { scalar.text.span() } else { target.span };
        let text = self.source.slice(own);
        let label = match text.find('\n') {
            Some(end) => Span::new(own.file, own.start, own.start + text[..end].trim_end().len() as u32),
            None => own,
        };
        Site::written(label).through(is_alias.then_some(span))
    }

    fn label(&self, entry: Span, key: Span) -> Span {
        if self.source.slice(entry).contains('\n') { key } else { entry }
    }
}

//! Small changes to a YAML file that leave every other byte alone.

use crate::source::{Edit, Source, Span};
use crate::syntax::{ASTRAY, Data};

use super::inherited::{longer, merged};
use super::render::{self, Style};
use super::style;
use super::tree::{Comment, Entry, NodeId, Shape, Style as ScalarStyle, Tree};

/// Why a change is not made.
pub type Refusal = String;

/// The edits of a change, or why there are none.
pub type Amended = Result<Vec<Edit>, Refusal>;

/// Changes to one file.
#[derive(Clone, Copy, Debug)]
pub struct Amender<'a> {
    pub(super) tree: &'a Tree,
    pub(super) source: &'a Source,
    pub(super) style: Style,
}

impl<'a> Amender<'a> {
    /// An amender that writes as the file is written.
    pub fn new(tree: &'a Tree, source: &'a Source) -> Self {
        Self { tree, source, style: Style::of(tree, source) }
    }

    /// Creates or replaces the key of a mapping; mappings are merged into what is there.
    pub fn set(&self, mapping: NodeId, key: &str, value: &Data) -> Amended {
        self.writable(mapping)?;
        let Some(entry) = self.own(mapping, key) else {
            return match self.inherited(mapping, key)? {
                Some(old) => match merged(old.clone(), value) {
                    new if new == old => Ok(Vec::new()),
                    new => self.insert(mapping, key, &new),
                },
                None => self.insert(mapping, key, value),
            };
        };
        let node = self.tree.node(entry.value);
        match (&node.shape, value) {
            (Shape::Alias { .. }, Data::Map(inner)) if self.is_mapping(entry.value) => {
                let mut edits = Vec::new();
                for (key, value) in inner {
                    edits.extend(self.set(entry.value, key, value)?);
                }
                Ok(edits)
            }
            (Shape::Alias { .. }, _) => Ok(vec![self.instead_of_alias(entry, value)]),
            (Shape::Mapping { entries, .. }, Data::Map(inner)) if !entries.is_empty() => {
                let mut edits = Vec::new();
                for (key, value) in inner {
                    edits.extend(self.set(entry.value, key, value)?);
                }
                Ok(edits)
            }
            (Shape::Scalar(scalar), Data::List(_) | Data::Map(_)) if scalar.text.is_empty() => {
                Ok(vec![Edit::replace(
                    Span::point(self.source.id, node.span.end),
                    render::value(value, self.column(entry.span.start), self.style),
                )])
            }
            (Shape::Scalar(scalar), _) if scalar.text.is_empty() && node.span.is_empty() => {
                Ok(vec![Edit::replace(node.span, format!(" {}", render::flow(value, self.style.quote)))])
            }
            (Shape::Scalar(_), Data::List(_) | Data::Map(_)) => {
                Err(format!("`{key}` is written in another form"))
            }
            (_, Data::List(_) | Data::Map(_)) => {
                let behind_key = |comment: &&Comment| {
                    let between =
                        Span::new(self.source.id, self.tree.node(entry.key).span.end, node.span.start);
                    comment.trailing && between.contains(comment.span)
                };
                let inside = self.tree.comments.iter().filter(|comment| entry.span.contains(comment.span));
                if inside.filter(|comment| !behind_key(comment)).count() > 0 {
                    return Err(format!("`{key}` has comments in it that would be lost"));
                }
                let flow = matches!(
                    &node.shape,
                    Shape::Mapping { flow: true, .. } | Shape::Sequence { flow: true, .. }
                );
                if flow {
                    return Ok(vec![Edit::replace(node.span, render::flow(value, self.style.quote))]);
                }
                let start = self.tree.node(entry.key).span.end;
                let head = self.source.slice(Span::new(self.source.id, start, node.span.start));
                // A comment behind the key stays there; the blanks before the first item go.
                let head = head.lines().next().unwrap_or(":").trim_end();
                let text =
                    format!("{head}{}", render::value(value, self.column(entry.span.start), self.style));
                Ok(vec![Edit::replace(Span::new(self.source.id, start, entry.span.end), text)])
            }
            _ => {
                let mut text = render::flow(value, self.style.quote);
                // What is said behind the head of a block scalar (`>- # why`) stands behind the value that takes its place.
                let inside = |comment: &&Comment| node.span.contains(comment.span);
                if let Some(comment) = self.tree.comments.iter().find(inside) {
                    text = format!("{text} {}", self.source.slice(comment.span));
                }
                Ok(vec![Edit::replace(node.span, text)])
            }
        }
    }

    /// Turns a list of names into a mapping whose entries say `default`, but for one that says `own`.
    pub fn expand(&self, sequence: NodeId, index: usize, own: &Data, default: &Data) -> Amended {
        let parent = self.tree.node(sequence).parent.ok_or(ASTRAY)?;
        let entry = self.tree.entries(parent).iter().find(|entry| entry.value == sequence);
        let key = entry.and_then(|entry| self.key(entry)).ok_or(ASTRAY)?;
        let mut entries = Vec::new();
        for (at, item) in self.tree.items(sequence).iter().enumerate() {
            let name = self.tree.scalar(item.node).ok_or(ASTRAY)?.text.as_str().to_owned();
            entries.push((name, if at == index { own.clone() } else { default.clone() }));
        }
        self.set(parent, key, &Data::Map(entries))
    }

    /// Adds a key that the mapping does not have, with a tag before its list.
    pub fn tagged(&self, mapping: NodeId, key: &str, tag: &str, items: Vec<Data>) -> Amended {
        let list = Data::List(items);
        let edits = self.set(mapping, key, &list)?;
        let tagged = |edit: Edit| {
            let with = edit.text.replacen(&format!("{key}:"), &format!("{key}: {tag}"), 1);
            Edit::replace(edit.span, with)
        };
        Ok(edits.into_iter().map(tagged).collect())
    }

    /// Adds items to the list of a key; equal ones are not added again.
    pub fn append(&self, mapping: NodeId, key: &str, items: &[Data]) -> Amended {
        self.writable(mapping)?;
        let Some(entry) = self.own(mapping, key) else {
            let all = match self.inherited(mapping, key)? {
                None => items.to_vec(),
                Some(Data::List(old)) => longer(old, items),
                Some(_) => return Err(format!("`{key}` is no list")),
            };
            return self.insert(mapping, key, &Data::List(all));
        };
        let node = self.tree.node(entry.value);
        let Shape::Sequence { items: old, flow } = &node.shape else {
            return match &node.shape {
                Shape::Scalar(scalar) if scalar.text.is_empty() => {
                    self.set(mapping, key, &Data::List(items.to_vec()))
                }
                Shape::Alias { .. } => match self.copied(entry.value, key)? {
                    Data::List(old) => {
                        Ok(vec![self.instead_of_alias(entry, &Data::List(longer(old, items)))])
                    }
                    _ => Err(format!("`{key}` is no list")),
                },
                _ => Err(format!("`{key}` is no list")),
            };
        };
        let has = |data: &Data| match data {
            Data::Text(text) => {
                old.iter().any(|item| self.tree.scalar(item.node).is_some_and(|it| it.text.as_str() == text))
            }
            _ => old.iter().any(|item| self.tree.to_data(item.node, &mut 1000).as_ref() == Some(data)),
        };
        let new: Vec<&Data> = items.iter().filter(|item| !has(item)).collect();
        let Some(last) = old.last() else {
            return if new.is_empty() {
                Ok(Vec::new())
            } else if self.source.slice(node.span).contains('#') {
                Err("there are comments in the brackets".to_owned())
            } else {
                Ok(vec![Edit::replace(
                    node.span,
                    render::flow(&Data::List(items.to_vec()), self.style.quote),
                )])
            };
        };
        if new.is_empty() {
            return Ok(Vec::new());
        }
        if *flow {
            let text: String =
                new.iter().map(|item| format!(", {}", render::flow(item, self.style.quote))).collect();
            return Ok(vec![Edit::replace(Span::point(self.source.id, last.span.end), text)]);
        }
        self.no_tail(last.node)?;
        let indent = self.column(last.span.start);
        let text: String = new
            .iter()
            .map(|item| format!("{}{}", self.style.eol, render::item(item, indent, self.style)))
            .collect();
        Ok(vec![Edit::replace(Span::point(self.source.id, self.line_end(last.span.end)), text)])
    }

    /// Replaces a scalar's text, in quotes where it needs them.
    pub fn replace(&self, span: Span, text: &str) -> Amended {
        Ok(vec![Edit::replace(span, text)])
    }

    fn insert(&self, mapping: NodeId, key: &str, value: &Data) -> Amended {
        let node = self.tree.node(mapping);
        if matches!(node.shape, Shape::Alias { .. }) {
            return self.insert_over_alias(mapping, key, value);
        }
        let Shape::Mapping { entries, flow } = &node.shape else {
            return Err(ASTRAY.to_owned());
        };
        if *flow && self.source.slice(node.span).contains('#') {
            return Err("there are comments in the braces".to_owned());
        }
        let Some(last) = entries.last() else {
            let text = format!(
                "{{ {}: {} }}",
                render::scalar(key, self.style.quote),
                render::flow(value, self.style.quote)
            );
            return Ok(vec![Edit::replace(node.span, text)]);
        };
        if *flow {
            let text = format!(
                ", {}: {}",
                render::scalar(key, self.style.quote),
                render::flow(value, self.style.quote)
            );
            return Ok(vec![Edit::replace(Span::point(self.source.id, last.span.end), text)]);
        }
        self.no_tail(last.value)?;
        let column = self.column(entries[0].span.start);
        let text = format!(
            "{}{}{}",
            self.style.eol,
            " ".repeat(column),
            render::entry(key, value, column, self.style)
        );
        Ok(vec![Edit::replace(Span::point(self.source.id, self.line_end(last.span.end)), text)])
    }

    /// A mapping with an anchor that somebody uses is not this place's alone. An alias is: what it brings is overridden.
    fn writable(&self, mapping: NodeId) -> Result<(), Refusal> {
        let node = self.tree.node(mapping);
        match &node.anchor {
            Some(anchor) if self.tree.anchor_users(mapping) > 0 => {
                Err(format!("others use it through the anchor `&{}`", anchor.as_str()))
            }
            _ => Ok(()),
        }
    }

    /// Nothing can be put behind a block scalar that keeps its line breaks.
    fn no_tail(&self, node: NodeId) -> Result<(), Refusal> {
        let mut at = node;
        loop {
            at = match &self.tree.node(at).shape {
                Shape::Scalar(scalar) => {
                    let keeps = matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded)
                        && self
                            .source
                            .slice(self.tree.node(at).span)
                            .lines()
                            .next()
                            .is_some_and(|head| head.contains('+'));
                    return if keeps {
                        Err("the text before it keeps its empty lines (`|+`)".to_owned())
                    } else {
                        Ok(())
                    };
                }
                Shape::Mapping { entries, .. } => match entries.last() {
                    Some(entry) => entry.value,
                    None => return Ok(()),
                },
                Shape::Sequence { items, .. } => match items.last() {
                    Some(item) => item.node,
                    None => return Ok(()),
                },
                Shape::Alias { .. } => return Ok(()),
            };
        }
    }

    /// The entry that is written in a mapping itself.
    fn own(&self, mapping: NodeId, key: &str) -> Option<&'a Entry> {
        match self.tree.node(mapping).shape {
            Shape::Alias { .. } => None,
            _ => self.tree.get(mapping, key),
        }
    }

    pub(super) fn key(&self, entry: &Entry) -> Option<&str> {
        self.tree.scalar(entry.key).map(|scalar| scalar.text.as_str())
    }

    pub(super) fn column(&self, offset: u32) -> usize {
        style::column(self.source, offset)
    }

    /// The end of the line that holds an offset, before its line ending.
    pub(super) fn line_end(&self, offset: u32) -> u32 {
        let rest = &self.source.text[offset as usize..];
        let line = rest.split('\n').next().unwrap_or("");
        offset + line.trim_end_matches('\r').len() as u32
    }
}

//! Small changes to a YAML file that leave every other byte alone.

use crate::source::{Edit, Source, Span};
use crate::syntax::Data;

use super::render::{self, Style};
use super::tree::{Entry, NodeId, Shape, Style as ScalarStyle, Tree};

/// Why a change is not made.
pub type Refusal = String;

/// The edits of a change, or why there are none.
pub type Amended = Result<Vec<Edit>, Refusal>;

/// Changes to one file.
#[derive(Clone, Copy, Debug)]
pub struct Amender<'a> {
    tree: &'a Tree,
    source: &'a Source,
    style: Style,
}

impl<'a> Amender<'a> {
    /// An amender that writes as the file is written.
    pub fn new(tree: &'a Tree, source: &'a Source) -> Self {
        let style = Style {
            step: step(tree, source),
            dash: dash(tree, source),
            quote: quote(tree),
            eol: source.line_ending(),
        };
        Self { tree, source, style }
    }

    /// Creates or replaces the key of a mapping; mappings are merged into what is there.
    pub fn set(&self, mapping: NodeId, key: &str, value: &Data) -> Amended {
        self.writable(mapping)?;
        let Some(entry) = self.tree.get(mapping, key) else {
            if self.tree.effective(mapping).iter().any(|it| self.key(it.entry) == Some(key)) {
                return Err(format!("`{key}` comes through a merge key; change it at its anchor"));
            }
            return self.insert(mapping, key, value);
        };
        let node = self.tree.node(entry.value);
        match (&node.shape, value) {
            (Shape::Alias { name, .. }, _) => {
                Err(format!("`{key}` is the alias `*{}`; change it at its anchor", name.as_str()))
            }
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
            (_, Data::List(_) | Data::Map(_)) if self.source.slice(node.span).contains('#') => {
                Err(format!("`{key}` has comments in it that would be lost"))
            }
            (_, Data::List(_) | Data::Map(_)) => {
                let flow = matches!(
                    &node.shape,
                    Shape::Mapping { flow: true, .. } | Shape::Sequence { flow: true, .. }
                );
                if flow {
                    return Ok(vec![Edit::replace(node.span, render::flow(value, self.style.quote))]);
                }
                let start = self.tree.node(entry.key).span.end;
                let text = format!(":{}", render::value(value, self.column(entry.span.start), self.style));
                Ok(vec![Edit::replace(Span::new(self.source.id, start, entry.span.end), text)])
            }
            _ => Ok(vec![Edit::replace(node.span, render::flow(value, self.style.quote))]),
        }
    }

    /// Turns a list of names into a mapping whose entries say `default`, but for one that says `own`.
    pub fn expand(&self, sequence: NodeId, index: usize, own: &Data, default: &Data) -> Amended {
        let parent = self.tree.node(sequence).parent.ok_or("it is the whole file")?;
        let entry = self.tree.entries(parent).iter().find(|entry| entry.value == sequence);
        let key = entry.and_then(|entry| self.key(entry)).ok_or("it is not the value of a key")?;
        let mut entries = Vec::new();
        for (at, item) in self.tree.items(sequence).iter().enumerate() {
            let name = self.tree.scalar(item.node).ok_or("an item is no name")?.text.as_str().to_owned();
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
        let Some(entry) = self.tree.get(mapping, key) else {
            return self.set(mapping, key, &Data::List(items.to_vec()));
        };
        let node = self.tree.node(entry.value);
        let Shape::Sequence { items: old, flow } = &node.shape else {
            return match &node.shape {
                Shape::Scalar(scalar) if scalar.text.is_empty() => {
                    self.set(mapping, key, &Data::List(items.to_vec()))
                }
                Shape::Alias { name, .. } => {
                    Err(format!("`{key}` is the alias `*{}`; change it at its anchor", name.as_str()))
                }
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

    /// Removes an entry, with the comment behind it; a mapping that becomes empty goes, too.
    pub fn remove_entry(&self, mapping: NodeId, entry: &Entry) -> Amended {
        self.no_anchor(entry.span)?;
        let node = self.tree.node(mapping);
        let Shape::Mapping { entries, flow } = &node.shape else {
            return Err("this is no mapping".to_owned());
        };
        if entries.len() == 1 {
            return self.remove_node(mapping);
        }
        if *flow {
            let spans: Vec<Span> = entries.iter().map(|it| it.span).collect();
            return Ok(vec![self.flow_piece(&spans, entry.span)]);
        }
        self.lines(entry.span)
    }

    /// Removes an item, with the comment behind it; a list that becomes empty goes, too.
    pub fn remove_item(&self, sequence: NodeId, index: usize) -> Amended {
        let node = self.tree.node(sequence);
        let Shape::Sequence { items, flow } = &node.shape else { return Err("this is no list".to_owned()) };
        let Some(item) = items.get(index) else { return Err("there is no such item".to_owned()) };
        self.no_anchor(item.span)?;
        if items.len() == 1 {
            return self.remove_node(sequence);
        }
        if *flow {
            let spans: Vec<Span> = items.iter().map(|it| it.span).collect();
            return Ok(vec![self.flow_piece(&spans, item.span)]);
        }
        self.lines(item.span)
    }

    /// Removes the entry or item that holds a node.
    fn remove_node(&self, node: NodeId) -> Amended {
        let Some(parent) = self.tree.node(node).parent else {
            return Err("nothing would be left of the file".to_owned());
        };
        match &self.tree.node(parent).shape {
            Shape::Mapping { entries, .. } => match entries.iter().find(|entry| entry.value == node) {
                Some(entry) => self.remove_entry(parent, entry),
                None => Err("a key cannot be removed without its value".to_owned()),
            },
            Shape::Sequence { items, .. } => match items.iter().position(|item| item.node == node) {
                Some(index) => self.remove_item(parent, index),
                None => Err("it is not where it should be".to_owned()),
            },
            _ => Err("it is not where it should be".to_owned()),
        }
    }

    /// Replaces a scalar's text, in quotes where it needs them.
    pub fn replace(&self, span: Span, text: &str) -> Amended {
        Ok(vec![Edit::replace(span, text)])
    }

    fn insert(&self, mapping: NodeId, key: &str, value: &Data) -> Amended {
        let node = self.tree.node(mapping);
        let Shape::Mapping { entries, flow } = &node.shape else {
            return Err("the place is no mapping".to_owned());
        };
        let Some(last) = entries.last() else {
            let text = format!(
                "{{ {}: {} }}",
                render::scalar(key, self.style.quote),
                render::flow(value, self.style.quote)
            );
            return Ok(vec![Edit::replace(node.span, text)]);
        };
        if *flow {
            if self.source.slice(node.span).contains('#') {
                return Err("there are comments in the braces".to_owned());
            }
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

    /// An aliased mapping must not be changed through its alias, and an anchor with several users changes them all.
    fn writable(&self, mapping: NodeId) -> Result<(), Refusal> {
        match &self.tree.node(mapping).shape {
            Shape::Alias { name, .. } => {
                Err(format!("it is the alias `*{}`; change it at its anchor", name.as_str()))
            }
            _ if self.tree.node(mapping).anchor.is_some() && self.tree.anchor_users(mapping) > 0 => {
                Err("others use it through an anchor".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// What is removed must not hold an anchor that somebody else uses.
    fn no_anchor(&self, span: Span) -> Result<(), Refusal> {
        let used = self.tree.nodes().any(|(id, node)| {
            node.anchor.is_some() && span.contains(node.span) && self.tree.anchor_users(id) > 0
        });
        if used { Err("an anchor in it is still used".to_owned()) } else { Ok(()) }
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

    fn key(&self, entry: &Entry) -> Option<&str> {
        self.tree.scalar(entry.key).map(|scalar| scalar.text.as_str())
    }

    fn column(&self, offset: u32) -> usize {
        let start = self.source.text[..offset as usize].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.source.text[start..offset as usize];
        before.trim_start_matches('\u{feff}').chars().count()
    }

    /// The end of the line that holds an offset, before its line ending.
    fn line_end(&self, offset: u32) -> u32 {
        let rest = &self.source.text[offset as usize..];
        let line = rest.split('\n').next().unwrap_or("");
        offset + line.trim_end_matches('\r').len() as u32
    }

    /// All lines of a block entry or item, line ending included.
    fn lines(&self, span: Span) -> Amended {
        let text = &self.source.text;
        let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        if !text[start..span.start as usize].trim().is_empty() {
            return Err("it shares its line with something else".to_owned());
        }
        let end = self.line_end(span.end) as usize;
        let behind = &text[end..];
        let len = if behind.starts_with("\r\n") { 2 } else { usize::from(behind.starts_with('\n')) };
        Ok(vec![Edit::remove(Span::new(self.source.id, start as u32, (end + len) as u32))])
    }

    /// A piece of a flow collection with one of the commas around it.
    fn flow_piece(&self, spans: &[Span], piece: Span) -> Edit {
        let index = spans.iter().position(|span| *span == piece).unwrap_or(0);
        match (spans.get(index + 1), index.checked_sub(1).and_then(|before| spans.get(before))) {
            (Some(next), _) => Edit::remove(Span::new(self.source.id, piece.start, next.start)),
            (None, Some(before)) => Edit::remove(Span::new(self.source.id, before.end, piece.end)),
            (None, None) => Edit::remove(piece),
        }
    }
}

/// The indentation of the first nested block mapping.
fn step(tree: &Tree, source: &Source) -> usize {
    let column =
        |offset: u32| offset as usize - source.text[..offset as usize].rfind('\n').map_or(0, |at| at + 1);
    tree.nodes()
        .find_map(|(id, node)| {
            let Shape::Mapping { entries, flow: false } = &node.shape else { return None };
            entries.iter().find_map(|entry| match &tree.node(entry.value).shape {
                Shape::Mapping { entries: inner, flow: false }
                    if tree.node(id).parent.is_none() || !inner.is_empty() =>
                {
                    let step = column(inner.first()?.span.start).checked_sub(column(entry.span.start))?;
                    (1..=8).contains(&step).then_some(step)
                }
                _ => None,
            })
        })
        .unwrap_or(2)
}

/// How far dashes are indented under their keys.
fn dash(tree: &Tree, source: &Source) -> usize {
    let column =
        |offset: u32| offset as usize - source.text[..offset as usize].rfind('\n').map_or(0, |at| at + 1);
    tree.nodes()
        .find_map(|(_, node)| {
            let Shape::Mapping { entries, flow: false } = &node.shape else { return None };
            entries.iter().find_map(|entry| match &tree.node(entry.value).shape {
                Shape::Sequence { items, flow: false } => {
                    column(items.first()?.span.start).checked_sub(column(entry.span.start))
                }
                _ => None,
            })
        })
        .unwrap_or(2)
}

/// The quote that the file uses most.
fn quote(tree: &Tree) -> char {
    let count = |style: ScalarStyle| {
        tree.nodes()
            .filter(|(_, node)| matches!(&node.shape, Shape::Scalar(scalar) if scalar.style == style))
            .count()
    };
    if count(ScalarStyle::Single) > count(ScalarStyle::Double) { '\'' } else { '"' }
}

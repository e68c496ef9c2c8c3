//! From granit's events to the tree.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, options};

use crate::source::{FileId, Problem, Source, Span, Text};

use super::decode;
use super::tree::{Comment, Duplicate, Entry, Item, Node, NodeId, Scalar, Shape, Style, Tree};

/// How much of a file is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep collections may nest.
    pub depth: usize,
    /// How many nodes a file may have.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 128, nodes: 1_000_000 }
    }
}

/// Parses a file. What stands before a mistake is in the tree, the mistake is among its problems.
pub fn parse(source: &Source, limits: Limits) -> Tree {
    let shift = if source.has_bom() { '\u{feff}'.len_utf8() as u32 } else { 0 };
    let text = source.text.get(shift as usize..).unwrap_or("");
    let options = options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: text.len(),
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
    };
    let mut build = Build::new(source.id, &source.text, shift);
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((event, span)) => {
                let start = span.start.byte_offset().unwrap_or_default() as u32 + shift;
                let end = span.end.byte_offset().unwrap_or_default() as u32 + shift;
                build.event(event, Span::new(source.id, start, end.max(start)));
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or_default() as u32 + shift;
                build.syntax_error(&error.info(), at, limits);
                break;
            }
        }
        if build.tree.nodes.len() > limits.nodes {
            let message = format!("this file has more than {} YAML nodes", limits.nodes);
            build.tree.problems.push(Problem::new(
                Problem::YAML_TOO_LARGE,
                message,
                Span::point(source.id, 0),
            ));
            break;
        }
    }
    build.finish()
}

/// A collection that is not closed yet.
struct Open {
    node: NodeId,
    /// The key that waits for its value.
    key: Option<NodeId>,
    /// Where the last entry, item or opening ended; dashes are looked for from here on.
    cursor: u32,
}

struct Build<'s> {
    file: FileId,
    source: &'s str,
    tree: Tree,
    open: Vec<Open>,
    anchors: BTreeMap<usize, NodeId>,
    last: Option<NodeId>,
    cursor: u32,
}

impl<'s> Build<'s> {
    fn new(file: FileId, source: &'s str, cursor: u32) -> Self {
        let tree = Tree {
            file,
            documents: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
            duplicates: Vec::new(),
            nodes: Vec::new(),
        };
        Self { file, source, tree, open: Vec::new(), anchors: BTreeMap::new(), last: None, cursor }
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Comment(_, _) => self.comment(span),
            Event::Scalar(value, style, anchor, tag) => {
                let (span, scalar) = self.scalar(&value, style, span);
                let tag = tag.map(|tag| tag.to_string());
                self.add(Shape::Scalar(scalar), span, anchor, tag);
            }
            Event::Alias(id) => {
                let name = self.text(Span::new(self.file, span.start + 1, span.end));
                let target = self.anchors.get(&id).copied();
                let cyclic = target.is_some_and(|target| self.open.iter().any(|open| open.node == target));
                if cyclic {
                    let message = format!("the alias `*{}` stands inside of what it names", name.as_str());
                    self.tree.problems.push(Problem::new(Problem::YAML_ALIAS_CYCLE, message, span));
                }
                self.add(Shape::Alias { name, target: target.filter(|_| !cyclic) }, span, 0, None);
            }
            Event::UnresolvedAlias(name) => {
                let message = format!("there is no anchor `&{name}` above this alias");
                self.tree.problems.push(Problem::new(Problem::YAML_UNDEFINED_ALIAS, message, span));
                let name = self.text(Span::new(self.file, span.start + 1, span.end));
                self.add(Shape::Alias { name, target: None }, span, 0, None);
            }
            Event::Anchor(_, _) => {
                let name = self.text(Span::new(self.file, span.start + 1, span.end));
                if let Some(node) = self.last.and_then(|id| self.tree.nodes.get_mut(id.0 as usize)) {
                    node.anchor = Some(name);
                }
            }
            Event::SequenceStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let tag = tag.map(|tag| tag.to_string());
                self.start(Shape::Sequence { items: Vec::new(), flow }, span, anchor, tag);
            }
            Event::MappingStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let tag = tag.map(|tag| tag.to_string());
                self.start(Shape::Mapping { entries: Vec::new(), flow }, span, anchor, tag);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::DocumentStart(..) => {
                self.cursor = span.end;
                self.anchors.clear();
            }
            _ => {}
        }
    }

    fn comment(&mut self, span: Span) {
        let line = self.source[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.source[line..span.start as usize];
        let body = self.text(Span::new(self.file, span.start + 1, span.end)).trim();
        let trailing = !before.trim_start_matches('\u{feff}').trim().is_empty();
        self.tree.comments.push(Comment { span, text: body, trailing });
    }

    fn scalar(&self, value: &str, style: ScalarStyle, span: Span) -> (Span, Scalar) {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        if span.is_empty() && style == Style::Plain {
            let at = self.after_colon(span.start);
            return (Span::point(self.file, at), Scalar { text: decode::empty(self.file, at), style });
        }
        let span =
            if matches!(style, Style::Literal | Style::Folded) { self.with_header(span) } else { span };
        (span, Scalar { text: decode::text(value, style, self.source, span), style })
    }

    /// Where an empty value stands: right behind the colon or dash that announces it.
    fn after_colon(&self, fallback: u32) -> u32 {
        let Some(open) = self.open.last() else { return fallback };
        let from = match open.key {
            Some(key) => self.tree.node(key).span.end,
            None => open.cursor,
        };
        if open.key.is_some() {
            return self.past_colon(from);
        }
        self.past_dash(from).unwrap_or(from.min(fallback))
    }

    /// A block scalar's span from its `|` or `>` on, without the line breaks at its end.
    fn with_header(&self, span: Span) -> Span {
        let from = self.open.last().map_or(self.cursor, |open| match open.key {
            Some(key) => self.tree.node(key).span.end,
            None => open.cursor,
        });
        let between = self.source.get(from as usize..span.start as usize).unwrap_or("");
        let start = between.find(['|', '>']).map_or(span.start, |at| from + at as u32);
        let body = self.source.get(start as usize..span.end as usize).unwrap_or("");
        Span::new(self.file, start, start + body.trim_end_matches(['\n', '\r', ' ']).len() as u32)
    }

    fn text(&self, span: Span) -> Text {
        Text::written(self.source.get(span.range()).unwrap_or(""), self.file, span.start)
    }

    fn add(&mut self, shape: Shape, span: Span, anchor: usize, tag: Option<String>) -> NodeId {
        let id = NodeId(self.tree.nodes.len() as u32);
        let tag = tag.map(|tag| self.tag(&tag, span));
        let parent = self.open.last().map(|open| open.node);
        self.tree.nodes.push(Node { shape, span, tag, anchor: None, parent });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        self.last = Some(id);
        if !matches!(self.tree.node(id).shape, Shape::Mapping { .. } | Shape::Sequence { .. }) {
            self.place(id);
        }
        id
    }

    /// The tag as written, found before the node.
    fn tag(&self, tag: &str, span: Span) -> Text {
        let before = self.source.get(..span.start as usize).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        match before.get(line..).and_then(|line| line.rfind('!')) {
            Some(at) => {
                let start = line + at;
                let written = &before[start..];
                let end = written.find(char::is_whitespace).unwrap_or(written.len());
                Text::written(&written[..end], self.file, start as u32)
            }
            None => Text::made(tag, span, crate::source::Origin::Written),
        }
    }

    fn start(&mut self, shape: Shape, span: Span, anchor: usize, tag: Option<String>) {
        let flow = matches!(shape, Shape::Sequence { flow: true, .. } | Shape::Mapping { flow: true, .. });
        let cursor = match self.open.last() {
            _ if flow => span.end.max(span.start + 1),
            Some(open) => match open.key {
                Some(key) => self.tree.node(key).span.end,
                None => self.past_dash(open.cursor).unwrap_or(span.start),
            },
            None => self.cursor,
        };
        let node = self.add(shape, span, anchor, tag);
        self.open.push(Open { node, key: None, cursor });
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let flow = match &self.tree.node(open.node).shape {
            Shape::Mapping { entries, flow } => {
                let flow = *flow;
                self.tree.duplicates.extend(duplicates(&self.tree, entries));
                flow
            }
            Shape::Sequence { flow, .. } => *flow,
            _ => false,
        };
        let own = self.tree.node(open.node).span;
        let (start, end) = if flow { (own.start, span.end) } else { self.extent(open.node, own) };
        if let Some(node) = self.tree.nodes.get_mut(open.node.0 as usize) {
            node.span = Span::new(self.file, start, end);
        }
        self.place(open.node);
    }

    /// A block collection reaches from its first entry or dash to the end of its last.
    fn extent(&self, node: NodeId, own: Span) -> (u32, u32) {
        match &self.tree.node(node).shape {
            Shape::Mapping { entries, .. } => match (entries.first(), entries.last()) {
                (Some(first), Some(last)) => (first.span.start, last.span.end),
                _ => (own.start, own.start),
            },
            Shape::Sequence { items, .. } => match (items.first(), items.last()) {
                (Some(first), Some(last)) => (first.span.start, last.span.end),
                _ => (own.start, own.start),
            },
            _ => (own.start, own.end),
        }
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, id: NodeId) {
        let span = self.tree.node(id).span;
        let Some(mut open) = self.open.pop() else {
            self.tree.documents.push(id);
            self.cursor = span.end;
            return;
        };
        let dash = self.past_dash(open.cursor);
        let key_span = open.key.map(|key| self.tree.node(key).span);
        let merge = open.key.is_some_and(|key| self.is_merge(key));
        if merge && matches!(self.tree.node(self.tree.follow(id)).shape, Shape::Scalar(_)) {
            let message = "`<<` takes a mapping, or a list of mappings".to_owned();
            self.tree.problems.push(Problem::new(Problem::YAML_MERGE_VALUE, message, span));
        }
        let colon = key_span.map_or(span.end, |key| self.past_colon(key.end));
        if let Some(parent) = self.tree.nodes.get_mut(open.node.0 as usize) {
            match &mut parent.shape {
                Shape::Sequence { items, flow } => {
                    let start = if *flow { span.start } else { dash.map_or(span.start, |at| at - 1) };
                    let end = span.end.max(dash.filter(|_| !*flow).unwrap_or(0));
                    items.push(Item { node: id, span: Span::new(self.file, start.min(span.start), end) });
                    open.cursor = end;
                }
                Shape::Mapping { entries, .. } => match open.key.take() {
                    None => open.key = Some(id),
                    Some(key) => {
                        let start = key_span.map_or(span.start, |key| key.start);
                        let end = span.end.max(if span.is_empty() { colon } else { span.end });
                        entries.push(Entry { key, value: id, span: Span::new(self.file, start, end), merge });
                        open.cursor = end;
                    }
                },
                _ => {}
            }
        }
        self.open.push(open);
    }

    fn is_merge(&self, key: NodeId) -> bool {
        matches!(&self.tree.node(key).shape, Shape::Scalar(scalar)
            if scalar.style == Style::Plain && scalar.text.as_str() == "<<")
    }

    fn past_colon(&self, from: u32) -> u32 {
        let rest = self.source.get(from as usize..).unwrap_or("");
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest.get(blanks..).is_some_and(|rest| rest.starts_with(':')) {
            from + blanks as u32 + 1
        } else {
            from
        }
    }

    /// The offset behind the next dash, when nothing but blanks and comments stands before it.
    fn past_dash(&self, from: u32) -> Option<u32> {
        let bytes = self.source.as_bytes();
        let mut at = from as usize;
        if bytes.get(at) == Some(&b':') {
            at += 1;
        }
        loop {
            match bytes.get(at)? {
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                b'#' => at += self.source.get(at..)?.find('\n')?,
                b'&' | b'!' => at += self.source.get(at..)?.find(char::is_whitespace)?,
                b'-' => return Some(at as u32 + 1),
                _ => return None,
            }
        }
    }

    fn syntax_error(&mut self, info: &str, at: u32, limits: Limits) {
        let at = at.min(self.source.len() as u32);
        let span = Span::point(self.file, at);
        if info.contains("nesting") || info.contains("depth") || info.contains("recursion") {
            let message = format!("collections nest deeper than {} levels here", limits.depth);
            self.tree.problems.push(Problem::new(Problem::YAML_TOO_DEEP, message, span));
        } else {
            let message = format!("this is not valid YAML: {}", info.split(" at ").next().unwrap_or(info));
            self.tree.problems.push(Problem::new(Problem::YAML_SYNTAX, message, span));
        }
    }

    fn finish(mut self) -> Tree {
        while !self.open.is_empty() {
            self.end(Span::point(self.file, self.source.len() as u32));
        }
        self.tree
    }
}

fn duplicates(tree: &Tree, entries: &[Entry]) -> Vec<Duplicate> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let mut duplicates = Vec::new();
    for entry in entries {
        let Shape::Scalar(key) = &tree.node(entry.key).shape else { continue };
        let span = tree.node(entry.key).span;
        match first.get(key.text.as_str()) {
            Some(&earlier) => {
                duplicates.push(Duplicate { first: earlier, second: span, name: key.text.clone() });
            }
            None => {
                first.insert(key.text.as_str(), span);
            }
        }
    }
    duplicates
}

//! Where a comment counts.

use crate::facts::Document;
use crate::source::{Source, Span};
use crate::syntax::{dockerfile, yaml};

/// Where a comment counts, seen from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Behind something: its line. On a line of its own: the node that follows, with everything in it.
    Here,
    /// The next instruction alone, also above FROM.
    Next,
    /// Its line.
    Line,
    /// Behind something: its line. On a line of its own: the next line.
    NextLine,
    /// The stage that it stands in or above.
    Stage,
    /// Before the first instruction the whole file, else like `Here`.
    Top,
    /// The whole file.
    File,
}

/// A comment of either syntax.
#[derive(Clone, Copy)]
pub struct Comment<'d> {
    /// From `#` to the end of its line.
    pub span: Span,
    /// What stands behind `#`.
    pub text: &'d str,
    /// Whether something stands before it on its line.
    pub trailing: bool,
}

/// The comments of a file, and what they stand above.
pub struct Places<'d> {
    /// In the order of the file.
    pub comments: Vec<Comment<'d>>,
    source: &'d Source,
    document: &'d Document,
    /// For each comment the last one of the block of comment lines that it is in.
    block_ends: Vec<Span>,
    /// Entries and items of a YAML file, the outermost first where several start together.
    entries: Option<Vec<Span>>,
}

impl<'d> Places<'d> {
    /// The comments of a file.
    pub fn new(source: &'d Source, document: &'d Document) -> Self {
        let comments: Vec<Comment<'d>> = match document {
            Document::Dockerfile(file) => {
                // A `check` directive is a comment to everybody else.
                let directives = file.directives.iter().map(|it| Comment {
                    span: it.span,
                    text: source.slice(it.span).trim_start_matches('#').trim(),
                    trailing: false,
                });
                let comments = file.comments.iter().map(|it| Comment {
                    span: it.span,
                    text: it.text.as_str(),
                    trailing: false,
                });
                directives.chain(comments).collect()
            }
            Document::Yaml(tree) => {
                let comment = |it: &'d yaml::Comment| Comment {
                    span: it.span,
                    text: it.text.as_str(),
                    trailing: it.trailing,
                };
                tree.comments.iter().map(comment).collect()
            }
            Document::Unread => Vec::new(),
        };
        let mut block_ends: Vec<Span> = comments.iter().map(|comment| comment.span).collect();
        for index in (1..comments.len()).rev() {
            if adjacent(source, comments[index - 1].span, comments[index].span) {
                block_ends[index - 1] = block_ends[index];
            }
        }
        Self { comments, source, document, block_ends, entries: None }
    }

    /// What the comment of that number covers.
    pub fn covered(&mut self, index: usize, scope: Scope) -> Span {
        let Some(comment) = self.comments.get(index).copied() else { return Span::default() };
        let file = Span::new(self.source.id, 0, self.source.text.len() as u32);
        match scope {
            Scope::File => file,
            Scope::Top if self.is_on_top(comment.span) => file,
            Scope::Stage => self.stage(comment.span),
            Scope::Line => self.line(self.source.lines.line(comment.span.start)),
            Scope::Here | Scope::NextLine if comment.trailing => {
                self.line(self.source.lines.line(comment.span.start))
            }
            Scope::NextLine => self.line(self.source.lines.line(comment.span.start) + 1),
            Scope::Next => {
                let end = self.block_ends.get(index).copied().unwrap_or(comment.span);
                match self.document {
                    Document::Dockerfile(file) => next(file, end).map_or(end, |it| it.span),
                    _ => self.below(end),
                }
            }
            // Comments may stand above each other; the last line of them decides what follows.
            Scope::Here | Scope::Top => {
                let end = self.block_ends.get(index).copied().unwrap_or(comment.span);
                self.below(end)
            }
        }
    }

    fn is_on_top(&self, comment: Span) -> bool {
        match self.document {
            Document::Dockerfile(file) => {
                file.instructions.first().is_none_or(|first| comment.start < first.span.start)
            }
            _ => false,
        }
    }

    fn line(&self, number: u32) -> Span {
        let range = self.source.lines.range(number.min(self.source.lines.count() - 1), &self.source.text);
        Span::new(self.source.id, range.start as u32, range.end as u32)
    }

    /// The node that follows a comment line, with everything in it.
    fn below(&mut self, comment: Span) -> Span {
        let nothing = Span::point(self.source.id, comment.end);
        match self.document {
            Document::Dockerfile(file) => instruction(file, comment).unwrap_or(nothing),
            Document::Yaml(tree) => {
                let entries = self.entries.get_or_insert_with(|| entries(tree));
                let next = entries.partition_point(|span| span.start < comment.end);
                entries.get(next).copied().unwrap_or(nothing)
            }
            Document::Unread => nothing,
        }
    }

    /// From the FROM before the comment (or, above the first, behind it) to the next one.
    fn stage(&self, comment: Span) -> Span {
        let Document::Dockerfile(file) = self.document else { return Span::point(comment.file, comment.end) };
        let is_from = |it: &&dockerfile::Instruction| it.keyword == dockerfile::Keyword::From;
        let before = file.instructions.iter().rev().filter(is_from).find(|it| it.span.start < comment.start);
        let start = before.map_or(comment.start, |from| from.span.start);
        let next = file
            .instructions
            .iter()
            .filter(is_from)
            .filter(|it| it.span.start > comment.end)
            .nth(usize::from(before.is_none()));
        let end = next.map_or(self.source.text.len() as u32, |from| from.span.start.saturating_sub(1));
        Span::new(comment.file, start, end)
    }
}

/// Whether two comments stand on neighbouring lines.
fn adjacent(source: &Source, from: Span, to: Span) -> bool {
    let between = source.text.get(from.end as usize..to.start as usize).unwrap_or("x");
    between.trim().is_empty() && between.bytes().filter(|&byte| byte == b'\n').count() == 1
}

/// The next instruction, or the one that the comment stands in.
fn next(file: &dockerfile::Dockerfile, comment: Span) -> Option<&dockerfile::Instruction> {
    let index = file.instructions.partition_point(|it| it.span.end <= comment.end);
    file.instructions.get(index)
}

/// The next instruction, or the one that the comment stands in; above FROM, its whole stage.
fn instruction(file: &dockerfile::Dockerfile, comment: Span) -> Option<Span> {
    let it = next(file, comment)?;
    let index = file.instructions.partition_point(|it| it.span.end <= comment.end);
    if it.keyword != dockerfile::Keyword::From {
        return Some(it.span);
    }
    let rest = file.instructions[index + 1..].iter().take_while(|it| it.keyword != dockerfile::Keyword::From);
    Some(rest.last().map_or(it.span, |last| it.span.to(last.span)))
}

fn entries(tree: &yaml::Tree) -> Vec<Span> {
    let mut all: Vec<Span> = tree
        .nodes()
        .flat_map(|(_, node)| match &node.shape {
            yaml::Shape::Mapping { entries, .. } => {
                entries.iter().map(|entry| entry.span).collect::<Vec<_>>()
            }
            yaml::Shape::Sequence { items, .. } => items.iter().map(|item| item.span).collect(),
            _ => Vec::new(),
        })
        .collect();
    all.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    all
}

//! Text that remembers where each of its characters was written.
//!
//! A YAML scalar with escapes, a Dockerfile word across a line continuation and a shell word inside either are all
//! [`Text`]: a value, a map back to the file, and the *holes* in it: parts such as `${TAG}` whose value nobody can know
//! here. A hole keeps its written form as its characters, so that messages can show it.

mod builder;

pub use builder::TextBuilder;

use std::ops::Range;
use std::sync::Arc;

use super::{FileId, Span};

/// How a value came to be. Everything but [`Origin::Written`] lowers the confidence of a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// It stands in the file.
    #[default]
    Written,
    /// The default of an interpolation, or a value of `.env`: whoever deploys can change it.
    Default,
    /// What Docker does when nothing is written.
    Engine,
    /// One of our tables about images.
    Table,
    /// Guessed from a name.
    Guess,
}

/// A part of a text that is unknown, in bytes of the whole value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    range: Range<u32>,
    /// The variable that would fill it; empty where it is not a plain variable (`$(cmd)`).
    pub name: Arc<str>,
}

/// A run of bytes of the value and the bytes of the file that they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    at: u32,
    from: Range<u32>,
    /// Byte for byte; otherwise the run stands for the whole of `from` (an escape, a substituted value).
    linear: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Map {
    Linear(u32),
    Runs(Box<[Run]>),
}

/// A value with a map back to where it is written. Cheap to clone and to slice: facts hold thousands of them, so all
/// slices of one value share what is known of it.
#[derive(Clone, Debug)]
pub struct Text {
    inner: Arc<Inner>,
    start: u32,
    end: u32,
}

#[derive(Clone, Debug)]
struct Inner {
    whole: Box<str>,
    file: FileId,
    map: Map,
    holes: Option<Box<[Hole]>>,
    origin: Origin,
}

impl Text {
    /// Text that stands in `file` from byte `from` on, byte for byte.
    pub fn written(value: &str, file: FileId, from: u32) -> Self {
        Self::whole(Inner {
            whole: value.into(),
            file,
            map: Map::Linear(from),
            holes: None,
            origin: Origin::Written,
        })
    }

    fn whole(inner: Inner) -> Self {
        let end = inner.whole.len() as u32;
        Self { inner: Arc::new(inner), start: 0, end }
    }

    /// A value that does not stand in the file but that the text at `span` chose (a default, a table entry).
    pub fn made(value: &str, span: Span, origin: Origin) -> Self {
        let mut builder = TextBuilder::new(span.file);
        builder.atom(value, span.start..span.end);
        builder.finish().with_origin(origin)
    }

    /// The same text with another origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        if self.inner.origin != origin {
            Arc::make_mut(&mut self.inner).origin = origin;
        }
        self
    }

    /// How the value came to be.
    pub fn origin(&self) -> Origin {
        self.inner.origin
    }

    /// The value; holes appear as they were written.
    pub fn as_str(&self) -> &str {
        self.inner.whole.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// Length of the value in bytes.
    pub fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the value is the empty string.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether nothing in it is unknown.
    pub fn is_known(&self) -> bool {
        self.inner.holes.is_none() || self.holes().next().is_none()
    }

    /// The value, if all of it is known.
    pub fn known(&self) -> Option<&str> {
        self.is_known().then(|| self.as_str())
    }

    /// The unknown parts, in bytes of this text's value, in order.
    pub fn holes(&self) -> impl Iterator<Item = (Range<usize>, &Hole)> {
        let (start, end) = (self.start, self.end);
        let all = self.inner.holes.as_deref().unwrap_or_default();
        let first = all.partition_point(|hole| hole.range.end <= start);
        let holes =
            all.get(first..).unwrap_or_default().iter().take_while(move |hole| hole.range.start < end);
        holes.filter_map(move |hole| {
            let from = hole.range.start.max(start);
            let to = hole.range.end.min(end);
            (from < to).then(|| ((from - start) as usize..(to - start) as usize, hole))
        })
    }

    /// The known parts between the holes, in order; empty parts are left out.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        let mut at = 0;
        let mut bounds: Vec<Range<usize>> = Vec::new();
        for (hole, _) in self.holes() {
            bounds.push(at..hole.start);
            at = hole.end;
        }
        bounds.push(at..self.len());
        bounds.into_iter().filter_map(|range| self.as_str().get(range)).filter(|piece| !piece.is_empty())
    }

    /// Where the value is written.
    pub fn span(&self) -> Span {
        let (start, end) = match &self.inner.map {
            Map::Linear(base) => (base + self.start, base + self.end),
            Map::Runs(runs) => (map_start(runs, self.start), map_end(runs, self.start, self.end)),
        };
        Span::new(self.inner.file, start, end.max(start))
    }

    /// A part of the value, by its bytes. Ranges that cut a character or leave the text give the nearest legal part.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let text = self.as_str();
        let floor = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(range.start);
        let end = floor(range.end).max(start);
        let mut part = self.clone();
        part.start = self.start + start as u32;
        part.end = self.start + end as u32;
        part
    }

    /// The value without white space at either end.
    #[must_use]
    pub fn trim(&self) -> Self {
        let text = self.as_str();
        let start = text.len() - text.trim_start().len();
        self.slice(start..start.max(text.trim_end().len()))
    }

    /// The first byte offset of `wanted` outside of holes.
    pub fn find(&self, wanted: char) -> Option<usize> {
        self.find_from(0, wanted)
    }

    /// The first byte offset of `wanted` at or after `from`, outside of holes.
    pub fn find_from(&self, from: usize, wanted: char) -> Option<usize> {
        let text = self.as_str();
        text.get(from..)?.match_indices(wanted).map(|(at, _)| at + from).find(|&at| !self.in_hole(at))
    }

    /// The last byte offset of `wanted` outside of holes.
    pub fn rfind(&self, wanted: char) -> Option<usize> {
        self.as_str().rmatch_indices(wanted).map(|(at, _)| at).find(|&at| !self.in_hole(at))
    }

    /// The parts before and after the first `wanted` outside of holes.
    pub fn split_once(&self, wanted: char) -> Option<(Self, Self)> {
        let at = self.find(wanted)?;
        Some((self.slice(0..at), self.slice(at + wanted.len_utf8()..self.len())))
    }

    /// The parts before and after the last `wanted` outside of holes.
    pub fn rsplit_once(&self, wanted: char) -> Option<(Self, Self)> {
        let at = self.rfind(wanted)?;
        Some((self.slice(0..at), self.slice(at + wanted.len_utf8()..self.len())))
    }

    /// The parts between each `wanted` outside of holes.
    pub fn split(&self, wanted: char) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut from = 0;
        while let Some(at) = self.find_from(from, wanted) {
            parts.push(self.slice(from..at));
            from = at + wanted.len_utf8();
        }
        parts.push(self.slice(from..self.len()));
        parts
    }

    fn in_hole(&self, at: usize) -> bool {
        let at = self.start + at as u32;
        let all = self.inner.holes.as_deref().unwrap_or_default();
        let next = all.partition_point(|hole| hole.range.end <= at);
        all.get(next).is_some_and(|hole| hole.range.contains(&at))
    }
}

impl PartialEq for Text {
    /// Two texts are equal when their values are and both are known in full.
    fn eq(&self, other: &Self) -> bool {
        self.is_known() && other.is_known() && self.as_str() == other.as_str()
    }
}

fn run_at(runs: &[Run], at: u32) -> Option<&Run> {
    runs.get(runs.partition_point(|run| run.at <= at).saturating_sub(1))
}

fn map_start(runs: &[Run], at: u32) -> u32 {
    run_at(runs, at).map_or(0, |run| {
        if run.linear {
            (run.from.start + at.saturating_sub(run.at)).min(run.from.end)
        } else {
            run.from.start
        }
    })
}

fn map_end(runs: &[Run], start: u32, end: u32) -> u32 {
    if end <= start {
        return map_start(runs, start);
    }
    run_at(runs, end - 1).map_or(0, |run| {
        if run.linear { (run.from.start + (end - run.at)).min(run.from.end) } else { run.from.end }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u32, end: u32) -> Span {
        Span::new(FileId(0), start, end)
    }

    #[test]
    fn a_word_across_a_continuation_spans_it() {
        let mut builder = TextBuilder::new(FileId(0));
        builder.linear("apt-", 4);
        builder.linear("get install", 10);
        let text = builder.finish();
        assert_eq!(text.slice(0..7).span(), span(4, 13));
        assert_eq!(text.slice(8..15).span(), span(14, 21));
    }

    #[test]
    fn holes_are_shown_as_written_and_do_not_split() {
        let mut builder = TextBuilder::new(FileId(0));
        builder.hole("${IP:-a}", 1, "IP");
        builder.linear(":80", 9);
        let text = builder.finish();
        let (ip, port) = text.split_once(':').unwrap();
        assert_eq!((ip.as_str(), ip.is_known()), ("${IP:-a}", false));
        assert_eq!((port.as_str(), port.is_known(), port.span()), ("80", true, span(10, 12)));
        assert_eq!(text.pieces().collect::<Vec<_>>(), [":80"]);
    }

    #[test]
    fn an_escape_is_underlined_whole() {
        let mut builder = TextBuilder::new(FileId(0));
        builder.linear("a", 0);
        builder.atom("\n", 1..3);
        builder.linear("b", 3);
        let text = builder.finish();
        assert_eq!(text.slice(1..2).span(), span(1, 3));
        assert_eq!(text.slice(2..3).span(), span(3, 4));
        let mut again = TextBuilder::new(FileId(0));
        again.text(&text.slice(1..3));
        assert_eq!(again.finish().slice(0..1).span(), span(1, 3));
    }
}

//! Putting texts together.

use std::ops::Range;

use crate::source::FileId;

use super::{Hole, Inner, Map, Origin, Run, Text};

/// Puts a [`Text`] together from pieces of a file.
#[derive(Debug)]
pub struct TextBuilder {
    file: FileId,
    value: String,
    runs: Vec<Run>,
    holes: Vec<Hole>,
    origin: Origin,
}

impl TextBuilder {
    /// An empty text of `file`.
    pub fn new(file: FileId) -> Self {
        Self { file, value: String::new(), runs: Vec::new(), holes: Vec::new(), origin: Origin::Written }
    }

    /// Adds text that stands in the file from byte `from` on, byte for byte.
    pub fn linear(&mut self, text: &str, from: u32) {
        let len = text.len() as u32;
        if len == 0 && !self.runs.is_empty() {
            return;
        }
        match self.runs.last_mut() {
            Some(run) if run.linear && run.from.end == from => run.from.end += len,
            _ => self.runs.push(Run { at: self.value.len() as u32, from: from..from + len, linear: true }),
        }
        self.value.push_str(text);
    }

    /// Adds text that stands for the bytes `from` of the file, but not byte for byte (an escape, a folded line).
    pub fn atom(&mut self, text: &str, from: Range<u32>) {
        self.runs.push(Run { at: self.value.len() as u32, from, linear: false });
        self.value.push_str(text);
    }

    /// Adds a part that cannot be known, shown `as_written`, standing from byte `from` of the file on.
    pub fn hole(&mut self, as_written: &str, from: u32, name: &str) {
        let start = self.value.len() as u32;
        self.linear(as_written, from);
        self.holes.push(Hole { range: start..self.value.len() as u32, name: name.into() });
    }

    /// Adds a written part that cannot be known; it keeps its map, so it may run across continuations.
    pub fn unknown(&mut self, part: &Text, name: &str) {
        let (start, kept) = (self.value.len() as u32, self.holes.len());
        self.text(part);
        self.holes.truncate(kept);
        self.holes.push(Hole { range: start..self.value.len() as u32, name: name.into() });
    }

    /// Adds a text of the same file with its own map and holes.
    pub fn text(&mut self, part: &Text) {
        let shift = self.value.len() as u32;
        match &part.inner.map {
            Map::Linear(base) => self.linear(part.as_str(), base + part.start),
            Map::Runs(runs) => {
                // Scripts are copied word by word: only the runs of this part are looked at.
                let first = runs.partition_point(|run| run.at <= part.start).saturating_sub(1);
                let end = part.inner.whole.len() as u32;
                for (index, run) in runs.iter().enumerate().skip(first) {
                    if run.at >= part.end {
                        break;
                    }
                    let next = runs.get(index + 1).map_or(end, |run| run.at);
                    let (from, to) = (run.at.max(part.start), next.min(part.end));
                    if from >= to {
                        continue;
                    }
                    let value = &part.inner.whole[from as usize..to as usize];
                    if run.linear {
                        self.linear(value, run.from.start + (from - run.at));
                    } else {
                        self.atom(value, run.from.clone());
                    }
                }
            }
        }
        for (range, hole) in part.holes() {
            let range = range.start as u32 + shift..range.end as u32 + shift;
            self.holes.push(Hole { range, name: hole.name.clone() });
        }
        self.origin = self.origin.max(part.inner.origin);
    }

    /// Notes that a part has this origin; the text keeps the least certain one.
    pub fn origin(&mut self, origin: Origin) {
        self.origin = self.origin.max(origin);
    }

    /// Whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// The value so far.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The finished text.
    pub fn finish(self) -> Text {
        let map = match self.runs.as_slice() {
            [] => Map::Linear(0),
            [run] if run.linear => Map::Linear(run.from.start),
            _ => Map::Runs(self.runs.into()),
        };
        let holes = if self.holes.is_empty() { None } else { Some(self.holes.into()) };
        Text::whole(Inner { whole: self.value.into(), file: self.file, map, holes, origin: self.origin })
    }
}

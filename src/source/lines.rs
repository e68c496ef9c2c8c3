//! From byte offsets to lines and columns.

use super::Position;

/// The starts of a text's lines. Lines end at LF; a CR before it belongs to the line's end.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text` in one pass.
    pub fn new(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at as u32 + 1);
        Self { starts: std::iter::once(0).chain(ends).collect() }
    }

    /// How many lines there are; text after the last LF counts, even when it is empty.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The 0-based line that holds the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// The bytes of a 0-based line of `text`, without its line ending.
    pub fn range(&self, line: u32, text: &str) -> std::ops::Range<usize> {
        let start = self.starts.get(line as usize).map_or(text.len(), |&at| at as usize);
        let end = self.starts.get(line as usize + 1).map_or(text.len(), |&at| at as usize);
        let body = text.get(start..end).unwrap_or("");
        start..start + body.trim_end_matches(['\r', '\n']).len()
    }

    /// The position of the byte at `offset` of `text`.
    pub fn position(&self, offset: u32, text: &str) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize] as usize;
        let before = text.get(start..(offset as usize).min(text.len())).unwrap_or("");
        Position { line: line + 1, column: before.chars().count() as u32 + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines_from_one() {
        let text = "웹: 1\r\nab";
        let lines = LineIndex::new(text);
        assert_eq!(lines.position(3, text), Position { line: 1, column: 2 });
        assert_eq!(lines.position(8, text), Position { line: 2, column: 1 });
        assert_eq!(lines.range(0, text), 0..6);
        assert_eq!(lines.count(), 2);
    }
}

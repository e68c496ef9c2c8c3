//! Files that a repair makes, or adds a line to.

use crate::source::Files;

/// A file that is made, or that gets a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Its path.
    pub path: String,
    /// The whole text, or a line of it.
    pub text: String,
    /// Only this line is added to what is there.
    pub line: bool,
    /// It is never shown.
    pub secret: bool,
}

impl NewFile {
    /// The file's text afterwards.
    pub fn text_over(&self, files: &dyn Files) -> Result<String, String> {
        let there = files.is_file(&self.path);
        if !self.line {
            // Somebody who was stopped half-way had made it already.
            let same = there && files.read(&self.path).is_ok_and(|bytes| bytes == self.text.as_bytes());
            return if there && !same {
                Err(format!("`{}` is there already", self.path))
            } else {
                Ok(self.text.clone())
            };
        }
        let old = if there {
            let bytes = files.read(&self.path).map_err(|error| error.message)?;
            String::from_utf8(bytes).map_err(|_| format!("`{}` is not UTF-8", self.path))?
        } else {
            String::new()
        };
        let same_name = |line: &str| match (line.split_once('='), self.text.split_once('=')) {
            (Some((a, _)), Some((b, _))) => a.trim() == b,
            _ => false,
        };
        if old.lines().any(|line| line == self.text) {
            return Ok(old);
        }
        if old.lines().any(same_name) {
            let name = self.text.split_once('=').map_or("", |(name, _)| name);
            return Err(format!("`{}` has another value for `{name}`", self.path));
        }
        let joint = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
        Ok(format!("{old}{joint}{}\n", self.text))
    }

    /// Whether both can be made.
    pub fn goes_with(&self, other: &Self) -> bool {
        self.path != other.path || self == other || self.line && other.line
    }
}

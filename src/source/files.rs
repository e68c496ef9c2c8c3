//! Reading files, bounded and decoded. Rules' examples and tests read from memory, everything else from disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Problem, ProblemKind, clean_path};

/// The largest file that is read.
pub const FILE_BYTES: u64 = 8 * 1024 * 1024;

/// Why a file could not be read, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Which kind of problem it is.
    pub kind: &'static ProblemKind,
    /// What is wrong and what to do.
    pub message: String,
    /// The text before the byte at fault: the problem stands at its end.
    pub before: String,
}

impl ReadError {
    fn new(kind: &'static ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), before: String::new() }
    }
}

/// Where files come from. Paths use forward slashes.
pub trait Files: Sync {
    /// The bytes of a regular file.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
    /// Whether there is such a regular file.
    fn is_file(&self, path: &str) -> bool;
    /// Whether anything has that path: a file, a directory, a socket.
    fn exists(&self, path: &str) -> bool;
    /// Whether a path, its links followed, stays inside of the project. What does not exist is where the nearest
    /// directory above it is that does.
    fn is_inside(&self, path: &str) -> bool;
}

/// Files of the file system.
#[derive(Debug)]
pub struct Disk {
    /// Where relative paths start.
    pub directory: PathBuf,
    /// Nothing outside of this directory is read because a file names it.
    pub root: PathBuf,
}

impl Disk {
    /// Files around `directory`. The project's root is the nearest directory above with `.git` or a configuration.
    pub fn new(directory: &Path) -> Self {
        let root = directory
            .ancestors()
            .find(|it| [".git", "plimsoll.yaml", ".plimsoll.yaml"].iter().any(|name| it.join(name).exists()))
            .unwrap_or(directory);
        Self { directory: directory.to_owned(), root: root.to_owned() }
    }

    fn open(path: &Path) -> std::io::Result<std::fs::File> {
        let mut options = std::fs::OpenOptions::new();
        options.read(true);
        // Opening a FIFO must not wait for its writer.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, 0o4000);
        options.open(path)
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        use std::io::Read;
        let whole = self.directory.join(path);
        let failed =
            |error: std::io::Error| ReadError::new(Problem::UNREADABLE, unreadable(&whole, error.kind()));
        let file = Self::open(&whole).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if !about.is_file() {
            return Err(ReadError::new(Problem::NOT_A_FILE, "this is not a regular file"));
        }
        let too_large = || {
            let message = format!("this file is larger than {FILE_BYTES} bytes");
            Err(ReadError::new(Problem::TOO_LARGE, message))
        };
        if about.len() > FILE_BYTES {
            return too_large();
        }
        let mut bytes = Vec::with_capacity(about.len() as usize);
        file.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > FILE_BYTES { too_large() } else { Ok(bytes) }
    }

    fn is_file(&self, path: &str) -> bool {
        self.directory.join(path).is_file()
    }

    fn exists(&self, path: &str) -> bool {
        self.directory.join(path).exists()
    }

    fn is_inside(&self, path: &str) -> bool {
        let whole = self.directory.join(clean_path(path));
        // A link that leads nowhere, or in circles, is no part of the project; what is simply not there may become one.
        let there = whole.ancestors().find(|it| it.symlink_metadata().is_ok());
        match (there.map(Path::canonicalize), self.root.canonicalize()) {
            (Some(Ok(path)), Ok(root)) => path.starts_with(root),
            _ => false,
        }
    }
}

/// Why the system does not let a file be read.
fn unreadable(path: &Path, why: std::io::ErrorKind) -> String {
    match why {
        std::io::ErrorKind::PermissionDenied => "this file may not be read".to_owned(),
        _ if path.is_symlink() => "this link leads nowhere, or in a circle".to_owned(),
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        why => format!("this file cannot be read: {why}"),
    }
}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files
            .get(path)
            .cloned()
            .ok_or_else(|| ReadError::new(Problem::UNREADABLE, "there is no such file"))
    }

    fn is_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    fn exists(&self, path: &str) -> bool {
        let path = clean_path(path);
        self.files.contains_key(&path) || self.files.keys().any(|file| Path::new(file).starts_with(&path))
    }

    fn is_inside(&self, path: &str) -> bool {
        !path.starts_with('/') && !path.starts_with("..")
    }
}

/// Bytes as text: UTF-8, with or without a byte-order mark, lines ending in LF or CRLF. With `lenient_comments` other
/// bytes may stand in lines that begin with `#`; they become replacement characters.
pub fn decode(bytes: Vec<u8>, lenient_comments: bool) -> Result<String, ReadError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ReadError::new(Problem::ENCODING, "this file is UTF-16; Docker reads UTF-8 only"));
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(at_byte(&bytes, at, format!("there is a NUL byte at byte {at}")));
    }
    if let Some(at) = lone_carriage_return(&bytes) {
        let message = format!(
            "there is a carriage return without a line feed at byte {at}; YAML ends a line there, a Dockerfile does not"
        );
        return Err(at_byte(&bytes, at, message));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            if lenient_comments && only_in_comments(&bytes) {
                return Ok(String::from_utf8_lossy(&bytes).into_owned());
            }
            // Bytes in comments may come first; the one to mend is another.
            let at = if lenient_comments { outside_of_comments(&bytes).unwrap_or(at) } else { at };
            Err(at_byte(&bytes, at, format!("this file is not UTF-8: byte {at} begins no character")))
        }
    }
}

fn at_byte(bytes: &[u8], at: usize, message: String) -> ReadError {
    let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default()).into_owned();
    ReadError { before, ..ReadError::new(Problem::ENCODING, message) }
}

fn lone_carriage_return(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len()).find(|&at| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
}

fn only_in_comments(bytes: &[u8]) -> bool {
    outside_of_comments(bytes).is_none()
}

/// The first byte that begins no character in a line that is no comment.
fn outside_of_comments(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    for line in bytes.split(|&byte| byte == b'\n') {
        if line.trim_ascii_start().first() != Some(&b'#')
            && let Err(error) = std::str::from_utf8(line)
        {
            return Some(start + error.valid_up_to());
        }
        start += line.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_inside_of_the_directory_that_is() {
        let top = std::env::temp_dir().join(format!("plimsoll-inside-{}", std::process::id()));
        let project = top.join("project");
        std::fs::create_dir_all(project.join("conf")).unwrap();
        std::fs::write(project.join("plimsoll.yaml"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&top, project.join("out")).unwrap();
        let disk = Disk::new(&project);
        for inside in ["conf", "conf/none.env", "none/at/all", "conf/../none", "."] {
            assert!(disk.is_inside(inside), "{inside}");
        }
        for outside in ["..", "../none", "conf/../../none", "none/../../x", "/none"] {
            assert!(!disk.is_inside(outside), "{outside}");
        }
        #[cfg(unix)]
        assert!(!disk.is_inside("out/none"), "a link leads out");
        assert!(disk.exists("conf") && !disk.exists("conf/none"));
        std::fs::remove_dir_all(&top).unwrap();
    }

    #[test]
    fn encodings() {
        let fails = |bytes: &[u8]| {
            let error = decode(bytes.to_vec(), true).unwrap_err();
            assert_eq!(error.kind, Problem::ENCODING);
            error.before
        };
        assert!(decode(b"\xef\xbb\xbfFROM x\r\n".to_vec(), false).is_ok());
        assert_eq!(decode(b"# caf\xe9\nFROM x".to_vec(), true).unwrap(), "# caf\u{fffd}\nFROM x");
        assert!(decode(b"# caf\xe9\nFROM x".to_vec(), false).is_err());
        assert_eq!(fails(b"FROM caf\xe9"), "FROM caf");
        assert_eq!(fails(b"# \xe9\nFROM \xe9"), "# \u{fffd}\nFROM ");
        assert_eq!(fails(b"a\0"), "a");
        assert_eq!(fails(b"a\rb\r\n"), "a");
        assert_eq!(fails(b"a\r"), "a");
        assert_eq!(fails(b"\xff\xfea\0"), "");
    }
}

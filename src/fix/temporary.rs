//! Texts that wait beside the files whose places they will take, and what is left of them where a run was stopped.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What is behind the name of a new text.
pub const NEW: &str = ".plimsoll-new";
/// What is behind the name of an old text that may have to be put back.
pub const OLD: &str = ".plimsoll-old";

/// A file beside `path` with a text that is on disk: its owner's alone (0600) from the first moment, and locked for as long
/// as this run lives.
pub fn temporary(path: &Path, ending: &str, text: &str) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut file = tempfile::Builder::new()
        .prefix(&format!(".{name}"))
        .suffix(ending)
        .rand_bytes(0)
        .tempfile_in(folder)?;
    // Where there are no locks, two runs at once are not told apart from one that was stopped.
    let _ = file.as_file().try_lock();
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Texts that a run has left which was stopped while it wrote these files or others beside them.
pub fn leftovers<'p>(directory: &Path, files: impl Iterator<Item = &'p str>) -> Vec<PathBuf> {
    let mut folders = BTreeSet::new();
    for path in files.map(Path::new) {
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        folders.extend([folder.to_owned(), folder.join("secrets")]);
    }
    let mut left = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(directory.join(&folder)).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let ours = names.filter(|name| name.starts_with('.') && (name.ends_with(NEW) || name.ends_with(OLD)));
        left.extend(ours.map(|name| folder.join(name)));
    }
    left.sort();
    left
}

/// Removes what is left of a run that was stopped; nothing where that run goes on.
pub fn remove(directory: &Path, left: &[PathBuf]) -> Result<(), String> {
    for path in left {
        let whole = directory.join(path);
        let locked =
            File::open(&whole).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        if locked {
            return Err(format!("another run is writing {}; nothing was changed", path.display()));
        }
        std::fs::remove_file(&whole)
            .map_err(|error| format!("{}: {error}; nothing was changed", path.display()))?;
    }
    Ok(())
}

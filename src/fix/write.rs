//! Putting new texts on disk: all of them or none.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::plan::Rewritten;

/// A text that waits beside the file whose place it will take.
struct Staged<'r> {
    file: &'r Rewritten,
    path: PathBuf,
    temporary: NamedTempFile,
}

/// Replaces files that still have the text which was judged, and makes new ones. Every new text is first written beside
/// its file, with its permissions; only then do they take their places, so that nobody ever sees half of one, and what
/// was replaced is put back when a later one fails.
pub fn write(directory: &Path, files: &[Rewritten]) -> Result<(), String> {
    let mut staged = Vec::new();
    for file in files {
        staged.push(stage(directory, file)?);
    }
    let mut done: Vec<(&Rewritten, PathBuf)> = Vec::new();
    for Staged { file, path, temporary } in staged {
        let placed = match file.before {
            Some(_) => temporary.persist(&path),
            None => temporary.persist_noclobber(&path),
        };
        if let Err(error) = placed {
            let message = format!("{}: {}", path.display(), error.error);
            return Err(undo(&done).map_or_else(
                |kept| format!("{message}; {kept} could not be put back"),
                |()| format!("{message}; nothing was changed"),
            ));
        }
        done.push((file, path));
    }
    Ok(())
}

fn stage<'r>(directory: &Path, file: &'r Rewritten) -> Result<Staged<'r>, String> {
    let path = directory.join(&file.path);
    let failed = |error: std::io::Error| format!("{}: {error}; nothing was changed", path.display());
    let mut permissions = None;
    if let Some(before) = &file.before {
        let about = std::fs::symlink_metadata(&path).map_err(failed)?;
        if about.file_type().is_symlink() {
            return Err(format!("{} is a link; name the file that it leads to", path.display()));
        }
        if about.permissions().readonly() {
            return Err(format!("{} is read-only; nothing was changed", path.display()));
        }
        if std::fs::read(&path).map_err(failed)? != before.as_bytes() {
            return Err(format!("{} was changed meanwhile; nothing was written", path.display()));
        }
        permissions = Some(about.permissions());
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    // A temporary file is its owner's alone (0600), which is what a file with a secret stays.
    let mut temporary = NamedTempFile::new_in(folder).map_err(failed)?;
    temporary.write_all(file.after.as_bytes()).map_err(failed)?;
    match permissions {
        Some(permissions) => temporary.as_file().set_permissions(permissions).map_err(failed)?,
        None if !file.secret => open_to_readers(temporary.as_file()).map_err(failed)?,
        None => {}
    }
    temporary.as_file().sync_all().map_err(failed)?;
    Ok(Staged { file, path, temporary })
}

#[cfg(unix)]
fn open_to_readers(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_readers(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// Puts back what was replaced; the path of one that could not be is the error.
fn undo(done: &[(&Rewritten, PathBuf)]) -> Result<(), String> {
    for (file, path) in done.iter().rev() {
        let undone = match &file.before {
            Some(before) => std::fs::write(path, before),
            None => std::fs::remove_file(path),
        };
        undone.map_err(|_| path.display().to_string())?;
    }
    Ok(())
}

/// Writes rewritten copies below a directory.
pub fn copies(directory: &Path, files: &[Rewritten]) -> Result<(), String> {
    let all: Vec<Rewritten> = files.iter().map(|file| Rewritten { before: None, ..file.clone() }).collect();
    if let Some(outside) = all.iter().find(|file| file.path.starts_with('/') || file.path.starts_with("..")) {
        return Err(format!("{} lies outside of this directory; use --write", outside.path));
    }
    for file in &all {
        let path = directory.join(&file.path);
        if path.exists() {
            std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    write(directory, &all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, before: Option<&str>, after: &str) -> Rewritten {
        let before = before.map(str::to_owned);
        Rewritten { path: path.to_owned(), before, after: after.to_owned(), secret: false }
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("compose.yaml");
        std::fs::write(&path, "a").unwrap();
        let wrong = [file("new.txt", None, "n"), file("compose.yaml", Some("b"), "c")];
        assert!(write(folder.path(), &wrong).unwrap_err().contains("meanwhile"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a");
        write(folder.path(), &[file("compose.yaml", Some("a"), "c")]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "c");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn all_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "1").unwrap();
        std::fs::write(folder.path().join("taken"), "mine").unwrap();
        let files = [file("a", Some("1"), "2"), file("taken", None, "theirs")];
        assert!(write(folder.path(), &files).unwrap_err().contains("nothing was changed"));
        assert_eq!(std::fs::read_to_string(folder.path().join("a")).unwrap(), "1");
        assert_eq!(std::fs::read_to_string(folder.path().join("taken")).unwrap(), "mine");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_read_only_files_are_left_alone_and_secrets_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "a").unwrap();
        std::os::unix::fs::symlink(&path, folder.path().join("b")).unwrap();
        assert!(write(folder.path(), &[file("b", Some("a"), "c")]).unwrap_err().contains("link"));
        let secret = Rewritten { secret: true, ..file("s", None, "x") };
        write(folder.path(), &[secret, file("open", None, "x")]).unwrap();
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!((mode("s") & 0o777, mode("open") & 0o777), (0o600, 0o644));
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        assert!(write(folder.path(), &[file("a", Some("a"), "c")]).unwrap_err().contains("read-only"));
    }
}

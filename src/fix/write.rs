//! Putting new texts on disk: all of them or none.

use std::cmp::Reverse;
use std::fs::Permissions;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::plan::Rewritten;
use super::temporary::{NEW, OLD, temporary};

/// A text that waits beside the file whose place it will take.
struct Staged<'r> {
    file: &'r Rewritten,
    path: PathBuf,
    new: NamedTempFile,
    /// The old text, ready to be put back.
    old: Option<NamedTempFile>,
    /// What the file's permissions are to be; none where only its owner may read it.
    permissions: Option<Permissions>,
}

/// Replaces files that still have the text which was judged, and makes new ones. Every new text is first written beside
/// its file, and every old one beside it, for its owner's eyes only; only then do they get their permissions and take
/// their places by renaming, so that nobody ever sees half of one, and going back needs no room on the disk.
///
/// Whoever stops us in between finds a secret in two places, never in none and never where git would take it: what hides
/// a file comes first, what gets a secret comes next, and what it was taken out of comes last.
pub fn write(directory: &Path, files: &[Rewritten]) -> Result<(), String> {
    let mut made = Folders::default();
    let placed = stage_all(directory, files, &mut made).and_then(place_all);
    if placed.is_err() {
        made.remove();
    }
    placed
}

fn stage_all<'r>(
    directory: &Path,
    files: &'r [Rewritten],
    made: &mut Folders,
) -> Result<Vec<Staged<'r>>, String> {
    let mut staged = Vec::new();
    for file in files {
        staged.push(stage(directory, file, made)?);
    }
    // Of what hides, that of a single folder or build first: with that of the whole project in place, a run that goes on
    // after us would find nothing missing there.
    let depth = |path: &str| path.ends_with("ignore").then(|| (path.matches('/').count(), path.len()));
    staged.sort_by_key(|it| (Reverse(depth(&it.file.path)), !it.file.secret, it.file.before.is_some()));
    Ok(staged)
}

fn place_all(staged: Vec<Staged<'_>>) -> Result<(), String> {
    let mut done = Vec::new();
    for Staged { file, path, new, old, permissions } in staged {
        let placed = match &file.before {
            Some(before) if !has(&path, before) => Err("it was changed meanwhile".to_owned()),
            _ => place(new, &path, permissions.clone(), file.before.is_some()),
        };
        if let Err(error) = placed {
            let message = format!("{}: {error}", path.display());
            return Err(undo(done).map_or_else(
                |kept| format!("{message}; {kept} could not be put back"),
                |()| format!("{message}; nothing was changed"),
            ));
        }
        done.push((path, old, permissions));
    }
    Ok(())
}

fn place(
    text: NamedTempFile,
    path: &Path,
    permissions: Option<Permissions>,
    over: bool,
) -> Result<(), String> {
    let ready = permissions.map_or(Ok(()), |it| text.as_file().set_permissions(it));
    ready.map_err(|error| error.to_string())?;
    let placed = if over { text.persist(path) } else { text.persist_noclobber(path) };
    placed.map(drop).map_err(|error| error.error.to_string())
}

fn has(path: &Path, text: &str) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes())
}

fn stage<'r>(directory: &Path, file: &'r Rewritten, made: &mut Folders) -> Result<Staged<'r>, String> {
    let path = directory.join(&file.path);
    let failed = |error: std::io::Error| format!("{}: {error}; nothing was changed", path.display());
    let refused = |why: &str| Err(format!("{} {why}; nothing was changed", path.display()));
    let Some(before) = &file.before else {
        let folder = path.parent().unwrap_or(directory);
        if folder != directory && folder.is_symlink() {
            return Err(format!("{} is a link; nothing was changed", folder.display()));
        }
        if path.is_symlink() {
            return refused("is a link that leads nowhere");
        }
        made.make(folder).map_err(failed)?;
        let new = temporary(&path, NEW, &file.after).map_err(failed)?;
        return Ok(Staged { file, path, new, old: None, permissions: of_new(file.secret) });
    };
    let about = std::fs::symlink_metadata(&path).map_err(failed)?;
    if about.file_type().is_symlink() {
        return refused("is a link; name the file that it leads to");
    }
    if names(&about) > 1 {
        return refused("has another name (a hard link), under which the old text would stay");
    }
    if about.permissions().readonly() {
        return refused("is read-only");
    }
    if std::fs::read(&path).map_err(failed)? != before.as_bytes() {
        return Err(format!("{} was changed meanwhile; nothing was changed by us", path.display()));
    }
    let like = |ending: &str, text: &str| -> std::io::Result<NamedTempFile> {
        let new = temporary(&path, ending, text)?;
        keep_owner(new.as_file(), &about)?;
        Ok(new)
    };
    let (new, old) = (like(NEW, &file.after).map_err(failed)?, like(OLD, before).map_err(failed)?);
    Ok(Staged { file, path, new, old: Some(old), permissions: Some(about.permissions()) })
}

/// How many names a file has.
#[cfg(unix)]
fn names(about: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(about)
}

#[cfg(not(unix))]
fn names(_: &std::fs::Metadata) -> u64 {
    1
}

/// The permissions of a new file: everybody may read it, unless it holds a secret.
#[cfg(unix)]
fn of_new(secret: bool) -> Option<Permissions> {
    (!secret).then(|| std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

#[cfg(not(unix))]
fn of_new(_: bool) -> Option<Permissions> {
    None
}

/// Whoever owns the file owns what takes its place.
#[cfg(unix)]
fn keep_owner(file: &std::fs::File, about: &std::fs::Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (about.uid(), about.gid()) {
        return Ok(());
    }
    fchown(file, Some(about.uid()), Some(about.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &std::fs::File, _: &std::fs::Metadata) -> std::io::Result<()> {
    Ok(())
}

/// What was done to a path: the text that it had, and the permissions.
type Placed = (PathBuf, Option<NamedTempFile>, Option<Permissions>);

/// Puts back what was replaced; the path of one that could not be is the error.
fn undo(done: Vec<Placed>) -> Result<(), String> {
    for (path, old, permissions) in done.into_iter().rev() {
        let undone = match old {
            Some(old) => place(old, &path, permissions, true).is_ok(),
            None => std::fs::remove_file(&path).is_ok(),
        };
        if !undone {
            return Err(path.display().to_string());
        }
    }
    Ok(())
}

/// Folders that were made on the way.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Folders {
    fn make(&mut self, folder: &Path) -> std::io::Result<()> {
        let missing: Vec<_> =
            folder.ancestors().take_while(|it| !it.as_os_str().is_empty() && !it.exists()).collect();
        self.0.extend(missing.iter().rev().map(|it| (*it).to_owned()));
        std::fs::create_dir_all(folder)
    }

    /// Removes those that are empty again.
    fn remove(self) {
        for folder in self.0.iter().rev() {
            // One that somebody else has put a file into stays.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Writes rewritten copies below a directory; what is there from an earlier run is replaced.
pub fn copies(directory: &Path, files: &[Rewritten]) -> Result<(), String> {
    let outside = |path: &str| path.starts_with('/') || path.split('/').any(|part| part == "..");
    if let Some(outside) = files.iter().find(|file| outside(&file.path)) {
        return Err(format!("{} lies outside of this directory; use --write", outside.path));
    }
    let copy = |file: &Rewritten| {
        let path = directory.join(&file.path);
        let before = path.exists().then(|| std::fs::read_to_string(&path)).transpose();
        let before = before.map_err(|error| format!("{}: {error}; nothing was changed", path.display()))?;
        Ok(Rewritten { before, ..file.clone() })
    };
    let copies: Result<Vec<Rewritten>, String> = files.iter().map(copy).collect();
    write(directory, &copies?)
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

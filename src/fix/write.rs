//! Putting new texts on disk: whole or not at all.

use std::io::Write;
use std::path::Path;

/// Replaces a file's text if it still has the one that was judged. The new file is written beside it, gets its
/// permissions and then takes its place, so that nobody ever sees half of it.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let about = std::fs::symlink_metadata(path).map_err(failed)?;
    if about.file_type().is_symlink() {
        return Err(format!("{} is a link; name the file that it leads to", path.display()));
    }
    if about.permissions().readonly() {
        return Err(format!("{} is read-only", path.display()));
    }
    let now = std::fs::read(path).map_err(failed)?;
    if now != before.as_bytes() {
        return Err(format!("{} was changed meanwhile; nothing was written", path.display()));
    }
    create(path, after, Some(about.permissions()))
}

/// Writes a file as a whole.
pub fn create(path: &Path, text: &str, permissions: Option<std::fs::Permissions>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("compose.yaml");
        std::fs::write(&path, "a").unwrap();
        assert!(replace(&path, "b", "c").unwrap_err().contains("meanwhile"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a");
        replace(&path, "a", "c").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "c");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_read_only_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&path, "a").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(replace(&link, "a", "c").unwrap_err().contains("link"));
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        assert!(replace(&path, "a", "c").unwrap_err().contains("read-only"));
    }
}

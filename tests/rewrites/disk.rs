//! What `--write` promises of a disk that is full, locked, linked, or of a run that is killed.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use super::support::Folder;
use super::{WRITTEN, harbour};

/// Everything in a folder but what belongs to git.
fn contents(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.path().to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !path.is_symlink() {
                files.insert(format!("{name}/"), Vec::new());
                open.push(path);
            } else {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Runs `harden --write` with files limited to half a kilobyte, less than the new text needs.
#[cfg(unix)]
fn cramped(folder: &Folder) -> std::process::Output {
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" harden --write .";
    Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_plimsoll")])
        .current_dir(folder.path())
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_full_disk_changes_nothing() {
    let folder = harbour();
    let before = contents(&folder);
    let output = cramped(&folder);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("compose.yaml: File too large") && said.contains("nothing was changed"), "{said}");
    assert_eq!(contents(&folder), before, "no half file, no new file, no folder");
}

/// The modes of everything that holds a text.
#[cfg(unix)]
fn holders(folder: &Folder, text: &str) -> BTreeMap<String, u32> {
    use std::os::unix::fs::PermissionsExt;
    let holds = |it: &(String, Vec<u8>)| String::from_utf8_lossy(&it.1).contains(text);
    let mode = |path: &String| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    contents(folder).into_iter().filter(holds).map(|(path, _)| (path.clone(), mode(&path))).collect()
}

/// Killed as soon as a file appears or changes, at every step of a write: before the first file takes its place, between
/// two, and behind the last.
#[cfg(unix)]
#[test]
fn whoever_is_killed_leaves_every_file_whole_and_loses_no_secret() {
    use std::os::unix::process::ExitStatusExt;
    let finished = harbour();
    assert_eq!(finished.run(&["harden", "--write", "."]).code, 0);
    let (old, new) = (contents(&harbour()), contents(&finished));
    let is_temporary = |path: &String| path.contains(".plimsoll-");
    let steps = [
        ".compose.yaml.plimsoll-new",
        "secrets/.postgres_password.txt.plimsoll-new",
        ".dockerignore",
        ".env",
        "secrets/postgres_password.txt",
        "app/Dockerfile",
        "app/Dockerfile.dockerignore",
        "compose.yaml",
    ];
    let (mut killed, mut left) = (0, 0);
    for step in steps.iter().flat_map(|step| [step; 3]) {
        let folder = harbour();
        let path = folder.path().join(step);
        let before = fs::read(&path).ok();
        let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["harden", "--write", "."])
            .current_dir(folder.path())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while fs::read(&path).ok() == before && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().signal() == Some(9));
        let now = contents(&folder);
        for (path, text) in now.iter().filter(|it| !is_temporary(it.0)) {
            let whole = old.get(path) == Some(text) || new.get(path) == Some(text);
            assert!(whole, "{step}: {path} is neither old nor new");
        }
        for (secret, home) in [("r0pe-and-sail", "secrets/postgres_password.txt"), ("tugboat-7781", ".env")] {
            let holders = holders(&folder, secret);
            assert!(holders.keys().any(|path| path == home || path == "compose.yaml"), "{step}: {holders:?}");
            let open = holders.iter().find(|(path, mode)| *path != "compose.yaml" && **mode != 0o600);
            assert!(open.is_none(), "{step}: {open:?}");
            let hidden = String::from_utf8_lossy(&now[".gitignore"]).contains("secrets/");
            assert!(hidden || !now.contains_key(home), "{step}: git would take {home}");
        }
        let stopped = now.keys().filter(|path| is_temporary(path)).count();
        left += stopped;
        let told = folder.run(&["harden", "."]).err.matches("was left by a run that was stopped").count();
        assert_eq!(told, stopped, "{step}");
        let output = folder.run(&["harden", "--write", "."]);
        assert_eq!(output.code, 0, "{step}: {}", output.err);
        assert_eq!(contents(&folder), new, "{step}: run again, it finishes");
    }
    assert!(killed > 0 && left > 0, "{killed} were killed, {left} files were left");
}

/// A file that waits is locked by the run that it belongs to.
#[test]
fn what_another_run_is_writing_is_left_alone() {
    let folder = harbour();
    folder.put(".compose.yaml.plimsoll-new", "x");
    let other = fs::File::open(folder.path().join(".compose.yaml.plimsoll-new")).unwrap();
    other.lock().unwrap();
    let before = contents(&folder);
    let output = folder.run(&["harden", "--write", "."]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("another run is writing .compose.yaml.plimsoll-new"), "{}", output.err);
    assert_eq!(contents(&folder), before);
    drop(other);
    assert_eq!(folder.run(&["harden", "--write", "."]).code, 0);
}

/// Killed between two files: the secret is in its file already, the project still has it, too.
#[test]
fn a_secret_that_was_moved_by_half_is_moved_again() {
    let folder = harbour();
    folder.put("secrets/postgres_password.txt", "r0pe-and-sail");
    let output = folder.run(&["harden", "--write", "."]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(!fs::read_to_string(folder.path().join("compose.yaml")).unwrap().contains("r0pe"));
    let other = harbour();
    other.put("secrets/postgres_password.txt", "another");
    let output = other.run(&["harden", "--write", "."]);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(output.err.contains("is there already"), "{}", output.err);
    assert_eq!(fs::read_to_string(other.path().join("secrets/postgres_password.txt")).unwrap(), "another");
    assert!(fs::read_to_string(other.path().join("compose.yaml")).unwrap().contains("r0pe"));
}

/// What `harden --write` says of a project that it cannot write; it must leave everything as it is.
#[cfg(unix)]
fn refused(folder: &Folder, file: &str) -> String {
    let before = contents(folder);
    let output = folder.run(&["harden", "--write", file]);
    assert_eq!(output.code, 2, "{}", output.err);
    assert_eq!(contents(folder), before, "{}", output.err);
    output.err
}

#[cfg(unix)]
#[test]
fn read_only_files_and_links_stop_everything() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = harbour();
    let path = folder.path().join("compose.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let said = refused(&folder, ".");
    assert!(said.contains("compose.yaml is read-only; nothing was changed"), "{said}");

    let linked = harbour();
    fs::rename(linked.path().join("compose.yaml"), linked.path().join("real.txt")).unwrap();
    symlink("real.txt", linked.path().join("compose.yaml")).unwrap();
    let said = refused(&linked, "compose.yaml");
    assert!(said.contains("compose.yaml is a link; name the file that it leads to"), "{said}");
    assert!(linked.path().join("compose.yaml").is_symlink());

    let nowhere = harbour();
    symlink("nowhere", nowhere.path().join("tools-compose.yaml")).unwrap();
    let output = nowhere.run(&["harden", "--write", "tools-compose.yaml"]);
    assert_eq!(output.code, 2, "{}", output.err);
    fs::remove_file(nowhere.path().join("tools-compose.yaml")).unwrap();
    symlink("nowhere", nowhere.path().join(".dockerignore")).unwrap();
    let output = nowhere.run(&["harden", "--write", "."]);
    assert!(output.err.contains(".dockerignore is a link that leads nowhere; nothing was"), "{}", output.err);
    let compose = fs::read_to_string(nowhere.path().join("compose.yaml")).unwrap();
    assert_eq!((output.code, compose.as_str()), (2, super::HARBOUR));

    let twice = harbour();
    fs::hard_link(twice.path().join("compose.yaml"), twice.path().join("backup.txt")).unwrap();
    let said = refused(&twice, ".");
    assert!(said.contains("compose.yaml has another name (a hard link)"), "{said}");
}

/// Nobody may make a file in the folder; who is root may, so this is somebody else.
#[cfg(unix)]
#[test]
fn a_read_only_folder_stops_everything() {
    use std::os::unix::fs::PermissionsExt;
    let folder = harbour();
    let at = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    at(0o555);
    let root = fs::write(folder.path().join("probe"), "").is_ok();
    let binary = env!("CARGO_BIN_EXE_plimsoll");
    let mut command = Command::new(if root { "setpriv" } else { binary });
    if root {
        fs::remove_file(folder.path().join("probe")).unwrap();
        command.args(["--reuid=65534", "--clear-groups", binary]);
    }
    let before = contents(&folder);
    let run = command.args(["harden", "--write", "."]).current_dir(folder.path()).output();
    let after = contents(&folder);
    at(0o755);
    let Ok(output) = run else { return super::support::skipped("there is no setpriv on this machine") };
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(126) || output.status.code() == Some(127) {
        return super::support::skipped("nobody else may run the binary of this build");
    }
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("Permission denied") && said.contains("nothing was changed"), "{said}");
    assert_eq!(after, before);
}

#[cfg(unix)]
#[test]
fn permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = harbour();
    let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(folder.path().join("compose.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    folder.run(&["harden", "--write", "."]);
    assert_eq!((mode("compose.yaml"), mode(".env"), mode(".gitignore")), (0o640, 0o600, 0o644));
}

#[test]
fn copies_go_below_a_folder_and_nowhere_else() {
    let folder = harbour();
    let before = contents(&folder);
    for _ in 0..2 {
        let output = folder.run(&["harden", "-o", "out", "compose.yaml", "app/Dockerfile"]);
        assert_eq!((output.code, output.out.as_str()), (0, ""), "{}", output.err);
    }
    let after = contents(&folder);
    let (copies, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
        after.into_iter().partition(|(path, _)| path.starts_with("out/"));
    assert_eq!(rest, before);
    let made: Vec<&str> = copies.keys().map(String::as_str).filter(|path| !path.ends_with('/')).collect();
    assert_eq!(made, WRITTEN.map(|path| format!("out/{path}")));
    let outside = harbour();
    let output = outside.run(&["harden", "--check", "--format", "json", "."]);
    assert_eq!(output.code, 1, "there is something to change");
    assert_eq!(contents(&outside), before);
}

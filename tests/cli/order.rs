//! The same bytes in give the same bytes out.

use std::process::Command;

use super::PRIVILEGED;
use super::support::Folder;

fn folder() -> Folder {
    let folder = Folder::of(&[]);
    for name in ["z", "a", "m", "b", "y"] {
        folder.put(&format!("{name}/compose.yaml"), PRIVILEGED);
        folder.put(&format!("{name}/Dockerfile"), "FROM debian\nADD . /\nUSER root\n");
    }
    folder
}

#[test]
fn the_order_of_arguments_does_not_matter() {
    let folder = folder();
    let run =
        |paths: &[&str]| folder.run(&[&["check", "--profile", "all", "--format", "json"], paths].concat());
    let first = run(&["a", "b", "m", "y", "z"]);
    assert_eq!(first, run(&["z", "y", "m", "b", "a"]));
    assert_eq!(first, run(&["m", "z", "a", "a", "y", "b"]), "twice is once");
    assert_eq!(first, run(&[]));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let folder = folder();
    for format in ["human", "json", "concise", "github"] {
        let run = |threads: &str| {
            Command::new(env!("CARGO_BIN_EXE_plimsoll"))
                .args(["check", "--profile", "all", "--min-severity", "info", "--format", format])
                .current_dir(folder.path())
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .unwrap()
        };
        let (one, eight) = (run("1"), run("8"));
        assert_eq!(one.status.code(), eight.status.code());
        assert!(one.stdout == eight.stdout, "{format}");
        assert!(!one.stdout.is_empty());
    }
}

//! Hardened projects are started by a real engine, asked, and started again. It takes images and a minute: only where
//! `PLIMSOLL_ENGINE=1` asks for it, with a Docker engine and Docker Compose 2.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]
#![allow(clippy::disallowed_methods, reason = "PLIMSOLL_ENGINE=1 is the switch of the tests")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

#[test]
fn hardened_projects_start_answer_and_start_again() {
    if std::env::var("PLIMSOLL_ENGINE").ok().as_deref() != Some("1") {
        writeln!(std::io::stderr(), "skipped: starting hardened projects; PLIMSOLL_ENGINE=1 does it")
            .unwrap();
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/engine");
    for case in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let project = Project::hardened(&case);
        let questions = fs::read_to_string(case.join("ask")).unwrap();
        project.compose(&["up", "--detach", "--build", "--wait", "--wait-timeout", "180"]);
        project.ask(&questions);
        // What an entrypoint does the first time is not what it does with data that is there.
        project.compose(&["restart"]);
        project.compose(&["up", "--detach", "--wait", "--wait-timeout", "180"]);
        project.ask(&questions);
    }
}

/// A copy of a case, hardened; it leaves nothing behind in the engine.
struct Project(tempfile::TempDir);

impl Project {
    fn hardened(case: &Path) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for file in fs::read_dir(case).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), project.0.path().join(file.file_name())).unwrap();
        }
        let harden = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["harden", "--no-config", "--write", "."])
            .current_dir(&project.0)
            .output()
            .unwrap();
        assert!(
            !harden.stderr.is_empty() && !harden.stderr.starts_with(b"nothing"),
            "{} is not changed",
            case.display()
        );
        project
    }

    fn try_compose(&self, arguments: &[&str]) -> Output {
        Command::new("docker").arg("compose").args(arguments).current_dir(&self.0).output().unwrap()
    }

    fn compose(&self, arguments: &[&str]) -> String {
        let output = self.try_compose(arguments);
        if !output.status.success() {
            let logs = self.try_compose(&["logs", "--tail", "20"]);
            panic!(
                "{arguments:?}: {}{}\n{}",
                String::from_utf8_lossy(&output.stderr),
                String::from_utf8_lossy(&logs.stdout),
                fs::read_to_string(self.0.path().join("compose.yaml")).unwrap()
            );
        }
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Lines of `service: command -> output`.
    fn ask(&self, questions: &str) {
        for question in questions.lines() {
            let (service, rest) = question.split_once(": ").unwrap();
            let (command, wanted) = rest.rsplit_once(" -> ").unwrap();
            assert_eq!(self.compose(&["exec", "-T", service, "sh", "-c", command]), wanted, "{question}");
        }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.try_compose(&["down", "--volumes", "--rmi", "local", "--timeout", "5"]);
    }
}

//! Running the command inside of the test: arguments, streams and surroundings are all given.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Says past the capture of the test that a part of it does not run here.
pub fn skipped(why: &str) {
    std::io::stderr().write_all(format!("skipped: {why}\n").as_bytes()).unwrap();
}

/// Whether a program is on this machine; says so if it is not.
pub fn installed(program: &str) -> bool {
    let there = std::process::Command::new(program).arg("--version").output().is_ok();
    if !there {
        skipped(&format!("there is no {program} on this machine"));
    }
    there
}

/// What a run gave.
#[derive(Debug, PartialEq, Eq)]
pub struct Output {
    pub code: u8,
    pub out: String,
    pub err: String,
}

/// A run to be.
pub struct Run<'r> {
    pub directory: PathBuf,
    pub stdin: &'r [u8],
    pub terminal: bool,
    pub vars: &'r [(&'r str, &'r str)],
}

impl Run<'_> {
    pub fn at(directory: impl AsRef<Path>) -> Self {
        Self { directory: directory.as_ref().to_owned(), stdin: b"", terminal: false, vars: &[] }
    }

    pub fn args(&self, args: &[&str]) -> Output {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = self.write_to(args, &mut out, &mut err);
        Output { code, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
    }

    pub fn write_to(&self, args: &[&str], out: &mut dyn Write, err: &mut dyn Write) -> u8 {
        let mut stdin = self.stdin;
        let var =
            |name: &str| self.vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        plimsoll::cli::main(&mut plimsoll::cli::Env {
            args: std::iter::once("plimsoll").chain(args.iter().copied()).map(OsString::from).collect(),
            directory: self.directory.clone(),
            stdin: &mut stdin,
            stdout: out,
            stderr: err,
            terminal: self.terminal,
            today: plimsoll::engine::Date::default(),
            var: &var,
        })
    }
}

/// A folder of files that goes away with it.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// A project of its own, so that nothing above it is asked.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        for (path, text) in files {
            folder.put(path, text);
        }
        folder
    }

    pub fn put(&self, path: &str, text: &str) {
        let whole = self.path().join(path);
        std::fs::create_dir_all(whole.parent().unwrap()).unwrap();
        std::fs::write(whole, text).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn run(&self, args: &[&str]) -> Output {
        Run::at(self.path()).args(args)
    }

    /// The rules found, in order, as `rule@line`.
    pub fn found(&self, args: &[&str]) -> Vec<String> {
        let mut all = vec!["check", "--format", "json", "--min-severity", "info"];
        all.extend(args);
        let output = self.run(&all);
        let report: serde_json::Value =
            serde_json::from_str(&output.out).unwrap_or_else(|_| panic!("{output:?}"));
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| format!("{}@{}", finding["rule"].as_str().unwrap(), finding["start"]["line"]))
            .collect()
    }
}

//! What the names of files say about the environment that they are for.

use crate::facts::make::words;
use crate::facts::{Known, Site};
use crate::source::Origin;

const PRODUCTION: [&str; 5] = ["prod", "production", "release", "live", "prd"];
const DEVELOPMENT: [&str; 6] = ["dev", "development", "local", "debug", "override", "devel"];
const TEST: [&str; 6] = ["test", "tests", "testing", "ci", "e2e", "integration"];

/// What a file is for, by the words of its name; the first file of a project is its base.
pub fn role(path: &str, first: bool) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has(&PRODUCTION) {
        "production"
    } else if has(&DEVELOPMENT) {
        "development"
    } else if has(&TEST) {
        "test"
    } else if first {
        "base"
    } else {
        "overlay"
    }
}

/// What the project is for: the last file that says anything decides.
pub fn environment(roles: &[&'static str], site: Site) -> Known<&'static str> {
    let said = roles.iter().rev().find(|role| !matches!(**role, "base" | "overlay"));
    let site = Site { origin: Origin::Guess, ..site };
    Known::Set(said.copied().unwrap_or("unspecified"), site)
}

//! The `plimsoll` command.

use std::io::IsTerminal;
use std::process::ExitCode;

#[allow(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn var(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[allow(clippy::disallowed_methods, reason = "the one place where the clock is read")]
fn today() -> plimsoll::engine::Date {
    let passed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    plimsoll::engine::Date::of_unix(passed.map_or(0, |passed| passed.as_secs()))
}

fn main() -> ExitCode {
    let mut env = plimsoll::cli::Env {
        args: std::env::args_os().collect(),
        directory: std::env::current_dir().unwrap_or_default(),
        stdin: &mut std::io::stdin().lock(),
        stdout: &mut std::io::stdout().lock(),
        stderr: &mut std::io::stderr().lock(),
        terminal: std::io::stdout().is_terminal(),
        today: today(),
        var: &var,
    };
    ExitCode::from(plimsoll::cli::main(&mut env))
}

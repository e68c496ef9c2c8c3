//! Runs the commands of ```` ```console ```` blocks: `$ plimsoll ...` (or `$ cargo run --quiet -- ...`), followed by what it
//! prints, standard output before standard error; `$ echo $?` shows the exit status.

use std::path::Path;
use std::process::Command;

/// The page with what its commands print now, and how many commands it has.
pub fn run(page: &str, root: &Path) -> (String, usize) {
    let mut out = String::new();
    let mut commands = 0;
    let mut inside = false;
    let mut status = 0;
    for line in page.lines() {
        match line.trim_end() {
            "```console" => inside = true,
            "```" if inside => inside = false,
            _ => {}
        }
        if !inside || line == "```console" {
            out.push_str(line);
            out.push('\n');
        } else if let Some(command) = line.strip_prefix("$ ") {
            commands += 1;
            out.push_str(line);
            out.push('\n');
            if command == "echo $?" {
                out.push_str(&format!("{status}\n"));
                continue;
            }
            let printed;
            (printed, status) = execute(command, root);
            out.push_str(&printed);
        }
    }
    (out, commands)
}

fn execute(line: &str, root: &Path) -> (String, i32) {
    let arguments = line.strip_prefix("plimsoll ").or_else(|| line.strip_prefix("cargo run --quiet -- "));
    let arguments = arguments.unwrap_or_else(|| panic!("only plimsoll is run, not `{line}`"));
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments.split_whitespace())
        .current_dir(root)
        .env_clear()
        .output()
        .unwrap();
    let mut printed = String::from_utf8(output.stdout).unwrap();
    printed.push_str(std::str::from_utf8(&output.stderr).unwrap());
    let lines = printed.lines().map(|line| format!("{}\n", line.trim_end()));
    (lines.collect(), output.status.code().unwrap_or(-1))
}

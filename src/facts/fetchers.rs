//! Programs that download: which of their flags take the next word as their value.

/// In all of them.
const SHARED: &[&str] = &[
    "-o",
    "-P",
    "-e",
    "-A",
    "-u",
    "-X",
    "-T",
    "-w",
    "--header",
    "--data",
    "--proxy",
    "--referer",
    "--user-agent",
    "--user",
    "--password",
    "--request",
    "--retry",
    "--connect-timeout",
    "--max-time",
    "--cacert",
    "--cert",
    "--proto",
    "--output-dir",
    "--retry-delay",
    "--output",
    "--output-document",
    "--directory-prefix",
    "--tries",
    "--timeout",
    "--dir",
    "--out",
];

/// In curl alone, or something else elsewhere: `-c` goes on with a download in wget.
const CURL: &[&str] = &["-H", "-d", "-x", "-m", "-b", "-c", "-E", "-F"];

/// In the others: `-O` is the file in wget, and none in curl.
const OTHERS: &[&str] = &["-O", "-t", "-U", "-a", "-i", "-R"];

/// Whether a flag of a program that downloads takes the next word as its value.
pub fn takes_value(program: &str, flag: &str) -> bool {
    SHARED.contains(&flag) || if program == "curl" { CURL } else { OTHERS }.contains(&flag)
}

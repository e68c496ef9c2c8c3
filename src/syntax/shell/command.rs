//! What a script consists of.

use crate::source::Text;

/// A scanned script.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Its simple commands, by where they start.
    pub commands: Vec<Command>,
    /// Its pipelines; a command on its own is one of length one.
    pub pipelines: Vec<Pipeline>,
    /// Something was nested too deeply to be looked into.
    pub truncated: bool,
}

/// Commands joined by `|`.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// Their places in [`Script::commands`].
    pub commands: Vec<usize>,
}

/// A simple command.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its words, wrappers included, assignments and redirections not.
    pub words: Vec<Word>,
    /// `A=b` before it.
    pub assignments: Vec<Assignment>,
    /// Its redirections.
    pub redirects: Vec<Redirect>,
    /// From its first to its last character.
    pub text: Text,
    /// How it follows the command before it.
    pub joined: Join,
    /// Where it stands.
    pub place: Place,
    /// Its pipeline, in [`Script::pipelines`].
    pub pipeline: usize,
    /// What it is run through: `sudo`, `env`, ...
    pub wrappers: Vec<Text>,
    /// Its first word behind the wrappers.
    pub start: usize,
}

/// An assignment before a command.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The variable.
    pub name: Text,
    /// The value.
    pub value: Text,
}

/// A redirection.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// `>`, `<<`, ...
    pub operator: Text,
    /// The file, or the delimiter of a heredoc.
    pub target: Text,
    /// The heredoc's body.
    pub body: Option<Text>,
}

/// A word.
#[derive(Clone, Debug)]
pub struct Word {
    /// Its value without quotes; expansions are holes.
    pub text: Text,
    /// As written.
    pub raw: Text,
    /// Whether any of it is quoted.
    pub quoted: bool,
}

/// How a command follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// It is the first of its list.
    First,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;` or a line break.
    Then,
    /// `|`
    Pipe,
    /// `&`
    Background,
}

/// Where a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the script itself, groups and branches included.
    Top,
    /// In `( )`.
    Subshell,
    /// In `$( )`, backticks or `<( )`.
    Substitution,
    /// In a heredoc that a shell reads.
    Heredoc,
    /// In the text that is given to `sh -c`.
    Unwrapped,
}

impl Command {
    /// The program, behind the wrappers.
    pub fn program(&self) -> Option<&Word> {
        self.words.get(self.start)
    }

    /// The program's name without its directory; empty where it is not known.
    pub fn name(&self) -> &str {
        let program = self.program().and_then(|word| word.text.known()).unwrap_or("");
        if program.starts_with('/') { program.rsplit('/').next().unwrap_or("") } else { program }
    }

    /// The words behind the program.
    pub fn arguments(&self) -> &[Word] {
        self.words.get(self.start + 1..).unwrap_or_default()
    }

    /// The words that are no flags; the word behind each flag of `value_flags` is its value, `--` ends the flags.
    pub fn operands(&self, value_flags: &[&str]) -> Vec<&Word> {
        operands(self.arguments(), |flag| value_flags.contains(&flag))
    }

    /// Its flags without their values, short clusters taken apart: `-qy` is `-q` and `-y`, `--a=b` is `--a`.
    pub fn flags(&self) -> Vec<Text> {
        let mut flags = Vec::new();
        for word in self.arguments() {
            let text = word.text.as_str();
            if text == "--" {
                break;
            }
            if text.starts_with("--") {
                flags.push(word.text.split_once('=').map_or_else(|| word.text.clone(), |(name, _)| name));
            } else if text.starts_with('-') && text.len() > 1 {
                flags.push(word.text.clone());
                if text.len() > 2 {
                    // What follows is the value of the flag: `-o/tmp/k`.
                    let letters = text.char_indices().skip(1).take_while(|(_, c)| c.is_ascii_alphanumeric());
                    flags.extend(letters.map(|(at, letter)| {
                        let span = word.text.slice(at..at + 1).span();
                        Text::made(&format!("-{letter}"), span, word.text.origin())
                    }));
                }
            }
        }
        flags
    }

    /// Whether it has one of these flags.
    pub fn has_flag(&self, names: &[&str]) -> bool {
        self.flags().iter().any(|flag| names.contains(&flag.as_str()))
    }

    /// The value of the first of these flags: `--flag=value` or the next word.
    pub fn flag_value(&self, names: &[&str]) -> Option<Text> {
        let arguments = self.arguments();
        arguments.iter().enumerate().find_map(|(index, word)| {
            let text = &word.text;
            if names.contains(&text.as_str()) {
                return arguments.get(index + 1).map(|next| next.text.clone());
            }
            let (name, value) = text.split_once('=')?;
            names.contains(&name.as_str()).then_some(value)
        })
    }
}

/// The words that are no flags, nor the value of a flag that takes the next word; `--` ends the flags.
pub fn operands(words: &[Word], takes_value: impl Fn(&str) -> bool) -> Vec<&Word> {
    let mut operands = Vec::new();
    let mut words = words.iter();
    let mut flags = true;
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        if !flags || !text.starts_with('-') || text == "-" {
            operands.push(word);
        } else if text == "--" {
            flags = false;
        } else if takes_value(text) {
            words.next();
        }
    }
    operands
}

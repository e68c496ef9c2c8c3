//! Dockerfiles, read line by line as `BuildKit`'s parser reads them, with a span for everything and nothing lost for one
//! bad line.

mod expand;
mod heredoc;
mod json;
mod lexer;
mod lines;
mod operands;
mod parse;
mod pattern;
mod uses;
mod words;

pub use expand::{Lookup, expand};
pub use lexer::accepts as is_closed;
pub use operands::{
    Copy, From, Healthcheck, Pair, copy, from, healthcheck, operands, pairs, raw_operands, script,
};
pub use parse::parse;
pub use uses::{Use, uses};

use crate::source::{FileId, Problem, Span, Text, nearest};

/// Build arguments that every RUN has without an ARG (Dockerfile reference, predefined ARGs).
pub const PROXY_ARGUMENTS: [&str; 10] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "all_proxy",
];

/// A parsed Dockerfile.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// The file.
    pub file: FileId,
    /// The escape character: a backslash unless `# escape=` says otherwise.
    pub escape: char,
    /// Its parser directives.
    pub directives: Vec<Directive>,
    /// Its comments, in order.
    pub comments: Vec<Comment>,
    /// Its instructions, in order.
    pub instructions: Vec<Instruction>,
    /// How many of its lines are neither blank nor comments.
    pub code_lines: usize,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A parser directive: `# name=value` at the top.
#[derive(Clone, Debug)]
pub struct Directive {
    /// `syntax`, `escape` or `check`, as written.
    pub name: Text,
    /// Its value.
    pub value: Text,
    /// The whole line.
    pub span: Span,
}

/// A comment line.
#[derive(Clone, Debug)]
pub struct Comment {
    /// From `#` to the end of its line.
    pub span: Span,
    /// What stands after `#`, trimmed.
    pub text: Text,
    /// The instruction whose continuation it stands in.
    pub inside: Option<usize>,
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Which.
    pub keyword: Keyword,
    /// Its keyword as written.
    pub word: Text,
    /// From its keyword to the end of its last line, heredocs included.
    pub span: Span,
    /// From its keyword to its last operand, without heredocs.
    pub head: Span,
    /// Its flags.
    pub flags: Vec<Flag>,
    /// The escape character of its file.
    pub escape: char,
    /// What follows keyword and flags, continuations joined, comments dropped.
    pub arguments: Text,
    /// Whether its operands are a JSON list.
    pub form: Form,
    /// It has a JSON list with something else than texts, which the builder refuses.
    pub broken_json: bool,
    /// Its heredocs.
    pub heredocs: Vec<Heredoc>,
    /// The instruction that ONBUILD keeps for later.
    pub trigger: Option<Box<Instruction>>,
    /// Blank lines inside it.
    pub blank_lines: Vec<Span>,
    /// What stands on the line right above it.
    pub above: Above,
}

/// What stands on the line right above an instruction.
#[derive(Clone, Debug)]
pub enum Above {
    /// A blank line, a parser directive, or the beginning of the file.
    Nothing,
    /// A comment; its text.
    Comment(Text),
    /// The end of another instruction.
    Instruction,
}

/// A flag: `--name` or `--name=value`.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Its name, without the dashes.
    pub name: Text,
    /// Its value.
    pub value: Option<Text>,
    /// All of it.
    pub span: Span,
}

/// How operands are written.
#[derive(Clone, Debug)]
pub enum Form {
    /// Text for a shell, or words.
    Shell,
    /// A JSON list of texts.
    Exec(Vec<Text>),
}

/// A here-document.
#[derive(Clone, Debug)]
pub struct Heredoc {
    /// The word that ends it.
    pub name: Text,
    /// Whether variables in it are expanded.
    pub expand: bool,
    /// Whether leading tabs are removed.
    pub strip_tabs: bool,
    /// `<<NAME` as written.
    pub opener: Span,
    /// Its lines.
    pub body: Text,
    /// Whether its end was found.
    pub terminated: bool,
}

macro_rules! keywords {
    ($($Variant:ident = $name:literal),* $(,)?) => {
        /// The instructions of Dockerfiles.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum Keyword { $($Variant,)* Unknown }

        impl Keyword {
            /// The instruction of that name, in any case.
            pub fn named(word: &str) -> Self {
                let upper = word.to_ascii_uppercase();
                match upper.as_str() { $($name => Self::$Variant,)* _ => Self::Unknown }
            }

            /// Its name in capitals.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$Variant => $name,)* Self::Unknown => "?" }
            }

            const NAMES: &[&str] = &[$($name),*];
        }
    };
}

keywords! {
    From = "FROM", Run = "RUN", Cmd = "CMD", Label = "LABEL", Maintainer = "MAINTAINER", Expose = "EXPOSE",
    Env = "ENV", Add = "ADD", Copy = "COPY", Entrypoint = "ENTRYPOINT", Volume = "VOLUME", User = "USER",
    Workdir = "WORKDIR", Arg = "ARG", Onbuild = "ONBUILD", Stopsignal = "STOPSIGNAL",
    Healthcheck = "HEALTHCHECK", Shell = "SHELL",
}

impl Keyword {
    /// The keyword that `word` is most likely a misspelling of.
    pub fn nearest(word: &str) -> Option<&'static str> {
        nearest(word, Self::NAMES.iter().copied())
    }
}

impl Instruction {
    /// The flag of that name.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name.as_str() == name)
    }

    /// The elements of its JSON list.
    pub fn exec(&self) -> Option<&[Text]> {
        match &self.form {
            Form::Exec(words) => Some(words),
            Form::Shell => None,
        }
    }
}

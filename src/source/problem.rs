//! What could not be judged.

use super::Span;

/// Something that could not be read or resolved. A run that has one is never green (exit 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which kind; `explain` tells about its id.
    pub kind: &'static ProblemKind,
    /// What is wrong and what to do, in one sentence. May quote the input; it is escaped when it is shown.
    pub message: String,
    /// Where; the file as a whole when the span is empty at 0.
    pub span: Span,
}

impl Problem {
    /// A problem at `span`.
    pub fn new(kind: &'static ProblemKind, message: impl Into<String>, span: Span) -> Self {
        Self { kind, message: message.into(), span }
    }

    /// Its stable, readable id such as `yaml-syntax`.
    pub const fn id(&self) -> &'static str {
        self.kind.id
    }
}

/// A kind of problem, with what people are told of it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// A stable, readable id such as `yaml-syntax`.
    pub id: &'static str,
    /// One line about it.
    pub title: &'static str,
    /// Why the file is not judged, or not all of it, and what to do.
    pub why: &'static str,
    /// Ids of peers' rules, `peer:id`.
    pub aliases: &'static [&'static str],
}

/// Declares the kinds: a constant of [`Problem`] each, and the list of them.
macro_rules! kinds {
    ($($name:ident = $id:literal, $title:literal, $why:literal $(, $alias:literal)*;)+) => {
        impl Problem {
            $(#[doc = $title]
            pub const $name: &'static ProblemKind =
                &ProblemKind { id: $id, title: $title, why: $why, aliases: &[$($alias),*] };)+
        }

        /// Every kind of problem, by id.
        pub const PROBLEMS: &[&ProblemKind] = &[$(Problem::$name),+];
    };
}

kinds! {
    DOCKERFILE_EMPTY = "dockerfile-empty", "No instruction in this Dockerfile",
        "Docker refuses a Dockerfile without instructions. Begin it with FROM, or take the file away.";
    DOCKERFILE_LINE_TOO_LONG = "dockerfile-line-too-long", "A line that Docker does not read",
        "Docker stops at a line of more than 64 KiB. Put what it holds into a file of its own and COPY that.";
    DOCKERFILE_SYNTAX = "dockerfile-syntax", "Docker cannot parse this Dockerfile",
        "Docker stops at this place. What can be told of the rest is judged, but a green run would mean nothing: correct \
         the line first.", "hadolint:DL1000";
    ENCODING = "encoding", "Not UTF-8 text",
        "Docker reads UTF-8 with lines that end in LF or CRLF. Other bytes, NUL and a lone carriage return mean \
         different things to different readers: save the file as UTF-8.";
    INCLUDE_OR_EXTENDS_UNRESOLVABLE = "include-or-extends-unresolvable", "A file that another one builds on cannot be used",
        "`include` or `extends` names a file or service that is missing, leads in a circle or lies outside of the \
         project. What it adds is not known, so nothing can be said of the services with it. Correct the path; \
         `--allow-outside` lets plimsoll read beyond the project.";
    INHERITED_TOO_MUCH = "inherited-too-much", "Stages take over too much from each other",
        "Chains of many stages that each add to what the one before has set grow with their square. What goes beyond the \
         limit is not followed: split the Dockerfile.";
    INTERNAL_ERROR = "internal-error", "A mistake of plimsoll's own",
        "plimsoll failed on this file and judged the others. The exit status is 3. Please report it with the file.";
    NOT_A_COMPOSE_FILE = "not-a-compose-file", "A named file without `services:`",
        "A YAML file is judged as a Compose file or a stack when it has services. Say with `--as` what it is, or do not \
         name it.";
    NOT_A_FILE = "not-a-file", "Not a regular file",
        "A directory, device, socket or pipe stands where a file is wanted. Name a file, or a directory to search.";
    PROJECT_TOO_LARGE = "project-too-large", "A project that says too much",
        "Time and memory are bounded, whoever wrote the files. What goes beyond the limit is not judged: split the \
         project, or leave generated files out with `--exclude`.";
    SHELL_TOO_DEEP = "shell-too-deep", "Commands nested too deep",
        "Commands within commands are looked into up to a limit; what lies deeper is not judged. Write them one after \
         another, or move the script to a file.";
    SHELLCHECK = "shellcheck", "`shellcheck` could not be run",
        "`--shellcheck` needs the program of that name on the PATH, and it must answer in time. Install it, or leave the \
         option out.";
    TOO_LARGE = "too-large", "A file that is too large",
        "Files of more than 8 MiB are not read: nobody writes such a Dockerfile or Compose file. Leave it out with \
         `--exclude`.";
    TOO_MANY_FINDINGS = "too-many-findings", "More findings than anybody reads",
        "Judging a project stops after so many findings. Mend the most frequent ones first, or choose fewer rules with \
         `--select`.";
    TOO_MANY_KEYS = "too-many-keys", "More keys than are judged",
        "A project is judged key by key up to a limit; what goes beyond it is not. Split the project.";
    UNKNOWN_KIND = "unknown-kind", "Nothing says what this file is",
        "Neither its name nor its content shows whether it is a Dockerfile, a Compose file or a stack. Say so with `--as`; \
         for standard input, `--stdin-filename` helps as well.";
    UNREADABLE = "unreadable", "A file that cannot be read",
        "It is not there, a link leads nowhere, or the system refuses. A file that was named and not judged must not look \
         like a clean one: correct the name or its permissions.";
    VARIABLES_TOO_DEEP = "variables-too-deep", "Variables nested too deep",
        "Defaults within defaults are looked into up to a limit; what lies deeper is not known. Set one variable from \
         another in `.env` instead.";
    YAML_ALIAS_CYCLE = "yaml-alias-cycle", "An alias stands inside of what it names",
        "Such a document has no end, and Docker refuses it. Move the anchor, or write the value out.";
    YAML_KEY = "yaml-key", "A list or a mapping as a key",
        "YAML allows it, Docker does not: it refuses the file. Often it is a `{{ template }}` without quotes; put quotes \
         around it.";
    YAML_MERGE_VALUE = "yaml-merge-value", "`<<` with something else than mappings",
        "Only a mapping, or a list of mappings, can be merged into another, mostly by an alias such as `<<: *common`. \
         Docker refuses the file.";
    YAML_SYNTAX = "yaml-syntax", "Not valid YAML",
        "Docker stops at this place, and nothing that comes after it is judged. Look at the lines above, too: a quote or \
         bracket that is not closed shows only later. A template is judged after it has been filled in.";
    YAML_TOO_DEEP = "yaml-too-deep", "Collections nested too deep",
        "Documents are read up to a depth that no Compose file needs. Flatten it.";
    YAML_TOO_LARGE = "yaml-too-large", "A document that grows without end",
        "Anchors that hold aliases of anchors multiply, and a few lines can fill any memory. Write the values out, or \
         leave the file out with `--exclude`.";
    YAML_UNDEFINED_ALIAS = "yaml-undefined-alias", "An alias without its anchor",
        "An alias `*name` stands for what an anchor `&name` above it in the same document marks; there is none. Docker \
         refuses the file: correct the name.";
}

#[cfg(test)]
mod tests {
    use super::PROBLEMS;

    #[test]
    fn ids_are_sorted_and_each_kind_says_what_to_do() {
        assert!(PROBLEMS.is_sorted_by(|a, b| a.id < b.id));
        for kind in PROBLEMS {
            assert!(!kind.title.ends_with('.') && kind.why.ends_with('.'), "{}", kind.id);
            assert!(kind.why.contains(". ") || kind.why.contains(": "), "{}: what is to be done?", kind.id);
        }
    }
}

//! What the steps of a build do and are given: accounts, permissions, downloads, credentials.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// An account that commands of a stage create or change.
    account: Account {
        /// Whether a command creates it.
        created: flag,
        /// Its uid, if the command that creates it names one.
        uid: text,
        /// The groups that it joins besides its own.
        groups: texts,
        /// Whether files are given to it, by `chown` or `--chown`.
        owns: flag,
        /// The command that creates it, or the first that changes it.
        command: node(Command),
        /// The stage of that command.
        stage: node(Stage),
    }

    /// The mode that a step gives a path; one for each path.
    permission: Permission by set_by {
        /// What sets it.
        set_by: word("chmod", "mkdir", "install", "COPY", "ADD"),
        /// The mode as written.
        mode: text,
        /// The same mode, with which others cannot write; absent where it is not octal.
        mode_without_others: text,
        /// The path as written.
        path: text,
        /// Whether it lets everybody write. What a mode without `u`, `g`, `o` or `a` sets, a umask of 022 limits.
        others_write: flag,
        /// Whether it lets everybody read.
        others_read: flag,
        /// Whether it lets the group write.
        group_write: flag,
        /// Whether it lets the group read.
        group_read: flag,
        /// Whether it sets the setuid bit.
        setuid: flag,
        /// Whether it sets the setgid bit.
        setgid: flag,
        /// Whether it sets the sticky bit, with which users cannot delete each other's files.
        sticky: flag,
        /// Whether everything below the path gets it, too.
        recursive: flag,
        /// The command, if it is one.
        command: node(Command),
        /// The stage.
        stage: node(Stage),
    }

    /// A file that a step removes and that an earlier step made: it stays in the layer of that step.
    removal: Removal {
        /// The file, as an absolute path; `~/x` for what is in the home of the user.
        path: text,
        /// The step that made it.
        made_by: node(Instruction),
        /// What COPY or ADD made it from; nothing for what a command made.
        sources: texts,
        /// The command that removes it.
        command: node(Command),
        /// The stage of that command.
        stage: node(Stage),
    }

    /// Something that a step fetches from a URL.
    download: Download by via {
        /// What fetches it.
        via: word("curl", "wget", "aria2c", "fetch", "ADD"),
        /// The URL, with the variables of the file put in.
        url: text,
        /// `http`, `https`, ...
        scheme: text,
        /// The host.
        host: text,
        /// The file that it is stored in; absent where it goes to a pipe or the log.
        output: text,
        /// The download of its stage that it is the checksum of: it has the same address, but for an ending such as
        /// `.sha256`, or is a list such as `SHA256SUMS` from the same directory.
        sums: node(Download),
        /// Whether a step checks it, or anything after it in its stage: a checksum or a signature.
        verified: flag,
        /// What later steps of its stage do with the file, or what it is piped into: `executed`, `unpacked`,
        /// `installed`, `made-executable`.
        uses: texts,
        /// The command, if it is one.
        command: node(Command),
        /// The stage.
        stage: node(Stage),
    }

    /// A text with the form of a credential: a token of a known service, a private key, a password in a URL or behind an
    /// option. What it is stands in `format`, never its value.
    credential: Credential {
        /// Whose it is and what: `GitHub token`, `private key`, `password in a URL`.
        format: text,
        /// Its value.
        value: secret,
        /// Whether its form alone says what it is; `false` for what stands where a password is expected.
        certain_form: flag,
        /// Whether it says itself that it is none: it holds `EXAMPLE`, or hardly more than one character.
        placeholder: flag,
        /// The instruction.
        instruction: node(Instruction),
        /// The stage.
        stage: node(Stage),
    }
}

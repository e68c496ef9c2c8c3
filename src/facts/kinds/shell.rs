//! Commands, in Dockerfiles and healthchecks.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// A command that a shell or Docker runs.
    command: Command by program {
        /// The program, without its directory, behind sudo, env and the like.
        program: text,
        /// Where it stands.
        place: word("run", "healthcheck", "command", "entrypoint"),
        /// The words after the program.
        arguments: texts,
        /// The words that are not flags; for package managers those after the subcommand.
        operands: texts,
        /// The first word that is not a flag: `install`.
        subcommand: text,
        /// The flags, without their values, clusters taken apart: `-y`, `--yes`.
        flags: texts,
        /// What it is run through: sudo, env, ...
        wrappers: texts,
        /// Whether it stands directly in its instruction's script and not in a script given to another shell.
        direct: flag,
        /// Whether the program is in the image; unknown where nobody can tell.
        in_image: flag,
        /// The image whose contents decide that.
        base: node(Image),
        /// A command after it in the same RUN removes what a package manager leaves behind.
        cleaned: flag,
        /// Where a cache or tmpfs mount keeps what it leaves behind out of the layer.
        cache_mounted: flag,
        /// Whether it is a trigger of ONBUILD.
        onbuild: flag,
        /// The RUN that it is in.
        run: node(Run),
        /// The stage that it is in.
        stage: node(Stage),
    }

    /// Commands joined by `|`.
    pipeline: Pipeline {
        /// All but the last.
        producers: nodes(Command),
        /// The last.
        consumer: node(Command),
        /// Whether the shell is told to fail when a producer fails.
        pipefail: flag,
        /// Whether it knows how to.
        supports_pipefail: flag,
        /// The family of the shell.
        shell_family: word("posix", "powershell", "cmd", "other"),
        /// The RUN that it is in.
        run: node(Run),
    }

    /// A package that a command installs.
    package: Package by manager {
        /// Whose package it is.
        manager: word("apt", "apk", "dnf", "yum", "zypper", "pip", "npm", "yarn", "pnpm", "gem", "go", "cargo"),
        /// The program that installs it.
        via: text,
        /// How it is named.
        form: word("name", "file", "url"),
        /// The version asked for.
        version: text,
        /// Whether it is a trigger of ONBUILD.
        onbuild: flag,
        /// The command.
        command: node(Command),
        /// The stage.
        stage: node(Stage),
    }

    /// What a container starts.
    program: Program {
        /// Whether it is `sh -c` around the words, or the words themselves.
        form: word("shell", "exec"),
        /// Its words, ENTRYPOINT first.
        words: texts,
        /// Whether it is made to become another user before it serves.
        drops_privileges: flag,
        /// Whether it looks like something that serves for long.
        serves: flag,
    }
}

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
        /// The files that its output is redirected to.
        writes: texts,
        /// The VOLUME above it that holds a path which it makes or changes.
        volume: text,
        /// The ARGs and ENVs whose values stand among its words.
        takes: nodes(Variable),
        /// Whether it stands directly in its instruction's script and not in a script given to another shell.
        direct: flag,
        /// Whether its instruction's script begins with it.
        first: flag,
        /// Whether the program is in the image; unknown where nobody can tell.
        in_image: flag,
        /// The image whose contents decide that.
        base: node(Image),
        /// The package manager that it is.
        manager: word("apt", "apk", "dnf", "microdnf", "yum", "zypper", "pip", "pipx", "uv", "uvx", "poetry", "npm", "npx", "yarn", "pnpm", "bun", "gem", "bundler", "go", "cargo", "composer", "conda", "dotnet", "pacman"),
        /// What the package manager does: install what is named, restore what a manifest lists, refresh its index, run
        /// what it fetches.
        action: word("install", "restore", "refresh", "upgrade", "remove", "clean", "run", "build", "fetch"),
        /// Whether the package manager is told to ask nothing; absent for those that never ask.
        assumes_yes: flag,
        /// What the same package manager does later in the RUN.
        later_actions: texts,
        /// Whether cache or tmpfs mounts hold every place where the package manager keeps what it downloads.
        cache_mounted: flag,
        /// The packages that it installs or fetches.
        packages: nodes(Package),
        /// Whether it is a trigger of ONBUILD.
        onbuild: flag,
        /// The RUN that it is in.
        run: node(Run),
        /// The stage that it is in.
        stage: node(Stage),
        /// The CMD or ENTRYPOINT that it is in.
        instruction: node(Instruction),
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
        manager: word("apt", "apk", "dnf", "microdnf", "yum", "zypper", "pip", "pipx", "uv", "uvx", "poetry", "npm", "npx", "yarn", "pnpm", "bun", "gem", "bundler", "go", "cargo", "composer", "conda", "dotnet", "pacman"),
        /// The program that installs it.
        via: text,
        /// How it is named: by its name, as a file, a URL, a repository; or a group, a module stream, a language runtime.
        form: word("name", "file", "url", "vcs", "group", "module", "runtime"),
        /// The version asked for, or the revision of the repository.
        version: text,
        /// Whether a later command of the RUN removes it.
        removed_later: flag,
        /// Whether it is a trigger of ONBUILD.
        onbuild: flag,
        /// The command.
        command: node(Command),
        /// The stage.
        stage: node(Stage),
    }

    /// What a package manager leaves in the layer of a RUN that nobody needs at run time: no later command of the RUN
    /// removes it, and no cache or tmpfs mount keeps it out.
    leftover: Leftover by manager {
        /// Who leaves it.
        manager: word("apt", "apk", "dnf", "microdnf", "yum", "zypper", "pip", "pipx", "uv", "uvx", "poetry", "npm", "npx", "yarn", "pnpm", "bun", "gem", "bundler", "go", "cargo", "composer", "conda", "dotnet", "pacman"),
        /// The package index, downloads, or what a compiler keeps.
        kind: word("lists", "cache", "build-cache"),
        /// Where, if nothing moves it.
        path: text,
        /// The command.
        made_by: node(Command),
        /// Whether a later RUN installs from it: one of its stage, or of a stage that starts from another, that does not refresh
        /// it first.
        used_later: flag,
        /// What the variable is set to with which it would not be left, where that reads like no: `off`.
        refusal: text,
        /// Whether apt is left to remove it by itself, as Debian's and Ubuntu's images tell it to.
        swept: flag,
        /// Whether it is a trigger of ONBUILD.
        onbuild: flag,
        /// The RUN.
        run: node(Run),
        /// The stage.
        stage: node(Stage),
    }

    /// What a container starts.
    program: Program {
        /// Whether it is `sh -c` around the words, or the words themselves.
        form: word("shell", "exec"),
        /// The first process, without its directory: `sh` for the shell form.
        program: text,
        /// Its words, ENTRYPOINT first.
        words: texts,
        /// Whether it is made to become another user before it serves.
        drops_privileges: flag,
        /// Whether it looks like something that serves for long.
        serves: flag,
    }
}

//! Dockerfiles.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// One Dockerfile.
    dockerfile: Dockerfile {
        /// Its stages.
        stages: nodes(Stage),
        /// The stage that is built unless another is asked for.
        last: node(Stage),
        /// Its comments with bytes that are no UTF-8.
        foreign_comments: texts,
    }

    /// A build stage.
    stage: Stage {
        /// What it starts from: an image; absent for `scratch` and for a stage of this file.
        base: node(Image),
        /// The stage of this file that it starts from.
        parent: node(Stage),
        /// Its platform.
        platform: text,
        /// Whether it starts from nothing.
        scratch: flag,
        /// Whether it ends up in a container: the last stage, or one that a service builds.
        shipped: flag,
        /// Whether another stage starts from it or copies from it.
        consumed: flag,
        /// Whether another stage starts from it, so that its layers live on.
        inherited: flag,
        /// An earlier stage has the same name.
        duplicate: flag,
        /// Who its processes run as, its base included.
        user: node(User),
        /// Whether a USER instruction of this file decides that.
        sets_user: flag,
        /// How Docker finds out whether it works, its base included.
        healthcheck: node(Healthcheck),
        /// What a container of it starts: ENTRYPOINT and CMD.
        entrypoint: node(Program),
        /// Ports of its EXPOSE instructions, its parents' included.
        exposes: texts,
        /// The labels that it sets itself.
        label_names: texts,
        /// The CMD or ENTRYPOINT that a container of it starts, if it has one.
        start: node(Instruction),
        /// The shell that runs its shell forms at the end.
        shell: texts,
        /// The family of that shell.
        shell_family: word("posix", "powershell", "cmd", "other"),
        /// Services that build it.
        built_by: nodes(Service),
    }

    /// An instruction, whatever it is.
    instruction: Instruction by keyword {
        /// Its keyword in capitals; as written for an unknown one.
        keyword: text,
        /// Whether there is such an instruction.
        known: flag,
        /// The instruction that its keyword is closest to.
        nearest: text,
        /// Its keyword as written.
        written: text,
        /// Its operands as written.
        text: text,
        /// Whether its operands are a JSON list.
        form: word("shell", "exec", "none"),
        /// The words of its operands.
        operands: texts,
        /// Its flags, with their values.
        flags: texts,
        /// Whether it is a trigger of ONBUILD.
        onbuild: flag,
        /// A later instruction of its stage takes its place (CMD, ENTRYPOINT, HEALTHCHECK).
        overridden: flag,
        /// An earlier instruction of its stage did the same.
        repeated: flag,
        /// Whether its path is absolute (WORKDIR).
        absolute: flag,
        /// Whether it stands before the first FROM, where only ARG may stand.
        before_from: flag,
        /// A blank line stands inside it.
        blank_lines: number,
        /// The stage that it is in.
        stage: node(Stage),
    }

    /// A RUN instruction.
    run: Run {
        /// Its flags, with their values.
        flags: texts,
        /// Targets of its cache and tmpfs mounts.
        cache_mounts: texts,
        /// The commands of its script.
        commands: nodes(Command),
        /// Whether its script is run by the default shell although nothing put a shell into the file system: its stage
        /// begins with `scratch`, and what was copied before it went elsewhere.
        without_shell: flag,
        /// The instruction right before it, if that is a RUN.
        previous: node(Run),
        /// `--network`.
        network: text,
        /// `--security`.
        security: text,
        /// Its stage.
        stage: node(Stage),
        /// Its instruction.
        instruction: node(Instruction),
    }

    /// A COPY or ADD instruction.
    copy: Copy by keyword {
        /// Which of the two.
        keyword: word("COPY", "ADD"),
        /// What is copied.
        sources: texts,
        /// Whether a source is a URL or a git repository.
        remote: flag,
        /// Whether a source is an archive that ADD unpacks.
        archive: flag,
        /// Where to.
        destination: text,
        /// Whether the destination is a relative path.
        relative: flag,
        /// `--chown`.
        chown: text,
        /// `--chmod`.
        chmod: text,
        /// `--checksum`.
        checksum: text,
        /// What `--from` names.
        from: node(StageRef),
        /// The directory that a relative destination is under; absent where the stage's base decides.
        workdir: text,
        /// Its stage.
        stage: node(Stage),
        /// Its instruction.
        instruction: node(Instruction),
    }

    /// What a `--from` or `from=` names.
    origin: StageRef {
        /// What it can only be.
        names: word("stage", "index", "image", "context"),
        /// The stage, if there is one.
        stage: node(Stage),
        /// The stage whose name is closest.
        nearest: text,
    }

    /// The use of a variable in an instruction that the builder expands.
    reference: Reference {
        /// Where its value was set; absent if nothing sets it.
        definition: node(Variable),
        /// An ARG before the first FROM of that name.
        global: node(Variable),
        /// Who puts the value in.
        expanded_by: word("builder", "shell"),
        /// Whether it says what to use when nothing is set.
        has_default: flag,
        /// Whether the base image may set it.
        may_be_inherited: flag,
        /// The variable whose name is closest.
        nearest: text,
        /// Its instruction.
        instruction: node(Instruction),
    }

    /// A label that an instruction sets.
    label: Label {
        /// Its value.
        value: text,
        /// The formats that the value fits: url, semver, rfc3339, git-hash, email, spdx.
        formats: texts,
        /// Its stage.
        stage: node(Stage),
    }
}

//! Dockerfiles.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// One Dockerfile.
    dockerfile: Dockerfile {
        /// Its stages.
        stages: nodes(Stage),
        /// The stage that is built unless another is asked for.
        last: node(Stage),
        /// Whether it has a FROM.
        has_from: flag,
        /// How many of its lines are neither empty nor comments.
        code_lines: number,
        /// Its comments with bytes that are no UTF-8.
        foreign_comments: texts,
    }

    /// A build stage.
    stage: Stage {
        /// What it starts from: an image; absent for `scratch` and for a stage of this file.
        base: node(Image),
        /// Whether it is the only stage of its file.
        alone: flag,
        /// Its FROM.
        from: node(Instruction),
        /// Its name as written, if it has one.
        alias: text,
        /// Its name in small letters, as the builder compares it.
        small_alias: text,
        /// `AS` as written.
        as_word: text,
        /// How that is written.
        as_case: word("upper", "lower", "mixed"),
        /// `AS` in the case of its FROM.
        usual_as: text,
        /// The image of its FROM as written.
        image: text,
        /// The image of its FROM when no build argument is given: arguments without a default are empty.
        image_by_default: text,
        /// Whether that follows the grammar of references.
        valid_by_default: flag,
        /// Variables of its image that no ARG before the first FROM declares.
        undeclared: texts,
        /// The stage of this file that it starts from.
        parent: node(Stage),
        /// Its platform as written.
        platform: text,
        /// The flag that says it.
        platform_flag: node(Flag),
        /// Whether it starts from nothing.
        scratch: flag,
        /// Whether it ends up in a container: the last stage, or one that a service builds.
        shipped: flag,
        /// Whether the last stage needs it, directly or through others, or is it.
        reachable: flag,
        /// Whether nothing can be in its file system: it comes from `scratch`, and no ADD, COPY or RUN followed.
        empty: flag,
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
        /// The account that its commands create, its parents' included; absent where they create several.
        only_account: node(Account),
        /// How Docker finds out whether it works, its base included.
        healthcheck: node(Healthcheck),
        /// What a container of it starts: ENTRYPOINT and CMD.
        entrypoint: node(Program),
        /// Ports of its EXPOSE instructions, its parents' included.
        exposes: texts,
        /// The labels that its instructions set, its parents' included.
        label_names: texts,
        /// The CMD or ENTRYPOINT that a container of it starts, if it has one.
        start: node(Instruction),
        /// The CMD that a container of it is given, if it has one.
        command: node(Instruction),
        /// The last of its own instructions that changes the file system (RUN, COPY, ADD, WORKDIR); its FROM if none does.
        last_step: node(Instruction),
        /// The last of its own instructions.
        end: node(Instruction),
        /// The system that it is for, by its platform or its image.
        os: word("linux", "windows"),
        /// The signal that ends a container of it, as `SIGTERM`; absent for the engine's own.
        stop_signal: text,
        /// Whether a STOPSIGNAL instruction of this file decides that.
        sets_stop_signal: flag,
        /// The programs that its RUN scripts call.
        programs: texts,
        /// What they have git do: `clone`, `checkout`.
        git_actions: texts,
        /// The shell that runs its shell forms at the end.
        shell: texts,
        /// The family of that shell.
        shell_family: word("posix", "powershell", "cmd", "other"),
        /// The last stage of the file, if its layers are those of this stage and what is put on top of them.
        leads_to: node(Stage),
        /// Paths that VOLUME names, its parents' included.
        volumes: texts,
        /// Paths that its instructions make: of WORKDIR, COPY, ADD and mkdir, its parents' included.
        made_paths: texts,
        /// Directories that package managers fill with what the program needs, its parents' included: `/app/node_modules`.
        dependency_paths: texts,
        /// Where its program may want to write: the paths of VOLUME, and its WORKDIR if that is not the root; those where
        /// everybody may write (`/tmp`) are left out. Unknown where one has characters that mean something to a shell.
        working_paths: texts,
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
        /// How it is written.
        case: word("upper", "lower", "mixed"),
        /// How most keywords of its file are written.
        usual_case: word("upper", "lower"),
        /// Its keyword in that case.
        usual_form: text,
        /// Its operands as written.
        text: text,
        /// The names that it declares: of build arguments, of a stage.
        names: texts,
        /// The first word of the comment right above it.
        comment_word: text,
        /// The instruction before it, if nothing stands between them.
        adjacent: node(Instruction),
        /// Whether its operands are a JSON list.
        form: word("shell", "exec", "none"),
        /// Whether its operands look like a JSON list and are none.
        broken_list: flag,
        /// The words of its operands.
        operands: texts,
        /// What stands in its heredocs.
        bodies: texts,
        /// Its flags, with their values.
        flags: texts,
        /// Whether it is a trigger of ONBUILD.
        onbuild: flag,
        /// A later instruction of its stage takes its place (CMD, ENTRYPOINT, HEALTHCHECK).
        overridden: flag,
        /// The next one that does.
        replaced_by: node(Instruction),
        /// An earlier instruction of its stage did the same.
        repeated: flag,
        /// The signal of a STOPSIGNAL in full: `SIGTERM`; absent if there is no such signal.
        signal: text,
        /// The CMD of an earlier stage that this ENTRYPOINT takes away.
        takes_away: node(Instruction),
        /// Whether its path is absolute (WORKDIR).
        absolute: flag,
        /// The WORKDIR in force above it (WORKDIR).
        workdir: text,
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
        /// The instruction right before it, if that is a COPY or ADD.
        previous_copy: node(Copy),
        /// Who its commands run as.
        user: node(User),
        /// The directory that its commands begin in; absent where the stage's base decides.
        workdir: text,
        /// Its mounts.
        mounts: nodes(RunMount),
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
        /// The files whose contents stand in the Dockerfile, by the names of their heredocs.
        heredocs: texts,
        /// Whether a source is a URL or a git repository.
        remote: flag,
        /// Whether a source is an archive that ADD unpacks.
        archive: flag,
        /// Where to.
        destination: text,
        /// The absolute path of what it makes, if that is one file.
        path: text,
        /// The VOLUME above it that holds what it makes.
        volume: text,
        /// The command of its stage that unpacks the archive that it copies.
        extracted_by: node(Command),
        /// The directory that the archive is unpacked to, if the RUN right behind it does nothing else, but for making that
        /// directory and removing the archive.
        unpacked_to: text,
        /// The command that changes the mode of the file that it makes, if the RUN right behind it does nothing else.
        mode_changed_by: node(Command),
        /// The mode that it gets there, as written.
        mode_changed_to: text,
        /// The command that changes the owner of the file that it makes, if the RUN right behind it does nothing else.
        owner_changed_by: node(Command),
        /// The owner that it gets there, as written.
        owner_changed_to: text,
        /// The directory of the build context, where a service names it.
        context: text,
        /// The ignore file of the build context.
        ignore_file: text,
        /// Whether that file keeps a source out.
        ignored: flag,
        /// The COPY or ADD right before it.
        previous: node(Copy),
        /// Whether the destination is a relative path.
        relative: flag,
        /// `--chown`.
        chown: text,
        /// Who `--chown` names.
        owner: node(User),
        /// Who commands run as at this place.
        user: node(User),
        /// Whether a later command of its stage changes the owner of what is copied.
        chowned_later: flag,
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
        /// The stage of that name or index that begins further down.
        later: node(Stage),
        /// Whether it is the very stage that this stands in.
        own: flag,
        /// Whether what it names needs, directly or through others, the stage that this stands in.
        leads_back: flag,
        /// The image, if it names one.
        image: node(Image),
        /// The instruction.
        instruction: node(Instruction),
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
        /// `:-`, `+`, `##` ...
        operator: text,
        /// The pair of the same ENV that sets a variable of that name.
        sibling: node(Pair),
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
        /// A label of the same name that its stage sets later.
        replaced_by: node(Label),
        /// Its instruction.
        instruction: node(Instruction),
        /// Its stage.
        stage: node(Stage),
    }
}

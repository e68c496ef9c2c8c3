//! How a Dockerfile is written: flags, pairs, mounts, ports, comments, directives.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// A flag of an instruction: `--name=value`.
    flag: Flag by keyword {
        /// The keyword of its instruction, in capitals.
        keyword: text,
        /// What stands behind `=`.
        value: text,
        /// The value as a duration, if it is one.
        seconds: duration,
        /// An earlier flag of the instruction has the same name.
        repeated: flag,
        /// Its instruction.
        instruction: node(Instruction),
    }

    /// A key and its value in ENV, LABEL or ARG.
    pair: Pair by keyword {
        /// The keyword of its instruction.
        keyword: word("ENV", "LABEL", "ARG"),
        /// The key, without quotes.
        key: text,
        /// The value as written, quotes included.
        value: secret,
        /// `KEY=value`, `KEY value`, or the key alone.
        form: word("equals", "space", "alone"),
        /// Whether the value begins with `=`.
        starts_with_equals: flag,
        /// A pair further on in the same instruction with the same key.
        replaced_by: node(Pair),
        /// Whether every quote in it is closed.
        closed: flag,
        /// What to write for it in the form `KEY=value`.
        assignment: text,
        /// Its instruction.
        instruction: node(Instruction),
    }

    /// A mount of a RUN.
    run_mount: RunMount by type {
        /// What is mounted; `bind` where nothing is said.
        r#type: text,
        /// Where to.
        target: text,
        /// The path in what is mounted.
        source: text,
        /// What it is taken from.
        from: node(StageRef),
        /// Its id.
        id: text,
        /// The environment variable that a secret is put into.
        env: text,
        /// The file that a secret is in: its target, or `/run/secrets/<id>` where neither target nor variable is named.
        secret_file: text,
        /// Whether everybody may read it. Without a mode, a secret is 0400 and the socket of an agent 0600.
        others_read: flag,
        /// Its permissions as written.
        mode: text,
        /// Its owner.
        uid: text,
        /// Its group.
        gid: text,
        /// How builds that run at the same time use it.
        sharing: text,
        /// `required` as written.
        required: text,
        /// The names of its options, as the builder reads them.
        keys: texts,
        /// The first of them that the builder does not know.
        unknown_option: text,
        /// Its RUN.
        run: node(Run),
        /// Its instruction.
        instruction: node(Instruction),
        /// Its stage.
        stage: node(Stage),
    }

    /// A word of EXPOSE.
    exposed_port: ExposedPort {
        /// The word, after its variables are put in.
        text: text,
        /// A port, a range of ports, an address or a mapping as in `docker run -p`, or none of these.
        form: word("port", "range", "mapping", "other"),
        /// What the builder keeps of it: the container's ports, and the protocol in small letters.
        plain: text,
        /// The first port.
        first: number,
        /// The last port of the range, or the only one.
        last: number,
        /// The protocol as written.
        protocol: text,
        /// Its instruction.
        instruction: node(Instruction),
        /// Its stage.
        stage: node(Stage),
    }

    /// A comment line.
    comment: Comment {
        /// What stands behind `#`.
        text: text,
        /// Whether it stands inside of an instruction.
        inside: flag,
    }

    /// A parser directive: `# name=value` at the top.
    directive: Directive {
        /// Its value.
        value: text,
        /// An earlier directive has the same name.
        repeated: flag,
        /// The name of a frontend by Docker that the value is most likely a misspelling of.
        nearest: text,
    }
}

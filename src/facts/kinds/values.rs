//! What services are told: variables, options, URLs, secrets.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// A name with a value: of a service's environment, of a build, of a Dockerfile, of a service's labels.
    variable: Variable by place {
        /// Where it is set.
        place: word("environment", "env-file", "build-arg", "arg", "global-arg", "env", "label"),
        /// The words of its name, in small letters: `db, password, file`.
        words: texts,
        /// Its value.
        value: secret,
        /// What its value looks like.
        shape: word("boolean", "number", "path", "url", "word", "text"),
        /// Whether the value names a file that holds it.
        holds_file_path: flag,
        /// The variable that sets the same thing from a file (`X_FILE` for `X`), or the other way round.
        twin: node(Variable),
        /// Whether the value is written outside of any interpolation, or as the default of one.
        literal: flag,
        /// What YAML takes its value for, in a mapping.
        r#type: word("text", "boolean", "number", "nothing", "list", "map", "unknown"),
        /// Whether its entry in a list, or its value in a mapping, stands in quotes; absent outside of YAML.
        quoted: flag,
        /// Another entry above it in the same list sets it, too.
        duplicate: flag,
        /// The variable that gives the whole value: `X` of `${X}`.
        taken_from: text,
        /// Whether the value is empty if nobody sets `taken_from`.
        may_be_blank: flag,
        /// Whether git is told to ignore the file that it stands in; unknown where there is no git repository.
        git_ignores: flag,
        /// The largest heap that it lets a JVM or Node take (`-Xmx`, `--max-old-space-size`).
        heap: size,
        /// The service whose environment it is in.
        service: node(Service),
        /// The stage that it is set in.
        stage: node(Stage),
        /// The COPY or ADD of that stage that fills the path in its value, which a relative path finds from the last WORKDIR;
        /// the root is no such path.
        copied_by: node(Copy),
    }

    /// An option of a program with its value (`--password x`, `-px`), or a setting (`NAME=x`), among a service's words.
    argument: Argument by place {
        /// Which words.
        place: word("command", "entrypoint", "healthcheck"),
        /// The program that gets it.
        program: text,
        /// The words of its name, in small letters: `db, password, file`.
        words: texts,
        /// Its value; absent for a flag.
        value: secret,
        /// Whether the value stands in the same word.
        attached: flag,
        /// The service.
        service: node(Service),
    }

    /// A URL in a value.
    url: Url by place {
        /// Where it is written.
        place: word("environment", "env-file", "build-arg", "command", "entrypoint", "healthcheck", "label"),
        /// `http`, `postgresql`, ...
        scheme: text,
        /// The host.
        host: text,
        /// The port; the usual one of `http` and `https` where none is written.
        port: text,
        /// The user.
        user: text,
        /// The password.
        password: secret,
        /// What stands behind its `?`.
        parameters: text,
        /// The service whose value it is in.
        service: node(Service),
        /// The service that it leads to.
        target: node(Service),
    }

    /// A secret or config of a project.
    secret: Secret {
        /// What it is.
        kind: word("secret", "config"),
        /// The file that holds it.
        file: text,
        /// The variable that holds it.
        environment: text,
        /// Its text, written into the file.
        content: secret,
        /// Whether it is made elsewhere.
        external: flag,
        /// The keys beside `external`, where it is made elsewhere.
        beside_external: texts,
        /// The name in the old form `external: {name: x}`.
        external_name: text,
        /// What it is made from: `file`, `environment`, `content`, `external`, `driver`.
        sources: texts,
        /// Whether its file is there, in the project.
        file_exists: flag,
        /// Whether git is told to ignore its file; unknown where there is no git repository.
        git_ignores: flag,
        /// The plugin that makes it.
        driver: text,
        /// The engine that fills its text in.
        template_driver: text,
        /// Whether it has a name of its own, so that it can be replaced.
        custom_name: text,
        /// Whether a service uses it.
        used: flag,
    }

    /// The use of a secret or config by a service.
    grant: Grant {
        /// What it is.
        kind: word("secret", "config"),
        /// What is granted; absent if there is none of that name.
        secret: node(Secret),
        /// Where it appears in the container.
        target: text,
        /// Its mode as written.
        mode: text,
        /// Whether the mode is written as a number that is not octal.
        mode_is_decimal: flag,
        /// Whether everybody in the container may read it; a secret without a mode is so.
        others_read: flag,
        /// The user that it belongs to.
        uid: text,
        /// The group that it belongs to.
        gid: text,
        /// The service that it is granted to.
        service: node(Service),
    }
}

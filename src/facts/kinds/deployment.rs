//! How services are started, placed and rolled out, and what is put into their values.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// How a stack rolls out an update or takes it back.
    update: Update {
        /// Which of the two.
        place: word("update_config", "rollback_config"),
        /// What happens when it fails.
        failure_action: text,
        /// `stop-first` or `start-first`.
        order: text,
        /// How many tasks at once.
        parallelism: number,
        /// How long each task is watched; five seconds where the engine decides.
        monitor: duration,
        /// How long it waits between two rounds.
        delay: duration,
        /// The service.
        service: node(Service),
    }

    /// A placement constraint.
    constraint: Constraint {
        /// As written.
        text: text,
        /// What is asked of a node: `node.hostname`, `node.labels.disk`.
        key: text,
        /// How it is compared; absent where no operator is found.
        operator: word("==", "!=", "="),
        /// With what.
        value: text,
        /// An earlier constraint of the service that no node can meet together with this one.
        contradicts: node(Constraint),
        /// The service.
        service: node(Service),
    }

    /// A file that a service takes variables from: an entry of `env_file`.
    env_file: EnvFile {
        /// Its path as written.
        path: text,
        /// Whether the service cannot do without it.
        required: flag,
        /// Whether it is there; unknown outside of the project.
        exists: flag,
        /// Whether git is told to ignore it; unknown where there is no git repository.
        git_ignores: flag,
        /// The service.
        service: node(Service),
    }

    /// A kernel parameter that a service sets.
    sysctl: Sysctl {
        /// Its value.
        value: text,
        /// The service.
        service: node(Service),
    }

    /// The words of a `command` or `entrypoint`.
    argv: Argv by key {
        /// Which of the two.
        key: word("command", "entrypoint"),
        /// How it is written. A text is split into words as a shell would, but no shell runs.
        form: word("text", "list"),
        /// The words.
        words: texts,
        /// The first of them.
        program: text,
        /// The service.
        service: node(Service),
    }

    /// A `$` in a value of a Compose or stack file that begins the use of a variable, or tries to; `$$` is none.
    substitution: Substitution by form {
        /// `${X}`, `$X`, or a `$` that begins nothing.
        form: word("braced", "bare", "lone"),
        /// All of it, as written.
        text: text,
        /// The variable.
        variable: text,
        /// `:-`, `-`, `:?`, `?`, `:+` or `+`.
        operator: text,
        /// What stands behind the operator.
        operand: text,
        /// The key whose value it is in: `command`, `environment`, `image`; of nested keys the outermost below the service.
        under: text,
        /// The environment variable in whose value it is.
        of_variable: text,
        /// Whether Compose accepts it.
        compose: word("accepted", "refused"),
        /// How a stack reads what Compose reads.
        stack: word("same", "different", "refused"),
        /// Whether it stands in the default of another, where a stack leaves it as it is.
        inner: flag,
        /// Whether the `.env` beside the file sets the variable; unknown where there is none.
        in_env_file: flag,
        /// Whether another value outside of commands, healthchecks and labels uses the variable, too.
        used_elsewhere: flag,
        /// The variable of the same name in the environment of the service.
        own_variable: node(Variable),
        /// The service.
        service: node(Service),
    }
}

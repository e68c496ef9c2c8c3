//! Projects, files, written settings.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// The files that are loaded together: a Compose project, a stack, or one Dockerfile.
    project: Project {
        /// The name that its file gives it; without one, the directory decides.
        fixed_name: text,
        /// Which engine reads it.
        target: word("dockerfile", "compose", "stack"),
        /// Its services.
        services: nodes(Service),
        /// What it is for, guessed from the names of its files.
        environment: word("production", "development", "test", "unspecified"),
        /// The `version:` of its files.
        version: text,
    }

    /// One file of a project.
    file: File {
        /// Its path.
        path: text,
        /// What it is for, guessed from its name; the first file of a project is its base.
        role: word("base", "overlay", "production", "development", "test"),
        /// The keys at the top of its documents; unknown where a document is no mapping.
        keys: texts,
        /// How many YAML documents it has.
        documents: number,
    }

    /// An anchor of a YAML file: `&name`.
    anchor: Anchor {
        /// How many aliases stand for what it names.
        users: number,
    }

    /// What a later file says of a service that an earlier one defines.
    piece: Piece {
        /// How the later file comes over the earlier one.
        way: word("overlay", "include"),
        /// The service.
        service: node(Service),
    }

    /// An item that a list has twice once all files are merged, where Docker refuses that.
    repetition: Repetition {
        /// The key of the list.
        key: text,
        /// Whether both come from one file.
        same_file: flag,
        /// The service.
        service: node(Service),
    }

    /// Something that the stack loader merges otherwise than Compose, or than one would think.
    difference: Difference {
        /// What happens to the value of the later file: it does not unset the earlier one, is put behind it, loses its
        /// tag, stands there twice, or takes the place of an entry that only looks the same.
        what: word("unset-ignored", "concatenated", "tag-ignored", "repeated", "replaced", "forgotten"),
        /// The key that it stands under.
        key: text,
        /// The service.
        service: node(Service),
    }

    /// A key that is written in a Compose or stack file, whatever it is.
    setting: Setting by path {
        /// Where it stands, with `*` for names of the user's own: `services.*.security_opt`.
        path: text,
        /// Whether any version of Compose or of stacks has such a key.
        known: flag,
        /// The known key that its name is closest to.
        nearest: text,
        /// What kind of value is written.
        r#type: word("text", "boolean", "number", "nothing", "list", "map", "unknown"),
        /// Its value, if it is one text.
        value: text,
        /// The texts in it, if it is a list.
        items: texts,
        /// What `docker stack deploy` does with it.
        swarm: word("used", "ignored", "dropped", "rejected"),
        /// Whether Compose reads it.
        compose: word("used", "rejected"),
        /// Whether it is there to protect the host or the container.
        protects: flag,
        /// What does the same in a stack.
        instead: text,
        /// Another entry above it in the same mapping has the same key.
        duplicate: flag,
        /// The service that it belongs to.
        service: node(Service),
        /// The network that it belongs to.
        network: node(Network),
    }

    /// Something that Docker refuses for its form, whatever it means.
    violation: Violation by what {
        /// What is wrong: no such key, a key that came with a later version of the stack format, a name with forbidden
        /// characters, a value of another type, a word that is none of those allowed, a text of another form, a number
        /// out of its limits, a key that is missing, an item that is there twice.
        what: word("unknown-key", "too-new", "name", "key-type", "type", "word", "format", "range", "missing", "duplicate"),
        /// Where it stands, with `*` for names and items: `services.*.ports.*.target`.
        path: text,
        /// The key.
        key: text,
        /// The value, if it is one text.
        value: text,
        /// The form that is wanted: `port`, `duration`, `size`, `boolean`, ...
        format: text,
        /// What is wanted, in words; the key that is missing.
        wanted: text,
        /// What is written, in words.
        found: text,
        /// The key or word that was perhaps meant.
        nearest: text,
        /// The version of the stack format that brought the key.
        since: text,
        /// The service that it is in.
        service: node(Service),
    }

    /// The name of a service, or an item of a short list of one, as it is written.
    item: Item by list {
        /// Which list it is in.
        list: word("services", "depends_on", "ports", "volumes"),
        /// Its text.
        text: text,
        /// Whether it stands in quotes.
        quoted: flag,
        /// Whether it follows the item before it in the order of the alphabet; the first one does.
        in_order: flag,
        /// The service that it belongs to.
        service: node(Service),
    }
}

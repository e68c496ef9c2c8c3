//! Images and what is known to be in them.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// An image reference, with what our tables know of the image.
    image: Image {
        /// The reference as written.
        text: text,
        /// The registry host; `docker.io` where none is written.
        registry: text,
        /// Every name that the registry goes by: `docker.io` is `hub.docker.com` to who looks at it in a browser.
        registry_names: texts,
        /// The repository in its short form: `nginx`, `prom/prometheus`, `gcr.io/cadvisor/cadvisor`.
        repository: text,
        /// Its last part: `prometheus` of `prom/prometheus`.
        base_name: text,
        /// The tag.
        tag: text,
        /// Whether a digit in the tag says which version it is; `alpine` and `stable-slim` name none.
        tag_names_version: flag,
        /// The digest.
        digest: text,
        /// Where the reference stands.
        place: word("service", "from", "copy-from", "mount-from"),
        /// The service that runs it; absent in a Dockerfile.
        service: node(Service),
        /// Whether it follows the grammar of references.
        valid: flag,
        /// The well-known image whose name is but one letter, or the order of two, away from its own.
        nearest: text,
        /// The accounts that are in it, if all are known.
        accounts: texts,
        /// What the image is for.
        role: word("datastore", "broker", "proxy", "dashboard", "agent", "runtime", "os", "application"),
        /// The user that its processes start as.
        user: node(User),
        /// Whether its entrypoint starts as root and then becomes somebody else.
        drops_privileges: flag,
        /// The user to name in `user:` so that no capability is needed.
        user_override: text,
        /// What must be added back after all capabilities are dropped, restarts included.
        needs_capabilities: texts,
        /// Whether it is known to run with `no-new-privileges`.
        no_new_privileges: flag,
        /// Paths that it writes to besides its volumes.
        writes: texts,
        /// Paths that hold its data.
        data_paths: texts,
        /// Whether it is known to run with a read-only root and the paths of `writes` writable.
        read_only: flag,
        /// Ports that it listens on.
        ports: texts,
        /// A health probe that works in it, for a shell.
        probe: text,
        /// The signal that ends a container of it, as `SIGQUIT`; absent for the engine's own.
        stop_signal: text,
        /// The image has a HEALTHCHECK of its own.
        has_healthcheck: flag,
        /// Programs of interest that are in it.
        tools: texts,
        /// Programs of interest that are not in it.
        lacks: texts,
        /// Environment variables whose `_FILE` form it reads.
        file_variables: texts,
        /// The environment variables that it sets.
        environment: texts,
        /// What it appends to their names: `_FILE`, or something of its own.
        file_suffix: text,
        /// The day after which nobody mends it, `YYYY-MM-DD`.
        end_of_life: text,
        /// Whether that day is before the day of our data.
        ended: flag,
    }

    /// Who a process runs as.
    user: User {
        /// The user as written, group included.
        text: text,
        /// The part before the colon.
        user: text,
        /// The part after the colon.
        group: text,
        /// Whether that is uid 0.
        root: flag,
        /// Whether the user part is a number.
        numeric: flag,
        /// What decided it: `user:`, USER, `--chown`, the image.
        set_by: word("service", "instruction", "chown", "image", "engine"),
        /// The account of that name that earlier commands of the stage, or of those it starts from, create or change.
        account: node(Account),
        /// Whether an account of that name is there: a command or the base image has made it. Not asked of numbers.
        exists: flag,
        /// Whether an `/etc/passwd` can be there to say who a name is. Known for stages that begin with `scratch`.
        passwd: flag,
        /// Whether an `/etc/group` can be there. Known for stages that begin with `scratch`.
        groups_file: flag,
    }
}

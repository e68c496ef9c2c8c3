//! What is mounted into services.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// Something mounted into a service.
    mount: Mount by written_in {
        /// What Docker makes of it; a named volume that stands for a directory of the host is a `bind`.
        r#type: word("bind", "volume", "tmpfs", "npipe", "cluster", "image"),
        /// Which key it stands under.
        written_in: word("volumes", "tmpfs", "secrets", "configs", "volume-device"),
        /// Whether it is written on one line, `source:target:options`.
        short: flag,
        /// The path at the host or the name of the volume.
        source: text,
        /// The path at the host with `..`, `//` and `/.` resolved: of a bind, of a named volume that stands for a
        /// directory of the host, of the file of a secret or config. Absent for what is not at the host.
        host_path: text,
        /// Whether that path is relative and lies in the project.
        source_in_project: flag,
        /// Whether anything is at that path; known where it is relative and lies in the project.
        source_exists: flag,
        /// Whether git is told to ignore that path; unknown where there is no git repository.
        git_ignores: flag,
        /// Whether the path has a file ending.
        source_is_file: flag,
        /// Whether the engine makes a directory where nothing is at that path.
        creates_source: flag,
        /// The path in the container, cleaned.
        target: text,
        /// Whether it can only be read.
        read_only: flag,
        /// The size limit of a tmpfs.
        size: text,
        /// Its options.
        options: texts,
        /// An option that Docker gives no meaning to.
        unknown_option: text,
        /// How mounts travel between host and container: `rprivate` where nothing is written.
        propagation: text,
        /// Directories that the Dockerfile of its service fills with what the program needs, and that this mount hides: no
        /// other mount of the service holds them.
        hides: texts,
        /// The path has a file ending, so it is a file.
        target_is_file: flag,
        /// A named volume that it uses.
        volume: node(Volume),
        /// Mounts above it in the same service that appear at the same path; the first few of many.
        earlier_at_same_target: nodes(Mount),
        /// Mounts of other services that have the same source; the first few of many.
        others_of_same_source: nodes(Mount),
        /// The service that it is mounted into.
        service: node(Service),
    }
}

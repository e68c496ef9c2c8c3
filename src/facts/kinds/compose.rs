//! Compose and stack files.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// A service, as Docker would run it.
    service: Service {
        /// Its image; for a service that is built and names none, absent.
        image: node(Image),
        /// The Dockerfile stage that it builds.
        stage: node(Stage),
        /// What the last file that is merged over its definition says of it.
        overlay: node(Piece),
        /// Whether it has a `build:`.
        builds: flag,
        /// Who its process runs as: by `user:`, by the Dockerfile, by the image.
        user: node(User),
        /// Whether it has the run of the host.
        privileged: flag,
        /// Capabilities added, without `CAP_` and in capitals.
        cap_add: texts,
        /// Capabilities taken away, without `CAP_` and in capitals.
        cap_drop: texts,
        /// Every entry of both lists.
        capabilities: nodes(Capability),
        /// Security options; `a=b` and `a:b` are both written `a:b` here.
        security_opt: texts,
        /// Whether processes may gain privileges through setuid programs; false where `no-new-privileges` is on.
        gains_privileges: flag,
        /// Whether its root file system is read-only.
        read_only: flag,
        /// Paths that stay writable with a read-only root: volumes and memory file systems that the target honours.
        writable_paths: texts,
        /// The network namespace: `host`, `service:x`, `none`.
        network_mode: text,
        /// The process namespace.
        pid: text,
        /// The IPC namespace.
        ipc: text,
        /// The UTS namespace.
        uts: text,
        /// The user namespace.
        userns_mode: text,
        /// The cgroup namespace.
        cgroup: text,
        /// Whether Compose gives it the Docker API socket.
        use_api_socket: flag,
        /// Devices of the host.
        devices: nodes(Device),
        /// Rules for what it may do with devices, as written: `c 188:* rmw`.
        device_rules: texts,
        /// Groups that its processes are in besides their own.
        group_add: texts,
        /// The control group that its own is made in.
        cgroup_parent: text,
        /// Kernel parameters of its namespaces.
        sysctls: map,
        /// The kernel may not kill it when memory runs out.
        oom_kill_disable: flag,
        /// How ready the kernel is to kill it: -1000 is never.
        oom_score_adj: number,
        /// Memory and swap together, as written; `-1` is no limit.
        memswap_limit: text,
        /// Resource limits of its processes, by name: `nofile`.
        ulimits: texts,
        /// Services and containers whose mounts it gets, too.
        volumes_from: texts,
        /// The program at the host that Compose runs instead of a container.
        provider: text,
        /// Limits and reservations, as they are written.
        limits: nodes(Limit),
        /// Programs that run in it besides its own, at a moment of its life.
        hooks: nodes(Hook),
        /// Ports that it publishes.
        ports: nodes(Port),
        /// What is mounted into it.
        mounts: nodes(Mount),
        /// Its environment, `env_file` included where it can be read.
        environment: nodes(Variable),
        /// The secrets and configs that it is given.
        grants: nodes(Grant),
        /// What it waits for.
        depends_on: nodes(Dependency),
        /// The networks that it is on.
        networks: nodes(Network),
        /// How Docker finds out whether it works; the Dockerfile's or the image's where it has none of its own.
        healthcheck: node(Healthcheck),
        /// The largest amount of memory that it may use; absent where what is written limits nothing.
        memory_limit: size,
        /// How many processors it may use; absent where what is written limits nothing.
        cpu_limit: number,
        /// How many processes it may have; absent where what is written limits nothing.
        pids_limit: number,
        /// The memory that is kept for it.
        memory_reservation: size,
        /// The restart policy word.
        restart: text,
        /// Whether a volume or memory file system covers a path where its image keeps its data.
        data_mounted: flag,
        /// Whether it is made to run once and end.
        runs_once: flag,
        /// `deploy.mode`.
        mode: text,
        /// How many copies run.
        replicas: number,
        /// How updates are rolled out.
        update: node(Update),
        /// How a failed update is taken back.
        rollback: node(Update),
        /// `deploy.restart_policy.condition`.
        restart_condition: text,
        /// `deploy.restart_policy.max_attempts`.
        restart_attempts: number,
        /// `deploy.restart_policy.window`.
        restart_window: duration,
        /// Placement constraints.
        constraints: texts,
        /// `deploy.endpoint_mode`.
        endpoint_mode: text,
        /// Where its output goes.
        log: node(Log),
        /// Labels of the service or its containers.
        labels: map,
        /// The words of its command, if it has one of its own.
        command: texts,
        /// The container name that it insists on.
        container_name: text,
        /// Profiles that must be chosen for it to run.
        profiles: texts,
        /// The password that the image asks of its clients.
        password: secret,
    }

    /// How Docker finds out whether a container works.
    healthcheck: Healthcheck {
        /// Whether it is switched off.
        disabled: flag,
        /// What decided it.
        set_by: word("service", "instruction", "image"),
        /// `CMD`, `CMD-SHELL` or `NONE`.
        form: word("CMD", "CMD-SHELL", "NONE", "invalid"),
        /// The probe.
        test: text,
        /// The programs that the probe runs.
        commands: nodes(Command),
        /// Whether the probe succeeds whatever happens.
        cannot_fail: flag,
        /// Time between probes.
        interval: duration,
        /// Time after which a probe has failed.
        timeout: duration,
        /// Time in which failures do not count.
        start_period: duration,
        /// Failures in a row that make it unhealthy.
        retries: number,
    }

    /// A variable: of a service's environment, of a build, of a Dockerfile.
    variable: Variable by place {
        /// Where it is set.
        place: word("environment", "env-file", "build-arg", "arg", "global-arg", "env"),
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
        /// Another entry above it in the same list sets it, too.
        duplicate: flag,
        /// The service whose environment it is in.
        service: node(Service),
        /// The stage that it is set in.
        stage: node(Stage),
    }

    /// A URL in a value.
    url: Url by place {
        /// Where it is written.
        place: word("environment", "command", "label", "run"),
        /// `http`, `postgresql`, ...
        scheme: text,
        /// The host.
        host: text,
        /// The user.
        user: text,
        /// The password.
        password: secret,
        /// The service whose value it is in.
        service: node(Service),
        /// The service that it leads to.
        target: node(Service),
    }

    /// A port that a service publishes.
    port: Port {
        /// As written, or `published:target` for the long form.
        text: text,
        /// The address that it listens on at the host; absent means all.
        host_ip: text,
        /// The port or range at the host; absent means any free one.
        published: text,
        /// The port or range in the container.
        target: text,
        /// The protocol.
        protocol: word("tcp", "udp", "sctp", "other"),
        /// `ingress` or `host`.
        mode: text,
        /// Whether it is open to other machines: all addresses, or one that is not a loopback address.
        public: flag,
        /// Ports of this or earlier services that use the same address and port of the host.
        earlier_on_same_socket: nodes(Port),
        /// The service that publishes it.
        service: node(Service),
    }

    /// A `depends_on` entry.
    dependency: Dependency {
        /// What is waited for.
        condition: word("service_started", "service_healthy", "service_completed_successfully", "other"),
        /// The service waited for; absent if there is none of that name.
        target: node(Service),
        /// The service that waits.
        service: node(Service),
    }

    /// A network of a project.
    network: Network {
        /// Its driver; the engine's choice where none is written.
        driver: word("bridge", "overlay", "host", "none", "macvlan", "ipvlan", "other"),
        /// Whether its traffic between nodes is encrypted, as the engine decides it.
        encrypted: flag,
        /// Whether containers that belong to no service may join it.
        attachable: flag,
        /// Whether it is made elsewhere.
        external: flag,
        /// Whether it has no way out.
        internal: flag,
        /// Whether it is written in the file.
        declared: flag,
        /// Services that are on it.
        services: nodes(Service),
    }

    /// A named volume of a project.
    volume: Volume {
        /// Its driver.
        driver: text,
        /// Driver options.
        options: map,
        /// Whether it is made elsewhere.
        external: flag,
        /// Whether it is written in the file.
        declared: flag,
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
        /// The service that it is granted to.
        service: node(Service),
    }

    /// Where a service's output goes.
    log: Log {
        /// The driver; the engine's default is json-file.
        driver: text,
        /// Driver options.
        options: map,
    }

    /// How a stack rolls out an update or takes it back.
    update: Update {
        /// What happens when it fails.
        failure_action: text,
        /// `stop-first` or `start-first`.
        order: text,
        /// How many tasks at once.
        parallelism: number,
        /// How long each task is watched.
        monitor: duration,
        /// The service.
        service: node(Service),
    }
}

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
        /// How it is built.
        build: node(Build),
        /// When its image is pulled.
        pull_policy: text,
        /// The platform that it asks for.
        platform: text,
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
        /// Every entry of that list.
        security_options: nodes(SecurityOption),
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
        /// Limits and reservations, as they are written.
        limits: nodes(Limit),
        /// Programs that run in it besides its own, at a moment of its life.
        hooks: nodes(Hook),
        /// Ports that it publishes.
        ports: nodes(Port),
        /// Ports that it announces to the services beside it.
        expose: texts,
        /// What is mounted into it.
        mounts: nodes(Mount),
        /// Its environment, `env_file` included where it can be read.
        environment: nodes(Variable),
        /// The arguments that its build is given.
        build_args: nodes(Variable),
        /// The secrets and configs that it is given.
        grants: nodes(Grant),
        /// The service beside it that runs the same repository under the name of its pair: `web` or `web-stable` for
        /// `web-canary`, `web-blue` for `web-green`.
        counterpart: node(Service),
        /// What it waits for.
        depends_on: nodes(Dependency),
        /// By what others wait for it.
        awaited_by: nodes(Dependency),
        /// The networks that it is on.
        networks: nodes(Network),
        /// What it says of the networks that it wants to be on.
        attachments: nodes(Attachment),
        /// Names of other hosts that it is told, as written: `name:address`.
        extra_hosts: texts,
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
        /// How long it may take to stop before it is killed.
        stop_grace: duration,
        /// The signal that tells it to stop.
        stop_signal: text,
        /// Whether a volume or memory file system covers a path where its image keeps its data.
        data_mounted: flag,
        /// Whether it has a `deploy.restart_policy`.
        has_restart_policy: flag,
        /// Whether it is made to run once and end.
        runs_once: flag,
        /// `deploy.mode`.
        mode: text,
        /// How many copies run: `deploy.replicas`, else `scale`.
        replicas: number,
        /// `scale`.
        scale: number,
        /// How long its process has to end by itself.
        stop_grace_period: duration,
        /// Whether it has a terminal.
        tty: flag,
        /// Whether its standard input is kept open.
        stdin_open: flag,
        /// How updates are rolled out.
        update: node(Update),
        /// How a failed update is taken back.
        rollback: node(Update),
        /// `deploy.restart_policy.condition`; `any` where that block names none.
        restart_condition: text,
        /// `deploy.restart_policy.max_attempts`.
        restart_attempts: number,
        /// `deploy.restart_policy.window`.
        restart_window: duration,
        /// Placement constraints.
        constraints: texts,
        /// What its tasks are spread over.
        spread: texts,
        /// How many of its tasks may run on one node.
        max_replicas_per_node: number,
        /// `deploy.endpoint_mode`.
        endpoint_mode: text,
        /// Where its output goes.
        log: node(Log),
        /// Labels of its containers.
        labels: map,
        /// Labels of the service itself, which stand below `deploy`.
        deploy_labels: nodes(Variable),
        /// The same labels of its containers, each for itself.
        container_labels: nodes(Variable),
        /// The files that it takes variables from.
        env_files: nodes(EnvFile),
        /// Its `command` and `entrypoint`, as far as it has its own.
        argvs: nodes(Argv),
        /// The words of its command, if it has one of its own.
        command: texts,
        /// The options and settings among the words of its command, entrypoint and healthcheck.
        arguments: nodes(Argument),
        /// The container name that it insists on.
        container_name: text,
        /// An earlier service that insists on the same name and can run at the same time.
        same_container_name: node(Service),
        /// Profiles that must be chosen for it to run.
        profiles: texts,
        /// The password that the image asks of its clients.
        password: secret,
        /// The user whom that password belongs to.
        password_user: text,
        /// The file in the container from which the image reads that password.
        password_file: text,
    }

    /// How a service is built.
    build: Build {
        /// The context: a directory, or where it is fetched from.
        context: text,
        /// What the context is.
        context_kind: word("directory", "git", "archive"),
        /// What stands behind the `#` of a git context, up to a colon: a branch, a tag, a commit.
        revision: text,
        /// Contexts besides: directories, URLs, `docker-image://...`.
        more_contexts: texts,
        /// The Dockerfile, if it is named.
        dockerfile: text,
        /// Whether the Dockerfile's text stands in the Compose file.
        inline: flag,
        /// Whether the Dockerfile is there; unknown where the context is elsewhere.
        found: flag,
        /// The stage that is asked for, by its name.
        target: text,
        /// That stage; absent if the Dockerfile has none of that name.
        stage: node(Stage),
        /// Names of arguments that no ARG of the Dockerfile takes.
        untaken_args: texts,
        /// Names of secrets that no RUN of the Dockerfile mounts.
        untaken_secrets: texts,
        /// Names of secrets that the RUNs of the Dockerfile mount and that it does not give; the first 64 of them.
        missing_secrets: texts,
        /// What it may do beyond its sandbox: `security.insecure`, `network.host`.
        entitlements: texts,
        /// The platforms that it is built for.
        platforms: texts,
        /// The service.
        service: node(Service),
    }

    /// A service's wish to be on a network.
    attachment: Attachment {
        /// The network; absent if there is none of that name.
        network: node(Network),
        /// Names that the service has there besides its own.
        names: texts,
        /// The service.
        service: node(Service),
    }

    /// How Docker finds out whether a container works.
    healthcheck: Healthcheck {
        /// Whether it is switched off.
        disabled: flag,
        /// What decided it.
        set_by: word("service", "instruction", "image"),
        /// `CMD`, `CMD-SHELL` or `NONE`; absent for an empty list.
        form: word("CMD", "CMD-SHELL", "NONE", "invalid"),
        /// The probe.
        test: text,
        /// The words of a probe in list form.
        words: texts,
        /// The programs that the probe runs.
        commands: nodes(Command),
        /// Whether the probe succeeds whatever happens.
        cannot_fail: flag,
        /// Time between probes.
        interval: duration,
        /// Time between probes while it starts.
        start_interval: duration,
        /// Time after which a probe has failed.
        timeout: duration,
        /// Time in which failures do not count.
        start_period: duration,
        /// Failures in a row that make it unhealthy.
        retries: number,
        /// How long a program that never works can count as not yet failed: the start period, and the retries with their
        /// intervals and the last timeout.
        settles_after: duration,
    }

    /// A port that a service publishes.
    port: Port {
        /// As written, or `published:target` for the long form.
        text: text,
        /// The address that it listens on at the host; absent means all.
        host_ip: text,
        /// What that address stands for: every address of the host, the host alone, one address; `invalid` is none.
        listens_on: word("every", "loopback", "one", "invalid"),
        /// The port or range at the host; absent means any free one.
        published: text,
        /// The lowest port at the host.
        lowest: number,
        /// The port or range in the container.
        target: text,
        /// Whether it is written as a mapping.
        long: flag,
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

    /// A service that is no container: a program of the host provides it.
    provider: Provider {
        /// The program that Compose runs.
        program: text,
    }

    /// A `depends_on` entry.
    dependency: Dependency by through {
        /// Which key says that a service needs another.
        through: word("depends_on", "links", "volumes_from", "network_mode", "ipc", "pid", "uts"),
        /// What is waited for; absent where it is not `depends_on` that says so.
        condition: word("service_started", "service_healthy", "service_completed_successfully", "other"),
        /// Whether the service does not start without it.
        required: flag,
        /// The service waited for; absent if there is none of that name.
        target: node(Service),
        /// Whether what is waited for waits, in the end, for the service that waits.
        leads_back: flag,
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
        /// The keys beside `external`, where it is made elsewhere.
        beside_external: texts,
        /// The name in the old form `external: {name: x}`.
        external_name: text,
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
        /// The keys beside `external`, where it is made elsewhere.
        beside_external: texts,
        /// The name in the old form `external: {name: x}`.
        external_name: text,
        /// Whether it is written in the file.
        declared: flag,
        /// Whether a service mounts it.
        used: flag,
    }

    /// Where a service's output goes.
    log: Log {
        /// The driver; the engine's default is json-file.
        driver: text,
        /// Driver options.
        options: map,
        /// The service.
        service: node(Service),
    }

    /// An option of a log driver.
    log_option: LogOption {
        /// Its value.
        value: text,
        /// What kind of value is written.
        r#type: word("text", "boolean", "number", "nothing", "list", "map", "unknown"),
        /// The driver; the engine's default is json-file.
        driver: text,
        /// The service.
        service: node(Service),
    }
}

//! What a service is given of the host: capabilities, security options, devices, hooks, memory and processors.

use crate::facts::declare::{facts, field_kind, field_type};

facts! {
    /// An entry of `cap_add` or `cap_drop`. Its name is in capitals, without `CAP_`.
    capability: Capability by list {
        /// Where it stands.
        list: word("cap_add", "cap_drop"),
        /// Whether there is such a capability; `ALL` counts as one, `CAP_ALL` does not.
        known: flag,
        /// The capability that an unknown name is closest to.
        nearest: text,
        /// Whether Docker gives it to every container.
        default: flag,
        /// The service.
        service: node(Service),
    }

    /// An entry of `security_opt`. Its name is the whole entry; `a=b` and `a:b` are both `a:b` here.
    security_option: SecurityOption {
        /// The service.
        service: node(Service),
    }

    /// A device of the host that a service gets.
    device: Device {
        /// Its path at the host, cleaned.
        host_path: text,
        /// Its path in the container.
        target: text,
        /// What may be done with it: letters of `rwm`, all where none is written.
        permissions: text,
        /// The service.
        service: node(Service),
    }

    /// A program that Compose runs in a service's container at a moment of its life.
    hook: Hook {
        /// When.
        moment: word("pre_start", "post_start", "pre_stop"),
        /// Whether it has the run of the host.
        privileged: flag,
        /// Who it runs as, if that is written.
        user: node(User),
        /// The service.
        service: node(Service),
    }

    /// A limit or a reservation of a service, as it is written.
    limit: Limit by resource {
        /// Of what.
        resource: word("memory", "cpus", "pids"),
        /// Which of the two.
        purpose: word("limit", "reservation"),
        /// Where it stands: below `deploy.resources`, or at the service.
        written_in: word("deploy", "service"),
        /// The value as written.
        text: text,
        /// Bytes, processors or processes; absent where Docker cannot read the value.
        amount: number,
        /// The letters behind the number.
        unit: text,
        /// Whether the service has a section for it below `deploy.resources`, which then decides.
        deploy_decides: flag,
        /// The entry for the same in the other place.
        twin: node(Limit),
        /// The limit that belongs to a reservation.
        ceiling: node(Limit),
        /// The service.
        service: node(Service),
    }
}

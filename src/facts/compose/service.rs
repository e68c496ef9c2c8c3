//! Services.

use crate::facts::kinds::{Provider, Service};
use crate::facts::make::{flag, head};
use crate::facts::model::{Ask, At, Entry};
use crate::facts::target::is_fragment;
use crate::facts::{Known, List, NodeId, Site};
use crate::source::{Origin, Text};

use super::Filler;

impl Filler<'_> {
    /// Adds a service and everything that belongs to it.
    pub fn service(&mut self, name: &Text, at: At<'_>, entry: &Entry) -> NodeId {
        // Findings about the service as a whole sit on its name, so that a reader and an ignore find one line.
        let key = Site { label: entry.key.span(), ..at.site };
        let mut service = Service::new(head(name.clone(), key, format!("services.{}", name.as_str())));
        let image = at.get("image").filter(|at| at.text().is_some_and(|text| !text.is_empty()));
        let image = image.map(|image| self.image(image));
        service.image = image.unwrap_or(Known::Absent);
        service.builds = flag(at.get("build").is_some_and(|build| !build.is_null()), key);
        let stage = self.linked_stage(at);
        service.stage = stage;
        service.user = self.effective_user(at, &service);
        self.privileges(&mut service, at);
        service.build = self.build(at, &service);
        service.pull_policy = at.get("pull_policy").ask(At::known);
        service.platform = at.get("platform").ask(At::known);
        service.ports = self.ports(at);
        service.expose = at.get("expose").ask(At::texts);
        service.build_args = self.build_args(at);
        let labels = self.labels(&mut service, at);
        service.grants = self.grants(at);
        service.mounts = self.mounts(at, &service);
        service.writable_paths = self.writable_paths(&service, key);
        self.hidden_dependencies(&service);
        service.data_mounted = self.data_mounted(&service, key);
        service.environment = self.environment(at);
        service.networks = self.service_networks(at, key);
        service.attachments = self.attachments(at);
        service.extra_hosts = at.get("extra_hosts").ask(host_entries);
        service.healthcheck = self.effective_healthcheck(at, &service);
        self.limits(&mut service, at);
        self.deployment(&mut service, at);
        service.log = self.log(at, key);
        let log_options = self.log_options(at);
        service.labels = at.get("labels").ask(At::map);
        service.env_files = self.env_file_entries(at);
        let sysctls = self.sysctls(at);
        service.argvs = self.argvs(at);
        service.command = at.get("command").ask(command_words);
        service.container_name = at.get("container_name").ask(At::known);
        service.profiles = at.get("profiles").ask(At::texts);
        service.stop_grace = at.get("stop_grace_period").ask(At::duration);
        service.stop_signal = at.get("stop_signal").ask(At::known);
        service.runs_once = runs_once(&service, at, key);
        service.arguments = self.arguments(at);
        self.password(&mut service);
        if at.get("extends").is_some() {
            service.open(key, "the service that it extends is not read");
        } else if is_fragment(at) && !self.reading.bare.contains(name.as_str()) {
            service.open(key, "this is a piece that is merged over another file");
        }
        service.overlay = self.piece(entry);
        let constraints = self.constraints(at);
        let id = self.add_service(service, &[labels, log_options, sysctls].concat());
        for constraint in constraints {
            self.part.adopt(id, constraint);
            self.belongs_to(constraint, id);
        }
        self.repetitions(at, id);
        id
    }

    /// Adds a service that a program of the host provides, if it is one. A stack has none.
    pub fn provider(&mut self, name: &Text, at: At<'_>, entry: &Entry) -> bool {
        let Some(program) = at.path(&["provider", "type"]).filter(|_| !self.is_stack()) else { return false };
        let key = Site { label: entry.key.span(), ..at.site };
        let mut provider = Provider::new(head(name.clone(), key, format!("services.{}", name.as_str())));
        provider.program = program.known();
        self.part.add(provider);
        true
    }

    fn add_service(&mut self, service: Service, more: &[NodeId]) -> NodeId {
        let lists = [
            &service.ports,
            &service.mounts,
            &service.environment,
            &service.build_args,
            &service.grants,
            &service.attachments,
            &service.arguments,
            &service.capabilities,
            &service.security_options,
            &service.devices,
            &service.hooks,
            &service.limits,
            &service.argvs,
            &service.env_files,
        ];
        let children: Vec<NodeId> = lists
            .into_iter()
            .filter_map(Known::value)
            .flat_map(|list| list.items.iter().copied())
            .chain(
                [
                    &service.image,
                    &service.build,
                    &service.user,
                    &service.healthcheck,
                    &service.update,
                    &service.rollback,
                    &service.log,
                    &service.overlay,
                ]
                .into_iter()
                .filter_map(|node| node.value().copied()),
            )
            .chain(more.iter().copied())
            .collect();
        let id = self.part.add(service);
        for child in children {
            self.part.adopt(id, child);
            self.belongs_to(child, id);
        }
        id
    }

    /// Fills the `service` field of a node.
    fn belongs_to(&mut self, child: NodeId, service: NodeId) {
        use crate::facts::Node;
        let site = self.part.node(child).map(|node| node.head().site).unwrap_or_default();
        let link = Known::Set(service, site);
        match self.part.node_mut(child) {
            Some(Node::Port(it)) => it.service = link,
            Some(Node::Mount(it)) => it.service = link,
            Some(Node::Variable(it)) => it.service = link,
            Some(Node::Grant(it)) => it.service = link,
            Some(Node::Update(it)) => it.service = link,
            Some(Node::Piece(it)) => it.service = link,
            Some(Node::Capability(it)) => it.service = link,
            Some(Node::SecurityOption(it)) => it.service = link,
            Some(Node::Device(it)) => it.service = link,
            Some(Node::Hook(it)) => it.service = link,
            Some(Node::Limit(it)) => it.service = link,
            Some(Node::Image(it)) => it.service = link,
            Some(Node::Build(it)) => it.service = link,
            Some(Node::Argument(it)) => it.service = link,
            Some(Node::Attachment(it)) => it.service = link,
            Some(Node::Log(it)) => it.service = link,
            Some(Node::LogOption(it)) => it.service = link,
            Some(Node::Constraint(it)) => it.service = link,
            Some(Node::Argv(it)) => it.service = link,
            Some(Node::EnvFile(it)) => it.service = link,
            Some(Node::Sysctl(it)) => it.service = link,
            _ => {}
        }
    }
}

/// Entries of `extra_hosts`, which may be a list of `name:address` or `name=address`, or a mapping.
fn host_entries(at: At<'_>) -> Known<List<Text>> {
    if !at.is_map() {
        return at.texts();
    }
    let written = at.entries().filter_map(|(name, at, _)| {
        let address = at.text()?;
        Some(Text::made(&format!("{}:{}", name.as_str(), address.as_str()), at.site.label, Origin::Written))
    });
    Known::Set(written.collect(), at.site)
}

/// A command as words: a string is split as a shell would, a list is taken as it is.
fn command_words(at: At<'_>) -> Known<List<Text>> {
    match at.text() {
        Some(text) => {
            let words = crate::syntax::shell::split(text);
            Known::Set(words.into_iter().collect(), at.site)
        }
        None => at.texts(),
    }
}

/// Jobs say so by their restart policy; one-shot names are a guess.
fn runs_once(service: &Service, at: At<'_>, key: Site) -> Known<bool> {
    let condition = service.restart_condition.value().and_then(|text| text.known()).unwrap_or_default();
    if at
        .path(&["deploy", "mode"])
        .and_then(super::super::model::At::text)
        .is_some_and(|mode| mode.as_str().ends_with("-job"))
    {
        return flag(true, key);
    }
    let restart = service.restart.value().and_then(|text| text.known()).unwrap_or_default();
    let name = service.head.name.as_str();
    let guessed = ["migrate", "migration", "migrations", "init", "setup", "seed", "job", "backup"]
        .iter()
        .any(|word| crate::facts::make::words(name).iter().any(|part| part == word));
    if guessed && matches!(restart, "" | "no") || condition == "none" || restart == "no" && guessed {
        return Known::Set(true, Site { origin: Origin::Guess, ..key });
    }
    flag(false, key)
}

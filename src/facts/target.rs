//! Which engine will read a file.

use std::collections::BTreeSet;

use super::Target;
use super::model::At;

/// The target of an assembled document, and whether it makes sense to the other engine just as well.
pub fn infer<'p>(mut paths: impl Iterator<Item = &'p str>, root: At<'_>) -> (Target, bool) {
    let swarm = swarm_only(root);
    let compose = compose_only(root);
    let named = paths.any(|path| {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        name.contains("stack") || name.starts_with("swarm")
    });
    if named {
        return (Target::Stack, false);
    }
    // Stacks refuse these, and who writes them has Compose in mind.
    if ["name", "include", "models"].iter().any(|key| root.get(key).is_some()) {
        return (Target::Compose, false);
    }
    match (swarm, compose) {
        (true, false) => (Target::Stack, false),
        (true, true) => (Target::Compose, true),
        (false, _) => (Target::Compose, false),
    }
}

/// Content that only a swarm gives a meaning to.
fn swarm_only(root: At<'_>) -> bool {
    let overlay = root.get("networks").into_iter().flat_map(At::entries).any(|(_, network, _)| {
        network.get("driver").and_then(super::model::At::text).is_some_and(|text| text.as_str() == "overlay")
    });
    let deployed = services(root).any(|service| {
        service.get("deploy").is_some_and(|deploy| {
            ["placement", "update_config", "rollback_config", "endpoint_mode"]
                .iter()
                .any(|key| deploy.get(key).is_some())
                || deploy
                    .get("mode")
                    .and_then(super::model::At::text)
                    .is_some_and(|text| text.as_str() == "global")
                || deploy.get("labels").is_some_and(|labels| {
                    labels.pairs().iter().any(|(pair, _)| pair.key.as_str().starts_with("traefik."))
                })
        })
    });
    overlay || deployed
}

/// Content that a swarm has no use for.
fn compose_only(root: At<'_>) -> bool {
    const KEYS: [&str; 7] =
        ["build", "container_name", "restart", "privileged", "network_mode", "profiles", "devices"];
    services(root).any(|service| {
        KEYS.iter().any(|key| service.get(key).is_some()) || service.get("depends_on").is_some_and(At::is_map)
    })
}

fn services(root: At<'_>) -> impl Iterator<Item = At<'_>> {
    root.get("services").into_iter().flat_map(At::entries).map(|(_, at, _)| at)
}

/// The names of the services that are pieces that are merged over another file.
pub fn fragments(root: At<'_>) -> BTreeSet<String> {
    let services = root.get("services").into_iter().flat_map(At::entries);
    services.filter(|(_, at, _)| is_fragment(*at)).map(|(name, _, _)| name.as_str().to_owned()).collect()
}

/// Whether a service says neither what it runs nor how to build it: a piece that is merged over another file.
pub fn is_fragment(service: At<'_>) -> bool {
    ["image", "build", "extends", "provider"].iter().all(|key| service.get(key).is_none())
}

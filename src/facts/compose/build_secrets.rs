//! Secrets of builds: what a service gives, and what the RUNs of its Dockerfile mount.

use std::collections::BTreeSet;

use crate::facts::kinds::{Build, RunMount};
use crate::facts::model::At;
use crate::facts::{Kind, Known, List, Node, Part, Site};
use crate::source::Text;

/// Tells a build which of its secrets nobody mounts, and which are mounted that it does not give.
pub fn compare(build: &mut Build, at: At<'_>, dockerfile: &Part) {
    let mounts: Vec<&RunMount> = dockerfile
        .of(Kind::RunMount)
        .filter_map(|id| match dockerfile.node(id) {
            Some(Node::RunMount(mount)) if is_secret(mount) => Some(&**mount),
            _ => None,
        })
        .collect();
    let mounted: Vec<Option<Text>> = mounts.iter().map(|mount| id_of(mount)).collect();
    let Some(mounted) = mounted.into_iter().collect::<Option<Vec<Text>>>() else {
        let reason = "the name of a secret comes from a variable";
        build.untaken_secrets = Known::Unknown(at.site, reason);
        build.missing_secrets = Known::Unknown(at.site, reason);
        return;
    };
    let given: Vec<(Text, Site)> =
        at.get("secrets").into_iter().flat_map(At::items).filter_map(given).collect();
    let open = given.iter().any(|(name, _)| !name.is_known());
    let names: BTreeSet<&str> = given.iter().map(|(name, _)| name.as_str()).collect();
    let wanted: BTreeSet<&str> = mounted.iter().map(Text::as_str).collect();
    let site = at.get("secrets").map_or(at.site, |at| at.site);
    let untaken = given.iter().filter(|(name, _)| name.is_known() && !wanted.contains(name.as_str()));
    build.untaken_secrets = Known::Set(List::closed(untaken.map(|(name, _)| name.clone()).collect()), site);
    // Another target may do without the step that mounts it.
    build.missing_secrets = if open || !build.target.is_absent() {
        Known::Unknown(at.site, "it may be given, or not be needed")
    } else {
        let mut said = BTreeSet::new();
        let missing =
            mounted.iter().filter(|name| !names.contains(name.as_str()) && said.insert(name.as_str()));
        Known::Set(List::closed(missing.cloned().collect()), site)
    };
}

fn is_secret(mount: &RunMount) -> bool {
    mount.r#type.value().is_some_and(|kind| kind.as_str() == "secret")
}

/// The id of a secret mount: as written, or the name of the file that it becomes.
fn id_of(mount: &RunMount) -> Option<Text> {
    let id = match (mount.id.value(), mount.target.value()) {
        (Some(id), _) => id.clone(),
        (None, Some(target)) => target.rsplit_once('/').map_or(target.clone(), |(_, name)| name),
        (None, None) => return None,
    };
    id.is_known().then_some(id)
}

/// The id under which a build is given a secret: its `target`, else its name.
fn given(item: At<'_>) -> Option<(Text, Site)> {
    let name = match item.text() {
        Some(text) => text,
        None => item.get("target").or_else(|| item.get("source"))?.text()?,
    };
    Some((name.clone(), item.site))
}

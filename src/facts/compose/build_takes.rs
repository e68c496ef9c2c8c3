//! What a build gives to its Dockerfile, and what the Dockerfile takes.

use std::collections::BTreeSet;

use crate::facts::kinds::{Build, RunMount};
use crate::facts::model::{Ask, At};
use crate::facts::{Kind, Known, List, Node, Part};
use crate::source::Text;
use crate::syntax::dockerfile::PROXY_ARGUMENTS;

/// What a Dockerfile takes from whoever builds it; read once, since hundreds of services may build it.
pub struct Takes {
    /// The names of its stages, in small letters.
    stages: BTreeSet<String>,
    /// Its arguments.
    arguments: BTreeSet<String>,
    /// The secrets that its RUNs mount, each once; `None` where the name of one comes from a variable.
    secrets: Option<Vec<Text>>,
    /// Their names.
    names: BTreeSet<String>,
}

/// More secrets that a build does not give are not named.
const MISSING: usize = 64;

impl Takes {
    /// What the Dockerfile of these facts takes.
    pub fn of(dockerfile: &Part) -> Self {
        let nodes = |kind: Kind| dockerfile.of(kind).filter_map(|id| dockerfile.node(id));
        let argument = |node: &Node| match node {
            Node::Variable(it) if matches!(it.place.value(), Some(&"arg" | &"global-arg")) => {
                Some(it.head.name.as_str().to_owned())
            }
            _ => None,
        };
        let mounted = nodes(Kind::RunMount).filter_map(|node| match node {
            Node::RunMount(mount) if is_secret(mount) => Some(id_of(mount)),
            _ => None,
        });
        let mut secrets: Option<Vec<Text>> = mounted.collect();
        let mut names = BTreeSet::new();
        if let Some(secrets) = &mut secrets {
            secrets.retain(|id| names.insert(id.as_str().to_owned()));
        }
        Self {
            stages: nodes(Kind::Stage).map(|stage| stage.head().name.as_str().to_ascii_lowercase()).collect(),
            arguments: nodes(Kind::Variable).filter_map(argument).collect(),
            secrets,
            names,
        }
    }

    /// Tells a build what there is of what it asks for, and what of it nobody takes.
    pub fn compare(&self, build: &mut Build, at: At<'_>) {
        if let (Some(target), Known::Unknown(..)) = (build.target.value().and_then(Text::known), &build.stage)
            && !self.stages.contains(&target.to_ascii_lowercase())
            && target.parse::<usize>().is_err()
        {
            build.stage = Known::Absent;
        }
        build.untaken_args = at.get("args").ask(At::map).map(|pairs| {
            let untaken = pairs.items.iter().filter(|pair| {
                let taken = |name: &str| self.arguments.contains(name) || is_predefined(name);
                pair.key.known().is_some_and(|name| !taken(name))
            });
            List::closed(untaken.map(|pair| pair.key.clone()).collect())
        });
        self.compare_secrets(build, at);
    }

    /// Tells a build which of its secrets nobody mounts, and which are mounted that it does not give.
    fn compare_secrets(&self, build: &mut Build, at: At<'_>) {
        let Some(mounted) = &self.secrets else {
            let reason = "the name of a secret comes from a variable";
            build.untaken_secrets = Known::Unknown(at.site, reason);
            build.missing_secrets = Known::Unknown(at.site, reason);
            return;
        };
        let given: Vec<Text> = at.get("secrets").into_iter().flat_map(At::items).filter_map(given).collect();
        let open = given.iter().any(|name| !name.is_known());
        let names: BTreeSet<&str> = given.iter().map(Text::as_str).collect();
        let site = at.get("secrets").map_or(at.site, |at| at.site);
        let untaken = given.iter().filter(|name| name.is_known() && !self.names.contains(name.as_str()));
        build.untaken_secrets = Known::Set(List::closed(untaken.cloned().collect()), site);
        // Another target may do without the step that mounts it.
        build.missing_secrets = if open || !build.target.is_absent() {
            Known::Unknown(at.site, "it may be given, or not be needed")
        } else {
            let missing = mounted.iter().filter(|name| !names.contains(name.as_str()));
            Known::Set(List::closed(missing.take(MISSING).cloned().collect()), site)
        };
    }
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
fn given(item: At<'_>) -> Option<Text> {
    let name = match item.text() {
        Some(text) => text,
        None => item.get("target").or_else(|| item.get("source"))?.text()?,
    };
    Some(name.clone())
}

/// Whether every build takes an argument without an ARG (docs.docker.com, "Predefined ARGs").
fn is_predefined(name: &str) -> bool {
    PROXY_ARGUMENTS.contains(&name) || matches!(name, "SOURCE_DATE_EPOCH" | "BUILDKIT_INLINE_CACHE")
}

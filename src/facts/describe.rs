//! What an image reference says, and what our tables know of the image that it names.

use crate::source::{Origin, Span, Text};
use crate::syntax::reference;

use super::images::{self, ImageFacts};
use super::kinds::{Image, User};
use super::make::head;
use super::{Known, List, Part, Site};

/// The names of Docker Hub: its own, those of its servers, and that of its website.
const HUB: [&str; 4] = ["docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"];

/// Adds an image, and the user that it starts as where a table knows.
pub fn image(part: &mut Part, text: &Text, site: Site, place: &'static str) -> super::NodeId {
    let parsed = reference::parse(text);
    let mut image = Image::new(head(text.clone(), Site { label: text.span(), ..site }, "image"));
    let own = |text: &Text| Known::Set(text.clone(), Site { label: text.span(), ..site });
    image.text = Known::Set(text.clone(), site);
    image.place = Known::Set(place, site);
    image.valid = Known::Set(parsed.valid, site);
    image.registry = match &parsed.registry {
        Some(registry) if registry.known().is_some_and(|name| HUB.contains(&name)) => Known::Set(
            Text::made("docker.io", registry.span(), Origin::Written),
            Site { label: registry.span(), ..site },
        ),
        Some(registry) => own(registry),
        None if parsed.registry_unknown => Known::Unknown(site, "the registry comes from a variable"),
        None => Known::Set(Text::made("docker.io", text.span(), Origin::Written), site),
    };
    image.registry_names = registry_names(&image.registry);
    let familiar = parsed.familiar();
    image.repository = match &familiar {
        Some(name) => Known::Set(Text::made(name, parsed.repository.span(), Origin::Written), site),
        None => Known::Unknown(site, "the image comes from a variable"),
    };
    image.base_name = match parsed.repository.rsplit_once('/') {
        Some((_, name)) => own(&name),
        None => own(&parsed.repository),
    };
    image.tag = parsed.tag.as_ref().map_or(Known::Absent, own);
    image.digest = parsed.digest.as_ref().map_or(Known::Absent, own);
    if familiar.is_none() && may_hold_the_end(text) {
        image.tag = image.tag.or(Known::Unknown(site, "the image comes from a variable"));
        image.digest = image.digest.or(Known::Unknown(site, "the image comes from a variable"));
    }
    image.tag_names_version = match &parsed.tag {
        Some(tag) if tag.pieces().any(|piece| piece.contains(|c: char| c.is_ascii_digit())) => {
            Known::Set(true, Site { label: tag.span(), ..site })
        }
        Some(tag) if tag.is_known() => Known::Set(false, Site { label: tag.span(), ..site }),
        Some(tag) => Known::Unknown(Site { label: tag.span(), ..site }, "the tag comes from a variable"),
        None => Known::Absent,
    };
    let tag = parsed.tag.as_ref().and_then(|tag| tag.known().map(str::to_owned));
    if let Some(facts) = familiar.as_deref().and_then(|name| images::lookup(name, tag.as_deref())) {
        tables(part, &mut image, &facts, text.span());
    } else {
        unknown_contents(&mut image, site);
        let mistyped = familiar.as_deref().and_then(images::nearest);
        image.nearest = mistyped.map_or(Known::Absent, |name| {
            let origin = Site::supplied(parsed.repository.span(), Origin::Guess);
            Known::Set(Text::made(name, parsed.repository.span(), Origin::Guess), origin)
        });
    }
    part.add(image)
}

/// Whether a variable may hold a whole reference, tag and digest included: nothing stands behind it that only stands in
/// front of a tag, or is one.
fn may_hold_the_end(text: &Text) -> bool {
    let behind = text.holes().last().and_then(|(hole, _)| text.as_str().get(hole.end..));
    behind.is_some_and(|behind| !behind.contains(['/', ':', '@']))
}

fn registry_names(registry: &Known<Text>) -> Known<List<Text>> {
    registry.clone().map(|name| {
        if name.known() != Some("docker.io") {
            return List::closed(vec![name]);
        }
        HUB.iter().map(|other| Text::made(other, name.span(), Origin::Written)).collect()
    })
}

/// Fills in what a table knows; what it does not know is unknown.
fn tables(part: &mut Part, image: &mut Image, facts: &ImageFacts, span: Span) {
    let site = Site::supplied(span, Origin::Table);
    let text = |value: &str| Known::Set(Text::made(value, span, Origin::Table), site);
    let texts = |values: &[String]| {
        let items = values.iter().map(|value| Text::made(value, span, Origin::Table)).collect();
        Known::Set(List::closed(items), site)
    };
    let flag = |value: Option<bool>| value.map_or(untold(site), |value| Known::Set(value, site));
    image.role = facts.role.map_or(Known::Unknown(site, REASON), |role| Known::Set(role, site));
    image.drops_privileges = flag(facts.drops_privileges);
    image.user_override = facts.user_override.as_deref().map_or(Known::Absent, text);
    image.needs_capabilities =
        facts.needs_capabilities.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.no_new_privileges = flag(facts.no_new_privileges);
    image.read_only = flag(facts.read_only);
    image.writes = facts.writes.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.data_paths = facts.data_paths.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.ports = facts.ports.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.probe = facts.probe.as_deref().map_or(Known::Absent, text);
    image.stop_signal = match (facts.stop_signal.as_deref(), facts.role) {
        (Some(signal), _) => text(signal),
        // Images of systems and language runtimes set none.
        (None, Some("os" | "runtime")) => Known::Absent,
        (None, _) => untold(site),
    };
    image.has_healthcheck = flag(facts.has_healthcheck);
    image.tools = facts.tools.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.lacks = facts.lacks.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.file_variables = facts.file_variables.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.accounts = facts.accounts.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.environment = facts.environment.as_deref().map_or(Known::Unknown(site, REASON), texts);
    image.file_suffix = text(facts.file_suffix.as_deref().unwrap_or("_FILE"));
    image.end_of_life = facts.end_of_life.as_deref().map_or(Known::Absent, text);
    image.ended = facts.ended.map_or(Known::Absent, |ended| Known::Set(ended, site));
    image.user = match facts.starts_as.as_deref() {
        Some(name) => {
            let user = user(&Text::made(name, span, Origin::Table), site, "image");
            Known::Set(part.add(user), site)
        }
        None => Known::Unknown(site, REASON),
    };
}

const REASON: &str = "our tables do not say";

const fn untold<T>(site: Site) -> Known<T> {
    Known::Unknown(site, REASON)
}

fn unknown_contents(image: &mut Image, site: Site) {
    const NOT_LISTED: &str = "the image is not in our tables";
    image.role = Known::Unknown(site, NOT_LISTED);
    image.user = Known::Unknown(site, NOT_LISTED);
    image.drops_privileges = Known::Unknown(site, NOT_LISTED);
    image.needs_capabilities = Known::Unknown(site, NOT_LISTED);
    image.no_new_privileges = Known::Unknown(site, NOT_LISTED);
    image.read_only = Known::Unknown(site, NOT_LISTED);
    image.writes = Known::Unknown(site, NOT_LISTED);
    image.data_paths = Known::Unknown(site, NOT_LISTED);
    image.ports = Known::Unknown(site, NOT_LISTED);
    image.stop_signal = Known::Unknown(site, NOT_LISTED);
    image.has_healthcheck = Known::Unknown(site, NOT_LISTED);
    image.tools = Known::Unknown(site, NOT_LISTED);
    image.lacks = Known::Unknown(site, NOT_LISTED);
    image.environment = Known::Unknown(site, NOT_LISTED);
    image.accounts = Known::Unknown(site, NOT_LISTED);
    image.file_variables = Known::Unknown(site, NOT_LISTED);
}

/// Who `text` names. Root is uid 0, by number or by its name in any case, as Docker reads `USER` and `user:`.
pub fn user(text: &Text, site: Site, set_by: &'static str) -> User {
    let (name, group) = match text.split_once(':') {
        Some((name, group)) => (name, Some(group)),
        None => (text.clone(), None),
    };
    let mut user = User::new(head(text.clone(), site, "user"));
    user.text = Known::Set(text.clone(), site);
    user.set_by = Known::Set(set_by, site);
    if let Some(known) = name.known() {
        let known = known.trim();
        let numeric = !known.is_empty() && known.bytes().all(|byte| byte.is_ascii_digit());
        user.numeric = Known::Set(numeric, site);
        let zero = numeric && known.bytes().all(|byte| byte == b'0');
        user.root = Known::Set(zero || known.eq_ignore_ascii_case("root") || known.is_empty(), site);
    } else {
        user.numeric = Known::Unknown(site, "the user comes from a variable");
        user.root = Known::Unknown(site, "the user comes from a variable");
    }
    user.user = Known::Set(name, site);
    if let Some(group) = group {
        user.group = Known::Set(group, site);
    }
    user
}

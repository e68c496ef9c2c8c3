//! URLs in values, and the services that they lead to.

use std::collections::BTreeMap;

use crate::facts::kinds::Url;
use crate::facts::make::head;
use crate::facts::model::At;
use crate::facts::{Kind, Known, Node, NodeId, Site};
use crate::source::{Origin, Text};

use super::Filler;
use super::arguments::spoken;

/// More URLs than this in one text are not looked at.
const URLS: usize = 64;

impl Filler<'_> {
    /// Adds the URLs in environments, labels, build arguments and commands.
    pub fn urls(&mut self, root: At<'_>) {
        let mut found: Vec<(Url, NodeId, NodeId)> = Vec::new();
        for id in self.part.of(Kind::Variable) {
            let Some(Node::Variable(variable)) = self.part.node(id) else { continue };
            let (Known::Set(value, site), Some(&place), Some(&service)) =
                (&variable.value, variable.place.value(), variable.service.value())
            else {
                continue;
            };
            found.extend(urls(value, place, *site).into_iter().map(|url| (url, id, service)));
        }
        for (name, at, _) in root.get("services").into_iter().flat_map(At::entries) {
            let Some(&service) = self.services.get(name.as_str()) else { continue };
            for (place, words) in spoken(at) {
                for word in &words {
                    let site = Site::written(word.span());
                    found.extend(urls(word, place, site).into_iter().map(|url| (url, service, service)));
                }
            }
        }
        let hosts = self.hosts(root);
        for (mut url, parent, service) in found {
            if self.is_full() {
                return;
            }
            let site = url.head.site;
            url.head.parent = Some(parent);
            url.service = Known::Set(service, site);
            url.target = match &url.host {
                Known::Set(host, _) => match host.known() {
                    Some(host) => hosts.get(host).map_or(Known::Absent, |&id| Known::Set(id, site)),
                    None => Known::Unknown(site, "the host comes from a variable"),
                },
                _ => Known::Absent,
            };
            self.part.add(url);
        }
    }

    /// Every name by which a service can be reached: its own, its container's and those that it has on networks.
    fn hosts(&self, root: At<'_>) -> BTreeMap<String, NodeId> {
        let mut hosts = BTreeMap::new();
        for (name, at, _) in root.get("services").into_iter().flat_map(At::entries) {
            let Some(&service) = self.services.get(name.as_str()) else { continue };
            let aliases = at.get("networks").into_iter().flat_map(At::entries);
            let aliases = aliases.filter_map(|(_, at, _)| at.get("aliases")).flat_map(At::items);
            for text in at.get("container_name").into_iter().chain(aliases).filter_map(At::text) {
                hosts.entry(text.as_str().to_owned()).or_insert(service);
            }
        }
        hosts.extend(self.services.iter().map(|(name, &id)| (name.clone(), id)));
        hosts
    }
}

/// The URLs in a text that have a host: `scheme://user:password@host/...`.
fn urls(text: &Text, place: &'static str, from: Site) -> Vec<Url> {
    let mut all = Vec::new();
    let mut start = 0;
    while let Some(colon) = text.as_str().get(start..).and_then(|rest| rest.find("://")).map(|at| start + at)
    {
        all.extend(url(text, start, colon, place, from));
        start = colon + 3;
        if all.len() == URLS {
            break;
        }
    }
    all
}

fn url(text: &Text, start: usize, colon: usize, place: &'static str, from: Site) -> Option<Url> {
    let before = text.as_str().get(start..colon)?;
    let mut scheme_start =
        before.rfind(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).map_or(0, |at| at + 1);
    // Java's URLs have two schemes, and their credentials stand elsewhere.
    if before.get(..scheme_start).is_some_and(|before| before.ends_with("jdbc:")) {
        scheme_start -= "jdbc:".len();
    }
    let scheme = text.slice(start + scheme_start..colon);
    if scheme.is_empty() || !scheme.is_known() {
        return None;
    }
    let rest = text.slice(colon + 3..text.len());
    let ends = ['/', '?', '#', ' ', '\n', '\t', '"', '\'', '<', '>', '|', '\\', '`'];
    let end = ends.into_iter().filter_map(|c| rest.find(c)).min().unwrap_or(rest.len());
    let authority = rest.slice(0..end);
    let (user_info, host) = match authority.rsplit_once('@') {
        Some((user_info, host)) => (Some(user_info), host),
        None => (None, authority),
    };
    let port = match host.find(']') {
        Some(end) if host.as_str().starts_with('[') => host.slice(end + 1..host.len()),
        _ => host.clone(),
    };
    let port = port.split_once(':').map(|(_, port)| port).filter(|port| !port.is_empty());
    let host = match host.find(']') {
        Some(end) if host.as_str().starts_with('[') => host.slice(1..end),
        _ => [':', ',']
            .into_iter()
            .filter_map(|c| host.find(c))
            .min()
            .map_or(host.clone(), |end| host.slice(0..end)),
    };
    let site = Site { label: text.slice(start + scheme_start..colon + 3 + end).span(), ..from };
    let part = |text: &Text| Known::Set(text.clone(), Site { label: text.span(), ..from });
    let mut url = Url::new(head(host.clone(), site, "url"));
    url.place = Known::Set(place, site);
    url.scheme = part(&scheme);
    url.host = part(&host);
    url.port = match port {
        Some(port) => part(&port),
        None => usual_port(scheme.as_str()).map_or(Known::Absent, |port| {
            Known::Set(Text::made(port, host.span(), Origin::Engine), Site { label: host.span(), ..from })
        }),
    };
    url.parameters = parameters(&rest, end).map_or(Known::Absent, |text| part(&text));
    if let Some(user_info) = user_info {
        match user_info.split_once(':') {
            Some((user, password)) => {
                url.user = part(&user);
                let hidden = password.holes().next().is_some_and(|(hole, _)| hole.len() == password.len());
                url.password = if hidden {
                    Known::Unknown(Site::written(password.span()), "it comes from a variable")
                } else {
                    part(&password)
                };
            }
            None if !user_info.is_known() => {
                url.password = Known::Unknown(Site::written(user_info.span()), "it comes from a variable");
            }
            None => url.user = part(&user_info),
        }
    }
    Some(url)
}

/// The port that is meant where a URL of that scheme names none.
fn usual_port(scheme: &str) -> Option<&'static str> {
    match scheme {
        "http" | "ws" => Some("80"),
        "https" | "wss" => Some("443"),
        _ => None,
    }
}

/// What stands behind the `?` of a URL whose host ends at `end`.
fn parameters(rest: &Text, end: usize) -> Option<Text> {
    let tail = rest.slice(end..rest.len());
    let stop = [' ', '\n', '\t', '"', '\'', '<', '>', '|', '`', '#'];
    let stop = stop.into_iter().filter_map(|c| tail.find(c)).min().unwrap_or(tail.len());
    let (_, parameters) = tail.slice(0..stop).split_once('?')?;
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn shown(text: &str) -> Vec<String> {
        let text = Text::written(text, FileId(0), 0);
        let own = |known: &Known<Text>| known.value().map_or("-", |text| text.as_str()).to_owned();
        let all = urls(&text, "command", Site::default());
        all.iter().map(|it| [&it.scheme, &it.user, &it.password, &it.host].map(own).join(" ")).collect()
    }

    #[test]
    fn urls_come_apart() {
        assert_eq!(shown("redis://:pw@cache:6379/0"), ["redis  pw cache"]);
        assert_eq!(shown("postgresql+psycopg2://a:b@c@d/e"), ["postgresql+psycopg2 a b@c d"]);
        assert_eq!(shown("x=http://[::1]:80 y=amqp://u@q1,q2"), ["http - - ::1", "amqp u - q1"]);
        assert_eq!(shown("jdbc:mysql://db:3306/x"), ["jdbc:mysql - - db"]);
        assert_eq!(shown("://x"), Vec::<String>::new());
    }
}

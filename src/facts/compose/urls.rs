//! URLs in values, and the services that they lead to.

use crate::facts::kinds::Url;
use crate::facts::make::head;
use crate::facts::model::At;
use crate::facts::{Kind, Known, Node, NodeId, Site};
use crate::source::Text;

use super::Filler;

impl Filler<'_> {
    /// Adds the URLs in environments and commands.
    pub fn urls(&mut self, _root: At<'_>) {
        let mut found: Vec<(Url, NodeId, NodeId)> = Vec::new();
        for id in self.part.of(Kind::Variable) {
            let Some(Node::Variable(variable)) = self.part.node(id) else { continue };
            let (Known::Set(value, _), Some(&service)) = (&variable.value, variable.service.value()) else {
                continue;
            };
            if variable.place.value() == Some(&"environment") {
                found.extend(url(value, "environment").map(|url| (url, id, service)));
            }
        }
        for id in self.part.of(Kind::Service) {
            let Some(command) = self.service_at(id).and_then(|it| it.command.value()) else { continue };
            for word in &command.items {
                found.extend(url(word, "command").map(|url| (url, id, id)));
            }
        }
        for (mut url, parent, service) in found {
            let site = url.head.site;
            url.head.parent = Some(parent);
            url.service = Known::Set(service, site);
            url.target = match &url.host {
                Known::Set(host, _) => match host.known() {
                    Some(host) => self.services.get(host).map_or(Known::Absent, |&id| Known::Set(id, site)),
                    None => Known::Unknown(site, "the host comes from a variable"),
                },
                _ => Known::Absent,
            };
            self.part.add(url);
        }
    }
}

/// The URL that a text is, if it is one with a host: `scheme://user:password@host/...`.
fn url(text: &Text, place: &'static str) -> Option<Url> {
    let value = text.as_str();
    let colon = value.find("://")?;
    let scheme_start = value[..colon]
        .rfind(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
        .map_or(0, |at| at + 1);
    let scheme = text.slice(scheme_start..colon);
    if scheme.is_empty() || !scheme.is_known() {
        return None;
    }
    let rest = text.slice(colon + 3..value.len());
    let end = ['/', '?', '#'].into_iter().filter_map(|c| rest.find(c)).min().unwrap_or(rest.len());
    let authority = rest.slice(0..end);
    let (user_info, host) = match authority.rsplit_once('@') {
        Some((user_info, host)) => (Some(user_info), host),
        None => (None, authority),
    };
    let host = host.split_once(':').map_or_else(|| host.clone(), |(host, _)| host);
    let site = Site::written(text.span());
    let part = |text: &Text| Known::Set(text.clone(), Site::written(text.span()));
    let mut url = Url::new(head(host.clone(), site, "url"));
    url.place = Known::Set(place, site);
    url.scheme = part(&scheme);
    url.host = part(&host);
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

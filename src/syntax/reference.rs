//! Image references: `registry/repository:tag@digest`.

use crate::source::Text;

/// An image reference, taken apart.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The registry host, if one is written.
    pub registry: Option<Text>,
    /// The first part comes from a variable and may be a registry.
    pub registry_unknown: bool,
    /// The repository, without registry, tag and digest.
    pub repository: Text,
    /// The tag.
    pub tag: Option<Text>,
    /// The digest, algorithm included.
    pub digest: Option<Text>,
    /// Whether it follows the grammar (distribution/reference); true where variables hide it.
    pub valid: bool,
}

/// The password of a reference that is written like a URL, `user:password@host/repository`: Docker takes none.
pub fn password(text: &Text) -> Option<Text> {
    let (login, place) = text.split_once('@')?;
    let (_, password) = login.split_once(':')?;
    // A digest has no slash.
    let is_login = place.find('/').is_some() && !password.is_empty() && password.find('/').is_none();
    (is_login && !text.as_str().contains(char::is_whitespace)).then_some(password)
}

/// Takes a reference apart.
pub fn parse(text: &Text) -> Reference {
    if text.as_str().contains("://") || password(text).is_some() {
        // A URL has no tag: what stands behind its colon may be a password.
        let repository = text.clone();
        return Reference {
            registry: None,
            registry_unknown: false,
            repository,
            tag: None,
            digest: None,
            valid: false,
        };
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text.clone(), None),
    };
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match rest.find_from(slash, ':') {
        Some(colon) => (rest.slice(0..colon), Some(rest.slice(colon + 1..rest.len()))),
        None => (rest.clone(), None),
    };
    let (mut registry, mut registry_unknown, mut repository) = (None, false, name.clone());
    if let Some((first, after)) = name.split_once('/') {
        let host =
            first.pieces().any(|piece| piece.contains(['.', ':'])) || first.known() == Some("localhost");
        if host {
            registry = Some(first);
            repository = after;
        } else if !first.is_known() {
            registry_unknown = true;
        }
    } else if !name.is_known() {
        registry_unknown = name.holes().next().is_some_and(|(hole, _)| hole.start == 0);
    }
    let valid = repository.pieces().all(|piece| {
        piece
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/".contains(&byte))
    }) && !text.is_empty()
        && (!repository.is_known() || well_formed(repository.as_str()))
        && tag.as_ref().is_none_or(|tag| !tag.is_known() || valid_tag(tag.as_str()))
        && digest.as_ref().is_none_or(|digest| !digest.is_known() || valid_digest(digest.as_str()));
    Reference { registry, registry_unknown, repository, tag, digest, valid }
}

fn well_formed(repository: &str) -> bool {
    repository.split('/').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric())
    })
}

fn valid_tag(tag: &str) -> bool {
    tag.len() <= 128
        && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn valid_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        !algorithm.is_empty() && hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

impl Reference {
    /// The repository as tables know it: `docker.io/library/nginx` is `nginx`, other hosts stay. `None` when a
    /// variable hides it.
    pub fn familiar(&self) -> Option<String> {
        if self.registry_unknown {
            return None;
        }
        let repository = self.repository.known()?;
        match &self.registry {
            None => Some(repository.strip_prefix("library/").unwrap_or(repository).to_owned()),
            Some(registry) => match registry.known()? {
                "docker.io" | "index.docker.io" | "registry-1.docker.io" => {
                    Some(repository.strip_prefix("library/").unwrap_or(repository).to_owned())
                }
                host => Some(format!("{host}/{repository}")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, TextBuilder};

    fn shown(text: &str) -> (Option<String>, String, Option<String>, Option<String>, bool) {
        let reference = parse(&Text::written(text, FileId(0), 0));
        let string = |text: &Option<Text>| text.as_ref().map(|text| text.as_str().to_owned());
        (
            string(&reference.registry),
            reference.repository.as_str().to_owned(),
            string(&reference.tag),
            string(&reference.digest),
            reference.valid,
        )
    }

    #[test]
    fn references_come_apart() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(shown("nginx"), (None, "nginx".into(), None, None, true));
        assert_eq!(shown("localhost:5000/x"), (some("localhost:5000"), "x".into(), None, None, true));
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(
            shown(&format!("ghcr.io/a/b:1@{digest}")),
            (some("ghcr.io"), "a/b".into(), some("1"), Some(digest), true)
        );
        assert!(!shown("Nginx").4);
        assert!(!shown("nginx:").4);
        let url = "https://user:word@host.example/x";
        assert_eq!(shown(url), (None, url.into(), None, None, false));
        let login = "user:word@host.example/x:1";
        assert_eq!(shown(login), (None, login.into(), None, None, false));
    }

    #[test]
    fn variables_hide_what_they_may_hold() {
        let mut builder = TextBuilder::new(FileId(0));
        builder.hole("${REG}", 0, "REG");
        builder.linear("/app:", 6);
        builder.hole("${TAG}", 11, "TAG");
        let reference = parse(&builder.finish());
        assert!(reference.registry_unknown && reference.familiar().is_none());
        assert!(reference.tag.is_some_and(|tag| !tag.is_known()));
    }
}

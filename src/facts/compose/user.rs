//! Who a service runs as, and which stage it builds.

use crate::facts::kinds::{Service, Stage};
use crate::facts::model::At;
use crate::facts::{Kind, Known, Node, NodeId, describe};
use crate::source::clean_path;

use super::Filler;

impl Filler<'_> {
    /// The user: `user:`, else the Dockerfile's, else the image's.
    pub fn effective_user(&mut self, at: At<'_>, service: &Service) -> Known<NodeId> {
        if let Some(own) = at.get("user")
            && let Some(text) = own.text().filter(|text| !text.is_empty())
        {
            let user = describe::user(text, own.site, "service");
            return Known::Set(self.part.add(user), own.site);
        }
        if let Some(stage) = self.stage_of(service) {
            return stage.user.clone();
        }
        if service.builds.value() == Some(&true) {
            return Known::Unknown(service.head.site, "its Dockerfile is not known");
        }
        match self.image_of(service) {
            Some(image) => image.user.clone(),
            None => Known::Unknown(service.head.site, "it has no image"),
        }
    }

    /// The stage that a service builds, if its Dockerfile was read.
    pub fn linked_stage(&self, at: At<'_>) -> Known<NodeId> {
        let Some(build) = at.get("build").filter(|build| !build.is_null()) else { return Known::Absent };
        let text = |key: &str| {
            build.get(key).and_then(super::super::model::At::text).map(|text| text.known().map(str::to_owned))
        };
        let context = match build.text() {
            Some(text) => text.known().map(str::to_owned),
            None => text("context").unwrap_or_else(|| Some(".".to_owned())),
        };
        let unknown = Known::Unknown(build.site, "its Dockerfile is not known");
        let (Some(context), Some(file)) =
            (context, text("dockerfile").unwrap_or_else(|| Some("Dockerfile".to_owned())))
        else {
            return unknown;
        };
        let path = dockerfile_path(&self.reading.directory_of(build.file()), &context, &file);
        let Some(part) = self.reading.dockerfile(&path) else { return unknown };
        let target = match text("target") {
            Some(Some(target)) => Some(target),
            Some(None) => return Known::Unknown(build.site, "its target comes from a variable"),
            None => None,
        };
        let stages: Vec<NodeId> = part.of(Kind::Stage).collect();
        let found = match &target {
            None => stages.last().copied(),
            Some(target) => stages.iter().enumerate().find_map(|(index, &id)| {
                let name = part.node(id)?.head().name.as_str();
                (name.eq_ignore_ascii_case(target) || index.to_string() == *target).then_some(id)
            }),
        };
        found.map_or(unknown, |id| Known::Set(id, build.site))
    }

    /// The stage node of a service.
    pub fn stage_of(&self, service: &Service) -> Option<&Stage> {
        match self.reading.world.node(*service.stage.value()?) {
            Some(Node::Stage(stage)) => Some(stage),
            _ => None,
        }
    }
}

/// The path of a Dockerfile, from the directory of its Compose file.
pub fn dockerfile_path(directory: &str, context: &str, file: &str) -> String {
    let join = |base: &str, path: &str| {
        if path.starts_with('/') { path.to_owned() } else { format!("{base}/{path}") }
    };
    clean_path(&join(&join(if directory.is_empty() { "." } else { directory }, context), file))
}

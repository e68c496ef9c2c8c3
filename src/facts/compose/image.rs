//! Image references of services, and what our tables know of the images.

use crate::facts::model::At;
use crate::facts::{Known, NodeId, describe};

use super::Filler;

impl Filler<'_> {
    /// Adds the image of a service.
    pub fn image(&mut self, at: At<'_>) -> Known<NodeId> {
        let Some(text) = at.text() else { return Known::Absent };
        let id = describe::image(&mut self.part, text, at.site, "service");
        Known::Set(id, at.site)
    }
}


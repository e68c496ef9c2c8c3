//! Image references of services, and what our tables know of the images.

use crate::facts::model::At;
use crate::facts::{Known, NodeId, Site, describe};

use super::Filler;

impl Filler<'_> {
    /// Adds the image of a service.
    pub fn image(&mut self, at: At<'_>) -> Known<NodeId> {
        let Some(text) = at.text() else { return Known::Absent };
        let id = describe::image(&mut self.part, text, at.site, "service");
        // The reference itself is what one points at, not its key.
        Known::Set(id, Site { label: text.span(), ..at.site })
    }
}

//! Reaching nodes of the part that is being filled.

use crate::facts::kinds::{Port, Service};
use crate::facts::{Node, NodeId};

use super::Filler;

impl Filler<'_> {
    /// A service that was added.
    pub fn service_at(&self, id: NodeId) -> Option<&Service> {
        match self.part.node(id) {
            Some(Node::Service(service)) => Some(service),
            _ => None,
        }
    }

    /// A service that was added, to fill in what needs the others.
    pub fn service_mut(&mut self, id: NodeId) -> Option<&mut Service> {
        match self.part.node_mut(id) {
            Some(Node::Service(service)) => Some(service),
            _ => None,
        }
    }

    /// A port that was added.
    pub fn port_at(&self, id: NodeId) -> Option<&Port> {
        match self.part.node(id) {
            Some(Node::Port(port)) => Some(port),
            _ => None,
        }
    }
}

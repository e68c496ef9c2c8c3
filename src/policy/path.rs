//! Paths to fields: `service.image.role`.

use crate::facts::{Field, Kind, NodeId, Reason, Site, Type, View, World};

use super::reader::{Read, Reader};

/// One segment of a path.
#[derive(Clone, Copy, Debug)]
enum Segment {
    Name,
    Project,
    File,
    Field(&'static Field),
}

/// A checked path from a node to one of its fields, or to a field of a node that it refers to.
#[derive(Clone, Debug)]
pub struct Path {
    written: Box<str>,
    segments: Vec<Segment>,
    /// An entry of a map field.
    key: Option<Box<str>>,
    of: Type,
}

/// Longer paths mean that a fact is missing.
const SEGMENTS: usize = 4;

impl Path {
    /// Checks a path as written against the fields of `kind`. `self` is the node and gives an empty path.
    pub fn read(at: &Reader<'_>, written: &str, kind: Kind) -> Read<Self> {
        let mut path =
            Self { written: written.into(), segments: Vec::new(), key: None, of: Type::Node(kind) };
        if written == "self" {
            return Ok(path);
        }
        let mut rest = Some(written);
        while let Some(left) = rest {
            if let Type::Map = path.of {
                path.key = Some(left.into());
                path.of = Type::Text;
                return Ok(path);
            }
            let Type::Node(kind) = path.of else {
                return at.mistake(format!("`{written}` goes on behind a {}", path.of));
            };
            let (name, after) =
                left.split_once('.').map_or((left, None), |(name, after)| (name, Some(after)));
            let (segment, of) = segment(at, name, kind)?;
            path.segments.push(segment);
            path.of = of;
            rest = after;
        }
        if path.segments.len() > SEGMENTS {
            return at.mistake(format!("`{written}` is too long: a fact is missing"));
        }
        Ok(path)
    }

    /// The type of what it leads to.
    pub const fn of(&self) -> Type {
        self.of
    }

    /// As it is written in the rule.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it is the node itself.
    pub fn is_self(&self) -> bool {
        self.segments.is_empty()
    }

    /// What it leads to from `node`.
    pub fn follow<'w>(&self, world: &'w World, node: NodeId) -> View<'w> {
        let Some((first, more)) = self.segments.split_first() else { return self_view(world, node) };
        let mut view = step(world, node, *first);
        for segment in more {
            view = match view {
                View::Node(next, _) => step(world, next, *segment),
                View::Unknown(site, reason) => return View::Unknown(site, reason),
                _ => return View::Absent,
            };
        }
        match &self.key {
            Some(key) => lookup(view, key),
            None => view,
        }
    }

    /// The last node on the way that exists: the one that an absent field is missing from.
    pub fn owner(&self, world: &World, node: NodeId) -> NodeId {
        let mut at = node;
        for segment in self.segments.iter().rev().skip(1).rev() {
            match step(world, at, *segment) {
                View::Node(next, _) => at = next,
                _ => break,
            }
        }
        at
    }
}

fn segment(at: &Reader<'_>, name: &str, kind: Kind) -> Read<(Segment, Type)> {
    match name {
        "name" => Ok((Segment::Name, Type::Text)),
        "file" if !matches!(kind, Kind::File | Kind::Secret) => Ok((Segment::File, Type::Node(Kind::File))),
        "project" if kind != Kind::Project => Ok((Segment::Project, Type::Node(Kind::Project))),
        _ => {
            if let Some(field) = kind.table().field(name) {
                Ok((Segment::Field(field), field.of))
            } else {
                let names =
                    kind.table().fields.iter().map(|field| field.name).chain(["name", "file", "project"]);
                at.unknown(&format!("field of a {}", kind.name()), name, names)
            }
        }
    }
}

fn self_view(world: &World, node: NodeId) -> View<'_> {
    world.node(node).map_or(View::Absent, |it| View::Node(node, it.head().site))
}

fn step(world: &World, node: NodeId, segment: Segment) -> View<'_> {
    let Some(it) = world.node(node) else { return View::Absent };
    match segment {
        Segment::Name => View::Text(&it.head().name, it.head().site),
        Segment::Field(field) => (field.get)(it),
        Segment::Project => world
            .part(node.part)
            .and_then(|part| part.of(Kind::Project).next())
            .map_or(View::Absent, |project| self_view(world, project)),
        Segment::File => file_of(world, node).map_or(View::Absent, |file| self_view(world, file)),
    }
}

/// The file that a node is written in.
fn file_of(world: &World, node: NodeId) -> Option<NodeId> {
    let file = world.node(node)?.head().site.label.file;
    let part = world.part(node.part)?;
    part.of(Kind::File).find(|&id| world.node(id).is_some_and(|it| it.head().site.label.file == file))
}

fn lookup<'w>(view: View<'w>, key: &str) -> View<'w> {
    let View::Map(pairs, site) = view else {
        return match view {
            View::Unknown(site, reason) => View::Unknown(site, reason),
            _ => View::Absent,
        };
    };
    match pairs.items.iter().find(|pair| pair.key.known() == Some(key)) {
        Some(pair) => crate::facts::Viewed::view(&pair.value),
        None => match may_have(pairs, site) {
            Some(reason) => View::Unknown(site, reason),
            None => View::Absent,
        },
    }
}

fn may_have(pairs: &crate::facts::List<crate::facts::Pair>, _site: Site) -> Option<Reason> {
    pairs.open.or_else(|| {
        pairs.items.iter().any(|pair| !pair.key.is_known()).then_some("one of the keys is unknown")
    })
}

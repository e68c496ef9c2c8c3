//! Facts of a Dockerfile.

mod account_sources;
mod accounts;
mod answers;
mod copied;
mod copies;
mod credentials;
mod dependencies;
mod descent;
mod downloads;
mod graph;
mod inherit;
mod labels;
mod left;
mod leftovers;
mod mounts;
mod packages;
mod permissions;
mod removed;
mod run;
mod runtime;
mod scope;
mod stages;
mod sums;
mod unpacked;
mod variables;
mod written;

pub use runtime::{is_windows_image, is_windows_platform};

use std::collections::BTreeMap;

use crate::source::{Span, Text};
use crate::syntax::{dockerfile as syntax, interpolate};

use super::kinds::{Dockerfile, Instruction, Stage};
use super::make::{head, nodes};
use super::{Known, List, NodeId, Part, Site, Target};
use scope::Scope;

/// A part while it is filled.
pub struct Filler<'a> {
    file: &'a syntax::Dockerfile,
    part: Part,
    stages: Vec<Open>,
    /// The places of stages by their names, in small letters.
    named: BTreeMap<String, Vec<usize>>,
    scope: Scope,
    global: Scope,
    /// How many things stages took over from each other so far.
    inherited: usize,
    last_run: Option<NodeId>,
    /// The instruction that was added last.
    previous: Option<NodeId>,
    /// How often each keyword was met in this stage. Instructions are numbered by it, so that one more `USER` leaves the
    /// addresses of all others as they are.
    met: BTreeMap<String, usize>,
}

/// A stage while its instructions are read.
struct Open {
    node: Stage,
    id: NodeId,
    scope: Scope,
    children: Vec<NodeId>,
    pending: Vec<downloads::Pending>,
}

/// Fills a part with the facts of a Dockerfile, and says what could not be looked into.
pub fn fill(file: &syntax::Dockerfile, part: Part) -> Part {
    let mut filler = Filler {
        file,
        part,
        stages: Vec::new(),
        named: BTreeMap::new(),
        scope: Scope { before_from: true, ..Scope::default() },
        global: Scope::default(),
        inherited: 0,
        last_run: None,
        previous: None,
        met: BTreeMap::new(),
    };
    filler.read();
    filler.part
}

impl Filler<'_> {
    fn read(&mut self) {
        let file = self.file;
        let start = Site::written(Span::point(file.file, 0));
        let mut project =
            super::kinds::Project::new(head(Text::written("Dockerfile", file.file, 0), start, ""));
        project.target = Known::Set(Target::Dockerfile.name(), start);
        self.part.add(project);
        let has_from = file.instructions.iter().any(|it| it.keyword == syntax::Keyword::From);
        if !has_from {
            // A piece of a Dockerfile: what its stage starts from, nobody can know.
            self.open_fragment();
        }
        for instruction in &file.instructions {
            if instruction.keyword == syntax::Keyword::From {
                self.close();
                self.part.problems.extend(interpolate::too_deep(&instruction.arguments));
                self.from(instruction);
                continue;
            }
            self.instruction(instruction, None);
        }
        self.close();
        self.say_inherited_too_much();
        self.finish(start);
    }

    /// Adds an instruction and what it says; triggers of ONBUILD likewise.
    fn instruction(&mut self, it: &syntax::Instruction, outer: Option<NodeId>) {
        let id = self.add_instruction(it, outer.is_some());
        let onbuild = outer.is_some();
        if !matches!(
            it.keyword,
            syntax::Keyword::Run
                | syntax::Keyword::Cmd
                | syntax::Keyword::Entrypoint
                | syntax::Keyword::Onbuild
        ) {
            self.part.problems.extend(interpolate::too_deep(&it.arguments));
        }
        if let Some(open) = self.stages.last_mut().filter(|_| !onbuild) {
            open.ends_with(it.keyword, id);
        }
        // An instruction does not see the variables that it sets itself.
        let pairs = self.pairs(it, id);
        self.references(it, id, &pairs);
        self.flags(it, id);
        match it.keyword {
            syntax::Keyword::Run => self.run(it, id, onbuild),
            syntax::Keyword::Copy | syntax::Keyword::Add => self.copy(it, id),
            syntax::Keyword::Arg | syntax::Keyword::Env => self.variables(it, id),
            syntax::Keyword::Label => self.labels(it, id),
            syntax::Keyword::Onbuild => {
                if let Some(trigger) = &it.trigger {
                    self.instruction(trigger, Some(id));
                }
            }
            _ if onbuild => {}
            syntax::Keyword::User => self.user(it, id),
            syntax::Keyword::Workdir => self.workdir(it),
            syntax::Keyword::Volume => self.volume(it),
            syntax::Keyword::Shell => self.shell(it),
            syntax::Keyword::Expose => self.expose(it, id),
            syntax::Keyword::Healthcheck => self.healthcheck(it, id),
            syntax::Keyword::Cmd | syntax::Keyword::Entrypoint => {
                self.start(it, id);
                self.started(it, id);
            }
            syntax::Keyword::Stopsignal => self.stop_signal(it, id),
            _ => {}
        }
        self.credentials(it, id);
        self.started_with(it, id);
        if it.keyword != syntax::Keyword::Run && !onbuild {
            self.last_run = None;
        }
    }

    fn add_instruction(&mut self, it: &syntax::Instruction, onbuild: bool) -> NodeId {
        let site = Site::written(it.head);
        let word = Site::written(it.word.span());
        let keyword = it.keyword.name();
        let shown = if it.keyword == syntax::Keyword::Unknown { it.word.as_str() } else { keyword };
        let number = self.met.entry(shown.to_owned()).or_default();
        *number += 1;
        let mut node = Instruction::new(head(it.word.clone(), site, format!(" / {shown} #{number}")));
        node.keyword = Known::Set(Text::made(shown, it.word.span(), crate::source::Origin::Written), word);
        node.known = Known::Set(it.keyword != syntax::Keyword::Unknown, word);
        if let Some(near) = (it.keyword == syntax::Keyword::Unknown)
            .then(|| syntax::Keyword::nearest(it.word.as_str()))
            .flatten()
        {
            node.nearest = Known::Set(Text::made(near, it.word.span(), crate::source::Origin::Guess), word);
        }
        node.written = Known::Set(it.word.clone(), word);
        node.case = Known::Set(written::case(it.word.as_str()), word);
        node.broken_list =
            Known::Set(written::is_broken_list(it, self.scope.shell_family() == "posix"), site);
        node.names = Self::names(it);
        node.text = Known::Set(it.arguments.clone(), Site::written(it.arguments.span()));
        node.form = Known::Set(
            match (&it.form, it.keyword) {
                (syntax::Form::Exec(_), _) => "exec",
                (syntax::Form::Shell, _) if it.arguments.is_empty() => "none",
                _ => "shell",
            },
            Site::written(it.arguments.span()),
        );
        node.operands =
            Known::Set(syntax::operands(it).into_iter().collect(), Site::written(it.arguments.span()));
        let flags: List<Text> = it
            .flags
            .iter()
            .map(|flag| match &flag.value {
                Some(value) => Text::made(
                    &format!("--{}={}", flag.name.as_str(), value.as_str()),
                    flag.span,
                    crate::source::Origin::Written,
                ),
                None => Text::made(
                    &format!("--{}", flag.name.as_str()),
                    flag.span,
                    crate::source::Origin::Written,
                ),
            })
            .collect();
        node.flags = Known::Set(flags, site);
        let bodies = it.heredocs.iter().map(|heredoc| heredoc.body.clone());
        node.bodies = Known::Set(bodies.collect(), site);
        node.onbuild = Known::Set(onbuild, site);
        node.blank_lines = match it.blank_lines.first() {
            Some(first) => {
                let beside = it
                    .blank_lines
                    .windows(2)
                    .take_while(|pair| matches!(pair, [a, b] if a.end == b.start))
                    .count();
                let last = it.blank_lines.get(beside).unwrap_or(first);
                Known::Set(it.blank_lines.len() as f64, Site::written(first.to(*last)))
            }
            None => Known::Set(0.0, site),
        };
        node.before_from = Known::Set(self.stages.is_empty() && it.keyword != syntax::Keyword::From, site);
        node.absolute = match it.keyword {
            syntax::Keyword::Workdir => self.absolute(it),
            _ => Known::Absent,
        };
        node.workdir = match (&self.scope.workdir, it.keyword) {
            (Some(path), syntax::Keyword::Workdir) => Known::Set(path.clone(), Site::written(path.span())),
            _ => Known::Absent,
        };
        node.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        node.head.parent = self.stages.last().map(|stage| stage.id);
        if let syntax::Above::Comment(text) = &it.above {
            let first = text.as_str().find(char::is_whitespace).unwrap_or(text.len());
            node.comment_word = Known::Set(text.slice(0..first), Site::written(text.span()));
        }
        let previous = self.previous.filter(|_| matches!(it.above, syntax::Above::Instruction) && !onbuild);
        node.adjacent = previous.map_or(Known::Absent, |id| Known::Set(id, site));
        let id = self.part.add(node);
        if !onbuild {
            self.previous = Some(id);
        }
        if let Some(stage) = self.stages.last_mut() {
            stage.children.push(id);
        }
        id
    }

    /// Whether an instruction is a trigger of ONBUILD.
    fn is_trigger(&self, id: NodeId) -> bool {
        matches!(self.part.node(id), Some(crate::facts::Node::Instruction(node)) if node.onbuild.value() == Some(&true))
    }

    /// The names that an instruction declares.
    fn names(it: &syntax::Instruction) -> Known<List<Text>> {
        let names: Vec<Text> = match it.keyword {
            syntax::Keyword::Arg => syntax::pairs(it).into_iter().map(|pair| pair.key).collect(),
            syntax::Keyword::From => syntax::from(it).and_then(|from| from.alias).into_iter().collect(),
            _ => return Known::Absent,
        };
        Known::Set(List::closed(names), Site::written(it.arguments.span()))
    }

    /// Whether a WORKDIR's path is absolute, after its variables are put in.
    fn absolute(&self, it: &syntax::Instruction) -> Known<bool> {
        let path = it.arguments.trim();
        let site = Site::written(it.arguments.span());
        match is_relative(&path, &self.expanded(&path), site) {
            Known::Set(relative, site) => Known::Set(!relative, site),
            unknown => unknown,
        }
    }

    /// A text with the variables of this place put in.
    fn expanded(&self, text: &Text) -> Text {
        syntax::expand(text, self.file.escape, &mut |name| self.scope.lookup(name))
    }

    fn finish(&mut self, site: Site) {
        let ids: Vec<NodeId> = self.part.of(super::Kind::Stage).collect();
        let mut file = Dockerfile::new(head(Text::written("Dockerfile", self.file.file, 0), site, ""));
        file.last = ids.last().map_or(Known::Absent, |&id| Known::Set(id, site));
        file.stages = nodes(ids, site);
        let foreign = |it: &&syntax::Comment| it.text.as_str().contains(char::REPLACEMENT_CHARACTER);
        let comments: Vec<&Text> = self.file.comments.iter().filter(foreign).map(|it| &it.text).collect();
        let at = comments.first().map_or(site, |text| Site::written(text.span()));
        file.foreign_comments = Known::Set(comments.into_iter().cloned().collect(), at);
        file.has_from = Known::Set(self.stages.iter().any(|open| open.node.from.value().is_some()), site);
        file.code_lines = Known::Set(self.file.code_lines as f64, site);
        self.part.add(file);
        self.comments();
        self.usual_case();
        self.running();
        self.copied();
        self.sums();
        self.link_stages();
        self.lead();
        self.used_later();
    }
}

/// Whether a path is relative. Of a drive's path (`C:\app`), the builder may take the backslash for an escape.
pub(super) fn is_relative(written: &Text, path: &Text, site: Site) -> Known<bool> {
    let value = path.as_str();
    let bare = written.as_str().trim_start_matches(['"', '\'']);
    let drive = [value, bare].iter().any(|it| matches!(it.get(1..3), Some(":\\" | ":/")));
    match path.holes().next() {
        Some((hole, _)) if hole.start == 0 => Known::Unknown(site, "the path comes from a variable"),
        _ => Known::Set(!value.starts_with(['/', '\\']) && !drive && !value.is_empty(), site),
    }
}

//! Stages: where they begin, what they inherit, what they come to.

use std::collections::BTreeSet;

use crate::facts::kinds::{Healthcheck, Program, Stage};
use crate::facts::make::{head, nodes};
use crate::facts::{Kind, Known, List, Node, NodeId, Site, commands, describe};
use crate::source::{Origin, Span, Text};
use crate::syntax::dockerfile as syntax;
use crate::syntax::{reference, shell, units};

use super::runtime::{is_dropper, is_windows, joined};
use super::scope::Scope;
use super::written::case;
use super::{Filler, Open};

impl Filler<'_> {
    /// Begins the stage that a piece without FROM belongs to.
    pub fn open_fragment(&mut self) {
        let site = Site::written(Span::point(self.file.file, 0));
        let mut stage = Stage::new(head(Text::written("", self.file.file, 0), site, ""));
        stage.base = Known::Unknown(site, "this piece has no FROM");
        let mut scope = Scope { inherits: true, ..Scope::default() };
        scope.user = Known::Unknown(site, "this piece has no FROM");
        scope.healthcheck = Known::Unknown(site, "this piece has no FROM");
        self.open(stage, scope);
    }

    /// Begins a stage.
    pub fn from(&mut self, it: &syntax::Instruction) {
        if self.stages.is_empty() {
            self.global = self.scope.clone();
        }
        let number = self.stages.len();
        let Some(from) = syntax::from(it) else {
            let site = Site::written(it.head);
            let mut stage = Stage::new(head(it.word.clone(), site, format!("stage {number}")));
            stage.base = Known::Unknown(site, "FROM names nothing");
            self.open(stage, Scope { inherits: true, ..Scope::default() });
            self.written_from(it);
            return;
        };
        let image = syntax::expand(&from.raw, self.file.escape, &mut |name| self.global.lookup(name));
        // A stage is pointed at by what it starts from.
        let site = Site::written(from.image.span());
        let name = from
            .alias
            .clone()
            .unwrap_or_else(|| Text::made(&number.to_string(), site.label, Origin::Written));
        let mut stage = Stage::new(head(name.clone(), site, format!("stage {}", name.as_str())));
        if let Some(alias) = &from.alias {
            let at = Site::written(alias.span());
            let small = alias.as_str().to_ascii_lowercase();
            stage.alias = Known::Set(alias.clone(), at);
            stage.small_alias = Known::Set(Text::made(&small, at.label, Origin::Written), at);
        }
        if let Some(word) = &from.as_word {
            let at = Site::written(word.span());
            stage.as_case = Known::Set(case(word.as_str()), at);
            let usual = if case(it.word.as_str()) == "lower" { "as" } else { "AS" };
            stage.usual_as = Known::Set(Text::made(usual, at.label, Origin::Written), at);
            stage.as_word = Known::Set(word.clone(), at);
        }
        let by_default =
            syntax::expand(&from.raw, self.file.escape, &mut |name| self.global.by_default(name));
        let valid = by_default.is_known().then(|| reference::parse(&by_default).valid);
        stage.valid_by_default = valid.map_or(Known::Absent, |valid| Known::Set(valid, site));
        stage.image_by_default = Known::Set(by_default, site);
        stage.undeclared = Known::Set(self.global.undeclared(&from.image, self.file.escape), site);
        stage.image = Known::Set(from.image.clone(), site);
        stage.platform = from.platform.map_or(Known::Absent, |text| {
            let at = Site::written(text.span());
            Known::Set(text, at)
        });
        stage.duplicate = Known::Set(
            from.alias.is_some() && self.last_named(&name, number).is_some(),
            Site::written(name.span()),
        );
        stage.scratch = Known::Set(image.known() == Some("scratch"), site);
        let mut scope = match self.last_named(&image, number).map(|open| open.id) {
            Some(parent) => {
                stage.parent = Known::Set(parent, site);
                self.inherit(parent, site)
            }
            None => self.external(&mut stage, &image, site),
        };
        scope.windows = is_windows(&stage, &scope, &image);
        self.open(stage, scope);
        self.written_from(it);
    }

    /// Adds the FROM itself; its variables are those from before the first FROM.
    fn written_from(&mut self, it: &syntax::Instruction) {
        let id = self.add_instruction(it, false);
        let global = std::mem::take(&mut self.global);
        let own = std::mem::replace(&mut self.scope, global);
        self.references(it, id, &[]);
        let flags = self.flags(it, id);
        self.global = std::mem::replace(&mut self.scope, own);
        if let Some(open) = self.stages.last_mut() {
            open.node.from = Known::Set(id, Site::written(it.head));
            open.ends_with(it.keyword, id);
            let named = |flag: &&NodeId| {
                self.part.node(**flag).is_some_and(|node| node.head().name.as_str() == "platform")
            };
            if let (Some(&flag), Some(platform)) = (flags.iter().find(named), it.flag("platform")) {
                open.node.platform_flag = Known::Set(flag, Site::written(platform.span));
            }
        }
    }

    fn external(&mut self, stage: &mut Stage, image: &Text, site: Site) -> Scope {
        let mut scope = Scope::default();
        if image.known() == Some("scratch") {
            scope.bare = true;
            scope.vacant = true;
            scope.passwd = Some(false);
            scope.groups_file = Some(false);
            let root = describe::user(&Text::made("0", site.label, Origin::Written), site, "engine");
            scope.user = Known::Set(self.part.add(root), site);
            return scope;
        }
        let id = describe::image(&mut self.part, image, site, "from");
        stage.base = Known::Set(id, site);
        scope.inherits = true;
        if let Some(Node::Image(image)) = self.part.node(id) {
            scope.user = image.user.clone();
            scope.sources.come_with(image);
            if let Known::Set(names, _) = &image.environment {
                let set = |name: &Text| (name.as_str().to_owned(), (syntax::Lookup::Unknown, None));
                scope.variables = names.items.iter().map(set).collect();
                scope.inherits_only = true;
            }
            scope.healthcheck = match &image.has_healthcheck {
                Known::Set(false, _) => Known::Absent,
                Known::Set(true, site) => Known::Unknown(*site, "the base image has its own"),
                // Nobody wrote the image down; nearly all have none.
                _ => Known::Absent,
            };
        }
        scope
    }

    fn open(&mut self, node: Stage, scope: Scope) {
        // The node is added now, so that its place is before everything in it, and replaced when it is complete.
        let id = self.part.add(node.clone());
        if let Some(&base) = node.base.value() {
            self.part.adopt(id, base);
        }
        self.scope = scope.clone();
        if let Some(name) = node.head.name.known() {
            self.named.entry(name.to_ascii_lowercase()).or_default().push(self.stages.len());
        }
        self.stages.push(Open { node, id, scope, children: Vec::new(), pending: Vec::new() });
        self.last_run = None;
        self.met.clear();
    }

    /// Ends the current stage.
    pub fn close(&mut self) {
        let scope = std::mem::take(&mut self.scope);
        let scope = self.without_lost_command(scope);
        let Some(open) = self.stages.last_mut() else {
            self.scope = scope;
            return;
        };
        let site = open.node.head.site;
        open.node.user = scope.user.clone();
        open.node.sets_user = Known::Set(scope.sets_user, site);
        let created = |id: &&NodeId| matches!(self.part.node(**id), Some(Node::Account(account)) if account.created.value() == Some(&true));
        let mut accounts = scope.accounts.values().filter(created);
        open.node.only_account = match (accounts.next(), accounts.next()) {
            (Some(&only), None) => Known::Set(only, site),
            _ => Known::Absent,
        };
        open.node.healthcheck = scope.healthcheck.clone();
        open.node.volumes = Known::Set(List::closed(scope.volumes.clone()), site);
        open.node.dependency_paths = Known::Set(List::closed(scope.dependencies.clone()), site);
        open.node.working_paths = scope.working_paths(site);
        open.node.made_paths = Known::Set(List::closed(scope.made_paths.clone()), site);
        open.node.exposes = Known::Set(scope.exposed(), site);
        open.node.label_names = Known::Set(List::closed(scope.labels.clone()), site);
        open.node.empty = Known::Set(scope.vacant, site);
        open.node.shell = Known::Set(List::closed(scope.shell.clone().unwrap_or_default()), site);
        open.node.shell_family = Known::Set(scope.shell_family(), site);
        let program = program(&scope, &open.node, &self.part);
        let start = scope.entrypoint.as_ref().or(scope.cmd.as_ref()).map(|(id, _)| *id);
        open.scope = scope;
        let place = |id: NodeId| self.part.node(id).map_or(site, |node| node.head().site);
        open.node.start = start.map_or(Known::Absent, |id| Known::Set(id, place(id)));
        let id = self.part.add(program);
        open.node.entrypoint = Known::Set(id, site);
    }

    /// Writes the finished stages back, once it is known who uses whom.
    pub fn link_stages(&mut self) {
        let reachable = self.link_origins();
        self.link_labels();
        let mut consumed: BTreeSet<NodeId> = BTreeSet::new();
        for id in self.part.of(Kind::StageRef) {
            if let Some(Node::StageRef(origin)) = self.part.node(id) {
                consumed.extend(origin.stage.value().copied());
            }
        }
        let count = self.stages.len();
        let opens = std::mem::take(&mut self.stages);
        let parents: BTreeSet<NodeId> =
            opens.iter().filter_map(|open| open.node.parent.value().copied()).collect();
        consumed.extend(&parents);
        for (index, open) in opens.into_iter().enumerate() {
            let mut stage = open.node;
            let site = stage.head.site;
            stage.shipped = Known::Set(index + 1 == count, site);
            stage.alone = Known::Set(count == 1, site);
            stage.reachable = Known::Set(reachable.contains(&index), site);
            stage.inherited = Known::Set(parents.contains(&open.id), site);
            stage.consumed = Known::Set(consumed.contains(&open.id), site);
            if let Some(node) = self.part.node_mut(open.id) {
                *node = Node::Stage(Box::new(stage));
            }
        }
    }

    /// USER.
    pub fn user(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        let text = self.expanded(&it.arguments.trim());
        let words: Vec<Text> = text.split(' ');
        let text = words.first().unwrap_or(&text).clone();
        let site = Site::written(it.head);
        let mut user = describe::user(&text, site, "instruction");
        user.head.parent = Some(instruction);
        self.identify(&mut user);
        self.scope.user = Known::Set(self.part.add(user), site);
        self.scope.sets_user = !text.is_empty();
    }

    /// WORKDIR.
    pub fn workdir(&mut self, it: &syntax::Instruction) {
        let path = self.expanded(&it.arguments.trim());
        let path = joined(self.scope.workdir.as_ref(), path);
        self.scope.made_paths.push(path.clone());
        self.scope.workdir = Some(path);
    }

    /// SHELL.
    pub fn shell(&mut self, it: &syntax::Instruction) {
        if let Some(words) = it.exec() {
            self.scope.shell = Some(words.to_vec());
            // Whoever names a shell has put one there, and more beside it.
            self.scope.accounts_may_come();
        }
    }

    /// HEALTHCHECK.
    pub fn healthcheck(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        let site = Site::written(it.head);
        let own = self.stages.last().map(|stage| stage.id);
        if let Known::Set(earlier, _) = self.scope.healthcheck
            && let Some(earlier) = self.part.node(earlier).and_then(|node| node.head().parent)
            && self.stage_of(earlier) == own
        {
            self.replaces(instruction, earlier, site);
        }
        let mut check = Healthcheck::new(head(it.word.clone(), site, "healthcheck"));
        check.set_by = Known::Set("instruction", site);
        check.head.parent = Some(instruction);
        let duration = |name: &str| {
            let flag = it.flag(name).and_then(|flag| flag.value.clone());
            flag.map_or(Known::Absent, |text| match text.known().and_then(units::duration) {
                Some(seconds) => Known::Set(seconds, Site::written(text.span())),
                None => Known::Unknown(Site::written(text.span()), "it comes from a variable"),
            })
        };
        check.interval = duration("interval");
        check.timeout = duration("timeout");
        check.start_period = duration("start-period");
        check.start_interval = duration("start-interval");
        let parsed = syntax::healthcheck(it);
        check.disabled = Known::Set(matches!(parsed, syntax::Healthcheck::None), site);
        let script = match &parsed {
            syntax::Healthcheck::Exec(words) => Some(("CMD", shell::scan_exec(words))),
            syntax::Healthcheck::Shell(text) => Some(("CMD-SHELL", shell::scan(text))),
            _ => None,
        };
        if let Some((form, script)) = script {
            self.part.problems.extend(commands::too_deep(&script, it.head));
            check.form = Known::Set(form, site);
            check.test = Known::Set(it.arguments.clone(), Site::written(it.arguments.span()));
            check.cannot_fail = Known::Set(commands::cannot_fail(&script), site);
            let stage = self.stages.last().map(|stage| stage.id);
            let base = self.stages.last().and_then(|stage| stage.node.base.value().copied());
            let ids = commands::add(&mut self.part, &script, "healthcheck", |_, command| {
                command.stage = stage.map_or(Known::Absent, |id| Known::Set(id, site));
                command.base = base.map_or(Known::Absent, |id| Known::Set(id, site));
            });
            for &id in &ids {
                let Some(Node::Command(command)) = self.part.node(id) else { continue };
                let present =
                    stage.map_or(Known::Absent, |stage| commands::present(&self.part, stage, command));
                if let Some(Node::Command(command)) = self.part.node_mut(id) {
                    command.in_image = present;
                }
                self.part.adopt(instruction, id);
            }
            check.commands = nodes(ids, site);
        }
        self.scope.healthcheck = Known::Set(self.part.add(check), site);
    }

    /// Notes that an instruction does what an earlier one of its stage did.
    fn replaces(&mut self, later: NodeId, earlier: NodeId, site: Site) {
        if let Some(Node::Instruction(node)) = self.part.node_mut(earlier) {
            node.overridden = Known::Set(true, node.head.site);
            node.replaced_by = Known::Set(later, site);
        }
        if let Some(Node::Instruction(node)) = self.part.node_mut(later) {
            node.repeated = Known::Set(true, site);
        }
    }

    /// The stage that an instruction is in.
    pub fn stage_of(&self, instruction: NodeId) -> Option<NodeId> {
        match self.part.node(instruction) {
            Some(Node::Instruction(node)) => node.stage.value().copied(),
            _ => None,
        }
    }

    /// CMD and ENTRYPOINT.
    pub fn start(&mut self, it: &syntax::Instruction, id: NodeId) {
        let words = match it.exec() {
            Some(words) => words.to_vec(),
            None => shell::split(&it.arguments),
        };
        let is_cmd = it.keyword == syntax::Keyword::Cmd;
        let slot = if is_cmd { &mut self.scope.cmd } else { &mut self.scope.entrypoint };
        let earlier = slot.replace((id, words));
        let stage = self.stages.last().map(|stage| stage.id);
        let site = Site::written(it.head);
        if let Some((earlier, _)) = earlier
            && self.stage_of(earlier) == stage
        {
            self.replaces(id, earlier, site);
        }
    }
}

fn program(scope: &Scope, stage: &Stage, part: &crate::facts::Part) -> Program {
    let site = stage.head.site;
    let mut program = Program::new(head(Text::made("start", site.label, Origin::Written), site, "start"));
    let own: Vec<Text> =
        [&scope.entrypoint, &scope.cmd].into_iter().flatten().flat_map(|(_, words)| words.clone()).collect();
    let base = stage.base.value().and_then(|&id| part.node(id));
    program.drops_privileges = if own.iter().any(is_dropper) {
        Known::Set(true, site)
    } else if scope.entrypoint.as_ref().is_some_and(|(_, words)| {
        words
            .first()
            .is_some_and(|word| word.as_str().contains("entrypoint") || word.as_str().ends_with(".sh"))
    }) {
        // What else would a program be brought for that becomes another user?
        if scope.has_dropper {
            Known::Set(true, Site { origin: Origin::Guess, ..site })
        } else {
            Known::Unknown(site, "an entrypoint script may become another user")
        }
    } else {
        match base {
            Some(Node::Image(image)) if scope.entrypoint.is_none() => match &image.drops_privileges {
                Known::Set(drops, site) => Known::Set(*drops, *site),
                _ => Known::Unknown(site, "the base image's entrypoint is not known"),
            },
            _ => Known::Set(false, site),
        }
    };
    let serves = !scope.exposes.is_empty()
        || own.iter().take(4).any(|word| word.as_str().contains("serve") || word.as_str() == "start");
    program.serves = Known::Set(serves, Site { origin: Origin::Guess, ..site });
    program.words = Known::Set(List::closed(own), site);
    program
}

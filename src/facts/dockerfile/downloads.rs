//! What steps fetch, whether anything checks it, and what becomes of it.

use crate::facts::kinds::Download;
use crate::facts::make::head;
use crate::facts::{Known, List, Node, NodeId, Site, fetchers};
use crate::source::{Origin, Text, glob};
use crate::syntax::dockerfile::Lookup;
use crate::syntax::shell::{Command, Script, operands};

use super::Filler;

/// A download of the current stage, while what becomes of it is followed.
pub struct Pending {
    id: NodeId,
    /// The last part of the file's path; empty where it goes into a pipe.
    name: String,
    /// The RUN and the pipeline that it is piped into.
    pipe: Option<(u32, usize)>,
}

/// No more downloads of one stage than this are followed.
const FOLLOWED: usize = 64;

/// A URL and where it is stored.
struct Fetch {
    url: Text,
    output: Option<Text>,
}

impl Filler<'_> {
    /// Adds the downloads of a script, and follows those of its stage.
    pub fn downloads(&mut self, script: &Script, ids: &[NodeId]) {
        let run = ids.first().map_or(0, |id| id.index);
        for (command, &node) in script.commands.iter().zip(ids) {
            self.follow(command, run);
            for fetch in fetches(command) {
                let mut download = self.download(via(command.name()), &fetch.url);
                download.head.parent = Some(node);
                download.command = Known::Set(node, download.head.site);
                let name = fetch.output.as_ref().map(file_name).unwrap_or_default().to_owned();
                download.output = fetch.output.map_or(Known::Absent, |path| {
                    let at = Site::written(path.span());
                    Known::Set(path, at)
                });
                let pipe = name.is_empty().then_some((run, command.pipeline));
                let id = self.part.add(download);
                self.pending(Pending { id, name, pipe });
            }
        }
    }

    /// Adds what an ADD fetches.
    pub fn added(&mut self, url: &Text, to: &Text, checked: bool, instruction: NodeId) {
        let mut download = self.download("ADD", url);
        let site = download.head.site;
        download.head.parent = Some(instruction);
        download.output = Known::Set(to.clone(), Site::written(to.span()));
        download.verified = Known::Set(checked, site);
        let name = if to.as_str().ends_with(['/', '.']) { last_part(url) } else { file_name(to).to_owned() };
        let id = self.part.add(download);
        self.pending(Pending { id, name, pipe: None });
    }

    fn pending(&mut self, pending: Pending) {
        if let Some(stage) = self.stages.last_mut()
            && stage.pending.len() < FOLLOWED
        {
            stage.pending.push(pending);
        }
    }

    fn download(&self, via: &'static str, written: &Text) -> Download {
        let site = Site::written(written.span());
        let url = self.with_variables(written);
        let mut download =
            Download::new(head(Text::made(via, site.label, Origin::Written), site, format!(" / {via}")));
        download.via = Known::Set(via, site);
        if let Some((scheme, rest)) = url.as_str().split_once("://") {
            let part = |part: &str| Known::Set(Text::made(part, site.label, url.origin()), site);
            if !scheme.contains('$') {
                let own = written.slice(0..scheme.len());
                download.scheme = if own.known() == Some(&*scheme.to_ascii_lowercase()) {
                    let at = Site::written(own.span());
                    Known::Set(own, at)
                } else {
                    part(&scheme.to_ascii_lowercase())
                };
            }
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
            download.host = if host.contains('$') {
                Known::Unknown(site, "the host comes from a variable")
            } else {
                part(host)
            };
        }
        if url.as_str().starts_with('$') {
            download.scheme = Known::Unknown(site, "the URL comes from a variable");
            download.host = Known::Unknown(site, "the URL comes from a variable");
        }
        download.url = Known::Set(url, site);
        download.verified = Known::Set(false, site);
        download.uses = Known::Set(List::default(), site);
        download.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        download
    }

    /// A word of a script with the variables of the file put in; holes stay where the file sets nothing.
    fn with_variables(&self, word: &Text) -> Text {
        let mut value = String::new();
        let mut at = 0;
        for (hole, variable) in word.holes() {
            value.push_str(word.as_str().get(at..hole.start).unwrap_or_default());
            at = hole.end;
            match self.scope.variables.get(&*variable.name) {
                Some((Lookup::Value(set) | Lookup::Default(set), _)) => value.push_str(set),
                _ => return word.clone(),
            }
        }
        if at == 0 {
            return word.clone();
        }
        value.push_str(word.as_str().get(at..).unwrap_or_default());
        Text::made(&value, word.span(), Origin::Default)
    }

    /// Notes what a command does with what was fetched before it.
    fn follow(&mut self, command: &Command, run: u32) {
        let (checks, uses) = (checks(command), Uses::of(command));
        let Some(stage) = self.stages.last_mut() else { return };
        if !checks && uses.is_empty() {
            return;
        }
        for pending in &mut stage.pending {
            let Some(Node::Download(download)) = self.part.node_mut(pending.id) else { continue };
            let site = download.head.site;
            if checks {
                download.verified = Known::Set(true, site);
                continue;
            }
            let piped = pending.pipe == Some((run, command.pipeline));
            let Some(used) = uses.of_file(&pending.name, piped) else { continue };
            if used == "moved" {
                if let Some(to) =
                    command.operands(&["-t"]).last().filter(|to| !to.text.as_str().ends_with(['/', '.']))
                {
                    file_name(&to.text).clone_into(&mut pending.name);
                }
                continue;
            }
            if let Known::Set(uses, _) = &mut download.uses {
                uses.items.push(Text::made(used, site.label, Origin::Written));
            }
        }
    }
}

/// Whether a command sends or asks for something else than a file.
fn fetches_nothing(command: &Command) -> bool {
    if command.name() != "curl" {
        return command.has_flag(&["--spider"]);
    }
    let gets = command.flag_value(&["-X", "--request"]).is_none_or(|method| method.as_str() == "GET");
    !gets || command.has_flag(&["-T", "--upload-file", "-I", "--head"])
}

/// What a command fetches. Uploads and other requests fetch nothing that is kept.
fn fetches(command: &Command) -> Vec<Fetch> {
    let name = command.name();
    if !matches!(name, "curl" | "wget" | "aria2c" | "fetch") || fetches_nothing(command) {
        return Vec::new();
    }
    let words = operands(command.arguments(), |flag| fetchers::takes_value(name, flag));
    let urls: Vec<&Text> = words.into_iter().map(|word| &word.text).filter(|text| is_url(text)).collect();
    let redirect = command
        .redirects
        .iter()
        .find(|it| matches!(it.operator.as_str(), ">" | ">>" | "1>"))
        .map(|it| it.target.clone());
    let named = if name == "wget" { ('O', "--output-document") } else { ('o', "--output") };
    let output = super::accounts::value(command, named.0, named.1).filter(|path| path.as_str() != "-");
    let to_pipe = name == "wget" && command.arguments().iter().any(|word| word.text.as_str().ends_with("O-"))
        || super::accounts::value(command, named.0, named.1).is_some_and(|path| path.as_str() == "-");
    let own_name = match name {
        "curl" => command
            .flags()
            .iter()
            .any(|flag| matches!(flag.as_str(), "-O" | "--remote-name" | "--remote-name-all")),
        _ => !to_pipe,
    };
    urls.into_iter()
        .map(|url| {
            let output = output.clone().or_else(|| redirect.clone());
            let output =
                output.or_else(|| own_name.then(|| Text::made(&last_part(url), url.span(), url.origin())));
            Fetch { url: url.clone(), output }
        })
        .collect()
}

fn via(name: &str) -> &'static str {
    ["curl", "wget", "aria2c", "fetch"].into_iter().find(|known| *known == name).unwrap_or("curl")
}

/// A URL, or what may become one.
fn is_url(text: &Text) -> bool {
    let value = text.as_str();
    value.contains("://") || value.starts_with('$')
}

/// The last part of a path.
fn file_name(path: &Text) -> &str {
    path.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The last part of a URL's path.
fn last_part(url: &Text) -> String {
    let path = url.as_str().split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// Whether a command checks a checksum or a signature.
fn checks(command: &Command) -> bool {
    let name = command.name();
    let says = |words: &[&str]| command.arguments().iter().any(|word| words.contains(&word.text.as_str()));
    match name {
        "gpg" | "gpg2" => says(&["--verify", "--verify-files"]),
        "gpgv" | "minisign" | "slsa-verifier" | "signify" | "rhash" => true,
        "cosign" => says(&["verify", "verify-blob", "verify-attestation", "verify-blob-attestation"]),
        "openssl" => says(&["dgst", "sha256", "sha512", "cms"]),
        "rpm" => says(&["-K", "--checksig"]),
        "gh" => says(&["attestation"]),
        _ => {
            name == "shasum"
                || name == "b2sum"
                || name.ends_with("sum") && (name.starts_with("sha") || name == "md5sum")
        }
    }
}

/// What a command does with files, asked once for all that are followed.
struct Uses<'c> {
    /// The file that it runs.
    runs: Option<&'c str>,
    /// What it does with the files that it names, or with its input.
    does: Option<&'static str>,
    /// The last parts of its arguments.
    arguments: Vec<&'c str>,
}

impl<'c> Uses<'c> {
    fn of(command: &'c Command) -> Self {
        let Some(program) = command.program() else {
            return Self { runs: None, does: None, arguments: Vec::new() };
        };
        let does = does(command);
        let arguments = if does.is_some() { command.arguments() } else { &[] };
        Self {
            runs: program.text.as_str().contains('/').then(|| file_name(&program.text)),
            does,
            arguments: arguments.iter().map(|word| file_name(&word.text)).collect(),
        }
    }

    const fn is_empty(&self) -> bool {
        self.runs.is_none() && self.does.is_none()
    }

    /// What it does with a file of that name; with its input if something is piped into it.
    fn of_file(&self, name: &str, piped: bool) -> Option<&'static str> {
        let is = |part: &&str| !name.is_empty() && (*part == name || part.contains('*') && glob(part, name));
        if self.runs.as_ref().is_some_and(is) {
            return Some("executed");
        }
        self.does.filter(|_| piped || self.arguments.iter().any(is))
    }
}

/// What a program does with the files that it is given.
fn does(command: &Command) -> Option<&'static str> {
    Some(match command.name() {
        "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "python" | "python3" | "python2" | "perl"
        | "ruby" | "node" | "php" | "java" | "source" | "." => "executed",
        "tar" | "unzip" | "gunzip" | "bsdtar" | "7z" | "7za" | "xz" | "unxz" | "bunzip2" | "gzip"
        | "zstd" | "jar" | "cpio" | "ar" => "unpacked",
        "dpkg" | "rpm" | "apt" | "apt-get" | "yum" | "dnf" | "microdnf" | "zypper" | "apk" | "pip"
        | "pip3" | "gem" | "npm" => "installed",
        "chmod" => {
            let mode =
                command.operands(&[]).first().map(|word| word.text.as_str().to_owned()).unwrap_or_default();
            let sets = super::permissions::bits(&mode).is_some_and(|bits| bits & 0o111 != 0);
            if !sets {
                return None;
            }
            "made-executable"
        }
        "install" => "made-executable",
        "mv" | "cp" => "moved",
        _ => return None,
    })
}

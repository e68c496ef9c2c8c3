//! Repairs that need more than keys and values: secrets that leave the file.

use crate::facts::kinds::{Service, Url, Variable};
use crate::facts::{Kind, Known, Node, NodeId, World};
use crate::policy::Recipe;
use crate::source::{Origin, Span, Text};
use crate::syntax::Data;

use super::finding::Change;

/// The changes of a recipe on a node; `None` where it does not fit.
pub fn changes(recipe: Recipe, world: &World, subject: NodeId) -> Option<Vec<Change>> {
    match recipe {
        Recipe::SecretToFile => secret_to_file(world, subject),
        Recipe::SecretToEnv => secret_to_env(world, subject),
        Recipe::ExecForm => exec_form(world, subject),
        Recipe::JsonList => json_list(world, subject),
        Recipe::AddRepository => super::clone::add_repository(world, subject),
        Recipe::EncryptDefault => encrypt_default(world, subject),
        Recipe::ProbeWithWget => probe_with_wget(world, subject),
        Recipe::IgnoreFile => ignore_file(world, subject),
    }
}

/// The variable becomes `X_FILE`, the value a file, the file a secret that the service is given.
fn secret_to_file(world: &World, subject: NodeId) -> Option<Vec<Change>> {
    let Some(Node::Variable(variable)) = world.node(subject) else { return None };
    let value = plain(variable)?;
    let service = service(world, *variable.service.value()?)?;
    let name = variable.head.name.known()?;
    let suffix = file_suffix(world, service, name)?;
    let file = value.span().file;
    let at = service.head.site.label;
    // What comes from another file or through an anchor is not this service's alone to change.
    if at.file != file || variable.head.site.via.is_some() {
        return None;
    }
    let secret = secret_name(world, subject, name, service)?;
    let directory = directory(world, value);
    let kept = Data::Map(vec![("file".to_owned(), Data::Text(format!("./secrets/{secret}.txt")))]);
    Some(vec![
        Change::Replace(variable.head.name.span(), format!("{name}{suffix}")),
        Change::Replace(value.span(), format!("/run/secrets/{secret}")),
        Change::Append(at, vec![("secrets".to_owned(), Data::List(vec![Data::Text(secret.clone())]))]),
        Change::SetTop(file, vec![("secrets".to_owned(), Data::Map(vec![(secret.clone(), kept)]))]),
        Change::Create {
            path: format!("{directory}secrets/{secret}.txt"),
            text: value.known()?.to_owned(),
            secret: true,
        },
        hidden(format!("{directory}.gitignore"), "secrets/"),
        hidden(format!("{directory}.dockerignore"), "secrets/"),
    ])
}

/// The value moves to `.env`, and what is left says that it must be set. Compose reads that file by itself; whoever
/// deploys a stack has to, and is told so by `:?` where it was forgotten.
fn secret_to_env(world: &World, subject: NodeId) -> Option<Vec<Change>> {
    let (value, name) = match world.node(subject)? {
        Node::Variable(variable) => (plain(variable)?, variable.head.name.known()?.to_owned()),
        Node::Url(url) => (url.password.value()?, password_of(url)),
        Node::Argument(argument) => {
            let service = service(world, *argument.service.value()?)?;
            (argument.value.value()?, format!("{}_password", service.head.name.known()?))
        }
        _ => return None,
    };
    let known = quoted(value.known().filter(|_| value.origin() == Origin::Written)?)?;
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let directory = directory(world, value);
    Some(vec![
        Change::Replace(value.span(), format!("${{{name}:?}}")),
        Change::AddLine { path: format!("{directory}.env"), line: format!("{name}={known}"), secret: true },
        hidden(format!("{directory}.gitignore"), ".env"),
        hidden(format!("{directory}.dockerignore"), ".env"),
    ])
}

/// A name for the password in a URL: a host may know several users.
fn password_of(url: &Url) -> String {
    let host = url.host.value().and_then(Text::known).unwrap_or("service");
    match url.user.value().and_then(Text::known).filter(|user| !user.is_empty()) {
        Some(user) => format!("{host}_{user}_password"),
        None => format!("{host}_password"),
    }
}

/// The network that every stack has, written out in the file of the service that is shown for it.
fn encrypt_default(world: &World, subject: NodeId) -> Option<Vec<Change>> {
    let at = world.node(subject)?.head().site.label;
    let map = |key: &str, data: Data| (key.to_owned(), data);
    let text = |text: &str| Data::Text(text.to_owned());
    let options = Data::Map(vec![map("encrypted", text(""))]);
    let network = Data::Map(vec![map("driver", text("overlay")), map("driver_opts", options)]);
    let networks = Data::Map(vec![map("default", network)]);
    (at != Span::default()).then(|| vec![Change::SetTop(at.file, vec![map("networks", networks)])])
}

/// `curl -f URL` becomes `wget -qO- URL`: it fails at the same answers and prints the same. The wget of busybox tries the
/// first address of a name only, which for `localhost` may be the one of IPv6.
fn probe_with_wget(world: &World, subject: NodeId) -> Option<Vec<Change>> {
    let Some(Node::Command(command)) = world.node(subject) else { return None };
    let program = command.program.value().filter(|program| program.as_str() == "curl")?;
    let [flag, url] = command.arguments.value()?.items.as_slice() else { return None };
    let short = flag
        .as_str()
        .strip_prefix('-')
        .is_some_and(|letters| letters.contains('f') && letters.chars().all(|c| "fsSL".contains(c)));
    let address = url.as_str().strip_prefix("http://").filter(|_| short || flag.as_str() == "--fail")?;
    let mut changes = vec![
        Change::Replace(program.span(), "wget".to_owned()),
        Change::Replace(flag.span(), "-qO-".to_owned()),
    ];
    if let Some(behind) = address.strip_prefix("localhost")
        && (behind.is_empty() || behind.starts_with([':', '/']))
    {
        let host = "http://".len().."http://localhost".len();
        changes.push(Change::Replace(url.slice(host).span(), "127.0.0.1".to_owned()));
    }
    Some(changes)
}

/// What no image needs, in the ignore file of the context; where nobody says what the context is, in the one that goes with
/// the Dockerfile, whatever its context.
fn ignore_file(world: &World, subject: NodeId) -> Option<Vec<Change>> {
    let Some(Node::Copy(copy)) = world.node(subject) else { return None };
    let dockerfile = &world.source(copy.head.site.label.file)?.path;
    let path = match &copy.context {
        Known::Set(context, _) if matches!(context.as_str(), "" | ".") => ".dockerignore".to_owned(),
        Known::Set(context, _) if !context.as_str().starts_with("..") => {
            format!("{}/.dockerignore", context.as_str())
        }
        Known::Absent if &**dockerfile == "Dockerfile" => ".dockerignore".to_owned(),
        Known::Absent => format!("{dockerfile}.dockerignore"),
        Known::Set(..) | Known::Unknown(..) => return None,
    };
    Some([".git", "**/.env", "**/*.key"].into_iter().map(|line| hidden(path.clone(), line)).collect())
}

/// The JSON list of a command that asks nothing of the shell.
fn exec_form(world: &World, subject: NodeId) -> Option<Vec<Change>> {
    let Some(Node::Instruction(instruction)) = world.node(subject) else { return None };
    let text = instruction.text.value()?;
    let words = plain_words(text.known()?)?;
    let listed: Vec<String> =
        words.iter().map(|word| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    Some(vec![Change::Replace(text.span(), format!("[{}]", listed.join(", ")))])
}

/// The JSON list that was meant by one with other quotes, or without any.
fn json_list(world: &World, subject: NodeId) -> Option<Vec<Change>> {
    let Some(Node::Instruction(instruction)) = world.node(subject) else { return None };
    let text = instruction.text.value()?;
    let listed = json(text.known()?)?;
    Some(vec![Change::Replace(text.span(), listed)])
}

/// A list whose items stand in one kind of quotes each, or are plain words, as JSON.
fn json(list: &str) -> Option<String> {
    let inner = list.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut items = Vec::new();
    let mut rest = Some(inner.strip_suffix(',').unwrap_or(inner));
    while let Some(left) = rest {
        let (item, behind) = first_item(left.trim_start())?;
        if item.is_empty() || item.contains(|c: char| c.is_control() || c == '\\' || c == '"') {
            return None;
        }
        items.push(format!("\"{item}\""));
        rest = behind.strip_prefix(',');
        if rest.is_none() && !behind.is_empty() {
            return None;
        }
    }
    Some(format!("[{}]", items.join(", ")))
}

/// The first item of a list, and what stands behind it.
fn first_item(list: &str) -> Option<(&str, &str)> {
    let open = list.chars().next()?;
    if let Some((_, close)) = QUOTES.iter().find(|pair| pair.0 == open) {
        let (item, behind) = list.get(open.len_utf8()..)?.split_once(*close)?;
        return Some((item, behind.trim_start()));
    }
    let (word, behind) = list.split_at(list.find(',').unwrap_or(list.len()));
    let word = word.trim();
    let plain = !word.contains(|c: char| c.is_whitespace() || "[]\"'“”‘’".contains(c));
    plain.then_some((word, behind))
}

/// What is written where JSON wants `"`: typographic quotes come from word processors and web pages.
const QUOTES: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')];

/// Words that a shell starts itself, or that are no program.
const BUILTINS: [&str; 12] =
    [".", ":", "cd", "command", "eval", "exit", "export", "if", "set", "source", "trap", "while"];

/// The words of a command in which nothing but blanks and quotes means anything to a shell; without `exec`.
fn plain_words(command: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some('"') if "$`\\".contains(c) => return None,
            Some(_) if !c.is_control() => word.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == ' ' => words.extend(word.take()),
            None if c.is_control() || "$`\\|&;<>(){}[]*?~#!".contains(c) => return None,
            None => word.get_or_insert_default().push(c),
            Some(_) => return None,
        }
    }
    if quote.is_some() {
        return None;
    }
    words.extend(word);
    if words.first().is_some_and(|word| word == "exec") {
        words.remove(0);
    }
    let program = words.first()?;
    (!program.is_empty() && !program.contains('=') && !BUILTINS.contains(&program.as_str())).then_some(words)
}

fn hidden(path: String, line: &str) -> Change {
    Change::AddLine { path, line: line.to_owned(), secret: false }
}

/// A value that is written out on one line.
fn plain(variable: &Variable) -> Option<&Text> {
    let value = variable.value.value()?;
    // The default of an interpolation is part of something that must stay whole.
    let written = value.origin() == Origin::Written;
    value.known().filter(|known| written && is_simple(known))?;
    Some(value)
}

fn is_simple(value: &str) -> bool {
    !value.is_empty() && !value.contains(['\n', '\r', '$'])
}

/// A value in the quotes that an environment file wants around it.
fn quoted(value: &str) -> Option<String> {
    if !is_simple(value) {
        None
    } else if !value.contains('\'') {
        Some(format!("'{value}'"))
    } else if !value.contains(['"', '\\', '`']) {
        Some(format!("\"{value}\""))
    } else {
        None
    }
}

fn service(world: &World, id: NodeId) -> Option<&Service> {
    match world.node(id)? {
        Node::Service(service) => Some(service),
        _ => None,
    }
}

/// What the image appends to the name of a variable that it also reads from a file.
fn file_suffix(world: &World, service: &Service, name: &str) -> Option<String> {
    let Node::Image(image) = world.node(*service.image.value()?)? else { return None };
    let reads = image.file_variables.value()?.items.iter().any(|it| it.as_str() == name);
    let suffix = image.file_suffix.value()?.as_str().to_owned();
    reads.then_some(suffix)
}

/// The variable's name in small letters, with the service's before it where another secret is called so.
fn secret_name(world: &World, subject: NodeId, name: &str, service: &Service) -> Option<String> {
    let part = world.part(subject.part)?;
    let taken = |wanted: &str| {
        let secret = part
            .of(Kind::Secret)
            .any(|id| part.node(id).is_some_and(|node| node.head().name.as_str() == wanted));
        // Another variable of that name would want the same file.
        let twin = part.of(Kind::Variable).filter(|&id| id != subject).any(|id| {
            part.node(id).is_some_and(|node| node.head().name.as_str().eq_ignore_ascii_case(wanted))
        });
        secret || twin
    };
    let short = name.to_ascii_lowercase();
    let long = format!("{}_{short}", service.head.name.known()?.replace('.', "_"));
    if !taken(&short) {
        Some(short)
    } else if taken(&long) {
        None
    } else {
        Some(long)
    }
}

/// The directory of the file that a text is written in, with its slash.
fn directory(world: &World, text: &Text) -> String {
    let path = world.source(text.span().file).map_or("", |source| &*source.path);
    path.rsplit_once('/').map_or_else(String::new, |(directory, _)| format!("{directory}/"))
}

#[cfg(test)]
mod tests {
    use super::{json, plain_words};

    #[test]
    fn a_list_with_other_quotes_becomes_json() {
        for list in [
            "['app', '--port', '80']",
            "[\"app\" , '--port', 80,]",
            "[app,--port,80]",
            "[“app”, “--port”, ‘80’]",
        ] {
            assert_eq!(json(list).as_deref(), Some("[\"app\", \"--port\", \"80\"]"), "{list}");
        }
        for other in
            ["['app' '--port']", "['app", "[ -x app ] && app", "['a\\b']", "[[app]]", "[]", "['it's']"]
        {
            assert_eq!(json(other), None, "{other}");
        }
    }

    #[test]
    fn only_what_needs_no_shell_is_taken_apart() {
        let words = |command: &str| plain_words(command).map(|words| words.join("|"));
        assert_eq!(words("node server.js"), Some("node|server.js".to_owned()));
        assert_eq!(words("exec  app  --name 'a $b' \"\" x=1"), Some("app|--name|a $b||x=1".to_owned()));
        for shell in [
            "app $PORT",
            "a && b",
            "a | b",
            "A=1 app",
            "cd /app",
            "app > /log",
            "app \"$X\"",
            "app 'open",
            "exec",
            "",
            "app *.js",
            "app \\\n --x",
            "npm start; true",
            "~/app",
        ] {
            assert_eq!(words(shell), None, "{shell}");
        }
    }
}

//! Projects that nobody wrote: known defects, in styles that are odd but legal.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use plimsoll::policy::Policy;
use plimsoll::source::{FileId, Source};
use plimsoll::syntax::{Data, yaml};

use super::pen::{Dice, Pen};
use super::promises::{Project, everything, holds, shown};

/// How many projects are made; `SEEDS=from..to` makes others.
const SEEDS: std::ops::Range<u64> = 0..120;

const IMAGES: [&str; 12] = [
    "nginx:1.29",
    "nginx",
    "postgres:17",
    "redis:8",
    "redis:7-alpine",
    "mysql:8.4",
    "node:24-slim",
    "registry.example.com/harbour/api:3.1",
    "caddy:2",
    "traefik:v3.1",
    "rabbitmq:4-management",
    "${IMAGE:-busybox:latest}",
];

/// What services say, one key a line.
const SERVICE: [&str; 66] = [
    "privileged: true",
    "ports: ['8080:80', '127.0.0.1:8081:81', '53:53/udp']",
    "ports: ['5432:5432']",
    "ports: [{target: 80, published: 8082, protocol: tcp}]",
    "environment: {POSTGRES_PASSWORD: r0pe-and-s4il-77, LANG: C.UTF-8}",
    "environment: ['POSTGRES_PASSWORD=r0pe-and-s4il-77', 'TZ=Asia/Seoul']",
    "environment: {API_TOKEN: tugboat-7781-xYz, 이름: 항구, EMPTY: ''}",
    "environment: ['API_TOKEN=tugboat-7781-xYz', 'DEBUG=true']",
    "environment: {DATABASE_URL: 'postgres://app:Zk3vbQ81xw@db:5432/app'}",
    "environment: {DB_PASSWORD: '${DB_PASSWORD}', X: '${Y:-z}'}",
    "environment: {MYSQL_ROOT_PASSWORD: Xq5xdS03zu, MYSQL_DATABASE: harbour}",
    "volumes: ['/var/run/docker.sock:/var/run/docker.sock', 'data:/data']",
    "volumes: ['/:/host', './conf:/etc/app:ro']",
    "volumes: [{type: bind, source: /etc, target: /etc}]",
    "volumes: ['data:/var/lib/postgresql/data']",
    "cap_add: [SYS_ADMIN, NET_BIND_SERVICE]",
    "cap_add: [ALL]",
    "cap_drop: [ALL]",
    "cap_drop: []",
    "security_opt: ['seccomp:unconfined', 'apparmor=unconfined']",
    "security_opt: ['no-new-privileges:false']",
    "network_mode: host",
    "pid: host",
    "ipc: host",
    "user: root",
    "user: '1000:1000'",
    "restart: always",
    "restart: 'no'",
    "logging: {driver: json-file}",
    "logging: {driver: none}",
    "logging: {options: {max-size: 10m}}",
    "deploy: {resources: {limits: {cpus: '0.5'}}}",
    "deploy: {replicas: 2}",
    "deploy: {}",
    "deploy:",
    "mem_limit: 512m",
    "healthcheck: {test: [NONE]}",
    "healthcheck: {test: 'curl -f http://localhost/ || exit 1', interval: 5s}",
    "healthcheck: {test: [CMD, curl, '-f', 'http://localhost'], retries: 0}",
    "healthcheck: {disable: true}",
    "depends_on: [db]",
    "depends_on: [db, web]",
    "depends_on: {db: {condition: service_started}}",
    "tmpfs: /tmp",
    "tmpfs: [/run, '/tmp:size=64m']",
    "read_only: true",
    "read_only: false",
    "command: redis-server --requirepass k33l-haul-9x",
    "command: [redis-server, '--requirepass', k33l-haul-9x]",
    "command: 'echo a b c d'",
    "entrypoint: ['/bin/sh', '-c', 'exec app']",
    "labels: {a: b, c: '한국어 😀'}",
    "labels: ['a=b']",
    "init: true",
    "ulimits: {nofile: 65536}",
    "sysctls: {net.core.somaxconn: 1024}",
    "container_name: web",
    "links: [db]",
    "hostname: harbour",
    "devices: ['/dev/mem:/dev/mem']",
    "stdin_open: true",
    "pids_limit: -1",
    "x-note: 'said and done'",
    "build: .",
    "secrets: [token]",
    "extra_hosts: ['a:10.0.0.1']",
];

/// What stands beside the services.
const BESIDE: [&str; 9] = [
    "version: '3.8'",
    "name: harbour",
    "volumes: {data: {}}",
    "volumes: {data: }",
    "networks: {default: {driver: bridge}}",
    "networks: {default: {internal: true}, back: {}}",
    "x-note: [a, b]",
    "x-env: {environment: {TZ: Asia/Seoul}}",
    "secrets: {token: {file: ./token.txt}}",
];

fn data(text: &str) -> Data {
    let source = Source::new(FileId(0), "menu.yaml", text);
    let tree = yaml::parse(&source, yaml::Limits::default());
    tree.to_data(tree.root().unwrap(), &mut 10_000).unwrap()
}

/// Some entries of a menu, none of them twice.
fn entries(dice: &mut Dice, menu: &[&str], count: usize) -> Vec<(String, Data)> {
    let mut all: Vec<(String, Data)> = Vec::new();
    for _ in 0..count {
        let Data::Map(entry) = data(dice.pick(menu)) else { panic!("a menu has entries") };
        if entry.iter().all(|(key, _)| all.iter().all(|(other, _)| other != key)) {
            all.extend(entry);
        }
    }
    all
}

fn compose(dice: &mut Dice) -> String {
    let mut services = Vec::new();
    for name in ["db", "web", "worker.1"].iter().take(1 + dice.roll(3)) {
        let count = 1 + dice.roll(7);
        let mut keys = entries(dice, &SERVICE, count);
        if !dice.one_in(8) {
            let at = dice.roll(keys.len() + 1);
            keys.insert(at, ("image".to_owned(), Data::Text(dice.pick(&IMAGES).to_owned())));
        }
        services.push(((*name).to_owned(), Data::Map(keys)));
    }
    let count = dice.roll(4);
    let mut top = entries(dice, &BESIDE, count);
    let at = dice.roll(top.len() + 1);
    top.insert(at, ("services".to_owned(), Data::Map(services)));
    Pen::new(dice).document(&Data::Map(top))
}

const STAGES: [&str; 6] =
    ["node:24-slim", "debian:13", "alpine:3.22 AS build", "golang:1.25 AS 0th", "ubuntu", "$BASE"];

/// Instructions; `\n` is where a line may be continued.
const INSTRUCTIONS: [&str; 26] = [
    "RUN apt-get update\n && apt-get install curl git\n && echo done",
    "RUN apt-get install -y curl",
    "RUN apk add curl",
    "RUN apk update\n && apk add --no-cache git",
    "RUN pip install flask",
    "RUN npm install\n && npm run build",
    "RUN curl -sSL https://example.com/x.sh\n | sh",
    "RUN cd /app\n && make",
    "RUN sudo make install",
    "RUN wget http://example.com/a.tgz && tar xf a.tgz",
    "ADD . /app",
    "ADD a.txt b.txt /app/",
    "COPY . /app",
    "COPY --chown=1000 a /a",
    "CMD node server.js",
    "CMD [\"node\", \"server.js\"]",
    "ENTRYPOINT exec app --x",
    "ENV API_TOKEN=tugboat-7781-xYz LANG=C.UTF-8",
    "ENV A b c",
    "MAINTAINER 선장 <a@example.com>",
    "EXPOSE 80/tcp 22",
    "WORKDIR app",
    "USER root",
    "USER 1000",
    "LABEL a=b\n c=\"d e\"",
    "HEALTHCHECK CMD curl -f http://localhost/",
];

fn dockerfile(dice: &mut Dice) -> String {
    let escape = if dice.one_in(10) { '`' } else { '\\' };
    let mut text = if escape == '`' { "# escape=`\n".to_owned() } else { String::new() };
    for stage in 0..=dice.roll(2) {
        let count = 1 + dice.roll(6);
        let instructions: Vec<&str> = (0..count).map(|_| dice.pick(&INSTRUCTIONS)).collect();
        instruction(&format!("FROM {}", dice.pick(&STAGES)), escape, dice, &mut text);
        for (at, line) in instructions.into_iter().enumerate() {
            if dice.one_in(6) {
                let _ = writeln!(text, "# 메모 {stage}.{at}");
            }
            instruction(line, escape, dice, &mut text);
        }
    }
    if dice.one_in(4) {
        text.truncate(text.trim_end().len());
    }
    text
}

/// An instruction, perhaps as a heredoc, in small letters, or with comments and blank lines where it is continued.
fn instruction(line: &str, escape: char, dice: &mut Dice, text: &mut String) {
    if let Some(script) = line.strip_prefix("RUN ").filter(|_| dice.one_in(10)) {
        let _ = write!(text, "RUN <<EOF\n{}\nEOF\n", script.replace('\n', ""));
        return;
    }
    let line = match line.split_once(' ') {
        Some((word, rest)) if dice.one_in(10) => format!("{}  {rest}", word.to_lowercase()),
        _ => line.to_owned(),
    };
    for (at, part) in line.split('\n').enumerate() {
        if at > 0 {
            let blanks = if dice.one_in(8) { "  " } else { "" };
            let between = dice.pick(&["", "", "", "", "", "\n", "\t# 사이\n", "# between\n"]);
            let _ = write!(text, " {escape}{blanks}\n{between}   ");
        }
        text.push_str(part);
    }
    text.push_str(dice.pick(&["\n", "\n", "\n", "\n\n", "  \n", "\t\n"]));
}

fn project(seed: u64) -> Project {
    let mut dice = Dice::new(seed);
    let mut project = Project::new();
    let kind = dice.roll(8);
    if kind < 6 {
        let name = if dice.one_in(5) { "harbour-stack.yml" } else { "compose.yaml" };
        project.insert(name.to_owned(), compose(&mut dice));
    }
    if kind == 5 {
        project.insert("compose.override.yaml".to_owned(), compose(&mut dice));
    }
    if kind >= 4 {
        project.insert("Dockerfile".to_owned(), dockerfile(&mut dice));
    }
    let (windows, mark) = (dice.one_in(6), dice.one_in(12));
    for text in project.values_mut() {
        if windows {
            *text = text.replace('\n', "\r\n");
        }
        if mark {
            text.insert(0, '\u{feff}');
        }
    }
    project
}

/// What the other line endings and a byte order mark change: nothing else.
fn written_as_windows_does(project: &Project, new: &Project, policy: &Policy) {
    let other = |project: &Project| -> Project {
        let as_windows =
            |text: &String| format!("\u{feff}{}", text.trim_start_matches('\u{feff}').replace('\n', "\r\n"));
        project.iter().map(|(name, text)| (name.clone(), as_windows(text))).collect()
    };
    if project.values().any(|text| text.contains('\r')) {
        return;
    }
    let (there, windows) = (other(project), other(new));
    let plan = super::promises::mend(&there, policy);
    for (name, text) in super::promises::rewritten(&there, &plan) {
        if project.contains_key(&name) {
            assert_eq!(text, windows[&name], "{name} with other line endings: {}", shown(project));
        }
    }
}

#[test]
fn rewrites_of_generated_projects_keep_their_promises() {
    let seeds = std::env::var("SEEDS").ok().map_or(SEEDS, |range| {
        let (from, to) = range.split_once("..").unwrap();
        from.parse().unwrap()..to.parse().unwrap()
    });
    let policy = everything();
    let count = seeds.end - seeds.start;
    let outcomes: Vec<(u64, Option<bool>)> = seeds
        .into_par_iter()
        .map(|seed| {
            let project = project(seed);
            // Each says what it broke; all of them are wanted.
            let held = catch_unwind(AssertUnwindSafe(|| {
                let new = holds(&project, &policy);
                written_as_windows_does(&project, &new, &policy);
                new != project
            }));
            (seed, held.ok())
        })
        .collect();
    let broken: Vec<u64> = outcomes.iter().filter(|it| it.1.is_none()).map(|it| it.0).collect();
    assert!(broken.is_empty(), "broken by the seeds {broken:?}");
    let changed = outcomes.iter().filter(|it| it.1 == Some(true)).count() as u64;
    assert!(changed > count * 9 / 10, "{changed} of {count} are changed");
}

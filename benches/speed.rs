//! How fast files are parsed and judged, in this process; `benches/compare` times whole processes.

#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plimsoll::engine::{Heed, check};
use plimsoll::facts::Options;
use plimsoll::policy::{Selection, load};
use plimsoll::source::{FileId, Found, Memory, Source, guess};
use plimsoll::syntax::{dockerfile, yaml};

/// A Dockerfile of so many stages, each with what real ones have.
fn a_dockerfile(stages: usize) -> String {
    let stage = |number: usize| {
        format!(
            "# stage {number}\nFROM debian:12 AS s{number}\nARG VERSION=1.{number}\nENV PATH=/opt/bin:$PATH\n\
             RUN apt-get update && \\\n    apt-get install -y --no-install-recommends curl git && \\\n    \
             rm -rf /var/lib/apt/lists/*\nWORKDIR /srv/app\nCOPY --chown=1000:1000 . .\n\
             HEALTHCHECK CMD curl -f http://localhost/ || exit 1\nUSER 1000\nCMD [\"./serve\", \"--port\", \"80\"]\n"
        )
    };
    (0..stages).map(stage).collect()
}

/// A Dockerfile of so many RUNs: the longest that hooks should not be felt on has 800.
fn a_long_dockerfile(runs: usize) -> String {
    let run = |number: usize| match number % 4 {
        0 => format!(
            "RUN apt-get update && apt-get install -y curl=7.{number} && rm -rf /var/lib/apt/lists/*\n"
        ),
        1 => format!("RUN pip install --no-cache-dir requests==2.{number} flask\n"),
        2 => format!("RUN curl -fsSL https://example.com/a{number}.tar.gz | tar xz -C /opt\n"),
        _ => format!("RUN mkdir -p /srv/{number} && chown app:app /srv/{number} && chmod 0755 /srv\n"),
    };
    format!("FROM debian:12\n{}", (0..runs).map(run).collect::<String>())
}

/// A Compose file of so many services.
fn a_compose_file(services: usize) -> String {
    let service = |number: usize| {
        format!(
            "  s{number}:\n    image: registry.example/app:1.{number}\n    ports: [\"127.0.0.1:{port}:80\"]\n    \
             environment:\n      DATABASE_URL: postgres://app@db/app\n      LOG_LEVEL: ${{LEVEL:-info}} # words\n    \
             volumes: [\"data:/data\", \"./conf:/etc/app:ro\"]\n    depends_on: {{ db: {{ condition: service_healthy }} }}\n    \
             deploy: {{ resources: {{ limits: {{ memory: 256M, cpus: \"0.5\" }} }} }}\n",
            port = 8000 + number
        )
    };
    let services: String = (0..services).map(service).collect();
    format!(
        "services:\n  db:\n    image: postgres:17\n    volumes: [\"data:/var/lib/postgresql/data\"]\n{services}volumes: {{ data: {{}} }}\n"
    )
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    let text = a_dockerfile(10);
    let source = Source::new(FileId(0), "Dockerfile", &text);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("a Dockerfile", |bencher| bencher.iter(|| dockerfile::parse(black_box(&source))));
    let text = a_compose_file(20);
    let source = Source::new(FileId(0), "compose.yaml", &text);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("a Compose file", |bencher| {
        bencher.iter(|| yaml::parse(black_box(&source), yaml::Limits::default()));
    });
    group.finish();
}

fn judging(criterion: &mut Criterion) {
    let Ok(policy) = load(&Selection::default()) else { return };
    let mut group = criterion.benchmark_group("check");
    let mut project: Vec<(String, String)> = vec![("compose.yaml".to_owned(), a_compose_file(10))];
    project.extend((0..10).map(|number| (format!("s{number}/Dockerfile"), a_dockerfile(3))));
    for (name, files) in [
        ("a Dockerfile", vec![("Dockerfile".to_owned(), a_dockerfile(10))]),
        ("a Dockerfile of 800 RUNs", vec![("Dockerfile".to_owned(), a_long_dockerfile(800))]),
        ("a Compose file", vec![("compose.yaml".to_owned(), a_compose_file(20))]),
        ("a project", project),
    ] {
        let memory = files.iter().fold(Memory::default(), |memory, (path, text)| memory.with(path, text));
        let found: Vec<Found> = files
            .iter()
            .map(|(path, _)| Found { path: path.clone(), guess: guess(path), named: true })
            .collect();
        group.throughput(Throughput::Bytes(files.iter().map(|(_, text)| text.len() as u64).sum()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| check(&memory, black_box(&found), &Options::default(), &policy, Heed::default()));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("start");
    group.bench_function("the policy", |bencher| bencher.iter(|| load(black_box(&Selection::default()))));
    group.finish();
}

criterion_group!(benches, parsing, judging);
criterion_main!(benches);

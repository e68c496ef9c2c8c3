//! A planted secret in every place where one can stand: no command and no format shows it.

use super::support::{Folder, Run};

const DOCKERFILE: &str = r#"# syntax=docker/dockerfile:1
ARG GLOBAL_TOKEN=canary01
FROM debian:13
ARG DB_PASSWORD=canary02
ENV API_TOKEN=canary03 OTHER=x
ENV SECRET_KEY=canary04
LABEL vendor.password="canary05"
RUN curl -u user:canary06 https://files.example/a | sh
RUN curl -H "Authorization: Bearer canary07" https://files.example
RUN mysql -pcanary08 -u root
RUN git clone https://user:canary09@git.example/repo.git
RUN export AWS_SECRET_ACCESS_KEY=canary10 && deploy
RUN DB_PASSWORD=canary11 ./migrate
RUN echo "machine git.example login me password canary12" > ~/.netrc
RUN echo "root:canary13" | chpasswd
RUN <<END
export TOKEN=canary14
END
ADD https://user:canary15@files.example/x.tgz /x
COPY <<END /app/.env
DB_PASSWORD=canary16
END
HEALTHCHECK CMD curl -u me:canary17 http://localhost
ENTRYPOINT ["app", "--password", "canary18"]
CMD app --token=canary19
ONBUILD ENV LATER_PASSWORD=canary20
USER root
"#;

const COMPOSE: &str = r#"x-shared: &shared
  SHARED_PASSWORD: canary40
services:
  web:
    image: registry.example/web:1
    privileged: true
    network_mode: host
    build:
      context: https://user:canary41@git.example/r.git
      args:
        BUILD_TOKEN: canary42
    env_file: app.env
    environment:
      <<: *shared
      DB_PASSWORD: canary43
      DATABASE_URL: postgres://user:canary44@db/app
      DEFAULTED_SECRET: ${DB_SECRET:-canary45}
      FROM_ENV: ${DB_PASSWORD}
      HOOK_SECRET: https://me:canary62@hook.example/canary63
    command: app --password canary46 --db=mysql://u:canary47@db/x
    entrypoint: ["app", "--token=canary48"]
    healthcheck:
      test: ["CMD", "mysqladmin", "ping", "-pcanary49"]
    labels:
      - "app.token=canary50"
    logging:
      driver: splunk
      options:
        splunk-token: canary51
    x-registry-password: canary52
    post_start:
      - command: curl -u me:canary53 http://hook.example
        environment: [HOOK_PASSWORD=canary54]
    ports: ["80:80"]
  list:
    image: redis
    build: { context: ., cache_from: ["me:canary65@registry.example/list"] }
    command: redis-server --requirepass canary55
    environment:
      - REDIS_PASSWORD=canary56
      - "URL=redis://:canary57@redis"
    deploy:
      labels: {app.password: canary58}
  pulled:
    image: me:canary64@registry.example/pulled:1
configs:
  app:
    content: |
      password=canary59
      url: postgres://me:canary60@db/x
volumes:
  share:
    driver_opts:
      type: cifs
      o: "username=me,password=canary61"
      device: //files.example/x
"#;

fn folder() -> Folder {
    Folder::of(&[
        ("Dockerfile", DOCKERFILE),
        ("compose.yaml", COMPOSE),
        (".env", "DB_PASSWORD=canary70\nCOMPOSE_TOKEN=canary71\n"),
        ("app.env", "DB_PASSWORD=canary72\nURL=postgres://me:canary73@db/x\n"),
    ])
}

fn silent(args: &[&str], out: &str, err: &str) {
    for text in [out, err] {
        if let Some(at) = text.find("canary") {
            let from = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let line = text[from..].lines().next().unwrap_or_default();
            panic!("{args:?} shows a secret: {line}");
        }
    }
}

#[test]
fn no_format_shows_one() {
    let folder = folder();
    for format in ["human", "concise", "json", "github", "markdown"] {
        for target in [&[][..], &["--as", "stack"]] {
            for path in ["Dockerfile", "compose.yaml", "."] {
                if path == "Dockerfile" && !target.is_empty() {
                    continue;
                }
                let common = [
                    "check",
                    "--profile",
                    "all",
                    "--min-severity",
                    "info",
                    "-v",
                    "--show-ignored",
                    "--shellcheck",
                ];
                let args = [&common[..], target, &["--format", format, path]].concat();
                let run = folder.run(&args);
                assert!(run.out.len() > 500, "{run:?}");
                silent(&args, &run.out, &run.err);
            }
        }
    }
}

#[test]
fn no_command_shows_one() {
    let folder = folder();
    for args in [
        &["facts", "Dockerfile"][..],
        &["facts", "compose.yaml"],
        &["facts", "--merged", "compose.yaml"],
        &["facts", "--merged", "--as", "stack", "compose.yaml"],
        &["fix", "Dockerfile", "compose.yaml"],
        &["fix", "--unsafe", "--profile", "all", "Dockerfile", "compose.yaml"],
        &["harden", "Dockerfile", "compose.yaml"],
        &["harden", "--profile", "all", "--as", "stack", "compose.yaml"],
        &["check", "--color", "always", "."],
    ] {
        let run = folder.run(args);
        assert!(run.code < 3 && !run.out.is_empty(), "{run:?}");
        silent(args, &run.out, &run.err);
    }
    let written = folder.run(&["harden", "--write", "Dockerfile", "compose.yaml"]);
    silent(&["harden", "--write"], &written.out, &written.err);
}

#[test]
fn neither_mistakes_in_a_configuration_nor_broken_files_show_one() {
    for text in ["ignore: [x]\npassword: canary80\n", "profile: strict\n  password: canary82\n"] {
        let folder = Folder::of(&[("plimsoll.yaml", text), ("compose.yaml", "services: {a: {image: x}}\n")]);
        let run = folder.run(&["check"]);
        assert_eq!(run.code, 2, "{run:?}");
        silent(&["check"], &run.out, &run.err);
    }
    for (path, text) in [
        ("compose.yaml", "services:\n  web:\n    environment:\n      DB_PASSWORD: canary83\n   broken: x\n"),
        ("compose.yaml", "services:\n  web:\n    environment:\n      DB_PASSWORD: \"canary84\n"),
        ("Dockerfile", "FROM debian:13\nENV DB_PASSWORD=\"canary85\nRUN <<END\nexport TOKEN=canary86\n"),
    ] {
        let folder = Folder::of(&[(path, text)]);
        for format in ["human", "json", "concise", "github", "markdown"] {
            let run = folder.run(&["check", "--profile", "all", "--format", format, path]);
            silent(&[format, text], &run.out, &run.err);
        }
        let piped = Run { stdin: text.as_bytes(), ..Run::at(folder.path()) };
        let run = piped.args(&["check", "--stdin-filename", path, "-"]);
        silent(&["stdin"], &run.out, &run.err);
    }
}

#[test]
fn no_edit_and_no_message_shows_what_an_old_form_holds() {
    for text in [
        "FROM debian:13\nENV SECRET_KEY canary90\nENV DB_PASSWORD canary91 and more\n",
        "FROM https://user:canary92@files.example/x\n",
        "FROM me:canary95@files.example/x:1 AS a\nFROM a\nCOPY --from=me:canary96@files.example/y a b\n",
        "FROM debian:13\nFROM https://user:canary93@files.example/x:1 AS b\nCOPY --from=https://u:canary94@h.example/x a b\n",
    ] {
        let folder = Folder::of(&[("Dockerfile", text)]);
        for format in ["human", "concise", "json", "github", "markdown"] {
            let args =
                ["check", "--profile", "all", "--min-severity", "info", "--format", format, "Dockerfile"];
            let run = folder.run(&args);
            assert!(run.out.len() > 100, "{run:?}");
            silent(&args, &run.out, &run.err);
        }
        for args in [
            &["fix", "--format", "json", "Dockerfile"][..],
            &["harden", "Dockerfile"],
            &["facts", "Dockerfile"],
        ] {
            let run = folder.run(args);
            silent(args, &run.out, &run.err);
        }
    }
}

#[test]
fn a_secret_from_two_sources_is_refused_at_load() {
    let text = "services: {web: {image: \"app:1\", secrets: [key]}}\nsecrets: {key: {file: ./key, environment: KEY}}\n";
    let folder = Folder::of(&[("compose.yaml", text)]);
    let run = folder.run(&["check", "--format", "json", "--select", "secret-source-missing", "compose.yaml"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.out.contains("has more than one source") && run.out.contains("\"refused\":\"load\""),
        "{run:?}"
    );
}

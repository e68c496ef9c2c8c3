//! The password that a server asks of its clients.

use crate::facts::kinds::{Argument, Service, Variable};
use crate::facts::{Known, Node, Site};
use crate::source::{Origin, Text};

use super::Filler;

/// Who is served, where the password is set, and whom it belongs to. Sources: the images' entrypoints.
struct Server {
    /// A part of the image's last name.
    image: &'static str,
    /// The variables that hold the password, each with the variable that names the user and that user's default.
    variables: &'static [(&'static str, &'static str, &'static str)],
}

const SERVERS: &[Server] = &[
    Server { image: "postg", variables: &[("POSTGRES_PASSWORD", "POSTGRES_USER", "postgres")] },
    Server { image: "timescale", variables: &[("POSTGRES_PASSWORD", "POSTGRES_USER", "postgres")] },
    Server { image: "pgvector", variables: &[("POSTGRES_PASSWORD", "POSTGRES_USER", "postgres")] },
    Server {
        image: "mysql",
        variables: &[("MYSQL_PASSWORD", "MYSQL_USER", ""), ("MYSQL_ROOT_PASSWORD", "", "root")],
    },
    Server {
        image: "mariadb",
        variables: &[
            ("MARIADB_PASSWORD", "MARIADB_USER", ""),
            ("MYSQL_PASSWORD", "MYSQL_USER", ""),
            ("MARIADB_ROOT_PASSWORD", "", "root"),
            ("MYSQL_ROOT_PASSWORD", "", "root"),
        ],
    },
    Server { image: "mongo", variables: &[("MONGO_INITDB_ROOT_PASSWORD", "MONGO_INITDB_ROOT_USERNAME", "")] },
    Server { image: "rabbitmq", variables: &[("RABBITMQ_DEFAULT_PASS", "RABBITMQ_DEFAULT_USER", "guest")] },
    Server { image: "redis", variables: &[("REDIS_PASSWORD", "", "default")] },
    Server { image: "valkey", variables: &[("VALKEY_PASSWORD", "", "default")] },
];

impl Filler<'_> {
    /// Fills in the password that a service asks of its clients, as far as its own configuration says.
    pub fn password(&self, service: &mut Service) {
        let site = service.head.site;
        for &id in service.arguments.value().map_or(&[][..], |list| &list.items) {
            let Some(Node::Argument(argument)) = self.part.node(id) else { continue };
            if argument.head.name.as_str() == "--requirepass" {
                service.password = value(argument);
                service.password_user = Known::Set(Text::made("default", site.label, Origin::Table), site);
                return;
            }
        }
        let image = self.image_of(service).and_then(|image| image.base_name.value()).and_then(Text::known);
        let Some(server) = image.and_then(|image| SERVERS.iter().find(|server| image.contains(server.image)))
        else {
            return;
        };
        // The official images of Redis and Valkey read no variable.
        let repository =
            self.image_of(service).and_then(|image| image.repository.value()).and_then(Text::known);
        if matches!(repository, Some("redis" | "valkey/valkey")) {
            return;
        }
        for &(variable, user, default) in server.variables {
            let (password, file) =
                (self.variable(service, variable), self.variable(service, &format!("{variable}_FILE")));
            if password.is_none() && file.is_none() {
                continue;
            }
            service.password_user = match self.variable(service, user) {
                Some(user) => user.value.clone(),
                None if default.is_empty() => Known::Absent,
                None => Known::Set(Text::made(default, site.label, Origin::Table), site),
            };
            match (password, file) {
                (Some(password), _) => service.password = password.value.clone(),
                (None, Some(file)) => {
                    service.password = Known::Unknown(file.head.site, "it is in a file");
                    service.password_file = file.value.clone();
                }
                (None, None) => {}
            }
            return;
        }
    }

    fn variable(&self, service: &Service, name: &str) -> Option<&Variable> {
        let environment = service.environment.value()?;
        environment.items.iter().rev().find_map(|&id| match self.part.node(id) {
            Some(Node::Variable(variable)) if variable.head.name.as_str() == name => Some(&**variable),
            _ => None,
        })
    }
}

fn value(argument: &Argument) -> Known<Text> {
    match &argument.value {
        Known::Set(text, _) if !text.is_known() => {
            Known::Unknown(Site::written(text.span()), "it comes from a variable")
        }
        value => value.clone(),
    }
}

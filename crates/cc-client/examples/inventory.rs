//! Shows everything that an owner has: `cargo run --example inventory -- --sandbox`.
//!
//! A part that cannot be read is shown as unknown with its error, and hides nothing else. Variables are shown by their names: no secret
//! leaves the program.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::process::ExitCode;

use cc_client::commands::addon::ListAddon;
use cc_client::commands::addon::model::Addon;
use cc_client::commands::application::model::{Application, Domain};
use cc_client::commands::application::{GetEnvironment, ListApplication, ListDomain};
use cc_client::commands::drain::ListLogDrain;
use cc_client::commands::network_group::ListNetworkGroup;
use cc_client::commands::network_group::model::NetworkGroup;
use cc_client::commands::organisation::ListOrganisation;
use cc_client::fan_out;
use cc_client::prelude::*;
use cc_sandbox::Sandbox;
use futures_util::join;
use serde::Serialize;

const HELP: &str = "\
inventory [OWNER…] [--json]      shows what these owners have. Default: all owners that the credentials see
inventory --sandbox [--json]     tries it out on a platform in this process

--json   prints JSON instead of a table. An unknown part is an object with `error`

Exit codes: 0 complete, 1 the owners are unknown, 2 wrong arguments, 3 some parts are unknown. Credentials are those of the environment or of
`clever login`.
";

/// Applications whose parts are read at the same time. Each sends three requests.
const AT_ONCE: usize = 4;

/// A part of the inventory: its value, or the reason why it is unknown.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Part<T> {
    Known(T),
    Unknown { error: Error },
}

impl<T> Part<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Part<U> {
        match self {
            Self::Known(value) => Part::Known(change(value)),
            Self::Unknown { error } => Part::Unknown { error },
        }
    }
}

impl<T> From<Result<T>> for Part<T> {
    fn from(result: Result<T>) -> Self {
        result.map_or_else(|error| Self::Unknown { error }, Self::Known)
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerItem {
    pub id: OwnerId,
    pub applications: Part<Vec<ApplicationItem>>,
    pub addons: Part<Vec<Item>>,
    pub network_groups: Part<Vec<Item>>,
}

#[derive(Debug, Serialize)]
pub struct ApplicationItem {
    #[serde(flatten)]
    pub item: Item,
    pub domains: Part<Vec<String>>,
    pub variables: Part<Vec<String>>,
    pub drains: Part<Vec<String>>,
}

/// Something with a name, an id and a line that describes it.
#[derive(Debug, Serialize)]
pub struct Item {
    pub name: String,
    pub id: String,
    pub details: String,
}

/// Reads everything that an owner has.
pub async fn read(client: &Client, id: OwnerId) -> OwnerItem {
    let (applications, addons, groups) = join!(
        client.send(ListApplication::new(&id)),
        client.send(ListAddon::new(&id)),
        client.send(ListNetworkGroup::new(&id)),
    );
    let applications = match applications {
        Ok(list) => {
            let read = |application| read_application(client, application);
            Part::Known(fan_out::for_each(list, AT_ONCE, read).await)
        }
        Err(error) => Part::Unknown { error },
    };
    let addons = Part::from(addons).map(|list| list.into_iter().map(addon).collect());
    let network_groups = Part::from(groups).map(|list| list.into_iter().map(network_group).collect());
    OwnerItem { id, applications, addons, network_groups }
}

async fn read_application(client: &Client, application: Application) -> ApplicationItem {
    let id = &application.id;
    let (domains, environment, drains) = join!(
        client.send(ListDomain::new(id)),
        client.send(GetEnvironment::of_application(id)),
        client.send(ListLogDrain::of_application(id)),
    );
    ApplicationItem {
        domains: Part::from(domains).map(|list| list.iter().map(domain).collect()),
        variables: Part::from(environment)
            .map(|environment| environment.environment.into_iter().map(|variable| variable.name).collect()),
        drains: Part::from(drains).map(|list| {
            list.iter().map(|drain| format!("{} {} {}", drain.id, drain.kind, drain.status)).collect()
        }),
        item: Item {
            details: format!("{}, {}", application.state, application.zone),
            id: application.id.to_string(),
            name: application.name,
        },
    }
}

fn domain(domain: &Domain) -> String {
    format!("{}{}", domain.domain, if domain.is_primary { " (primary)" } else { "" })
}

fn addon(addon: Addon) -> Item {
    let provider = addon.provider.map(|provider| provider.name);
    let plan = addon.plan.map(|plan| plan.name);
    let details: Vec<String> = [provider, plan, Some(addon.zone)].into_iter().flatten().collect();
    Item { name: addon.name.unwrap_or_default(), id: addon.id.to_string(), details: details.join(", ") }
}

fn network_group(group: NetworkGroup) -> Item {
    let details = format!("{}, {} members", group.network_ip, group.members.len());
    Item { name: group.label, id: group.id.to_string(), details }
}

/// A table whose columns are as wide as their widest cell. It counts the unknown parts.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<[String; 4]>,
    pub unknown: usize,
}

impl Table {
    pub fn of(owners: &[OwnerItem]) -> Self {
        let mut table = Self::default();
        for owner in owners {
            table.row("owner", "", &owner.id, "");
            table.list("application", &owner.applications, |table, application| {
                table.item("application", &application.item);
                table.names("  domains", &application.domains);
                table.names("  variables", &application.variables);
                table.names("  drains", &application.drains);
            });
            table.list("add-on", &owner.addons, |table, item| table.item("add-on", item));
            table.list("network group", &owner.network_groups, |table, item| {
                table.item("network group", item);
            });
        }
        table
    }

    fn row(&mut self, kind: &str, name: &str, id: impl ToString, details: &str) {
        self.rows.push([kind.to_owned(), name.to_owned(), id.to_string(), details.to_owned()]);
    }

    fn item(&mut self, kind: &str, item: &Item) {
        self.row(kind, &item.name, &item.id, &item.details);
    }

    fn list<T>(&mut self, kind: &str, part: &Part<Vec<T>>, mut show: impl FnMut(&mut Self, &T)) {
        match part {
            Part::Known(list) => list.iter().for_each(|item| show(self, item)),
            Part::Unknown { error } => {
                self.unknown += 1;
                self.row(kind, "unknown", "", &error.to_string());
            }
        }
    }

    fn names(&mut self, kind: &str, part: &Part<Vec<String>>) {
        match part {
            Part::Known(names) if names.is_empty() => {}
            Part::Known(names) => self.row(kind, &names.len().to_string(), "", &names.join(", ")),
            Part::Unknown { .. } => self.list(kind, part, |_, _| ()),
        }
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = |column: usize| {
            let widths = self.rows.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or_default()
        };
        let (kinds, names, ids) = (width(0), width(1), width(2));
        for [kind, name, id, details] in &self.rows {
            let line = format!("{kind:kinds$}  {name:names$}  {id:ids$}  {details}");
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let (options, owners): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let has = |option: &str| options.iter().any(|given| given == option);
    let unknown = options.iter().any(|given| given != "--json" && given != "--sandbox");
    if unknown || has("--sandbox") && !owners.is_empty() {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    }
    // Held until the end: the sandbox stops when it is dropped.
    let sandbox = if has("--sandbox") { Some(Sandbox::start().await) } else { None };
    let client = sandbox.as_ref().map_or_else(Client::infer, |sandbox| Ok(sandbox.client()));
    match run(client, owners, has("--json")).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(unknown) => {
            eprintln!("warning: {unknown} parts are unknown");
            ExitCode::from(3)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the inventory, and returns the number of its unknown parts.
async fn run(
    client: Result<Client>,
    owners: Vec<String>,
    json: bool,
) -> Result<usize, Box<dyn std::error::Error>> {
    let client = client?;
    let mut ids: Vec<OwnerId> = owners.into_iter().map(Into::into).collect();
    if ids.is_empty() {
        ids = client.send(ListOrganisation::new(true)).await?.into_iter().map(|owner| owner.id).collect();
    }
    let mut owners = Vec::new();
    for id in ids {
        owners.push(read(&client, id).await);
    }
    let table = Table::of(&owners);
    if json {
        println!("{}", serde_json::to_string_pretty(&owners)?);
    } else {
        print!("{table}");
    }
    Ok(table.unknown)
}

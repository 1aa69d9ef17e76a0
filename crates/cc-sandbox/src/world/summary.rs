//! The resources at a glance, for people.

use jiff::Timestamp;
use serde_json::Value;

use super::World;

/// A kind of resources, the number of all of them, and the latest ones: id, name and state of each.
pub(crate) type Kind = (String, usize, Vec<[String; 3]>);

impl World {
    /// The kinds of resources, with the latest ones of each.
    pub(crate) fn summary(&mut self, most: usize) -> Vec<Kind> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let owners = self.owners.iter();
        let owners = owners.map(|(id, owner)| {
            let members = owner.members.len();
            [
                id.clone(),
                text(&owner.wire["name"]),
                format!("{members} {}", if members == 1 { "member" } else { "members" }),
            ]
        });
        let applications = self.applications.iter();
        let applications = applications.map(|(id, application)| {
            let latest = application.deployments.values().last();
            let latest = latest.map(|own| format!(", {} {}", own.action.name(), own.state.v4()));
            let state = format!("{}{}", text(&application.wire()["state"]), latest.unwrap_or_default());
            [id.clone(), application.text("name").to_owned(), state]
        });
        let addons = self.addons.iter();
        let addons = addons.map(|(id, addon)| {
            [
                id.clone(),
                text(&addon.wire["name"]),
                format!("{}, {}", addon.provider, text(&addon.wire["plan"]["name"])),
            ]
        });
        let drains = self.drains.iter();
        let drains = drains
            .map(|(id, drain)| [id.clone(), text(&drain.recipient["url"]), drain.status.name().to_owned()]);
        let groups = self.network_groups.iter();
        let groups = groups.map(|(id, group)| {
            [
                id.clone(),
                group.label.clone(),
                format!("{} members, {} peers", group.members.len(), group.peers.len()),
            ]
        });
        let tokens = self.tokens.iter();
        let tokens =
            tokens.map(|(id, token)| [id.clone(), token.name.clone(), format!("until {}", token.expires)]);
        let invoices = self.invoices.iter();
        let invoices = invoices
            .map(|(id, invoice)| [id.clone(), invoice.emitted.to_string(), text(&invoice.wire["status"])]);
        let consumers = self.consumers.iter();
        let consumers =
            consumers.map(|(id, consumer)| [id.clone(), text(&consumer.wire["name"]), String::new()]);
        let mut kinds = vec![
            kind("Owners", owners, most),
            kind("Applications", applications, most),
            kind("Add-ons", addons, most),
            kind("Drains", drains, most),
            kind("Network groups", groups, most),
            kind("API tokens", tokens, most),
            kind("OAuth consumers", consumers, most),
            kind("Invoices", invoices, most),
        ];
        let now = self.now;
        kinds.extend(self.collections.all(now).map(|(name, rows)| {
            let rows = rows.iter().map(|row| {
                let first = |names: &[&str]| {
                    let found = names.iter().find_map(|name| row.value.get(*name)?.as_str());
                    found.unwrap_or_default().to_owned()
                };
                let keys = || row.keys.values().cloned().collect::<Vec<_>>().join(" ");
                let id = first(&["id"]);
                let id = if id.is_empty() { keys() } else { id };
                [id, first(&["name", "label"]), first(&["status", "state", "kind"])]
            });
            kind(name, rows, most)
        }));
        kinds.retain(|(_, total, _)| *total > 0);
        kinds
    }

    /// The next scheduled changes: the time and the name of each.
    pub(crate) fn scheduled(&self, most: usize) -> Vec<(Timestamp, String)> {
        let named = |change| match serde_json::to_value(change) {
            Ok(Value::Object(change)) => change.keys().next().cloned().unwrap_or_default(),
            _ => String::new(),
        };
        self.due.iter().take(most).map(|((time, _), change)| (*time, named(change))).collect()
    }
}

fn kind(
    name: &str,
    items: impl ExactSizeIterator<Item = [String; 3]> + DoubleEndedIterator,
    most: usize,
) -> Kind {
    (name.to_owned(), items.len(), items.rev().take(most).collect())
}

//! Owners: the personal space of the user, and organisations.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::terms::Terms;
use super::{Shelf, World, stored};

/// A personal space or an organisation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Owner {
    #[serde(deserialize_with = "stored::object")]
    pub(crate) wire: Value,
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) members: Shelf<Value>,
    #[serde(default)]
    pub(crate) terms: Terms,
}

impl Owner {
    /// Creates an owner with one member.
    pub(crate) fn new(id: &str, name: &str, member: &str) -> Self {
        let user =
            json!({ "id": member, "email": format!("{member}@sandbox.example"), "preferredMFA": "NONE" });
        let wire = json!({
            "id": id,
            "name": name,
            "description": "",
            "billingEmail": "billing@sandbox.example",
            "vatState": "NOT_NEEDED",
            "canPay": true,
            "canSEPA": false,
            "cleverEnterprise": false,
            "isTrusted": false,
        });
        Self {
            wire,
            members: Shelf::from([(
                member.to_owned(),
                json!({ "member": user, "role": "ADMIN", "job": null }),
            )]),
            terms: Terms::default(),
        }
    }

    /// Adds a member, or replaces it.
    pub(crate) fn add_member(&mut self, id: &str, email: &str, name: &str, role: &str) {
        let user = json!({ "id": id, "email": email, "name": name, "preferredMFA": "NONE" });
        self.members.insert(id.to_owned(), json!({ "member": user, "role": role, "job": null }));
    }

    /// Role of a member; `NONE` for anybody else.
    pub(crate) fn role_of(&self, user: &str) -> &str {
        self.members.get(user).and_then(|member| member["role"].as_str()).unwrap_or("NONE")
    }

    pub(crate) fn has_member(&self, user: &str) -> bool {
        self.members.contains_key(user)
    }
}

/// Adds an organisation with one member, and gives its id.
pub(crate) fn add_organisation(world: &mut World, name: &str, member: &str) -> String {
    let id = world.id("orga");
    world.owners.insert(id.clone(), Owner::new(&id, name, member));
    id
}

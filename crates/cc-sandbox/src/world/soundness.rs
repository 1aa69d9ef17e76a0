//! Checks of a world that comes from outside: each part fits the others, so that handlers find what they rely on.

use serde_json::Value;

use super::{Shelf, World};
use crate::identity::MAIN;

/// Place of a problem in the world, and the problem.
pub(crate) type Problem = (String, String);

fn expect(holds: bool, place: impl FnOnce() -> String, problem: &str) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err((place(), problem.to_owned())) }
}

/// Each thing has its own id as its key.
fn keyed<'a, T: 'a>(
    place: &str,
    items: impl IntoIterator<Item = (&'a String, &'a T)>,
    id: impl Fn(&T) -> &str,
) -> Result<(), Problem> {
    let mut items = items.into_iter().enumerate();
    items.try_for_each(|(at, (key, item))| {
        expect(id(item) == key, || format!("{place}[{at}]"), "the key is not the id")
    })
}

fn objects(place: &str, items: &Shelf<Value>) -> Result<(), Problem> {
    let mut items = items.values().enumerate();
    items.try_for_each(|(at, item)| {
        expect(item.is_object(), || format!("{place}[{at}][1]"), "expected an object")
    })
}

impl World {
    /// Finds the first part that does not fit the others.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.check_users()?;
        self.check_resources()?;
        for (at, group) in self.network_groups.values().enumerate() {
            objects(&format!("networkGroups[{at}][1].members"), &group.members)?;
            objects(&format!("networkGroups[{at}][1].peers"), &group.peers)?;
        }
        keyed("networkGroups", &self.network_groups, |group| &group.id)?;
        keyed("tokens", &self.tokens, |token| &token.id)
    }

    fn check_users(&self) -> Result<(), Problem> {
        let main = self.identities.first();
        let is_main = main.is_some_and(|main| main.name == MAIN && main.user_id == self.ids.user);
        expect(is_main, || "identities".to_owned(), "the first is not the main user of `ids.user`")?;
        for (at, identity) in self.identities.iter().enumerate() {
            let id = &identity.user_id;
            let is_there = self.accounts.contains_key(id) && self.owners.contains_key(id);
            expect(is_there, || format!("identities[{at}]"), "the user has no account or no personal space")?;
        }
        for (id, account) in &self.accounts {
            objects(&format!("accounts.{id}.oauthTokens"), &account.oauth_tokens)?;
        }
        for (at, (id, owner)) in self.owners.iter().enumerate() {
            let place = || format!("owners[{at}]");
            expect(owner.wire["id"] == id.as_str(), place, "the key is not the id")?;
            for (index, member) in owner.members.values().enumerate() {
                let place = || format!("owners[{at}][1].members[{index}][1]");
                expect(member["member"].is_object(), place, "`member` is not an object")?;
            }
        }
        Ok(())
    }

    fn check_resources(&self) -> Result<(), Problem> {
        let owned = |place: &str, at: usize, owner: &str| {
            expect(self.owners.contains_key(owner), || format!("{place}[{at}]"), "the owner does not exist")
        };
        keyed("applications", &*self.applications, |application| &application.id)?;
        for (at, application) in self.applications.values().enumerate() {
            owned("applications", at, &application.owner)?;
            let place = format!("applications[{at}][1]");
            keyed(&format!("{place}.deployments"), &application.deployments, |deployment| &deployment.id)?;
            keyed(&format!("{place}.instances"), &application.instances, |instance| &instance.id)?;
        }
        keyed("addons", &*self.addons, |addon| &addon.id)?;
        for (at, addon) in self.addons.values().enumerate() {
            owned("addons", at, &addon.owner)?;
            let is_known = addon.details.is_null() || addon.details.is_object();
            expect(is_known, || format!("addons[{at}][1].details"), "expected an object or null")?;
            objects(&format!("addons[{at}][1].migrations"), &addon.migrations)?;
        }
        keyed("drains", &*self.drains, |drain| &drain.id)?;
        for (at, drain) in self.drains.values().enumerate() {
            owned("drains", at, &drain.owner)?;
            let place = || format!("drains[{at}][1].recipient");
            expect(drain.recipient.is_object(), place, "expected an object")?;
        }
        Ok(())
    }
}

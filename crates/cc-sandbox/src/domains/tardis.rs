//! Tardis: add-ons that are made and deleted on routes of their own.

use super::addon;
use super::provider;
use super::rules::Rule;
use crate::engine::reply::Refusal;
use crate::engine::request::Request;
use crate::world::{Row, World};

pub(super) const RULES: &[(&str, Rule)] = &[
    ("create_tardis", Rule { before: |_, _| Ok(()), after: made }),
    ("create_owner_tardis", Rule { before: |_, _| Ok(()), after: made }),
    ("delete_tardis", Rule { before: |_, _| Ok(()), after: deleted }),
    ("delete_owner_tardis", Rule { before: |_, _| Ok(()), after: deleted }),
];

/// A Tardis is an add-on too: its id leads to it on every route.
fn made(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    let owner = request.body["ownerID"].as_str().unwrap_or_else(|| request.owner()).to_owned();
    let provider = provider::find("addon-tardis")
        .ok_or_else(|| Refusal::not_found("Add-on provider", "addon-tardis"))?;
    let id = addon::make(world, &owner, provider, provider.plans[0], "tardis", "par");
    let real_id = world.addon(&id)?.real_id.clone();
    row.keys.insert("addonId".to_owned(), real_id.clone());
    row.keys.insert("ownerId".to_owned(), owner.clone());
    row.value.insert("tardis_id".to_owned(), real_id.into());
    row.value.insert("owner_id".to_owned(), owner.into());
    Ok(())
}

fn deleted(world: &mut World, request: &Request<'_>, _: &mut Row) -> Result<(), Refusal> {
    let id = world.addon(request.param("addonId"))?.id.clone();
    addon::remove(world, &id);
    Ok(())
}

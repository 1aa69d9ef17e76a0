//! Checks that the resources named in a path exist and are visible to the caller. The types of the path
//! parameters decide, so the check applies to every operation of the spec.

use super::reply::Refusal;
use super::request::Request;
use super::table::Place;
use crate::world::World;

/// Refuses a request about an owner, an application or an add-on that is not there or not the caller's.
pub(crate) fn check(world: &World, request: &Request<'_>) -> Result<(), Refusal> {
    if request.caller.is_empty() {
        return Ok(());
    }
    for parameter in request.operation.parameters.iter().filter(|parameter| parameter.place == Place::Path) {
        let id = request.param(&parameter.name);
        let kind = parameter.schema["$ref"].as_str().and_then(|reference| reference.rsplit('.').next());
        let owner = match kind {
            Some("OwnerId") => {
                let owner = world.owners.get(id).ok_or_else(|| Refusal::not_found("Owner", id))?;
                if !owner.has_member(&request.caller) {
                    return Err(Refusal::forbidden(format!("You are not a member of {id}")));
                }
                continue;
            }
            Some("ApplicationId") => world.applications.get(id).map(|application| &application.owner),
            Some("AddonId") => world.addons.get(id).map(|addon| &addon.owner),
            Some("RealAddonId") => {
                world.addon(id).ok().filter(|addon| addon.real_id == id).map(|addon| &addon.owner)
            }
            Some("ResourceId") => {
                let application = world.applications.get(id).map(|application| &application.owner);
                application.or_else(|| world.addon(id).ok().map(|addon| &addon.owner))
            }
            _ => continue,
        };
        let what = if kind == Some("ApplicationId") { "Application" } else { "Resource" };
        let owner = owner.ok_or_else(|| Refusal::not_found(what, id))?;
        match request.path.get("ownerId") {
            Some(named) if named != owner => return Err(Refusal::not_found(what, id)),
            Some(_) => {}
            None if world.owners.get(owner).is_some_and(|owner| owner.has_member(&request.caller)) => {}
            None => return Err(Refusal::forbidden(format!("{what} {id} is not yours"))),
        }
    }
    Ok(())
}

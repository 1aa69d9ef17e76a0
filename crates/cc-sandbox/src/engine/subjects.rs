//! Checks that the resources named in a path exist, are visible to the caller, and that the caller may do what it asks for. The types of the path
//! parameters decide, so the check applies to every operation of the spec.

use super::reply::Refusal;
use super::request::Request;
use super::rights::{self, Kind};
use super::table::Place;
use crate::refusals;
use crate::world::{Owner, World};

/// Refuses a request about an owner, an application or an add-on that is not there or not the caller's.
pub(crate) fn check(world: &World, request: &Request<'_>) -> Result<(), Refusal> {
    if request.caller.is_empty() {
        return Ok(());
    }
    for parameter in request.operation.parameters.iter().filter(|parameter| parameter.place == Place::Path) {
        let id = request.param(&parameter.name);
        let kind = parameter.schema["$ref"].as_str().and_then(|reference| reference.rsplit('.').next());
        let application = world.applications.get(id);
        let owner = match kind {
            Some("OwnerId") => {
                let owner = world.owners.get(id).ok_or_else(|| Refusal::not_found("Owner", id))?;
                if !owner.has_member(&request.caller) {
                    return Err(refusals::NOT_A_MEMBER.with([id]));
                }
                allow(owner, request)?;
                continue;
            }
            Some("ApplicationId") => application.map(|application| &application.owner),
            Some("AddonId") => world.addons.get(id).map(|addon| &addon.owner),
            Some("RealAddonId") => {
                world.addon(id).ok().filter(|addon| addon.real_id == id).map(|addon| &addon.owner)
            }
            Some("ResourceId") => application
                .map(|application| &application.owner)
                .or_else(|| world.addon(id).ok().map(|addon| &addon.owner)),
            _ => continue,
        };
        let what = if kind == Some("ApplicationId") { "Application" } else { "Resource" };
        let missing = || match kind {
            Some("ApplicationId") => refusals::FOREIGN_APPLICATION.with([]),
            _ => Refusal::not_found(what, id),
        };
        let owner = owner.ok_or_else(missing)?;
        match request.path.get("ownerId") {
            Some(named) if named != owner => return Err(missing()),
            Some(_) => {}
            None => match world.owners.get(owner).filter(|owner| owner.has_member(&request.caller)) {
                Some(owner) => allow(owner, request)?,
                None => return Err(refusals::NOT_YOURS.with([what, id])),
            },
        }
        let is_blocked = application.is_some_and(|application| application.is_moderated);
        if is_blocked && changes(request) && rights::kind(request.operation) != Kind::DeleteApplication {
            return Err(refusals::MODERATED_APPLICATION.with([id]));
        }
    }
    Ok(())
}

fn changes(request: &Request<'_>) -> bool {
    request.operation.method != "GET"
}

/// Refuses what the role of the caller does not allow, and changes of an owner that is blocked.
fn allow(owner: &Owner, request: &Request<'_>) -> Result<(), Refusal> {
    let kind = rights::kind(request.operation);
    let leaves =
        request.operation.id == "remove_organisation_member" && request.param("userId") == request.caller;
    if !leaves {
        rights::check(owner.role_of(&request.caller), kind)?;
    }
    // A debt can be paid.
    if owner.terms.is_moderated && changes(request) && kind != Kind::Billing {
        return Err(refusals::MODERATED_OWNER.with([owner.wire["id"].as_str().unwrap_or_default()]));
    }
    Ok(())
}

//! Checks that the resources named in a path exist, are visible to the caller, and that the caller may do what it asks for. The types of the path
//! parameters decide, so the check applies to every operation of the spec.

use std::collections::BTreeMap;

use super::reply::Refusal;
use super::request::Request;
use super::rights::{self, Kind};
use super::table::{Operation, Parameter, Place};
use crate::refusals;
use crate::world::{Application, Owner, World};

/// Refuses a request about an owner, an application or an add-on that is not there or not the caller's.
pub(crate) fn check(world: &World, request: &Request<'_>) -> Result<(), Refusal> {
    if request.caller.is_empty() {
        return Ok(());
    }
    for parameter in request.operation.parameters.iter().filter(|parameter| parameter.place == Place::Path) {
        let id = request.param(&parameter.name);
        let kind = kind_of(parameter);
        let application = world.applications.get(id);
        if kind == Some("OwnerId") {
            let owner = world.owners.get(id).ok_or_else(|| Refusal::not_found("Owner", id))?;
            if !owner.has_member(&request.caller) {
                return Err(refusals::NOT_A_MEMBER.with([id]));
            }
            allow(owner, request)?;
        }
        let Some(owner) = owner_of(world, kind, id) else { continue };
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

/// Refuses to show a repository, or to take a push to it, to a member without the rights. A push is a deployment.
pub(super) fn check_repository(
    world: &World,
    application: &Application,
    user: &str,
    pushes: bool,
) -> Result<(), Refusal> {
    let id = &application.owner;
    let owner = world.owners.get(id).ok_or_else(|| Refusal::not_found("Owner", id))?;
    rights::check(owner.role_of(user), if pushes { Kind::Work } else { Kind::Read })?;
    if !pushes {
        return Ok(());
    }
    if owner.terms.is_moderated {
        return Err(refusals::MODERATED_OWNER.with([id]));
    }
    if application.is_moderated {
        return Err(refusals::MODERATED_APPLICATION.with([&application.id]));
    }
    world.check_payment(id)
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

/// The type of the ids that a parameter takes, such as `ApplicationId`.
fn kind_of(parameter: &Parameter) -> Option<&str> {
    parameter.schema["$ref"].as_str().and_then(|reference| reference.rsplit('.').next())
}

/// The owner of the resource with this id: `None` if the type names no resource, `Some(None)` if there is no such resource.
fn owner_of<'a>(world: &'a World, kind: Option<&str>, id: &str) -> Option<Option<&'a String>> {
    let application = || world.applications.get(id).map(|application| &application.owner);
    Some(match kind? {
        "ApplicationId" => application(),
        "AddonId" => world.addons.get(id).map(|addon| &addon.owner),
        "RealAddonId" => world.addon(id).ok().filter(|addon| addon.real_id == id).map(|addon| &addon.owner),
        "ResourceId" => application().or_else(|| world.addon(id).ok().map(|addon| &addon.owner)),
        _ => return None,
    })
}

/// The owner of the first resource in a path, if the caller is one of its members.
pub(crate) fn owner(
    world: &World,
    operation: &Operation,
    path: &BTreeMap<String, String>,
    caller: &str,
) -> Option<String> {
    let named = operation.parameters.iter().filter(|parameter| parameter.place == Place::Path);
    let owner = named
        .filter_map(|parameter| owner_of(world, kind_of(parameter), path.get(&parameter.name)?)?)
        .next()?;
    world.owners.get(owner)?.has_member(caller).then(|| owner.clone())
}

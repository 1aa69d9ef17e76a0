//! Organisations, the personal space among them, and their members.

use serde_json::{Value, json};

use super::{Handler, message};
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::engine::rights;
use crate::refusals;
use crate::world::{Account, Owner, World, add_organisation};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_organisations", list),
    ("create_organisation", create),
    ("get_organisation", get),
    ("update_organisation", update),
    ("delete_organisation", delete),
    ("update_organisation_avatar", update_avatar),
    ("list_organisation_members", list_members),
    ("add_organisation_member", add_member),
    ("update_organisation_member", update_member),
    ("remove_organisation_member", remove_member),
];

/// Fields of an organisation in the body of a creation or a change.
const FIELDS: [&str; 9] = [
    "name",
    "description",
    "address",
    "city",
    "zipcode",
    "customerFullName",
    "billingEmail",
    "country",
    "company",
];

fn find<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Owner, Refusal> {
    let id = request.owner();
    world.owners.get_mut(id).ok_or_else(|| Refusal::not_found("Organisation", id))
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.owners.values().filter(|owner| owner.has_member(&request.caller));
    json_of(own.map(|owner| owner.wire.clone()).collect::<Value>())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    check_name(world, request, None)?;
    let id = add_organisation(world, request.text("name"), &request.caller);
    let owner = world.owners.get_mut(&id).ok_or_else(|| Refusal::not_found("Organisation", &id))?;
    change(owner, &request.body);
    json_of(owner.wire.clone())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(find(world, request)?.wire.clone())
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    check_name(world, request, Some(request.owner()))?;
    let owner = find(world, request)?;
    change(owner, &request.body);
    json_of(owner.wire.clone())
}

/// Refuses a name that another organisation has.
fn check_name(world: &World, request: &Request<'_>, own: Option<&str>) -> Result<(), Refusal> {
    let Some(name) = request.body["name"].as_str() else { return Ok(()) };
    let has_it = |(id, owner): (&String, &Owner)| {
        id.starts_with("orga_") && Some(id.as_str()) != own && owner.wire["name"] == name
    };
    if world.owners.iter().any(has_it) {
        return Err(refusals::ORGANISATION_NAME.with([name]));
    }
    Ok(())
}

fn change(owner: &mut Owner, body: &Value) {
    for name in FIELDS.into_iter().chain(["VAT"]) {
        if !body[name].is_null() {
            owner.wire[name] = body[name].clone();
        }
    }
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.owner();
    if id == request.caller {
        return Err(refusals::PERSONAL_SPACE.with([]));
    }
    let used = world.applications.values().any(|application| application.owner == id)
        || world.addons.values().any(|addon| addon.owner == id);
    if used {
        return Err(refusals::ORGANISATION_IN_USE.with([]));
    }
    world.owners.shift_remove(id);
    world.collections.forget(id);
    message("The organisation has been deleted")
}

fn update_avatar(world: &mut World, request: &Request<'_>) -> Outcome {
    let media = request.headers.get(http::header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    let url = super::file::keep_avatar(world, media, request.bytes);
    let url = url.ok_or_else(|| Refusal::invalid("the sandbox has no room for more contents"))?;
    find(world, request)?.wire["avatar"] = url.as_str().into();
    json_of(json!({ "url": url }))
}

fn list_members(world: &mut World, request: &Request<'_>) -> Outcome {
    let members = find(world, request)?.members.clone();
    let members = members.into_iter().map(|(id, mut member)| {
        member["role"] = rights::shown(member["role"].as_str().unwrap_or_default()).into();
        if let Some(Account { profile, .. }) = world.accounts.get(&id) {
            for name in ["id", "email", "name", "avatar", "preferredMFA"] {
                member["member"][name] = profile[name].clone();
            }
        }
        member
    });
    json_of(members.collect::<Value>())
}

fn add_member(world: &mut World, request: &Request<'_>) -> Outcome {
    let email = request.text("email");
    if !email.contains('@') {
        return Err(refusals::MEMBER_EMAIL.with([email]));
    }
    if find(world, request)?.members.values().any(|member| member["member"]["email"] == email) {
        return Err(refusals::MEMBER_ALREADY.with([email]));
    }
    world.check_member_quota(request.owner())?;
    let known = world.accounts.iter().find(|(_, account)| account.profile["email"] == email);
    let id = known.map(|(id, _)| id.clone());
    let id = id.unwrap_or_else(|| world.id("user"));
    let owner = find(world, request)?;
    let name = email.split('@').next().unwrap_or_default();
    let user = json!({ "id": id, "email": email, "name": name, "preferredMFA": "NONE" });
    let member = json!({ "member": user, "role": request.body["role"], "job": request.body["job"] });
    owner.members.insert(id, member);
    message("The member has been invited")
}

fn update_member(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("userId");
    let member = find(world, request)?.members.get_mut(id).ok_or_else(|| Refusal::not_found("Member", id))?;
    for name in ["role", "job"] {
        if !request.body[name].is_null() {
            member[name] = request.body[name].clone();
        }
    }
    message("The member has been changed")
}

fn remove_member(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("userId");
    let owner = find(world, request)?;
    owner.members.shift_remove(id).ok_or_else(|| Refusal::not_found("Member", id))?;
    message("The member has been removed")
}

//! Links: an application gets the environment of its add-ons, and of the applications it depends on.

use serde_json::{Value, json};

use super::{Handler, message};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Addon, Application, World, variables};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_linked_addons", list_addons),
    ("list_linked_addons_environment", list_addons_environment),
    ("link_addon", link_addon),
    ("unlink_addon", unlink_addon),
    ("list_addon_applications", list_addon_applications),
    ("list_dependencies", list_dependencies),
    ("list_dependencies_environment", list_dependencies_environment),
    ("list_dependents", list_dependents),
    ("add_dependency", add_dependency),
    ("remove_dependency", remove_dependency),
];

fn linked<'a>(world: &'a World, request: &Request<'_>) -> Result<impl Iterator<Item = &'a Addon>, Refusal> {
    let application = world.application(request.param("applicationId"))?;
    Ok(application.addons.iter().filter_map(|id| world.addons.get(id)))
}

fn dependencies<'a>(
    world: &'a World,
    request: &Request<'_>,
) -> Result<impl Iterator<Item = &'a Application>, Refusal> {
    let application = world.application(request.param("applicationId"))?;
    Ok(application.dependencies.iter().filter_map(|id| world.applications.get(id)))
}

fn list_addons(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(linked(world, request)?.map(|addon| addon.wire.clone()).collect::<Value>())
}

fn list_addons_environment(world: &mut World, request: &Request<'_>) -> Outcome {
    let environments = linked(world, request)?.map(|addon| {
        json!({
            "provider_id": addon.provider,
            "addon_id": addon.id,
            "addon_name": addon.wire["name"],
            "env": variables(&addon.environment),
        })
    });
    json_of(environments.collect::<Value>())
}

fn link_addon(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = request.body.as_str().unwrap_or_default();
    let owned = world.addons.get(addon).is_some_and(|addon| addon.owner == request.owner());
    if !owned {
        return Err(Refusal::not_found("Add-on", addon));
    }
    let application = world.application_mut(request.param("applicationId"))?;
    if !application.addons.iter().any(|own| own == addon) {
        application.addons.push(addon.to_owned());
    }
    done()
}

fn unlink_addon(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = request.param("addonId");
    let application = world.application_mut(request.param("applicationId"))?;
    take(&mut application.addons, addon, "Linked add-on")?;
    done()
}

fn list_addon_applications(world: &mut World, request: &Request<'_>) -> Outcome {
    let addon = request.param("addonId");
    let linked =
        world.applications.values().filter(|application| application.addons.iter().any(|own| own == addon));
    json_of(linked.map(Application::wire).collect::<Value>())
}

fn list_dependencies(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(dependencies(world, request)?.map(Application::wire).collect::<Value>())
}

fn list_dependencies_environment(world: &mut World, request: &Request<'_>) -> Outcome {
    let environments = dependencies(world, request)?.map(|application| {
        json!({
            "app_id": application.id,
            "app_name": application.text("name"),
            "env": variables(&application.exposed),
        })
    });
    json_of(environments.collect::<Value>())
}

fn list_dependents(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("applicationId");
    let dependents =
        world.applications.values().filter(|other| other.dependencies.iter().any(|own| own == id));
    json_of(dependents.map(Application::wire).collect::<Value>())
}

fn add_dependency(world: &mut World, request: &Request<'_>) -> Outcome {
    let dependency = request.param("dependencyId");
    if dependency == request.param("applicationId") {
        return Err(refusals::LINK_TO_ITSELF.with([dependency]));
    }
    if world.application(dependency)?.owner != request.owner() {
        return Err(Refusal::not_found("Application", dependency));
    }
    let application = world.application_mut(request.param("applicationId"))?;
    if !application.dependencies.iter().any(|own| own == dependency) {
        application.dependencies.push(dependency.to_owned());
    }
    message("The dependency has been added")
}

fn remove_dependency(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application_mut(request.param("applicationId"))?;
    take(&mut application.dependencies, request.param("dependencyId"), "Dependency")?;
    done()
}

fn take(ids: &mut Vec<String>, id: &str, what: &str) -> Result<(), Refusal> {
    let index = ids.iter().position(|own| own == id).ok_or_else(|| Refusal::not_found(what, id))?;
    ids.remove(index);
    Ok(())
}

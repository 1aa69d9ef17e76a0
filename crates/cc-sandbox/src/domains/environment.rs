//! Environment variables of applications, and what they expose to those that depend on them.

use serde_json::{Map, Value, json};

use super::{Handler, message};
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Application, World, texts, variables};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_environment", list),
    ("update_environment", replace),
    ("set_environment_variable", set),
    ("delete_environment_variable", delete),
    ("get_exposed_environment", exposed),
    ("update_exposed_environment", replace_exposed),
    ("get_config_provider_environment", of_config_provider),
    ("replace_config_provider_environment", replace_of_config_provider),
];

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(variables(&world.application(request.param("applicationId"))?.environment))
}

fn replace(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application_mut(request.param("applicationId"))?;
    application.environment = texts(named(&request.body)?);
    json_of(application.wire())
}

fn set(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application_mut(request.param("applicationId"))?;
    let (name, value) = (request.param("envName"), request.text("value"));
    check_name(name)?;
    application.environment.insert(name.to_owned(), value.to_owned());
    json_of(application.wire())
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application_mut(request.param("applicationId"))?;
    let name = request.param("envName");
    application.environment.remove(name).ok_or_else(|| Refusal::not_found("Environment variable", name))?;
    json_of(application.wire())
}

fn exposed(world: &mut World, request: &Request<'_>) -> Outcome {
    let application: &Application = world.application(request.param("applicationId"))?;
    json_of(json!(application.exposed))
}

fn replace_exposed(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application_mut(request.param("applicationId"))?;
    application.exposed = texts(named(&request.body)?);
    message("The exposed configuration has been updated")
}

fn of_config_provider(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(variables(&world.addon(request.param("addonId"))?.environment))
}

/// Here the variables come as a list, as they are read.
fn replace_of_config_provider(world: &mut World, request: &Request<'_>) -> Outcome {
    let variables = request.body.as_array().into_iter().flatten();
    let variables: Map<String, Value> = variables
        .map(|variable| (variable["name"].as_str().unwrap_or_default().to_owned(), variable["value"].clone()))
        .collect();
    variables.keys().try_for_each(|name| check_name(name))?;
    world.addon_mut(request.param("addonId"))?.environment = texts(&variables);
    of_config_provider(world, request)
}

/// The variables of a body, when each has a name that the platform takes.
fn named(body: &Value) -> Result<&Map<String, Value>, Refusal> {
    let variables = body.as_object().ok_or_else(|| Refusal::invalid("The body is not an object"))?;
    variables.keys().try_for_each(|name| check_name(name))?;
    Ok(variables)
}

pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if !name.is_empty() && name.chars().all(fits) {
        return Ok(());
    }
    Err(refusals::VARIABLE_NAME.with([name]).about(name))
}

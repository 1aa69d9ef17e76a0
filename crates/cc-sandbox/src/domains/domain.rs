//! Domains of applications.

use serde_json::{Value, json};

use super::{Handler, message};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_domains", list),
    ("add_domain", add),
    ("remove_domain", remove),
    ("get_primary_domain", get_primary),
    ("set_primary_domain", set_primary),
    ("unset_primary_domain", unset_primary),
];

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let domains = &world.application(request.param("applicationId"))?.domains;
    json_of(domains.iter().map(|domain| json!({ "fqdn": domain })).collect::<Value>())
}

fn add(world: &mut World, request: &Request<'_>) -> Outcome {
    let domain = whole(request.param("domain"));
    if !domain.contains('.') || domain.contains([' ', '@']) {
        return Err(Refusal::invalid(format!("{domain} is not a domain")));
    }
    if world.applications.values().any(|application| application.domains.contains(&domain)) {
        return Err(Refusal::conflict(format!("The domain {domain} is taken")));
    }
    world.application_mut(request.param("applicationId"))?.domains.push(domain);
    message("The domain has been added")
}

fn remove(world: &mut World, request: &Request<'_>) -> Outcome {
    let domain = whole(request.param("domain"));
    let application = world.application_mut(request.param("applicationId"))?;
    let index = application.domains.iter().position(|own| *own == domain);
    application.domains.remove(index.ok_or_else(|| Refusal::not_found("Domain", &domain))?);
    application.primary_domain.take_if(|primary| *primary == domain);
    message("The domain has been removed")
}

fn get_primary(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    match &application.primary_domain {
        Some(domain) => json_of(json!({ "fqdn": domain })),
        None => Err(Refusal::not_found("Primary domain of", &application.id)),
    }
}

fn set_primary(world: &mut World, request: &Request<'_>) -> Outcome {
    let domain = whole(request.text("fqdn"));
    let application = world.application_mut(request.param("applicationId"))?;
    if !application.domains.contains(&domain) {
        return Err(Refusal::not_found("Domain", &domain));
    }
    application.primary_domain = Some(domain.clone());
    json_of(json!({ "fqdn": domain }))
}

fn unset_primary(world: &mut World, request: &Request<'_>) -> Outcome {
    world.application_mut(request.param("applicationId"))?.primary_domain = None;
    done()
}

/// A domain with its path, as the platform keeps it.
fn whole(domain: &str) -> String {
    if domain.contains('/') { domain.to_owned() } else { format!("{domain}/") }
}

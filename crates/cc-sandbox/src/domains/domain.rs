//! Domains of applications.

use serde_json::{Value, json};

use super::{Handler, message};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::refusals;
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
    let host = host(&domain).ok_or_else(|| refusals::INVALID_DOMAIN.with([request.param("domain")]))?;
    let host = host.to_lowercase();
    for other in world.applications.values() {
        if other.domains.iter().any(|own| is_same(own, &domain)) {
            return Err(refusals::DOMAIN_TAKEN.with([&domain]));
        }
        let is_above =
            |own: &String| is_within(&host, &own.split('/').next().unwrap_or_default().to_lowercase());
        if other.owner != request.owner() && other.domains.iter().any(is_above) {
            return Err(refusals::DOMAIN_OF_OTHERS.with([&domain]));
        }
    }
    world.application_mut(request.param("applicationId"))?.domains.push(domain);
    message("The domain has been added")
}

fn remove(world: &mut World, request: &Request<'_>) -> Outcome {
    let domain = whole(request.param("domain"));
    let application = world.application_mut(request.param("applicationId"))?;
    let index = application.domains.iter().position(|own| is_same(own, &domain));
    application.domains.remove(index.ok_or_else(|| Refusal::not_found("Domain", &domain))?);
    application.primary_domain.take_if(|primary| is_same(primary, &domain));
    message("The domain has been removed")
}

fn get_primary(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    match &application.primary_domain {
        Some(domain) => json_of(json!({ "fqdn": domain })),
        None => Err(refusals::NO_PRIMARY_DOMAIN.with([])),
    }
}

fn set_primary(world: &mut World, request: &Request<'_>) -> Outcome {
    let domain = whole(request.text("fqdn"));
    let application = world.application_mut(request.param("applicationId"))?;
    let own = application.domains.iter().find(|own| is_same(own, &domain)).cloned();
    let domain = own.ok_or_else(|| Refusal::not_found("Domain", &domain))?;
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

/// Returns `true` if two domains are the same: the names of hosts have no case, paths have.
fn is_same(one: &str, other: &str) -> bool {
    let split = |domain: &str| {
        let (host, path) = domain.split_once('/').unwrap_or((domain, ""));
        (host.to_lowercase(), path.to_owned())
    };
    split(one) == split(other)
}

/// The host of a domain, without the asterisk of a wildcard. `None` if it is not the name of a host.
fn host(domain: &str) -> Option<&str> {
    let (host, path) = domain.split_once('/')?;
    let host = host.strip_prefix("*.").unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
    };
    let is_host = host.len() <= 253
        && host.contains('.')
        && host.split('.').all(is_label)
        && host.parse::<std::net::IpAddr>().is_err();
    let is_path =
        path.chars().all(|letter| !letter.is_whitespace() && !letter.is_control() && !"?#".contains(letter));
    (is_host && is_path).then_some(host)
}

/// Returns `true` if a host is this domain, or below it. Below the test domain of the platform, everybody has hosts.
fn is_within(host: &str, domain: &str) -> bool {
    let domain = domain.strip_prefix("*.").unwrap_or(domain);
    let is_below = || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    host == domain || is_below() && domain != "cleverapps.io"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_host_with_a_path() {
        for (domain, wanted) in [
            ("example.com/", Some("example.com")),
            ("*.example.com/", Some("example.com")),
            ("a-b.c_d.example.com/api/v2", Some("a-b.c_d.example.com")),
            ("café.example/", Some("café.example")),
            ("localhost/", None),
            ("exa mple.com/", None),
            ("a.*.example.com/", None),
            ("user@example.com/", None),
            ("example.com:8080/", None),
            ("-a.example.com/", None),
            ("a..example.com/", None),
            (".example.com/", None),
            ("https://example.com", None),
            ("example.com/?q", None),
        ] {
            assert_eq!(host(domain), wanted, "{domain}");
        }
        assert_eq!(host(&format!("{}.com/", "a".repeat(64))), None);
    }

    #[test]
    fn a_host_is_within_its_domain_and_those_above() {
        assert!(is_within("a.example.com", "example.com") && is_within("example.com", "example.com"));
        assert!(is_within("a.b.example.com", "*.example.com"));
        assert!(!is_within("example.com", "a.example.com") && !is_within("anexample.com", "example.com"));
        assert!(!is_within("mine.cleverapps.io", "cleverapps.io"));
    }
}

//! Requests of clients to the domains of applications. No program runs in the sandbox: the answer is its own, and the log,
//! the access log and the statistics of the application follow from the request.

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::engine::random::mix;
use crate::world::{Application, InstanceState, Visit, World};

/// Domain below which each application has one.
const APPLICATIONS: &str = ".cleverapps.io";

/// Header with the status that the application is to answer.
pub(crate) const STATUS: &str = "x-sandbox-status";

/// Longest text of a request that is kept, in characters.
const LONGEST: usize = 2_000;

/// A request to an application.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    /// `https://DOMAIN/PATH`, or the same without the scheme.
    pub(crate) url: String,
    #[serde(default = "get")]
    pub(crate) method: String,
    /// Status of the answer, if an instance runs. Default: 200.
    #[serde(default, deserialize_with = "status")]
    pub(crate) status: Option<u16>,
    /// Address that it comes from.
    #[serde(default)]
    pub(crate) ip: Option<IpAddr>,
    /// Number of such requests.
    #[serde(default = "once")]
    pub(crate) times: u16,
}

fn get() -> String {
    "GET".to_owned()
}

/// Reads a status that an application can answer.
fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    match Option::<u64>::deserialize(deserializer)? {
        Some(status @ 200..=599) => Ok(u16::try_from(status).ok()),
        Some(status) => {
            Err(D::Error::custom(format!("{status} is not the status of an answer, use 200 to 599")))
        }
        None => Ok(None),
    }
}

fn once() -> u16 {
    1
}

/// Answer to a request to an application.
#[derive(Debug)]
pub(crate) struct Visited {
    pub(crate) status: StatusCode,
    /// `true` for a page of the platform, and `false` for the answer of the application.
    pub(crate) is_page: bool,
    pub(crate) text: String,
    pub(crate) instance: Option<String>,
}

/// The host of a request, if it may be one of an application.
pub(crate) fn host(parts: &Parts) -> Option<String> {
    let header = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| parts.uri.host())?;
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
    (host.contains('.') && host.parse::<IpAddr>().is_err()).then_some(host)
}

/// The request that these headers ask for.
pub(crate) fn ask(host: &str, parts: &Parts) -> Ask {
    let text = |headers: &HeaderMap, name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let from = text(&parts.headers, "x-forwarded-for");
    let first = from.as_deref().and_then(|all| all.split(',').next()?.trim().parse().ok());
    Ask {
        url: format!("{host}{}", parts.uri.path_and_query().map_or("/", |path| path.as_str())),
        method: parts.method.to_string(),
        status: text(&parts.headers, STATUS).and_then(|status| status.parse().ok()),
        ip: first,
        times: 1,
    }
}

/// The application whose domain is the longest that leads to a path on a host.
fn application_of<'a>(world: &'a World, host: &str, path: &str) -> Option<&'a Application> {
    let length = |domain: &String| {
        let (own, own_path) = domain.split_once('/').unwrap_or((domain, ""));
        let below = own.strip_prefix("*.").and_then(|own| host.strip_suffix(own)).is_some_and(|sub| {
            // One label, and its dot.
            sub.len() > 1 && sub.find('.') == Some(sub.len() - 1)
        });
        let rest = path.trim_start_matches('/').strip_prefix(own_path.trim_end_matches('/'))?;
        let is_whole = own_path.is_empty() || rest.is_empty() || rest.starts_with(['/', '?']);
        ((own.eq_ignore_ascii_case(host) || below) && is_whole).then_some(domain.len())
    };
    let found = world
        .applications
        .values()
        .filter_map(|application| Some((application.domains.iter().filter_map(length).max()?, application)));
    found.max_by_key(|(length, _)| *length).map(|(_, application)| application)
}

/// Makes a request to an application. `None` if no application has the host, and it is no host of applications.
pub(crate) fn visit(world: &mut World, ask: &Ask, bytes_in: usize) -> Option<Visited> {
    let target = ask.url.split_once("://").map_or(ask.url.as_str(), |(_, rest)| rest);
    let (host, path) = target.split_at(target.find(['/', '?']).unwrap_or(target.len()));
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
    let Some(application) = application_of(world, &host, path) else {
        return host.ends_with(APPLICATIONS).then(|| Visited {
            status: StatusCode::NOT_FOUND,
            is_page: true,
            text: "No application has this domain".to_owned(),
            instance: None,
        });
    };
    let id = application.id.clone();
    let running: Vec<&str> = application
        .instances
        .values()
        .filter(|instance| !instance.is_build && instance.state == InstanceState::Up)
        .map(|instance| instance.id.as_str())
        .collect();
    let number = world.fixed_uuid(&["visit", &id, &application.visits.len().to_string()]);
    let drawn = mix(world.seed, &[&number]);
    let instance = running.get(drawn as usize % running.len().max(1)).map(|id| (*id).to_owned());
    let name = application.text("name").to_owned();
    let wanted = ask.status.filter(|status| (200..600).contains(status));
    let wanted = wanted.and_then(|status| StatusCode::from_u16(status).ok());
    let visited = match &instance {
        Some(instance) => Visited {
            status: wanted.unwrap_or_default(),
            is_page: false,
            text: format!("{name} ({id}) is up. No program runs in the sandbox: this is its own answer.\n"),
            instance: Some(instance.clone()),
        },
        None => Visited {
            status: StatusCode::SERVICE_UNAVAILABLE,
            is_page: true,
            text: "No instance of this application runs".to_owned(),
            instance: None,
        },
    };
    let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let path = if path.is_empty() { "/" } else { path };
    for _ in 0..ask.times {
        let visit = Visit {
            id: world.uuid("visit"),
            at: world.now,
            ip: ask.ip.map_or_else(|| format!("198.51.100.{}", drawn / 3 % 254 + 1), |ip| ip.to_string()),
            method: short(&ask.method),
            host: short(&host),
            path: short(path),
            status: visited.status.as_u16(),
            millis: drawn / 13 % 40 + 1,
            bytes_in: bytes_in as u64 + 120 + path.len() as u64,
            bytes_out: visited.text.len() as u64 + 160,
            instance: visited.instance.clone(),
        };
        // The application was found above.
        if let Ok(application) = world.application_mut(&id) {
            application.keep_visit(visit);
        }
    }
    Some(visited)
}

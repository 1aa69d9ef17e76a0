//! Answers made from the spec alone, for the operations that have no handler.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::reply::{Content, Reply};
use super::request::Request;
use super::sample::Sampler;
use super::table::Table;
use crate::stream;
use crate::world::World;

/// The sampler for the answer of one request.
pub(crate) fn sampler<'a>(table: &'a Table, world: &World, request: &Request<'_>) -> Sampler<'a> {
    let ids = &world.ids;
    let param = |name: &str| request.path.get(name).map(String::as_str);
    let addon = param("addonId").or(param("resourceId")).and_then(|id| world.addon(id).ok());
    let application =
        param("applicationId").or(param("resourceId")).and_then(|id| world.applications.get(id));
    let owner = param("ownerId")
        .or(addon.map(|addon| addon.owner.as_str()))
        .or(application.map(|application| application.owner.as_str()));
    let mut known: BTreeMap<String, Value> =
        request.path.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    // Which of its two ids an add-on goes by depends on where it is named, and not on the path.
    known.remove("addonId");
    for (definition, id) in [
        ("shared.OwnerId", owner.unwrap_or(&ids.organisation)),
        ("shared.UserId", &ids.user),
        ("shared.ApplicationId", application.map_or(&ids.application, |application| &application.id)),
        ("shared.AddonId", addon.map_or(&ids.addon, |addon| &addon.id)),
        ("shared.RealAddonId", addon.map_or(&ids.real_addon, |addon| &addon.real_id)),
        ("shared.ResourceId", param("resourceId").unwrap_or(&ids.application)),
    ] {
        known.insert(definition.to_owned(), id.into());
    }
    let in_millis = request.operation.path.starts_with("/v2/");
    Sampler { table, seed: world.seed, start: request.clock.start(), in_millis, known, variant: 0 }
}

/// Identity of an answer: the requested route, independent of aliases, and the query.
pub(crate) fn identity(request: &Request<'_>) -> String {
    let mut identity = request.operation.id.clone();
    for (name, value) in request.path.iter().chain(request.query.iter().map(|(name, value)| (name, value))) {
        identity.extend(["&", name, "=", value]);
    }
    identity
}

/// An answer to a request of which only the spec is known.
pub(crate) fn answer(sampler: &Sampler<'_>, request: &Request<'_>) -> Reply {
    let success = &request.operation.success;
    let identity = identity(request);
    let sample = || success.schema.as_ref().map_or(Value::Null, |schema| sampler.sample(schema, &identity));
    let content = match success.content_type.as_deref() {
        None => Content::Unsaid,
        Some("application/json") => {
            let mut value = sample();
            personal(&mut value, request, &sampler.known);
            Content::Json(value)
        }
        Some("text/event-stream") => return stream::finite(sampler, request),
        Some("application/x-www-form-urlencoded") => {
            let value = sample();
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pairs = value.as_object().into_iter().flatten().map(|(name, value)| (name, text(value)));
            Content::Text(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
        }
        Some("text/html") => {
            Content::Text(format!("<!doctype html><title>{}</title>\n", request.operation.id))
        }
        Some("application/yaml") => Content::Text(format!("# {}\n", request.operation.id)),
        Some(media) if media.starts_with("text/") => {
            Content::Text(sample().as_str().map_or_else(|| request.operation.id.clone(), str::to_owned))
        }
        Some("application/pdf") => Content::Bytes(Bytes::from_static(b"%PDF-1.4\n%%EOF\n")),
        Some("image/png") => Content::Bytes(Bytes::from_static(b"\x89PNG\r\n\x1a\n")),
        Some(_) => Content::Bytes(identity.clone().into()),
    };
    content.into()
}

/// Adapts an object to the request: the id at the end of the path, and the fields of the body.
fn personal(value: &mut Value, request: &Request<'_>, known: &BTreeMap<String, Value>) {
    let Some(map) = value.as_object_mut() else { return };
    let last = request.operation.path.rsplit('/').next().unwrap_or_default();
    if let Some(id) =
        last.strip_prefix('{').and_then(|last| last.strip_suffix('}')).map(|name| request.param(name))
        && let Some(own) = map.get_mut("id")
        && own.is_string()
        && !["shared.AddonId", "shared.RealAddonId"]
            .iter()
            .any(|kind| known.get(*kind).is_some_and(|known| known == id))
    {
        *own = id.into();
    }
    for (name, said) in request.body.as_object().into_iter().flatten() {
        if let Some(own) = map.get_mut(name)
            && std::mem::discriminant(own) == std::mem::discriminant(said)
            && !own.is_array()
            && !own.is_object()
        {
            *own = said.clone();
        }
    }
}

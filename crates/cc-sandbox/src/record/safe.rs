//! Texts that a recording shows: everything else is replaced.

use std::collections::HashSet;
use std::sync::LazyLock;

use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::disguise;
use crate::sandbox::Sandbox;

/// Fields whose texts are of the platform, not of the user: if a text looks like a name of the platform, too, and a schema describes the value.
const FIELDS: &[&str] = &[
    "algorithm",
    "buildFlavor",
    "cardType",
    "category",
    "code",
    "country",
    "countryCode",
    "country_alpha2",
    "currency",
    "data_unit",
    "defaultVersion",
    "defaultDedicatedVersion",
    "default_display",
    "deployType",
    "facility",
    "flavor",
    "flavorName",
    "flavor_name",
    "image_type",
    "instanceType",
    "instanceVariant",
    "instanceVersion",
    "interval",
    "javaVersion",
    "kind",
    "lang",
    "locale",
    "maxFlavor",
    "method",
    "minFlavor",
    "mimeType",
    "name_code",
    "oauth_signature_method",
    "oauth_version",
    "permission",
    "phpVersion",
    "providerId",
    "region",
    "regionId",
    "runtime",
    "scheme",
    "service",
    "severity",
    "slug",
    "slug_id",
    "state",
    "status",
    "stickyName",
    "sub_category",
    "syslog_severity",
    "targetVersion",
    "time_unit",
    "topology",
    "type",
    "unit",
    "unit_name",
    "variantSlug",
    "verb",
    "version",
    "zone",
    "zoneName",
    "zone_id",
];

/// Prefixes of ids, before `_` or `-` and a UUID.
pub(super) const PREFIXES: &[&str] = &[
    "addon",
    "address",
    "ai",
    "app",
    "avatar",
    "bucket",
    "cellar",
    "cluster",
    "config",
    "consumer",
    "deployment",
    "drain",
    "elasticsearch",
    "es",
    "external",
    "fs",
    "function",
    "functions",
    "instance",
    "jenkins",
    "key",
    "keycloak",
    "kubernetes",
    "kv",
    "materia",
    "matomo",
    "member",
    "metabase",
    "migration",
    "mongodb",
    "mysql",
    "ng",
    "node",
    "notification",
    "orga",
    "otoroshi",
    "peer",
    "plan",
    "pm",
    "postgresql",
    "provider",
    "pulsar",
    "quota",
    "redis",
    "rotation",
    "signature",
    "status",
    "token",
    "user",
    "webhook",
];

/// Hosts of the platform that are the same for everybody.
pub(super) const HOSTS: &[&str] = &[
    "api.clever-cloud.com",
    "ccapi.cleverapps.io",
    "console.clever-cloud.com",
    "clever-cloud.com",
    "www.clever-cloud.com",
    "github.com",
    "api-bridge.clever-cloud.com",
];

/// Domains of the platform, which hosts keep.
pub(super) const DOMAINS: &[&str] = &[
    "services.clever-cloud.com",
    "cellar-c2.services.clever-cloud.com",
    "clever-cloud.com",
    "cleverapps.io",
    "cleverapps.cc",
    "cc-ng.cloud",
];

/// Schemes of URLs.
pub(super) const SCHEMES: &[&str] = &[
    "amqp",
    "amqps",
    "ftp",
    "git",
    "git+ssh",
    "http",
    "https",
    "mongodb",
    "mongodb+srv",
    "mysql",
    "postgres",
    "postgresql",
    "pulsar",
    "pulsar+ssl",
    "redis",
    "rediss",
    "smtp",
    "ssh",
    "tcp",
    "tcp+tls",
    "udp",
    "ws",
    "wss",
];

/// Prefixes of the variables that add-ons give to applications.
const VARIABLES: &[&str] = &[
    "BUCKET",
    "CELLAR",
    "ES",
    "JENKINS",
    "KEYCLOAK",
    "KV",
    "MATOMO",
    "METABASE",
    "MONGODB",
    "MYSQL",
    "OTOROSHI",
    "POSTGRESQL",
    "PULSAR",
    "REDIS",
];

/// Returns `true` if this field holds texts of the platform and this text looks like one.
pub(super) fn is_safe(field: Option<&str>, text: &str) -> bool {
    field.is_some_and(|field| {
        FIELDS.contains(&field) && (looks_harmless(text) || is_dated_version(field, text))
    })
}

/// Versions of runtimes are days, such as `20260101`.
fn is_dated_version(field: &str, text: &str) -> bool {
    field.ends_with("ersion") && text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A short name without an address, an id or a secret in it.
fn looks_harmless(text: &str) -> bool {
    let is_name =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ' | b'/' | b'+');
    text.len() <= 40
        && text.bytes().all(is_name)
        && text.parse::<std::net::IpAddr>().is_err()
        && disguise::uuid_in(text).is_none()
        // Long runs of digits are numbers of people, and long mixtures are secrets.
        && text.split(|char: char| !char.is_ascii_digit()).all(|run| run.len() < 6)
        && text.split(|char: char| !char.is_ascii_alphanumeric()).all(|run| run.len() < 24)
}

/// Returns `true` for a date, a time, a truth value, and for texts that the platform gives everybody.
pub(super) fn is_constant(text: &str) -> bool {
    matches!(text, "true" | "false" | "self" | "error" | "success" | "warning" | "info")
        || is_date(text)
        || CATALOGUE.contains(text)
        || text
            .split_once("_ADDON_")
            .is_some_and(|(kind, name)| VARIABLES.contains(&kind) && VALUES.contains(&name))
}

/// Ends of the names of the variables that add-ons give.
const VALUES: &[&str] = &[
    "DB",
    "DIRECT_HOST",
    "DIRECT_PORT",
    "DIRECT_URI",
    "FTP_PASSWORD",
    "FTP_USERNAME",
    "HOST",
    "KEY_ID",
    "KEY_SECRET",
    "PASSWORD",
    "PORT",
    "TOKEN",
    "TOKEN_ID",
    "URI",
    "URL",
    "USER",
    "VERSION",
];

/// Returns `true` for a URL with one of the usual schemes.
pub(super) fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| SCHEMES.contains(&scheme))
}

/// Returns `true` for an ISO date or time.
pub(super) fn is_date(text: &str) -> bool {
    let text = text.split_once('[').map_or(text, |(time, _)| time);
    let starts = text.len() >= 10 && text.as_bytes()[4] == b'-';
    starts && (text.parse::<Timestamp>().is_ok() || (text.len() == 10 && text.parse::<Date>().is_ok()))
}

/// Fields of the catalogue that name something. Others describe it, such as the city of a zone, which may be that of a user too.
const NAMES: &[&str] = &[
    "deployType",
    "id",
    "name",
    "name_code",
    "price_id",
    "regions",
    "slug",
    "tags",
    "type",
    "version",
    "zones",
];

/// Names of the public catalogue, as the sandbox knows it: of zones, providers, plans and runtimes.
static CATALOGUE: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let sandbox = Sandbox::builder().strict(false).in_memory();
    let mut texts = HashSet::new();
    for path in ["/v4/products/zones", "/v2/products/addonproviders", "/v2/products/instances"] {
        let answer = async {
            let mut request = http::Request::new(Bytes::new());
            *request.uri_mut() = http::Uri::from_static(path);
            let body = sandbox.handle(request).await.ok()?.into_body();
            Some(body.collect().await.ok()?.to_bytes())
        };
        let bytes = answer.now_or_never().flatten().unwrap_or_default();
        collect(&serde_json::from_slice(&bytes).unwrap_or_default(), false, &mut texts);
    }
    texts
});

fn collect(value: &Value, is_name: bool, texts: &mut HashSet<String>) {
    match value {
        Value::String(text) if is_name && looks_harmless(text) => _ = texts.insert(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, is_name, texts)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect(value, NAMES.contains(&name.as_str()), texts))
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_catalogue_are_constants() {
        for text in
            ["par", "postgresql-addon", "node", "2026-01-31T12:00:00Z", "2026-01-31", "POSTGRESQL_ADDON_URI"]
        {
            assert!(is_constant(text), "{text}");
        }
        for text in ["Ada", "Paris", "France", "ada@acme.com", "SECRET_ADDON_URI", "2026", "DATABASE_URL"] {
            assert!(!is_constant(text), "{text}");
        }
    }

    #[test]
    fn a_safe_field_shows_names_of_the_platform_only() {
        assert!(is_safe(Some("zone"), "par") && is_safe(Some("version"), "15.2"));
        assert!(is_safe(Some("instanceVersion"), "20260101") && !is_safe(Some("code"), "20260101"));
        for text in ["ada@acme.com", "10.0.0.1", "0b0f4b0c-6a4b-4c1a-9a4a-0d7a3b1c2d3e", "0612345678"] {
            assert!(!is_safe(Some("type"), text), "{text}");
        }
        assert!(!is_safe(Some("name"), "par") && !is_safe(None, "par"));
    }
}

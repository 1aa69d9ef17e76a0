//! Downloads and uploads at addresses of the sandbox itself, which need no credentials: backups, objects, code of functions,
//! configurations, avatars.
//!
//! The world does not know the address of its server. Links begin with [`SERVER`], and each answer replaces it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;

use super::{cellar, function, kubernetes, network_group};
use crate::engine::clock::after;
use crate::world::{File, World};

/// Stands for the server of the sandbox in links.
pub(crate) const SERVER: &str = "https://here.sandbox.example";

/// Stands for the control routes of the sandbox in links.
pub(crate) const ORIGIN: &str = "https://here.sandbox.example/_sandbox";

/// Characters that are percent-encoded in links: all but those that RFC 3986 reserves for nothing. Clients may decode those, and some
/// do, such as `requests` of Python.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Lifetime of a link, unless the request says another one.
pub(crate) const USUAL: Duration = Duration::from_secs(3_600);

/// Answer to a request about a file.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) status: StatusCode,
    pub(crate) media: String,
    pub(crate) bytes: Bytes,
    pub(crate) tag: Option<String>,
    /// `true` if the sandbox wrote it, and no client.
    pub(crate) is_generated: bool,
}

impl Served {
    pub(super) fn new(media: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            media: media.to_owned(),
            bytes: bytes.into(),
            tag: None,
            is_generated: false,
        }
    }

    pub(super) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        let text: String = text.into();
        Self { status, is_generated: true, ..Self::new("text/plain; charset=utf-8", text) }
    }

    pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Self {
        Self { status, is_generated: true, ..Self::new("application/json", value.to_string()) }
    }

    /// 404.
    fn missing() -> Self {
        Self::text(StatusCode::NOT_FOUND, "nothing is at this address\n")
    }
}

/// What a link allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Download,
    Upload,
}

fn signature(world: &World, usage: Use, path: &str, expires: i64) -> String {
    let usage = if usage == Use::Download { "download" } else { "upload" };
    world.fixed_uuid(&["file", usage, path, &expires.to_string()]).replace('-', "")
}

/// The path of these segments, percent-encoded.
fn path_of(segments: &[&str]) -> String {
    let encoded = segments.iter().map(|segment| utf8_percent_encode(segment, SEGMENT).to_string());
    encoded.collect::<Vec<_>>().join("/")
}

/// A link that anyone can use for a time, and the end of that time.
pub(crate) fn link(world: &World, usage: Use, segments: &[&str], lasts: Duration) -> (String, Timestamp) {
    let end = after(world.now, lasts);
    let (path, expires) = (path_of(segments), end.as_millisecond());
    let signature = signature(world, usage, &path, expires);
    (format!("{ORIGIN}/files/{path}?expires={expires}&signature={signature}"), end)
}

/// A link to something public, which lasts.
pub(crate) fn public(segments: &[&str]) -> String {
    format!("{ORIGIN}/public/{}", path_of(segments))
}

/// Answers a request to a path below `/_sandbox`. `None` if it leads to no file.
pub(crate) fn serve(
    world: &mut World,
    method: &Method,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Option<Served> {
    let (kind, path) = path.trim_start_matches('/').split_once('/')?;
    let segments: Vec<String> =
        path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match kind {
        "files" => Some(signed(world, method, query, &segments, headers, bytes)),
        "public" => Some(found(world.files.get(&segments.join("/")))),
        "functions" => Some(function::call(world, &segments)),
        "kubernetes" => Some(kubernetes::api(world, &segments, headers)),
        _ => None,
    }
}

fn found(file: Option<&File>) -> Served {
    file.map_or_else(Served::missing, |file| Served::new(&file.media, file.bytes.clone()))
}

fn signed(
    world: &mut World,
    method: &Method,
    query: &str,
    segments: &[&str],
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Served {
    let usage = match method.as_str() {
        "GET" | "HEAD" => Use::Download,
        "PUT" | "POST" => Use::Upload,
        _ => return Served::text(StatusCode::METHOD_NOT_ALLOWED, "use GET or PUT\n"),
    };
    let given = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    };
    let expires: i64 = given("expires").and_then(|expires| expires.parse().ok()).unwrap_or_default();
    // Equal paths may be encoded in different ways: the signature is that of the segments.
    if given("signature") != Some(signature(world, usage, &path_of(segments), expires)) {
        return Served::text(
            StatusCode::FORBIDDEN,
            "the signature does not match this address and this use\n",
        );
    }
    if expires <= world.now.as_millisecond() {
        return Served::text(StatusCode::FORBIDDEN, "this address has expired\n");
    }
    let media = headers.get(http::header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    let media = media.unwrap_or("application/octet-stream").to_owned();
    match (usage, segments) {
        (Use::Download, ["backups", addon, backup]) => download_backup(world, addon, backup),
        (Use::Download, ["cellar", ..]) => cellar::download(world, segments),
        (Use::Upload, ["cellar", addon, bucket, key]) => {
            let file = File { media, bytes: bytes.clone() };
            cellar::upload(world, [addon, bucket, key], headers, file)
        }
        (Use::Upload, ["functions", function, deployment]) => {
            function::upload(world, function, deployment, bytes)
        }
        (Use::Download, ["cellar-credentials", addon]) => match cellar::credentials(world, addon) {
            Ok(text) => Served::text(StatusCode::OK, text),
            Err(_) => Served::missing(),
        },
        (Use::Download, ["kubeconfig", cluster]) => match kubernetes::configuration(world, cluster) {
            Some(text) => Served { is_generated: true, ..Served::new("application/yaml", text) },
            None => Served::missing(),
        },
        (Use::Download, ["wireguard", group, peer]) => match network_group::configuration(world, group, peer)
        {
            Ok(text) => Served::text(StatusCode::OK, text),
            Err(_) => Served::missing(),
        },
        _ => Served::missing(),
    }
}

/// The content of a backup: a text that says of what, because nothing runs that has data.
fn download_backup(world: &World, addon: &str, backup: &str) -> Served {
    let Ok(addon) = world.addon(addon) else { return Served::missing() };
    let text = format!(
        "-- Backup {backup} of {} ({}), made by cc-sandbox: it holds no data.\n",
        addon.real_id, addon.provider
    );
    Served::new("application/octet-stream", text)
}

/// Keeps an avatar, and returns its address.
///
/// A body of JSON names another service that has the avatar of the user: no content comes with it.
pub(crate) fn keep_avatar(world: &mut World, media: Option<&str>, bytes: &Bytes) -> Option<String> {
    if media.is_some_and(|media| media.starts_with("application/json")) {
        return Some("https://avatars.sandbox.example/external".to_owned());
    }
    let id = world.uuid("avatar");
    let file = File { media: media.unwrap_or("image/png").to_owned(), bytes: bytes.clone() };
    world.files.put(format!("avatars/{id}"), file).then(|| public(&["avatars", &id]))
}

/// Answer with an address alone.
pub(crate) fn presigned(world: &World, segments: &[&str]) -> serde_json::Value {
    json!({ "url": link(world, Use::Download, segments, USUAL).0 })
}

//! Cellar: the objects of its buckets with their contents, and addresses to download and upload them.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Handler;
use super::file::{Served, USUAL, Use, link, presigned};
use super::rules::Rule;
use crate::engine::reply::{Content, Outcome, Refusal, Reply, json_of};
use crate::engine::request::Request;
use crate::refusals;
use crate::world::{Addon, File, Keys, Row, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get_cellar_credentials_file", credentials_file),
    ("get_cellar_credentials_url", credentials_url),
    ("renew_cellar_credentials", renew),
    ("create_cellar_download_url", download_url),
    ("create_cellar_upload_url", upload_url),
    ("create_cellar_api_upload_url", api_upload_url),
];

pub(super) const RULES: &[(&str, Rule)] = &[
    ("create_cellar_bucket", Rule { before: check_name, after: bucket_made }),
    ("update_cellar_bucket", Rule { before: |_, _| Ok(()), after: bucket_changed }),
    ("delete_cellar_bucket", Rule { before: |_, _| Ok(()), after: bucket_deleted }),
    ("upload_cellar_object", Rule { before: |_, _| Ok(()), after: uploaded }),
    ("delete_cellar_object", Rule { before: |_, _| Ok(()), after: deleted }),
];

const BUCKETS: &str = "cellar/cellar/buckets";
const OBJECTS: &str = "cellar/cellar/buckets/objects";

fn find<'a>(world: &'a mut World, request: &Request<'_>) -> Result<&'a mut Addon, Refusal> {
    let id = request.param("addonId");
    let addon = world.addon_mut(id).ok().filter(|addon| addon.real_id.starts_with("cellar_"));
    addon.ok_or_else(|| Refusal::not_found("Cellar", id))
}

/// The credentials in the format of `s3cmd`.
pub(super) fn credentials(world: &World, id: &str) -> Result<String, Refusal> {
    let addon = world.addon(id)?;
    let value = |name: &str| addon.environment.get(name).map(String::as_str).unwrap_or_default();
    let (host, key) = (value("CELLAR_ADDON_HOST"), value("CELLAR_ADDON_KEY_ID"));
    let secret = value("CELLAR_ADDON_KEY_SECRET");
    Ok(format!(
        "[default]\naccess_key = {key}\nhost_base = {host}\nhost_bucket = %(bucket)s.{host}\nsecret_key = {secret}\nuse_https = True\n"
    ))
}

fn credentials_file(world: &mut World, request: &Request<'_>) -> Outcome {
    find(world, request)?;
    Ok(Reply::from(Content::Text(credentials(world, request.param("addonId"))?)))
}

fn credentials_url(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = find(world, request)?.real_id.clone();
    json_of(presigned(world, &["cellar-credentials", &id]))
}

fn renew(world: &mut World, request: &Request<'_>) -> Outcome {
    let turn = world.uuid("cellar-credentials");
    let addon = find(world, request)?;
    for (name, value) in [("KEY_ID", format!("key-{turn}")), ("KEY_SECRET", format!("sandbox-secret-{turn}"))]
    {
        addon.environment.insert(format!("CELLAR_ADDON_{name}"), value);
    }
    let value = |name: &str| addon.environment.get(name).cloned().unwrap_or_default();
    json_of(json!({
        "host": value("CELLAR_ADDON_HOST"),
        "keyId": value("CELLAR_ADDON_KEY_ID"),
        "keySecret": value("CELLAR_ADDON_KEY_SECRET"),
    }))
}

fn check_bucket(world: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    let name = request.param("bucketName");
    let now = world.now;
    let found = world.collections.row(BUCKETS, &request.path, now);
    found.map(|_| ()).ok_or_else(|| Refusal::not_found("Bucket", name))
}

fn signed(world: &mut World, request: &Request<'_>, usage: Use, key: &str) -> Outcome {
    // No source documents the unit of the lifetime: seconds, as in S3.
    let lasts = request.body["expiresIn"].as_u64().map_or(USUAL, Duration::from_secs);
    let segments = ["cellar", request.param("addonId"), request.param("bucketName"), key];
    let (url, end) = link(world, usage, &segments, lasts);
    json_of(json!({ "url": url, "expiresAt": end.to_string() }))
}

fn download_url(world: &mut World, request: &Request<'_>) -> Outcome {
    check_bucket(world, request)?;
    let key = request.text("objectKey");
    let mut keys = request.path.clone();
    keys.insert("objectKey".to_owned(), key.to_owned());
    let now = world.now;
    if world.collections.row(OBJECTS, &keys, now).is_none() {
        return Err(Refusal::not_found("Object", key));
    }
    signed(world, request, Use::Download, key)
}

fn upload_url(world: &mut World, request: &Request<'_>) -> Outcome {
    check_bucket(world, request)?;
    signed(world, request, Use::Upload, request.text("objectKey"))
}

fn api_upload_url(world: &mut World, request: &Request<'_>) -> Outcome {
    check_bucket(world, request)?;
    signed(world, request, Use::Upload, request.param("objectKey"))
}

/// Path under which the content of an object is kept.
fn path(addon: &str, bucket: &str, key: &str) -> String {
    format!("cellar/{addon}/{bucket}/{key}")
}

fn path_of(keys: &Keys) -> String {
    let key = |name: &str| keys.get(name).map(String::as_str).unwrap_or_default();
    path(key("addonId"), key("bucketName"), key("objectKey"))
}

/// Size, entity tag, type and metadata of an object, from its content and the headers of its upload.
fn describe(world: &World, key: &str, headers: &HeaderMap, file: &File) -> Map<String, Value> {
    let digest = Sha256::digest(&file.bytes);
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let metadata: Map<String, Value> = headers
        .iter()
        .filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix("x-amz-meta-")?;
            Some((name.to_owned(), value.to_str().ok()?.into()))
        })
        .collect();
    let owner = json!({ "id": "owner", "name": "owner", "type": "CanonicalUser" });
    let value = json!({
        "key": key,
        "objectKey": key,
        "name": key.rsplit('/').next(),
        "type": "FILE",
        "contentLength": file.bytes.len(),
        "contentType": file.media,
        "eTag": tag,
        "updatedAt": world.now.to_string(),
        "metadata": metadata,
        "tags": [],
        "acl": [{ "grantee": owner, "permission": "FULL_CONTROL" }],
    });
    value.as_object().cloned().unwrap_or_default()
}

/// Counts the objects of a bucket anew.
fn recount(world: &mut World, keys: &Keys) {
    let mut keys = keys.clone();
    keys.remove("objectKey");
    let key = |name: &str| keys.get(name).map(String::as_str).unwrap_or_default();
    let (count, size) = world.files.below(&format!("cellar/{}/{}", key("addonId"), key("bucketName")));
    let now = world.now;
    if let Some(row) = world.collections.row(BUCKETS, &keys, now) {
        row.value.insert("objectsCount".to_owned(), count.into());
        row.value.insert("sizeInBytes".to_owned(), size.into());
        row.value.insert("updatedAt".to_owned(), now.to_string().into());
    }
}

/// Refuses what is not the name of a bucket in S3, which Cellar speaks.
fn check_name(_: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    let name = request.text("name");
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_name = (3..=63).contains(&name.len())
        && name.starts_with(is_plain)
        && name.ends_with(is_plain)
        && name.chars().all(|letter| is_plain(letter) || ".-".contains(letter))
        && !name.contains("..")
        && name.parse::<std::net::IpAddr>().is_err();
    if is_name { Ok(()) } else { Err(refusals::BUCKET_NAME.with([name]).about("name")) }
}

fn bucket_made(_: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    let versioning = if request.body["versioning"] == true { "ENABLED" } else { "DISABLED" };
    row.value.insert("versioning".to_owned(), versioning.into());
    Ok(())
}

/// Versioning that was on once is suspended, and not off again.
fn bucket_changed(_: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    let before = row.value.get("versioning").and_then(Value::as_str).unwrap_or("DISABLED");
    let versioning = match (request.body["versioning"] == true, before) {
        (true, _) => "ENABLED",
        (false, "DISABLED") => "DISABLED",
        (false, _) => "SUSPENDED",
    };
    row.value.insert("versioning".to_owned(), versioning.into());
    Ok(())
}

fn bucket_deleted(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    let addon = row.keys.get("addonId").map(String::as_str).unwrap_or_default();
    world.files.remove(&format!("cellar/{addon}/{}", request.param("bucketName")));
    Ok(())
}

fn uploaded(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    let media = request.headers.get(http::header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    let media = media.unwrap_or("application/octet-stream").to_owned();
    let file = File { media, bytes: request.bytes.clone() };
    row.value.extend(describe(world, request.param("objectKey"), request.headers, &file));
    if !world.files.put(path_of(&row.keys), file) {
        return Err(Refusal::invalid("the sandbox has no room for more contents"));
    }
    recount(world, &row.keys);
    Ok(())
}

fn deleted(world: &mut World, _: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    world.files.remove(&path_of(&row.keys));
    recount(world, &row.keys);
    Ok(())
}

/// The content of an object, at the address of a download.
pub(super) fn download(world: &World, segments: &[&str]) -> Served {
    match world.files.get(&segments.join("/")) {
        Some(file) => Served::new(&file.media, file.bytes.clone()),
        None => Served::text(StatusCode::NOT_FOUND, "the object does not exist any more\n"),
    }
}

/// Keeps the content of an object, at the address of an upload.
pub(super) fn upload(
    world: &mut World,
    [addon, bucket, key]: [&str; 3],
    headers: &HeaderMap,
    file: File,
) -> Served {
    let place = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut keys = Keys::from([place("addonId", addon), place("bucketName", bucket)]);
    let now = world.now;
    let Some(parent) = world.collections.row(BUCKETS, &keys, now) else {
        return Served::text(StatusCode::NOT_FOUND, "the bucket does not exist any more\n");
    };
    keys.clone_from(&parent.keys);
    keys.insert("objectKey".to_owned(), key.to_owned());
    let value = describe(world, key, headers, &file);
    let tag = value.get("eTag").and_then(Value::as_str).map(|tag| format!("\"{tag}\""));
    if !world.files.put(path(addon, bucket, key), file) {
        let status = StatusCode::INSUFFICIENT_STORAGE;
        return Served::text(status, "the sandbox has no room for more contents\n");
    }
    match world.collections.row(OBJECTS, &keys, now) {
        Some(row) => row.value.extend(value),
        None => world.collections.add(OBJECTS, Row { keys: keys.clone(), value, changes: Vec::new() }),
    }
    recount(world, &keys);
    Served { tag, ..Served::text(StatusCode::OK, "") }
}

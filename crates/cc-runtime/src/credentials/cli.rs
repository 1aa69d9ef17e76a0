//! The configuration file of the official CLI, clever-tools. Source: its version 4.
#![cfg_attr(target_family = "wasm", allow(dead_code))] // There is no such file.

#[cfg(not(target_family = "wasm"))]
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::infer::Environment;
#[cfg(not(target_family = "wasm"))]
use crate::file;
use crate::secret::Secret;
use crate::time::Timestamp;

/// The largest file that is read, in bytes. A real one has less than 1 kB for each profile.
const MAX_BYTES: u64 = 1024 * 1024;

/// Time limit for reading the file.
const PATIENCE: Duration = Duration::from_secs(2);

/// The CLI's own consumer. Its vendor publishes both values in the CLI's source: they say which program asks, and guard
/// nothing.
pub(super) const PUBLIC_CONSUMER: (&str, &str) =
    ("T5nFjKeHH4AIlEveuGhB5S3xg8T19e", "MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT");

/// An account that the CLI is signed in to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    pub(super) alias: String,
    pub(super) token: String,
    pub(super) secret: Secret,
    #[serde(default)]
    expiration_date: Option<Value>,
    #[serde(default)]
    pub(super) user_id: Option<String>,
    #[serde(default)]
    pub(super) overrides: Option<Overrides>,
}

/// Settings of a profile that override the defaults.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) struct Overrides {
    #[serde(default)]
    pub(super) api_host: Option<String>,
    #[serde(default)]
    pub(super) oauth_consumer_key: Option<String>,
    #[serde(default)]
    pub(super) oauth_consumer_secret: Option<Secret>,
}

impl Profile {
    /// The profile that the variables `CLEVER_TOKEN` and `CLEVER_SECRET` are.
    pub(super) fn of_variables(token: String, secret: String) -> Self {
        Self {
            alias: "$env".to_owned(),
            token,
            secret: secret.into(),
            expiration_date: None,
            user_id: None,
            overrides: None,
        }
    }

    /// Expiration date of the token; `None` if the file does not hold a readable one.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        serde_json::from_value(self.expiration_date.clone()?).ok()
    }
}

/// The file as versions before 4 wrote it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Legacy {
    token: String,
    secret: Secret,
    #[serde(default)]
    expiration_date: Option<Value>,
}

/// Outcome of looking for the file.
#[derive(Debug)]
pub(super) enum Found {
    /// No environment variable gives the location of the file.
    Nowhere,
    /// The file does not exist.
    Absent(PathBuf),
    /// The file exists and cannot be used, for this reason.
    Useless(PathBuf, String),
    /// The profiles in the file, the active one first. `loose` holds the permission bits if users other than the owner may
    /// read the file.
    Profiles { path: PathBuf, profiles: Vec<Profile>, loose: Option<u32> },
}

/// Reads the file.
#[cfg(not(target_family = "wasm"))]
pub(super) fn read(environment: &Environment) -> Found {
    let Some(path) = path(environment) else { return Found::Nowhere };
    let contents = match file::read(&path, MAX_BYTES, PATIENCE) {
        Ok(contents) => contents,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Absent(path),
        Err(error) => return Found::Useless(path, format!("could not read it: {error}")),
    };
    match parse(&contents.bytes) {
        Some(profiles) => {
            let loose = contents.mode.filter(|mode| mode & 0o077 != 0);
            Found::Profiles { loose, path, profiles }
        }
        None => Found::Useless(path, "unknown format".to_owned()),
    }
}

#[cfg(target_family = "wasm")]
pub(super) fn read(_: &Environment) -> Found {
    Found::Nowhere
}

fn path(environment: &Environment) -> Option<PathBuf> {
    if let Some(path) = environment.get("CONFIGURATION_FILE") {
        return Some(path.into());
    }
    let folder = if cfg!(windows) {
        PathBuf::from(environment.get("APPDATA")?)
    } else {
        match environment.get("XDG_CONFIG_HOME") {
            Some(folder) => folder.into(),
            None => Path::new(&environment.get("HOME")?).join(".config"),
        }
    };
    Some(folder.join("clever-cloud").join("clever-tools.json"))
}

/// The profiles of either format, as the CLI reads them; `None` for anything else.
///
/// A file whose `version` is the number 1 holds profiles, or no user is signed in. Any other file holds one
/// token, regardless of its `version`. If a key occurs twice, the last one counts.
fn parse(json: &[u8]) -> Option<Vec<Profile>> {
    // Windows editors write a byte-order mark.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    // Errors are dropped: they may quote a secret. A `Value` takes a key that stands twice, a struct does not.
    let Value::Object(mut file) = serde_json::from_slice(json).ok()? else { return None };
    if file.get("version").and_then(Value::as_f64) == Some(1.0) {
        return match file.remove("profiles") {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::Array(list)) => {
                let mut list = list.into_iter().map(serde_json::from_value);
                // The first profile is active: without it, another account would be used.
                let Some(active) = list.next() else { return Some(Vec::new()) };
                Some(std::iter::once(active.ok()?).chain(list.filter_map(Result::ok)).collect())
            }
            Some(_) => None,
        };
    }
    let Legacy { token, secret, expiration_date } = serde_json::from_value(Value::Object(file)).ok()?;
    let alias = "default".to_owned();
    Some(vec![Profile { alias, token, secret, expiration_date, user_id: None, overrides: None }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases(json: &str) -> Option<Vec<String>> {
        Some(parse(json.as_bytes())?.into_iter().map(|profile| profile.alias).collect())
    }

    #[test]
    fn both_formats_are_read_and_nothing_else_is() {
        let current = r#"{"version":1,"profiles":[
            {"alias":"a","token":"t","secret":"s","expirationDate":"2030-01-01T00:00:00Z","userId":"user_1","email":"a@example.com","overrides":{"API_HOST":"https://h","SSH_GATEWAY":"x"}},
            {"alias":"b","token":"t","secret":"s"}]}"#;
        assert_eq!(aliases(current).unwrap(), ["a", "b"]);
        assert_eq!(aliases(r#"{"token":"t","secret":"s"}"#).unwrap(), ["default"]);
        assert_eq!(aliases(r#"{"version":1,"profiles":[]}"#).unwrap(), [""; 0]);
        for other in [
            "",
            "[]",
            "{}",
            r#"{"version":2,"profiles":[]}"#,
            r#"{"version":"1","profiles":[]}"#,
            r#"{"version":1,"profiles":{}}"#,
            r#"{"version":1,"profiles":[{},{"alias":"b","token":"t","secret":"s"}]}"#,
            r#"{"token":"t"}"#,
            r#"{"version":1,"profiles":[{}]}"#,
        ] {
            assert_eq!(aliases(other), None, "{other}");
        }
    }

    #[test]
    fn what_the_cli_signs_in_with_signs_in_here() {
        for (json, expected) in [
            (r#"{"version":2,"token":"t","secret":"s"}"#, &["default"][..]),
            (r#"{"version":"1","token":"t","secret":"s"}"#, &["default"]),
            (r#"{"version":1.0,"profiles":[{"alias":"a","token":"t","secret":"s"}]}"#, &["a"]),
            (r#"{"token":"old","token":"t","secret":"s","secret":"s"}"#, &["default"]),
            (
                r#"{"version":2,"version":1,"profiles":[{"alias":"x","alias":"a","token":"t","secret":"s"}]}"#,
                &["a"],
            ),
            ("\u{feff}{\"token\":\"t\",\"secret\":\"s\"}", &["default"]),
            (r#"{"version":1,"profiles":[{"alias":"a","token":"t","secret":"s"},{"alias":"b"}]}"#, &["a"]),
            // No user is signed in.
            (r#"{"version":1}"#, &[]),
            (r#"{"version":1,"profiles":null}"#, &[]),
            (r#"{"version":1,"token":"t","secret":"s"}"#, &[]),
        ] {
            assert_eq!(
                aliases(json).as_deref(),
                Some(&expected.iter().map(|&a| a.to_owned()).collect::<Vec<_>>()[..]),
                "{json}"
            );
        }
        let twice = parse(br#"{"token":"old","token":"t","secret":"s"}"#).unwrap();
        assert_eq!(twice[0].token, "t", "the last one counts");
    }

    #[test]
    fn an_expiration_date_that_cannot_be_read_is_none() {
        let expires = |date: &str| {
            let json = format!(r#"{{"token":"t","secret":"s","expirationDate":{date}}}"#);
            parse(json.as_bytes()).unwrap()[0].expires_at()
        };
        assert_eq!(expires(r#""2030-01-01T00:00:00.000Z""#).unwrap().to_string(), "2030-01-01T00:00:00.000Z");
        assert!(expires("null").is_none() && expires(r#""soon""#).is_none() && expires("{}").is_none());
    }

    #[test]
    fn the_file_is_where_the_variables_say() {
        let of = |variables: &[(&str, &str)]| {
            let path = path(&Environment::of(variables.iter().copied()));
            path.map(|path| path.to_string_lossy().replace('\\', "/"))
        };
        assert_eq!(of(&[("CONFIGURATION_FILE", "/x.json"), ("HOME", "/h")]).unwrap(), "/x.json");
        if cfg!(not(windows)) {
            assert_eq!(of(&[("HOME", "/h")]).unwrap(), "/h/.config/clever-cloud/clever-tools.json");
            let both = [("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")];
            assert_eq!(of(&both).unwrap(), "/x/clever-cloud/clever-tools.json");
        }
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("HOME", "")]), None);
    }
}

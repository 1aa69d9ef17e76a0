//! The configuration file of the official CLI, clever-tools. Source: its version 4.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::infer::Environment;
use crate::secret::Secret;
use crate::time::Timestamp;

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
    expiration_date: Option<serde_json::Value>,
    #[serde(default)]
    pub(super) user_id: Option<String>,
    #[serde(default)]
    pub(super) overrides: Option<Overrides>,
}

/// What a profile says in the place of the defaults.
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

    /// When the token ends; `None` when the file does not say so in a way that can be read.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        serde_json::from_value(self.expiration_date.clone()?).ok()
    }
}

/// The file in the current format, `version` 1.
#[derive(Deserialize)]
struct Current {
    version: u32,
    profiles: Vec<Profile>,
}

/// The file as versions before 4 wrote it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Legacy {
    token: String,
    secret: Secret,
    #[serde(default)]
    expiration_date: Option<serde_json::Value>,
}

/// What became of the file.
#[derive(Debug)]
pub(super) enum Found {
    /// No variable says where it could be.
    Nowhere,
    /// There is none.
    Absent(PathBuf),
    /// It is there, and of no use.
    Useless(PathBuf, String),
    /// The profiles in it, the active one first, and how many users of the machine other than its owner may do what.
    Profiles { path: PathBuf, profiles: Vec<Profile>, loose: Option<u32> },
}

/// Reads the file.
pub(super) fn read(environment: &Environment) -> Found {
    let Some(path) = path(environment) else { return Found::Nowhere };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Absent(path),
        Err(error) => return Found::Useless(path, format!("it cannot be read: {error}")),
    };
    match parse(&bytes) {
        Some(profiles) => Found::Profiles { loose: loose(&path), path, profiles },
        None => Found::Useless(path, "it is in no format that is known".to_owned()),
    }
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

/// The profiles of either format; `None` for anything else.
fn parse(json: &[u8]) -> Option<Vec<Profile>> {
    // The errors of the two are not told: they may quote what they could not read.
    if let Ok(current) = serde_json::from_slice::<Current>(json) {
        return (current.version == 1).then_some(current.profiles);
    }
    let Legacy { token, secret, expiration_date } = serde_json::from_slice(json).ok()?;
    let alias = "default".to_owned();
    Some(vec![Profile { alias, token, secret, expiration_date, user_id: None, overrides: None }])
}

/// The permissions of the file, when others than its owner have some.
fn loose(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
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
            r#"{"token":"t"}"#,
            r#"{"version":1,"profiles":[{}]}"#,
        ] {
            assert_eq!(aliases(other), None, "{other}");
        }
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

//! Hides secrets in the JSON of a request, of which no type is known.

use serde_json::Value;

/// Words in the names of members that are secret, as `cargo xtask check` knows them.
const SECRET: [&str; 7] = ["token", "key", "secret", "password", "credential", "kubeconfig", "url"];

/// Parts of paths under which every value may be a secret.
const SECRET_PATHS: [&str; 4] = ["/env", "exposed_env", "providers/", "configuration"];

/// Replaces each text that may be a secret by `***`.
pub(crate) fn redact(path: &str, value: &mut Value) {
    hide(value, SECRET_PATHS.iter().any(|part| path.contains(part)));
}

fn hide(value: &mut Value, is_secret: bool) {
    match value {
        Value::String(text) if is_secret => *text = "***".to_owned(),
        Value::Array(values) => values.iter_mut().for_each(|value| hide(value, is_secret)),
        Value::Object(members) => {
            for (name, value) in members {
                let lower = name.to_lowercase();
                // The name of a variable is none, its value is.
                let is_name = ["name", "id", "type"].contains(&lower.as_str());
                let is_named_so = SECRET.iter().any(|word| lower.contains(word));
                hide(value, (is_secret || is_named_so) && !is_name);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_variables_and_of_secret_members_are_hidden() {
        let mut body = json!([{ "name": "PIN", "value": "hunter2" }]);
        redact("/v2/organisations/orga_1/applications/app_1/env", &mut body);
        assert_eq!(body, json!([{ "name": "PIN", "value": "***" }]));
        let mut body = json!({ "apiToken": "hunter2", "name": "ci", "target": { "password": ["hunter2"] } });
        redact("/v4/drains", &mut body);
        assert_eq!(body, json!({ "apiToken": "***", "name": "ci", "target": { "password": ["***"] } }));
    }
}

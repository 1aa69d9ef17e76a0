//! `x-secret`: which texts and which JSON are never shown, and which names say that theirs should not be.

use serde_json::{Map, Value, json};

use super::node::Node;

/// A schema that is marked as a secret, as the type of `cc-runtime` that is never shown: `Secret` for a text, `SecretJson` for
/// JSON of unknown shape. Of a list or a map it is each element.
pub fn hidden(schema: Value) -> Value {
    let Value::Object(mut map) = schema else { return schema };
    if map.get("type").and_then(Value::as_str) == Some("array") {
        if let Some(items) = map.get_mut("items") {
            *items = hidden(items.take());
        }
        return map.into();
    }
    if let Some(values) = map.get_mut("additionalProperties").filter(|values| values.is_object()) {
        *values = hidden(values.take());
        return map.into();
    }
    let is_json =
        map.contains_key("x-free-json") || map.get("type").and_then(Value::as_str) == Some("object");
    let mut out = Map::new();
    for key in ["description", "nullable", "x-tri-state", "x-essential"] {
        if let Some(value) = map.remove(key) {
            out.insert(key.to_owned(), value);
        }
    }
    let name = if is_json { "SecretJson" } else { "Secret" };
    out.insert("$ref".to_owned(), json!(format!("#/components/schemas/{name}")));
    out.into()
}

/// Words of a name by which its value is probably a secret.
const WORDS: [&str; 15] = [
    "token",
    "tokens",
    "key",
    "keys",
    "secret",
    "secrets",
    "password",
    "passwords",
    "credential",
    "credentials",
    "kubeconfig",
    "passphrase",
    "apikey",
    "privatekey",
    "authorization",
];

/// Last words of names that mention a secret without holding it: `tokenId`, `keyName`,
/// `passwordExpirationDate`.
const ABOUT: [&str; 12] =
    ["id", "ids", "name", "names", "type", "kind", "count", "date", "expiration", "state", "status", "url"];

/// Words of an operation that answers a whole configuration, in which credentials stand.
const DOCUMENTS: [&str; 4] = ["config", "configuration", "environment", "env"];

/// Returns `true` if a property or a parameter of this name probably holds a secret.
pub fn sounds_secret(name: &str) -> bool {
    let words = words(name);
    let about = words.last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    !about && !words.iter().any(|word| word == "public") && words.iter().any(|word| is_word(word))
}

/// Returns `true` if an operation of this id probably answers a secret.
pub fn answers_secret(id: &str) -> bool {
    words(id).iter().any(|word| is_word(word) || DOCUMENTS.contains(&word.as_str()))
}

fn is_word(word: &str) -> bool {
    WORDS.contains(&word) || ["token", "secret", "password", "apikey"].iter().any(|end| word.ends_with(end))
}

/// The words of a name in camel, snake, kebab or upper case.
fn words(name: &str) -> Vec<String> {
    heck::ToSnakeCase::to_snake_case(name).split('_').map(str::to_owned).collect()
}

/// Returns `true` if a schema is a text, or JSON of unknown schema, or a list or a map of those, which
/// `x-secret` can hide. A schema with a type of its own (an id, an enum, a union, a struct) cannot be hidden.
pub fn can_hide(schema: &Node) -> bool {
    if schema.get("$ref").is_some() || schema.get("enum").is_some() || schema.get("oneOf").is_some() {
        return false;
    }
    match schema.str_at("type") {
        Some("string") => schema.str_at("format") != Some("binary"),
        Some("array") => schema.get("items").is_some_and(can_hide),
        Some("object") => {
            schema.get("properties").is_none()
                && schema
                    .get("additionalProperties")
                    .is_none_or(|values| !values.is_map() || can_hide(values))
        }
        Some(_) => false,
        None => schema.get("x-free-json").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sound_like_a_secret_are_told_from_those_that_speak_of_one() {
        for name in [
            "token",
            "oauth_token",
            "apiKey",
            "kubeconfig",
            "X-Clever-Password",
            "invitationKey",
            "accesstoken",
        ] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in ["tokenId", "keyName", "publicKey", "passwordExpirationDate", "monkey", "zone"] {
            assert!(!sounds_secret(name), "{name}");
        }
        assert!(answers_secret("get_otoroshi_config") && answers_secret("get_stripe_token"));
        assert!(!answers_secret("list_zones"));
    }

    #[test]
    fn a_marked_schema_keeps_its_description_and_becomes_a_secret() {
        let text = json!({"type": "string", "description": "d", "x-secret": true});
        assert_eq!(hidden(text.clone()), json!({"description": "d", "$ref": "#/components/schemas/Secret"}));
        assert_eq!(
            hidden(json!({"type": "array", "items": text}))["items"]["$ref"],
            "#/components/schemas/Secret"
        );
        assert_eq!(hidden(json!({"x-free-json": "why"})), json!({"$ref": "#/components/schemas/SecretJson"}));
    }
}

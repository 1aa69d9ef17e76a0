//! The route table: what the spec says, as the generator wrote it down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::router::Router;
use super::validate::Schemas;

/// Every operation of the spec, and the schemas they refer to.
#[derive(Debug, Deserialize)]
pub(crate) struct Table {
    /// JSON Schemas by name, such as `zone.Zone`.
    #[serde(rename = "$defs")]
    pub(crate) definitions: Map<String, Value>,
    /// The collections of the API by their names.
    #[serde(default)]
    pub(crate) collections: BTreeMap<String, Collection>,
    pub(crate) operations: Vec<Operation>,
    /// Made when it is first needed, and shared by every sandbox of the process.
    #[serde(skip)]
    router: OnceLock<Router>,
    /// Cache of compiled schemas.
    #[serde(skip)]
    pub(crate) schemas: Schemas,
}

/// A collection of the API, or a document.
#[derive(Debug, Deserialize)]
pub(crate) struct Collection {
    /// Path parameter of its items; a document has none.
    pub(crate) key: Option<String>,
    /// Collection of the items that it is in.
    pub(crate) parent: Option<String>,
}

/// Place of an operation in a collection.
#[derive(Debug, Deserialize)]
pub(crate) struct Part {
    /// Name of the collection.
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// What an operation does in its collection.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Lists the items.
    List,
    /// Makes an item.
    Create,
    /// Makes the item of the path, or replaces it.
    Put,
    /// Reads an item.
    Read,
    /// Replaces an item.
    Replace,
    /// Changes some fields of an item.
    Change,
    /// Deletes an item.
    Delete,
    /// Deletes all items.
    Clear,
    /// Does something to an item that is no change of its fields.
    Act,
}

/// One operation of the spec.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// Domain of the spec, such as `application`.
    #[serde(default)]
    pub(crate) domain: String,
    pub(crate) method: String,
    /// Path with its parameters in braces.
    pub(crate) path: String,
    /// Other routes of the same thing, each `METHOD /path`.
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    /// Its place in a collection.
    pub(crate) collection: Option<Part>,
    pub(crate) request: Option<RequestBody>,
    pub(crate) success: Success,
    /// Statuses of the known errors: `404`, or a class such as `4XX`.
    #[serde(default)]
    pub(crate) errors: Vec<String>,
}

/// A path, query or header parameter.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: Place,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) repeated: bool,
    pub(crate) schema: Value,
}

/// Location of a parameter.
#[derive(Debug, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

/// The body that an operation takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestBody {
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) content_type: String,
    pub(crate) schema: Value,
}

/// The answer of an operation that went well.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Success {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) schema: Option<Value>,
}

impl Table {
    /// Table without operations, with the definitions of this schema.
    pub(crate) fn of_schema(schema: &Value) -> Self {
        Self {
            definitions: schema["$defs"].as_object().cloned().unwrap_or_default(),
            collections: BTreeMap::new(),
            operations: Vec::new(),
            router: OnceLock::new(),
            schemas: Schemas::default(),
        }
    }

    pub(crate) fn router(&self) -> &Router {
        self.router.get_or_init(|| Router::new(&self.operations))
    }

    /// Names of the collections of which no operation that makes or shows items is handled otherwise.
    pub(crate) fn collections_without(&self, is_handled: impl Fn(&Operation) -> bool) -> BTreeSet<String> {
        let is_kept = |name: &&String| {
            let mut parts = self.operations.iter().filter_map(|operation| {
                let part = operation.collection.as_ref().filter(|part| part.name == **name)?;
                Some((operation, part.role))
            });
            !parts.any(|(operation, role)| {
                !matches!(role, Role::Act | Role::Clear | Role::Delete) && is_handled(operation)
            })
        };
        self.collections.keys().filter(is_kept).cloned().collect()
    }

    /// Follows `$ref`s until a schema of its own, and names the last definition on the way.
    pub(crate) fn resolve<'a>(&'a self, mut schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        let mut name = None;
        // A chain of references is short; the bound keeps a circle from hanging.
        for _ in 0..16 {
            let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(definition_name) else {
                break;
            };
            let Some(next) = self.definitions.get(target) else { break };
            name = Some(target);
            schema = next;
        }
        (name, schema)
    }

    /// A schema that stands alone: with the definitions it refers to, and only those.
    pub(crate) fn standalone(&self, schema: &Value) -> Value {
        let mut needed = BTreeMap::new();
        self.collect(schema, &mut needed);
        let definitions: Map<String, Value> =
            needed.into_iter().map(|(name, schema)| (name.to_owned(), schema.clone())).collect();
        serde_json::json!({ "$defs": definitions, "allOf": [schema] })
    }

    fn collect<'a>(&'a self, schema: &'a Value, needed: &mut BTreeMap<&'a str, &'a Value>) {
        match schema {
            Value::Object(map) => {
                if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(definition_name)
                    && let Some(target) = self.definitions.get(name)
                    && needed.insert(name, target).is_none()
                {
                    self.collect(target, needed);
                }
                map.values().for_each(|value| self.collect(value, needed));
            }
            Value::Array(items) => items.iter().for_each(|value| self.collect(value, needed)),
            _ => {}
        }
    }
}

impl Operation {
    /// Returns `true` if the operation answers without credentials: none of its errors is a 401.
    ///
    /// Products and zones list a 401 (for wrong credentials), and answer without any. Who is on the way to a token has none
    /// yet.
    pub(crate) fn is_public(&self) -> bool {
        !self.errors.iter().any(|status| status == "401")
            || [
                "/v2/products/",
                "/v4/products/",
                "/v4/billing/price-system",
                "/v2/oauth/authorize",
                // GitHub sends the browser and its events there.
                "/v2/github/callback",
                "/v2/github/redeploy",
            ]
            .iter()
            .any(|prefix| self.path.starts_with(prefix))
            || self.gives_tokens()
    }

    /// Returns `true` if the operation gives OAuth tokens. It checks the signature itself, because the secret depends on the
    /// step.
    pub(crate) fn gives_tokens(&self) -> bool {
        ["/v2/oauth/request_token", "/v2/oauth/access_token"]
            .iter()
            .any(|prefix| self.path.starts_with(prefix))
    }

    /// Returns `true` for an event stream.
    pub(crate) fn streams(&self) -> bool {
        self.success.content_type.as_deref() == Some("text/event-stream")
    }

    /// Returns `true` if the spec lists this status among the errors of the operation.
    pub(crate) fn may_refuse(&self, status: u16) -> bool {
        let class = format!("{}XX", status / 100);
        self.errors.iter().any(|known| *known == class || *known == status.to_string())
    }
}

fn definition_name(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/$defs/")
}

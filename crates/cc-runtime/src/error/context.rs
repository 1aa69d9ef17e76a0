//! The subject of a failure, as the platform reports it.

use std::fmt;

use serde_json::{Map, Value};

use crate::line::{self, folded};
use crate::redact::Redactor;
use crate::union::UnknownVariant;

/// Maximum number of fields or names in a context: more than any input has.
const MEMBERS: usize = 256;

/// The subject of a failure, as far as the body of the answer names it. Contexts of the platform and of the usual frameworks are
/// read; one of another kind keeps its JSON. Its texts are lines without control characters, except for values and bodies, which
/// are as they came.
///
/// Source of the kinds: `HTTPErrorContext` and `OVDErrorContext` of the platform's v4 document.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ErrorContext {
    /// One field of the request (`field`).
    Field(FieldContext),
    /// Several fields of the request (`fields`).
    Fields(Vec<FieldContext>),
    /// Names of inputs (`input`).
    Input(Vec<String>),
    /// An operation on a resource (`operation`, `resource.operation`).
    #[non_exhaustive]
    Operation {
        /// Name of the operation.
        operation: Option<String>,
        /// Kind of the resource, such as `drain`.
        kind: Option<String>,
        /// Name or id of the resource.
        name: Option<String>,
    },
    /// A resource (`resource`).
    #[non_exhaustive]
    Resource {
        /// Kind of the resource, such as `drain`.
        kind: Option<String>,
        /// Name or id of the resource.
        name: Option<String>,
    },
    /// A place in a document, from its root (`selector`).
    Selector(Vec<String>),
    /// The answer of a service behind the platform (`gateway`).
    #[non_exhaustive]
    Gateway {
        /// Status of that answer.
        status: Option<u16>,
        /// Body of that answer, without secrets that the request sent.
        body: Option<String>,
    },
    /// Elements, such as the ids of owners (`bag`).
    Bag(Vec<String>),
    /// A context of another kind, as it came.
    Unknown(UnknownVariant),
}

/// A field of the request that the platform complains of.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldContext {
    /// Name of the field.
    pub field: Option<String>,
    /// The value that was not accepted, as the platform repeats it. `Debug` does not show it.
    pub value: Option<String>,
    /// Reason of the rejection.
    pub reason: Option<String>,
}

impl ErrorContext {
    /// Returns the name of the field, if the failure is about a single one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self.fields() {
            [field] => field.field.as_deref(),
            _ => None,
        }
    }

    /// Returns the fields that the failure is about; none if it is about something else.
    #[must_use]
    pub fn fields(&self) -> &[FieldContext] {
        match self {
            Self::Field(field) => std::slice::from_ref(field),
            Self::Fields(fields) => fields,
            _ => &[],
        }
    }

    /// Returns the value that was not accepted, if the failure is about a single field and the platform repeats it.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self.fields() {
            [field] => field.value.as_deref(),
            _ => None,
        }
    }

    /// The context that the platform wrote.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let object = value.as_object()?;
        // The older form is keyed by the name of a class: `{"OVDErrorFieldContext":{"fieldName":…}}`.
        if let (1, Some((class, inner))) = (object.len(), object.iter().next())
            && let Some(inner) = inner.as_object()
            && let Some(kind) = class.strip_prefix("OVD").and_then(|class| class.strip_suffix("Context"))
        {
            return Self::of_kind(
                match kind {
                    "ErrorField" => "field",
                    "MultipleErrorField" => "fields",
                    "ErrorInput" => "input",
                    "ErrorOperation" => "operation",
                    "ErrorResource" => "resource",
                    "ErrorBag" => "bag",
                    other => other,
                },
                inner,
            );
        }
        match object.get("type") {
            Some(Value::String(kind)) => Self::of_kind(kind, object),
            _ => ["fields", "field"]
                .into_iter()
                .find_map(|kind| match Self::of_kind(kind, object)? {
                    Self::Unknown(_) => None,
                    context => Some(context),
                })
                .or_else(|| Self::unknown(object)),
        }
    }

    fn of_kind(kind: &str, object: &Map<String, Value>) -> Option<Self> {
        let raw = |names: &[&str]| names.iter().find_map(|name| object.get(*name).and_then(scalar));
        let first = |names: &[&str]| raw(names).map(shown);
        let texts = |names: &[&str]| {
            let list = names.iter().find_map(|name| object.get(*name)?.as_array());
            list.map(|list| list.iter().filter_map(scalar).map(shown).take(MEMBERS).collect::<Vec<_>>())
        };
        let context = match kind {
            "field" => FieldContext::read(None, object).map(Self::Field),
            "fields" => fields(object.get("fields").or_else(|| object.get("errors"))).map(Self::Fields),
            "input" => texts(&["names", "inputNames"]).map(Self::Input),
            "operation" | "resource.operation" => Some(Self::Operation {
                operation: first(&["operation"]),
                kind: first(&["kind", "resourceType"]),
                name: first(&["name", "resourceName"]),
            }),
            "resource" => Some(Self::Resource {
                kind: first(&["kind", "resourceType"]),
                name: first(&["name", "resourceName"]),
            }),
            "selector" => texts(&["path"]).map(Self::Selector),
            "gateway" => Some(Self::Gateway {
                status: object.get("originalStatus").and_then(scalar).and_then(|status| status.parse().ok()),
                body: raw(&["originalBody"]),
            }),
            "bag" => texts(&["elem", "elements"]).map(Self::Bag),
            "Empty" | "EmptyContext" => return None,
            _ => None,
        };
        context.or_else(|| Self::unknown(object))
    }

    fn unknown(object: &Map<String, Value>) -> Option<Self> {
        (!object.is_empty()).then(|| Self::Unknown(UnknownVariant::new(object.clone().into())))
    }

    /// Removes the secrets.
    pub(super) fn hide(&mut self, secrets: &Redactor) {
        let hide = |text: &mut Option<String>| {
            if let Some(text) = text {
                secrets.hide_in(text);
            }
        };
        match self {
            Self::Field(field) => field.hide(secrets),
            Self::Fields(fields) => fields.iter_mut().for_each(|field| field.hide(secrets)),
            Self::Input(texts) | Self::Selector(texts) | Self::Bag(texts) => {
                texts.iter_mut().for_each(|text| secrets.hide_in(text));
            }
            Self::Operation { operation, kind, name } => [operation, kind, name].into_iter().for_each(hide),
            Self::Resource { kind, name } => [kind, name].into_iter().for_each(hide),
            Self::Gateway { body, .. } => hide(body),
            Self::Unknown(unknown) => {
                let mut json = unknown.value().clone();
                if secrets.hide_json(&mut json) {
                    *unknown = UnknownVariant::new(json);
                }
            }
        }
    }

    /// Context in the format of other frameworks: a list of errors that name their fields, or a map of fields
    /// to reasons.
    pub(super) fn of_errors(value: &Value) -> Option<Self> {
        let mut fields = fields(Some(value))?;
        match fields.len() {
            0 => None,
            1 => fields.pop().map(Self::Field),
            _ => Some(Self::Fields(fields)),
        }
    }
}

/// The fields in a list of errors, or in a map of them.
fn fields(value: Option<&Value>) -> Option<Vec<FieldContext>> {
    let found: Vec<FieldContext> = match value? {
        Value::Object(map) => map
            .iter()
            .filter(|(name, value)| !(value.is_string() && super::body::is_telling(name)))
            .filter_map(|(name, value)| match value {
                Value::Object(object) => FieldContext::read(Some(name), object),
                Value::String(_) | Value::Array(_) => {
                    let reason = super::body::words(value)?;
                    Some(FieldContext {
                        field: Some(shown(name.clone())),
                        value: None,
                        reason: Some(shown(reason)),
                    })
                }
                _ => None,
            })
            .take(MEMBERS)
            .collect(),
        Value::Array(list) => list
            .iter()
            .flat_map(|item| match item["fieldViolations"].as_array() {
                Some(violations) => violations.as_slice(),
                None => std::slice::from_ref(item),
            })
            .filter_map(|item| FieldContext::read(None, item.as_object()?))
            .filter(|field| field.field.is_some())
            .take(MEMBERS)
            .collect(),
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

impl FieldContext {
    fn hide(&mut self, secrets: &Redactor) {
        let texts = [&mut self.field, &mut self.value, &mut self.reason];
        texts.into_iter().flatten().for_each(|text| secrets.hide_in(text));
    }

    /// A field as the platform, or a framework, writes it.
    fn read(name: Option<&str>, object: &Map<String, Value>) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| object.get(*name).and_then(scalar));
        let inner = object.get("error").and_then(Value::as_object);
        let of_inner = |names: &[&str]| names.iter().find_map(|name| inner?.get(*name).and_then(scalar));
        let source = object.get("source").and_then(Value::as_object);
        let of_source = |names: &[&str]| names.iter().find_map(|name| source?.get(*name).and_then(scalar));
        let place = |name: &str| {
            let steps = object.get(name)?.as_array()?.iter().map(scalar).collect::<Option<Vec<_>>>()?;
            (!steps.is_empty()).then(|| steps.join("."))
        };
        let field = Self {
            field: name
                .map(str::to_owned)
                .or_else(|| {
                    first(&[
                        "fieldName",
                        "field",
                        "name",
                        "param",
                        "propertyPath",
                        "property",
                        "pointer",
                        "path",
                    ])
                })
                .or_else(|| place("loc"))
                .or_else(|| place("path"))
                .or_else(|| of_source(&["pointer", "parameter", "header"])),
            value: first(&["fieldValue", "value", "rejectedValue", "invalidValue"])
                .or_else(|| of_inner(&["value", "fieldValue"])),
            reason: first(&[
                "reason",
                "message",
                "msg",
                "detail",
                "defaultMessage",
                "description",
                "title",
                "code",
            ])
            .or_else(|| of_inner(&["reason", "message"]))
            .or_else(|| object.get("error").and_then(scalar))
            .or_else(|| {
                // NestJS: the name of each rule, with its words.
                let rules = object.get("constraints")?.as_object()?.values();
                Some(rules.filter_map(scalar).collect::<Vec<_>>().join(", "))
            })
            .and_then(|reason| folded(&reason, line::MESSAGE)),
        };
        let field =
            Self { field: field.field.map(shown), reason: field.reason.map(shown), value: field.value };
        (field != Self::default()).then_some(field)
    }
}

/// A text as it may be shown.
fn shown(text: String) -> String {
    line::kept(text, line::MESSAGE)
}

/// A text, a number or a truth value as text, bounded.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.chars().take(line::MESSAGE).collect()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Object(_) | Value::Array(_) => None,
    }
}

impl fmt::Debug for FieldContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.as_ref().map(|_| "***");
        f.debug_struct("FieldContext")
            .field("field", &self.field)
            .field("value", &value)
            .field("reason", &self.reason)
            .finish()
    }
}

impl fmt::Debug for ErrorContext {
    /// Shows neither values that the platform repeats nor the body of another answer: any of them may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => f.debug_tuple("Field").field(field).finish(),
            Self::Fields(fields) => f.debug_tuple("Fields").field(fields).finish(),
            Self::Input(names) => f.debug_tuple("Input").field(names).finish(),
            Self::Operation { operation, kind, name } => f
                .debug_struct("Operation")
                .field("operation", operation)
                .field("kind", kind)
                .field("name", name)
                .finish(),
            Self::Resource { kind, name } => {
                f.debug_struct("Resource").field("kind", kind).field("name", name).finish()
            }
            Self::Selector(path) => f.debug_tuple("Selector").field(path).finish(),
            Self::Gateway { status, body } => f
                .debug_struct("Gateway")
                .field("status", status)
                .field("body_bytes", &body.as_deref().map(str::len))
                .finish(),
            Self::Bag(elements) => write!(f, "Bag({} elements)", elements.len()),
            Self::Unknown(unknown) => f.debug_tuple("Unknown").field(unknown).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(field: &str, value: Option<&str>, reason: Option<&str>) -> FieldContext {
        let own = |text: Option<&str>| text.map(str::to_owned);
        FieldContext { field: Some(field.to_owned()), value: own(value), reason: own(reason) }
    }

    #[test]
    fn every_context_of_the_platform_is_read() {
        let text = |text: &str| Some(text.to_owned());
        for (json, context) in [
            (
                json!({"type":"field","field":"zone","value":"mars"}),
                ErrorContext::Field(field("zone", Some("mars"), None)),
            ),
            (
                json!({"OVDErrorFieldContext":{"fieldName":"zone","fieldValue":"mars"}}),
                ErrorContext::Field(field("zone", Some("mars"), None)),
            ),
            (
                json!({"type":"field","name":"zone","error":{"value":"mars","reason":"not a zone"}}),
                ErrorContext::Field(field("zone", Some("mars"), Some("not a zone"))),
            ),
            (
                json!({"type":"fields","fields":{"zone":{"fieldValue":"mars","reason":"not a zone"},"name":{"fieldValue":""}}}),
                ErrorContext::Fields(vec![
                    field("zone", Some("mars"), Some("not a zone")),
                    field("name", None, None),
                ]),
            ),
            (
                json!({"type":"input","names":["zone","plan"]}),
                ErrorContext::Input(vec!["zone".into(), "plan".into()]),
            ),
            (json!({"type":"input","inputNames":["zone"]}), ErrorContext::Input(vec!["zone".into()])),
            (
                json!({"type":"operation","operation":"delete","kind":"drain","name":"drain_1"}),
                ErrorContext::Operation {
                    operation: text("delete"),
                    kind: text("drain"),
                    name: text("drain_1"),
                },
            ),
            (
                json!({"type":"resource.operation","operation":"delete","resourceType":"drain"}),
                ErrorContext::Operation { operation: text("delete"), kind: text("drain"), name: None },
            ),
            (
                json!({"type":"resource","kind":"drain","name":"drain_1"}),
                ErrorContext::Resource { kind: text("drain"), name: text("drain_1") },
            ),
            (
                json!({"type":"resource","resourceType":"drain","resourceName":"drain_1"}),
                ErrorContext::Resource { kind: text("drain"), name: text("drain_1") },
            ),
            (
                json!({"type":"selector","path":["a","b"]}),
                ErrorContext::Selector(vec!["a".into(), "b".into()]),
            ),
            (
                json!({"type":"gateway","originalStatus":502,"originalBody":"down"}),
                ErrorContext::Gateway { status: Some(502), body: text("down") },
            ),
            (json!({"type":"bag","elem":["orga_1"]}), ErrorContext::Bag(vec!["orga_1".into()])),
        ] {
            assert_eq!(ErrorContext::read(&json), Some(context), "{json}");
        }
        for none in
            [json!({"type":"Empty"}), json!({"type":"EmptyContext"}), json!({}), json!(null), json!("x")]
        {
            assert_eq!(ErrorContext::read(&none), None, "{none}");
        }
    }

    #[test]
    fn a_context_of_tomorrow_keeps_its_json_and_shows_no_value() {
        let json = json!({"type":"quota","left":"hunter2"});
        let context = ErrorContext::read(&json).unwrap();
        assert_eq!(context, ErrorContext::Unknown(UnknownVariant::new(json)));
        assert!(!format!("{context:?}").contains("hunter2"));
    }
}

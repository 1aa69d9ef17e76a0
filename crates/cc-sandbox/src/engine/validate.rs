//! Requests and answers against the spec.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value};

use cc_one_line::one_line;

use super::known;
use super::table::{Operation, Parameter, Place, RequestBody, Table};

/// Maximum length of a displayed request and of a displayed problem, in characters.
pub(crate) const SHOWN: usize = 1_000;

/// Something that the spec does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Side that violated the spec.
    pub side: Side,
    /// The request, as `METHOD /path?query`.
    pub request: String,
    /// Id of the spec's operation, if the route is one of the spec's.
    pub operation: Option<String>,
    /// Description of the violation.
    pub message: String,
    /// `true` if the sandbox took the request all the same, without the part that the spec does not know:
    /// [`Builder::lenient`](crate::Builder::lenient).
    pub is_warning: bool,
}

/// Side that violated the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The request is not what the spec takes: a mistake of the client, or of the spec.
    Client,
    /// The answer is not what the spec promises: a mistake of the sandbox.
    Sandbox,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Client => "the request",
            Side::Sandbox => "the answer of the sandbox",
        };
        let operation = self.operation.as_deref().unwrap_or("the spec has no such operation");
        let (request, message) = (one_line(&self.request, SHOWN), one_line(&self.message, SHOWN));
        let warning = if self.is_warning { "warning: " } else { "" };
        write!(f, "{warning}{request} ({operation}): {side} breaks the spec: {message}")
    }
}

/// Compiled schemas, each compiled when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Schemas(Mutex<HashMap<String, Arc<Validator>>>);

impl Schemas {
    /// Problems of a value, in the words of the schema; at most five.
    pub(crate) fn problems(&self, table: &Table, key: &str, schema: &Value, value: &Value) -> Vec<String> {
        match self.compiled(table, key, schema) {
            Ok(validator) => validator.iter_errors(value).take(5).map(|error| described(&error)).collect(),
            Err(message) => vec![format!("invalid schema {key}: {message}")],
        }
    }

    fn compiled(&self, table: &Table, key: &str, schema: &Value) -> Result<Arc<Validator>, String> {
        let mut compiled = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = compiled.get(key) {
            return Ok(Arc::clone(validator));
        }
        let validator = jsonschema::draft202012::options()
            .build(&table.standalone(schema))
            .map(Arc::new)
            .map_err(|error| error.to_string())?;
        compiled.insert(key.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

fn described(error: &jsonschema::ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    // Values may be secrets, and may be long: the place and the rule say enough.
    let rule = error.masked().to_string();
    if place.is_empty() { rule } else { format!("{place}: {rule}") }
}

/// Findings about a request.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// `true` if what the spec does not know is left out, and `false` if it is a reason to refuse the request.
    lenient: bool,
    /// Reasons to refuse the request.
    pub(crate) problems: Vec<String>,
    /// A sentence for each input that the spec does not list and that was therefore ignored.
    pub(crate) warnings: Vec<String>,
}

impl Findings {
    pub(crate) fn new(lenient: bool) -> Self {
        Self { lenient, ..Self::default() }
    }

    /// The request holds something that the spec does not know.
    fn unknown(&mut self, message: String) {
        if self.lenient { self.warnings.push(message) } else { self.problems.push(message) }
    }
}

/// The inputs of a request that are not its body.
pub(crate) struct Inputs<'a> {
    pub(crate) path: &'a BTreeMap<String, String>,
    pub(crate) query: &'a [(String, String)],
    pub(crate) header: &'a dyn Fn(&str) -> Option<String>,
}

/// Checks the parameters of a request.
pub(crate) fn check_parameters(
    table: &Table,
    operation: &Operation,
    inputs: &Inputs<'_>,
    findings: &mut Findings,
) {
    for (name, _) in inputs.query {
        let known = |parameter: &Parameter| parameter.place == Place::Query && parameter.name == *name;
        // Credentials may travel in the query of any request.
        if name != "authorization" && !operation.parameters.iter().any(known) {
            findings.unknown(format!("unknown query parameter `{name}`"));
        }
    }
    let problems = &mut findings.problems;
    for parameter in &operation.parameters {
        let name = parameter.name.as_str();
        let values: Vec<String> = match parameter.place {
            Place::Path => inputs.path.get(name).cloned().into_iter().collect(),
            Place::Query => {
                inputs.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
            }
            Place::Header => (inputs.header)(name).into_iter().collect(),
            Place::Cookie => continue,
        };
        if values.is_empty() && parameter.required {
            problems.push(format!("parameter `{name}` is missing"));
        }
        if values.len() > 1 && !parameter.repeated {
            problems.push(format!("parameter `{name}` occurs {} times", values.len()));
        }
        for value in values {
            let value = coerced(table, &parameter.schema, &value);
            let key = format!("{}/parameters/{name}", operation.id);
            let wrong = table.schemas.problems(table, &key, &parameter.schema, &value);
            problems.extend(wrong.into_iter().map(|rule| format!("parameter `{name}`: {rule}")));
        }
    }
}

/// Checks a body, and returns its content: JSON, a form as an object, or text as a string.
pub(crate) fn read_body(
    table: &Table,
    operation: &Operation,
    content_type: Option<&str>,
    bytes: &[u8],
    findings: &mut Findings,
) -> Value {
    let Some(expected) = &operation.request else {
        if !bytes.is_empty() {
            findings.unknown("unexpected body".to_owned());
        }
        return Value::Null;
    };
    if bytes.is_empty() && expected.required && essence(&expected.content_type) == "application/json" {
        // The platform takes no body for one whose fields are all optional.
        let none = Value::Object(Map::new());
        let key = format!("{}/request", operation.id);
        if table.schemas.problems(table, &key, &expected.schema, &none).is_empty() {
            return none;
        }
    }
    parse_body(table, expected, content_type, bytes)
        .and_then(|mut body| {
            let unknown = known::reduce(table, &expected.schema, &mut body, findings.lenient);
            findings.warnings.extend(unknown.into_iter().map(|place| format!("unknown property `{place}`")));
            let key = format!("{}/request", operation.id);
            let problems = match body {
                // An optional body that is absent.
                Value::Null if bytes.is_empty() => Vec::new(),
                _ if expected.is_binary() => Vec::new(),
                _ => table.schemas.problems(table, &key, &expected.schema, &body),
            };
            if problems.is_empty() { Ok(body) } else { Err(problems) }
        })
        .unwrap_or_else(|problems| {
            findings.problems.extend(problems);
            Value::Null
        })
}

/// Parses a body; an absent one and one of bytes are null.
fn parse_body(
    table: &Table,
    expected: &RequestBody,
    content_type: Option<&str>,
    bytes: &[u8],
) -> Result<Value, Vec<String>> {
    // A text and a form may be empty, and are there all the same.
    let may_be_empty =
        ["text/plain", "application/x-www-form-urlencoded"].contains(&expected.content_type.as_str());
    if bytes.is_empty() && !(may_be_empty && content_type.is_some()) {
        return if expected.required { Err(vec!["the body is missing".to_owned()]) } else { Ok(Value::Null) };
    }
    if expected.is_binary() {
        return Ok(Value::Null);
    }
    let given = essence(content_type.unwrap_or_default());
    let wanted = essence(&expected.content_type);
    if given != wanted {
        return Err(vec![format!("expected a body of `{wanted}`, found `{given}`")]);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| vec!["the body is not UTF-8".to_owned()])?;
    match wanted.as_str() {
        "application/json" => {
            serde_json::from_str(text).map_err(|error| vec![format!("the body is not JSON: {error}")])
        }
        "application/x-www-form-urlencoded" => Ok(form(table, &expected.schema, text)),
        _ => Ok(Value::String(text.to_owned())),
    }
}

impl RequestBody {
    /// Returns `true` for bytes that the sandbox does not read.
    fn is_binary(&self) -> bool {
        let media = essence(&self.content_type);
        !matches!(media.as_str(), "application/json" | "application/x-www-form-urlencoded")
            && !media.starts_with("text/")
    }
}

/// A media type without its parameters.
fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn form(table: &Table, schema: &Value, text: &str) -> Value {
    let (_, schema) = table.resolve(schema);
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let value = match schema["properties"].get(name.as_ref()) {
            Some(schema) => coerced(table, schema, &value),
            None => Value::String(value.into_owned()),
        };
        fields.insert(name.into_owned(), value);
    }
    Value::Object(fields)
}

/// Converts a text to the JSON type of its schema; returns the text itself if it does not match.
fn coerced(table: &Table, schema: &Value, text: &str) -> Value {
    let (_, schema) = table.resolve(schema);
    let is = |kind: &str| match &schema["type"] {
        Value::String(own) => own == kind,
        Value::Array(kinds) => kinds.iter().any(|own| own == kind),
        _ => false,
    };
    if is("integer")
        && let Ok(number) = text.parse::<i64>()
    {
        return number.into();
    }
    if is("number")
        && let Ok(number) = text.parse::<f64>()
    {
        return number.into();
    }
    match text {
        "true" if is("boolean") => true.into(),
        "false" if is("boolean") => false.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_one_line_whatever_the_client_sent() {
        let text = "a\n\u{1b}[2J\u{202e}b";
        let violation = Violation {
            side: Side::Client,
            request: format!("GET /{text}"),
            operation: None,
            message: format!("unknown query parameter `{text}`"),
            is_warning: true,
        };
        assert!(cc_one_line::is_harmless(&violation.to_string()), "{violation}");
    }
}

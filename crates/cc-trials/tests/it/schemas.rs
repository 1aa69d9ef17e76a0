//! The JSON Schemas of commands and types, held against an independent validator.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use cc_client::catalog::{self, CommandInfo, CommandKind};
use cc_client::{Command, Context, ErrorKind, commands};
use cc_sandbox::{Extent, Samples, Sandbox};
use cc_trials::memory;
use futures_util::StreamExt;
use jsonschema::Validator;
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::commands::one_of_each_pair;
use crate::sweep::Sweep;

/// Reads a value and writes it.
type Again = fn(Value) -> Result<Value, String>;

/// Tries types: what their schemas admit is read, what they write their schemas admit, and it is read back.
pub struct Types {
    samples: Samples,
    /// Number of tested types and of tested values.
    tried: (usize, usize),
    unions: usize,
    faults: Vec<String>,
}

impl Types {
    fn new() -> Self {
        let samples = Sandbox::builder().in_memory().samples();
        Self { samples, tried: (0, 0), unions: 0, faults: Vec::new() }
    }

    /// Tries one type.
    pub fn one<T: JsonSchema + Serialize + DeserializeOwned>(&mut self, name: &str) {
        self.outputs(name, &schema_for!(T).to_value(), again::<T>);
    }

    fn outputs(&mut self, name: &str, schema: &Value, again: Again) {
        let extents = [Extent::Required, Extent::Whole, Extent::Beyond];
        let values: Vec<Value> =
            extents.into_iter().flat_map(|extent| self.samples.values(schema, extent)).collect();
        let validator = validator(name, schema);
        for value in values {
            self.value(name, &validator, value, again);
        }
        if let Some(tag) = tag(schema) {
            self.union(name, &validator, &tag, again);
        }
        self.tried.0 += 1;
    }

    /// A variant of a later version is kept, and a value without a variant is not accepted.
    fn union(&mut self, name: &str, validator: &Validator, tag: &str, again: Again) {
        self.unions += 1;
        let later = json!({ tag: "PIGEON", "loft": [4, null, { "": {} }] });
        self.value(name, validator, later.clone(), again);
        if again(later.clone()).as_ref() != Ok(&later) {
            self.faults.push(format!("{name}: the variant of a later version is not kept"));
        }
        for value in
            [json!({}), json!({ "loft": 4 }), json!({ tag: "" }), json!({ tag: 5 }), json!([]), json!("text")]
        {
            if validator.is_valid(&value) || again(value.clone()).is_ok() {
                self.faults.push(format!("{name}: {value} is taken for a variant"));
            }
        }
    }

    fn value(&mut self, name: &str, validator: &Validator, value: Value, again: Again) {
        self.tried.1 += 1;
        if let Err(fault) = round(validator, &value, again) {
            let short: String = value.to_string().chars().take(400).collect();
            self.faults.push(format!("{name}: {fault}: {short}"));
        }
    }

    #[track_caller]
    fn end(&self) {
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
    }
}

fn again<T: Serialize + DeserializeOwned>(value: Value) -> Result<Value, String> {
    let read: T = serde_json::from_value(value).map_err(|error| format!("not read: {error}"))?;
    cc_runtime::expose_secrets(|| serde_json::to_value(read)).map_err(|error| format!("not written: {error}"))
}

fn round(validator: &Validator, value: &Value, again: Again) -> Result<(), String> {
    let admitted = |what: &str, value: &Value| match validator.iter_errors(value).next() {
        Some(error) => Err(format!("{what} is not admitted: {error}, at {}", error.instance_path())),
        None => Ok(()),
    };
    admitted("the sample", value)?;
    let written = again(value.clone())?;
    admitted("what is written", &written)?;
    let twice = again(written.clone()).map_err(|fault| format!("read back: {fault}"))?;
    if twice == written { Ok(()) } else { Err(format!("read back as {twice}")) }
}

fn validator(name: &str, schema: &Value) -> Validator {
    jsonschema::validator_for(schema).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The property that tells the variants of an open union apart.
fn tag(schema: &Value) -> Option<String> {
    let unknown = schema["anyOf"].as_array()?.last()?;
    let (name, tag) = unknown["properties"].as_object()?.iter().next()?;
    tag.get("not").is_some().then(|| name.clone())
}

#[test]
fn every_generated_type_writes_what_its_schema_admits_and_reads_it_back() {
    let mut types = Types::new();
    crate::generated::all_types::each(&mut types);
    types.end();
    assert!(types.tried.0 > 500 && types.tried.1 > 1_500, "{:?}", types.tried);
    assert!(types.unions >= 18, "{} unions", types.unions);
}

/// Names the unions that are written by hand, and tries each.
macro_rules! unions {
    ($($name:ident in $module:ident),+ $(,)?) => {
        const UNIONS: &[&str] = &[$(stringify!($name)),+];

        fn try_unions(types: &mut Types) {
            $(types.one::<commands::$module::model::$name>(stringify!($name));)+
        }
    };
}

unions! {
    EmailNotificationTarget in notification,
    LogDrainTarget in drain,
    NetworkGroupComponent in network_group,
    NetworkGroupPeer in network_group,
    PeerEndpoint in network_group,
}

/// Every Rust file below a folder.
fn sources(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn each_union_by_hand_round_trips_with_each_variant() {
    let mut types = Types::new();
    try_unions(&mut types);
    types.end();
    assert_eq!(types.unions, UNIONS.len());
    let mut texts = Vec::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cc-client/src/commands"), &mut texts);
    let found = texts.iter().flat_map(|text| text.split("cc_runtime::open_union! {").skip(1)).map(|text| {
        let name = text.split("pub enum ").nth(1).unwrap();
        name.split(' ').next().unwrap()
    });
    let mut found: Vec<&str> = found.collect();
    found.sort_unstable();
    assert_eq!(found, UNIONS, "the unions of the commands");
}

/// Returns `true` for the schema of an object around an output that is none.
fn is_within_an_object(schema: &Value) -> bool {
    schema["required"] == json!(["result"]) && schema["additionalProperties"] == false
}

/// Tries the inputs and the output of every command.
struct Commands {
    types: Types,
    names: BTreeSet<&'static str>,
}

impl Sweep for Commands {
    async fn command<C>(&mut self)
    where
        C: Command<Context = Context> + Debug + Serialize + DeserializeOwned + JsonSchema,
        C::Output: Debug + Serialize + DeserializeOwned + JsonSchema,
    {
        let command = catalog::get(C::NAME).unwrap();
        self.names.insert(C::NAME);
        self.inputs::<C>(command);
        self.outputs(command, again::<C::Output>);
    }
}

impl Commands {
    /// The output is an object, or within one.
    fn outputs(&mut self, command: &CommandInfo, again: Again) {
        let mut schema = command.output_schema().to_value();
        assert_eq!(schema["type"], "object", "{command:?}");
        if is_within_an_object(&schema) {
            let mut inner = schema["properties"]["result"].take();
            if let (Some(inner), Some(definitions)) = (inner.as_object_mut(), schema.get("$defs")) {
                inner.insert("$defs".to_owned(), definitions.clone());
            }
            schema = inner;
        } else if schema["additionalProperties"] == false && schema["properties"] == json!({}) {
            schema = json!({ "type": "null" });
        }
        self.types.outputs(command.name(), &schema, again);
    }

    /// Parses inputs strictly, as the catalogue does.
    fn inputs<C: Serialize + DeserializeOwned>(&mut self, command: &CommandInfo) {
        let strictly: Again = |value| {
            let read: C = cc_runtime::catalog::read_input(&value).map_err(|error| error.to_string())?;
            cc_runtime::expose_secrets(|| serde_json::to_value(read))
                .map_err(|error| format!("not written: {error}"))
        };
        let schema = command.input_schema().to_value();
        let validator = validator(command.name(), &schema);
        for extent in [Extent::Required, Extent::Whole] {
            let values = self.types.samples.values(&schema, extent);
            for value in values.into_iter().flat_map(one_of_each_pair) {
                self.types.value(command.name(), &validator, value.clone(), strictly);
                self.types.value(command.name(), &validator, value, again::<C>);
            }
        }
    }
}

#[tokio::test]
async fn every_command_reads_what_its_schema_admits_and_gives_what_that_of_its_output_does() {
    let mut all = Commands { types: Types::new(), names: BTreeSet::new() };
    crate::generated::all_commands::each(&mut all).await;
    for (name, output) in [
        ("StreamAddonRuntimeLog", again::<commands::log::model::AddonLog> as Again),
        ("StreamApplicationAccessLog", again::<commands::log::model::AccessLog>),
        ("StreamApplicationRuntimeLog", again::<commands::log::model::ApplicationLog>),
        ("StreamRequests", again::<Vec<commands::metrics::model::RequestLocation>>),
    ] {
        all.outputs(catalog::get(name).unwrap(), output);
        all.names.insert(name);
    }
    all.inputs::<commands::log::StreamAddonRuntimeLog>(catalog::get("StreamAddonRuntimeLog").unwrap());
    all.inputs::<commands::log::StreamApplicationAccessLog>(
        catalog::get("StreamApplicationAccessLog").unwrap(),
    );
    all.inputs::<commands::log::StreamApplicationRuntimeLog>(
        catalog::get("StreamApplicationRuntimeLog").unwrap(),
    );
    all.inputs::<commands::metrics::StreamRequests>(catalog::get("StreamRequests").unwrap());
    all.types.end();
    // The command that gives the URL of a request sends nothing, and its output is a text.
    let missing = catalog::commands().iter().map(CommandInfo::name).filter(|name| !all.names.contains(name));
    assert_eq!(missing.collect::<Vec<_>>(), ["GetInvoiceUrl"]);
}

/// Returns `true` if a schema does not restrict a value.
fn is_untyped(schema: &Value) -> bool {
    let Value::Object(object) = schema else { return true };
    !["type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"].iter().any(|key| object.contains_key(*key))
}

/// The paths of the properties without a type.
fn untyped(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object {
                match (key.as_str(), value.as_object()) {
                    ("properties", Some(properties)) => {
                        for (name, property) in properties {
                            let path = format!("{path}.{name}");
                            if is_untyped(property) {
                                found.insert(path.clone());
                            }
                            untyped(property, &path, found);
                        }
                    }
                    ("$defs", Some(definitions)) => {
                        definitions.iter().for_each(|(name, schema)| untyped(schema, name, found));
                    }
                    ("then" | "else" | "if", _) => {}
                    _ => untyped(value, path, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|schema| untyped(schema, path, found)),
        _ => {}
    }
}

#[test]
fn every_schema_is_an_object_with_properties_bounds_and_types() {
    let mut found = BTreeSet::new();
    for command in catalog::commands() {
        let (input, output) = (command.input_schema().to_value(), command.output_schema().to_value());
        assert_eq!(input["type"], "object", "{command:?}");
        assert!(input["properties"].is_object(), "{command:?}");
        for key in ["oneOf", "anyOf", "allOf"] {
            assert!(input.get(key).is_none(), "{key}: {command:?}");
        }
        for schema in [&input, &output] {
            assert!(schema.get("oneOf").is_none(), "{command:?}");
            let text = schema.to_string();
            assert_eq!(text.contains("\"int64\""), text.contains("9223372036854775807"), "{command:?}");
            untyped(schema, command.name(), &mut found);
        }
    }
    assert!(found.is_empty(), "properties without a type: {found:?}");
}

#[test]
fn every_input_that_is_an_instant_has_the_format_of_one() {
    let mut found = Vec::new();
    for command in catalog::commands() {
        let schema = command.input_schema().to_value();
        for (name, property) in schema["properties"].as_object().unwrap() {
            let is_instant = property["format"] == "date-time";
            let is_meant = ["since", "until", "from", "to", "start", "end"].contains(&name.as_str())
                || name.ends_with("Date")
                || name.ends_with("At");
            assert!(is_instant || !is_meant, "{}.{name} has no format: {property}", command.name());
            found.extend(is_instant.then(|| format!("{}.{name}", command.name())));
        }
    }
    for one in ["GetMetrics.end", "GetHeatMap.from", "GetHeatMap.to", "GetStatusCodeDistribution.from"] {
        assert!(found.iter().any(|found| found == one), "{one}: {found:?}");
    }
}

fn sandbox() -> Arc<Sandbox> {
    Arc::new(Sandbox::builder().stateless(true).in_memory())
}

/// The error with which a command refuses this input before anything is sent, if it does.
async fn refusal(
    sandbox: &Arc<Sandbox>,
    command: &'static CommandInfo,
    input: Value,
) -> Option<cc_client::Error> {
    let client = memory::client(sandbox);
    let before = sandbox.exchanges().len();
    let error = match command.kind() {
        CommandKind::Stream => match catalog::stream(&client, command.name(), &input) {
            Ok(mut stream) => stream.next().await.and_then(Result::err),
            Err(error) => Some(error),
        },
        _ => command.dispatch(&client, input).await.err(),
    };
    // Restrictions of a text that a schema cannot express may still be in the spec.
    sandbox.violations();
    let error = error.filter(|error| error.kind() == ErrorKind::InvalidInput)?;
    let sent: Vec<String> =
        sandbox.exchanges().iter().skip(before).map(|one| one.path_and_query.clone()).collect();
    let sent: Vec<_> = sent.iter().filter(|path| !path.ends_with("/summary")).collect();
    assert!(sent.is_empty(), "{} sent {sent:?} and then refused: {error}", command.name());
    Some(error)
}

#[tokio::test(start_paused = true)]
async fn a_list_is_no_input_and_nothing_is_sent() {
    for command in catalog::commands() {
        let sandbox = &sandbox();
        for input in [json!([]), json!(["app_1", "orga_1"]), json!("app_1")] {
            let error = refusal(sandbox, command, input.clone()).await;
            assert!(error.is_some(), "{} runs {input}", command.name());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_named_as_the_caller_wrote_it() {
    let (mut refused, mut faults) = (0, Vec::new());
    for command in catalog::commands() {
        let sandbox = &sandbox();
        let samples = crate::commands::inputs(command);
        let schema = command.input_schema().to_value();
        let mut tried = BTreeSet::new();
        for sample in &samples {
            // Two fields that do not go together, or an id of another form: no sample of a schema knows.
            if refusal(sandbox, command, sample.clone()).await.is_some() {
                continue;
            }
            for (name, value) in sample.as_object().unwrap() {
                // The required inputs come first: one sample for each input will do.
                if !value.is_string() || !tried.insert(name.clone()) {
                    continue;
                }
                for bad in [json!(""), json!(".."), json!("x".repeat(5_000))] {
                    let mut input = sample.clone();
                    input[name] = bad;
                    let Some(error) = refusal(sandbox, command, input).await else { continue };
                    refused += 1;
                    let message = error.message().unwrap_or_default();
                    if !message.contains(&format!("`{name}`")) || message.len() > 400 {
                        faults.push(format!("{}.{name}: {message}", command.name()));
                    }
                }
                let mut input = sample.clone();
                input[name] = json!({ "a": "x".repeat(200_000) });
                let error = refusal(sandbox, command, input).await.expect("an object is no text");
                let message = error.message().unwrap_or_default();
                if !message.starts_with(&format!("`{name}")) || message.len() > 400 {
                    faults.push(format!("{}.{name}: {message}", command.name()));
                }
            }
        }
        // A field that is missing is named, too.
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let mut input = samples[0].clone();
            input.as_object_mut().unwrap().remove(name);
            let error = refusal(sandbox, command, input).await.expect("it is required");
            let message = error.message().unwrap_or_default();
            if !message.contains(&format!("`{name}`")) {
                faults.push(format!("{} without {name}: {message}", command.name()));
            }
        }
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(refused > 500, "{refused}");
}

#[test]
fn what_a_get_command_does_not_find_is_an_error_and_never_null() {
    let gets = catalog::commands().iter().filter(|command| {
        let name = command.name();
        command.kind() == CommandKind::Once && (name.starts_with("Get") || name.starts_with("Find"))
    });
    let mut tried = 0;
    for command in gets {
        let schema = command.output_schema().to_value();
        let output = schema.pointer("/properties/result").unwrap_or(&schema);
        let mut output = output.clone();
        // References inside the property lead to the definitions at the root.
        if let (Some(output), Some(definitions)) = (output.as_object_mut(), schema.get("$defs")) {
            output.insert("$defs".to_owned(), definitions.clone());
        }
        assert!(!validator(command.name(), &output).is_valid(&Value::Null), "{} may be null", command.name());
        tried += 1;
    }
    assert!(tried > 50, "{tried}");
}

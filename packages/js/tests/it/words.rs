//! Messages and documentation for people who write JavaScript: they name values of JSON, and nothing of Rust.

use std::collections::BTreeSet;
use std::time::Duration;

use cc_bridge::BridgeClient;
use cc_client::{Client, Credentials, Error, ErrorKind};
use cc_js::commands::{self, Command};
use cc_redis_http::RedisHttpClient;
use cc_sandbox::{Extent, Sandbox};
use serde_json::{Value, json};

/// Words that only Rust has.
const RUST: &[&str] = &[
    "usize", "isize", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64", "bool", "str",
    "Vec", "HashMap", "BTreeMap", "Option", "None", "struct", "enum", "tuple", "newtype", "sequence", "map",
    "floating", "builder", "crate", "trait", "panic",
];

/// Words of Rust that have another meaning in a sentence.
const IN_CODE: &[&str] =
    &["Some", "Ok", "Err", "Debug", "Display", "FromStr", "Default", "Send", "Sync", "send", "main"];

/// The words of Rust in a text. Names of inputs, outputs and operations, which are in backticks, may be any.
fn of_rust<'a>(text: &'a str, operations: &BTreeSet<&str>) -> Vec<&'a str> {
    let is_method = |part: &str| {
        let is_snake = part.contains('_') && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        is_snake && !operations.contains(part)
    };
    text.split('`')
        .enumerate()
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':').collect(),
            _ if IN_CODE.contains(&part) => vec![part, "::"],
            _ => vec![part],
        })
        .filter(|part| part.contains("::") || RUST.contains(part) || is_method(part))
        .collect()
}

/// The values that a value becomes if one part of it is of another type, or lacks, or has a name that nothing has.
fn mutations(value: &Value) -> Vec<Value> {
    let others = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("?"),
        json!([]),
        json!({}),
        json!([[1]]),
    ];
    let mut all: Vec<Value> = others.into();
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                let mut without = object.clone();
                without.remove(name);
                all.push(without.into());
                all.extend(mutations(inner).into_iter().map(|mutated| {
                    let mut with = object.clone();
                    with.insert(name.clone(), mutated);
                    with.into()
                }));
            }
            let mut more = object.clone();
            more.insert("nothing".to_owned(), json!(1));
            all.push(more.into());
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate().take(1) {
                all.extend(mutations(inner).into_iter().map(|mutated| {
                    let mut with = list.clone();
                    with[index] = mutated;
                    with.into()
                }));
            }
        }
        _ => {}
    }
    all
}

/// Clients that reach nobody.
struct Nowhere {
    client: Client,
    bridge: BridgeClient,
    redis: RedisHttpClient,
}

impl Nowhere {
    fn new() -> Self {
        let credentials = Credentials::oauth1("k", "s", "t", "s");
        let (url, host) = ("https://127.0.0.1:1", "redis://:password@127.0.0.1:1");
        Self {
            client: Client::builder().credentials(credentials.clone()).endpoint(url).build().unwrap(),
            bridge: BridgeClient::builder().credentials(credentials).endpoint(url).build().unwrap(),
            redis: RedisHttpClient::builder().backend_url(host.to_owned()).endpoint(url).build().unwrap(),
        }
    }

    /// The error of a call that sends nothing. `None` if it would send a request.
    async fn error(&self, command: Command, input: Value) -> Option<Error> {
        let limit = Duration::ZERO;
        let error = if command.is_stream() {
            match command {
                Command::Client(info) => info.stream(&self.client, &input).err(),
                Command::Bridge(info) => info.stream(&self.bridge, &input).err(),
                Command::Redis(info) => info.stream(&self.redis, &input).err(),
            }
        } else {
            match command {
                Command::Client(info) => info.dispatch(&self.client, input).timeout(limit).await.err(),
                Command::Bridge(info) => info.dispatch(&self.bridge, input).timeout(limit).await.err(),
                Command::Redis(info) => info.dispatch(&self.redis, input).timeout(limit).await.err(),
            }
        };
        error.filter(|error| error.kind() == ErrorKind::InvalidInput)
    }
}

#[tokio::test]
async fn errors_of_inputs_speak_of_json() {
    let (samples, nowhere) = (Sandbox::builder().in_memory().samples(), Nowhere::new());
    let (mut errors, mut wrong, operations) = (0, BTreeSet::new(), operations());
    for command in commands::all() {
        let sample = samples.values(&command.input_schema(), Extent::Whole).into_iter().next().unwrap();
        for input in mutations(&sample) {
            let Some(error) = nowhere.error(command, input.clone()).await else { continue };
            errors += 1;
            let text = error.to_string();
            let found = of_rust(&text, &operations);
            if !found.is_empty() {
                wrong.insert(format!("{found:?} in: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
    assert!(errors > 5_000, "{errors}");
}

#[test]
fn what_describes_a_command_speaks_of_json() {
    let (mut wrong, operations) = (BTreeSet::new(), operations());
    for command in commands::all() {
        let mut told = vec![command.description()];
        for schema in [command.input_schema(), command.output_schema()] {
            descriptions(&schema, &mut told);
        }
        for text in told {
            let found = of_rust(&text, &operations);
            if !found.is_empty() {
                wrong.insert(format!("{}: {found:?} in: {text}", command.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
}

/// Operations of the API, which documentation names as the spec does.
fn operations() -> BTreeSet<&'static str> {
    let of = |command: Command| match command {
        Command::Client(info) => info.operations(),
        Command::Bridge(info) => info.operations(),
        Command::Redis(info) => info.operations(),
    };
    commands::all().into_iter().flat_map(of).copied().collect()
}

fn descriptions(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            found.extend(object.get("description").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|inner| descriptions(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| descriptions(inner, found)),
        _ => {}
    }
}

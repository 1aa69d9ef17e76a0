//! Every command of the catalogue: its requests and output, with the required inputs and with all of them,
//! and its handling of absent, empty, broken and refused answers.
//!
//! Inputs and answers are made from their schemas, and kept with the requests in `snapshots/commands__<domain>.snap`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use cc_client::Credentials;
use cc_client::catalog::{self, CommandInfo, CommandKind};
use cc_client::runtime::credentials::SignatureMethod;
use cc_sandbox::{Extent, Fault, Pace, Sandbox};
use serde_json::{Value, json};

use cc_trials::memory;

/// Longest output that is shown whole, in bytes of JSON.
const SHOWN: usize = 4_096;

#[tokio::test(start_paused = true)]
async fn every_command_asks_what_the_spec_takes_and_reads_what_it_answers() {
    let mut domains: BTreeMap<&str, String> = BTreeMap::new();
    for command in catalog::commands().iter().filter(|command| command.kind() == CommandKind::Once) {
        let text = domains.entry(command.domain()).or_default();
        let _ = writeln!(text, "# {}", command.name());
        let inputs = inputs(command);
        let mut before = Value::Null;
        for input in &inputs {
            let _ = writeln!(text, "{input}");
            let (requests, outcome) = run(command, input, None).await;
            let _ = write!(text, "{}", without_new_ids(&requests));
            match outcome {
                Ok(Value::Object(_)) if CHOOSES_AN_ID.contains(&command.name()) => {
                    text.push_str("  an object that is another each time\n");
                }
                Ok(output) if output == before => text.push_str("  the same output\n"),
                Ok(output) => {
                    let _ = writeln!(text, "  {}", short(&output));
                    before = output;
                }
                Err(error) => _ = writeln!(text, "  {}", without_new_ids(&error.to_string())),
            }
        }
        for (what, fault) in faults() {
            let (_, outcome) = run(command, &inputs[0], Some(fault)).await;
            match outcome {
                Ok(output) => _ = writeln!(text, "{what}: {}", short(&output)),
                Err(error) => _ = writeln!(text, "{what}: {}", without_new_ids(&error.to_string())),
            }
        }
        text.push('\n');
    }
    for (domain, text) in domains {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("commands__{domain}"), text);
        });
    }
}

/// Faults of every answer except that of the index of ids.
fn faults() -> [(&'static str, Fault); 4] {
    [
        (
            "nothing there",
            Fault::answer(404, json!({ "code": "clever.core.not-found", "error": "not here" })),
        ),
        ("refused", Fault::answer(400, json!({ "id": 6001, "message": "no", "context": { "fields": {} } }))),
        ("broken", Fault::malformed()),
        ("a page", Fault::html(500)),
    ]
}

pub fn inputs(command: &CommandInfo) -> Vec<Value> {
    let samples = Sandbox::builder().in_memory().samples();
    let schema = command.input_schema().to_value();
    let mut inputs = samples.values(&schema, Extent::Required);
    inputs.truncate(1);
    for input in samples.values(&schema, Extent::Whole) {
        for input in one_of_each_pair(input) {
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
    }
    // The target of a command is required in one of its forms, although the schema cannot express that.
    for (one, other) in PAIRS {
        let is_there = inputs[0].get(one).is_some() || inputs[0].get(other).is_some();
        let sample = inputs.iter().find_map(|input| Some((other, input.get(other)?.clone())));
        if let (false, Some((name, value))) = (is_there, sample) {
            inputs[0][name] = value;
        }
    }
    inputs
}

/// Inputs that exclude each other.
const PAIRS: [(&str, &str); 2] = [("addonId", "applicationId"), ("targetAddonId", "targetApplicationId")];

/// The inputs with the one, and with the other, of each pair.
pub fn one_of_each_pair(input: Value) -> Vec<Value> {
    PAIRS.iter().fold(vec![input], |inputs, (one, other)| {
        let split = |input: Value| {
            let is_pair = input.get(one).is_some() && input.get(other).is_some();
            let without = |name: &&str| {
                let mut input = input.clone();
                input.as_object_mut().map(|map| map.remove(*name));
                input
            };
            if is_pair { vec![without(one), without(other)] } else { vec![input] }
        };
        inputs.into_iter().flat_map(split).collect()
    })
}

/// Commands that give a URL with the credentials in it: an API token is the same each time, a signature is not.
const GIVES_CREDENTIALS: [&str; 1] = ["GetInvoiceUrl"];

/// Credentials that sign each request. The sandbox verifies the signatures.
fn signed(sandbox: &Sandbox) -> Credentials {
    let own = sandbox.credentials().clone();
    Credentials::oauth1(own.consumer_key, own.consumer_secret, own.token, own.token_secret)
        .signed_with(SignatureMethod::HmacSha512)
}

/// The requests that a command sends to a sandbox of its own, and what comes of it.
async fn run(
    command: &'static CommandInfo,
    input: &Value,
    fault: Option<Fault>,
) -> (String, Result<Value, String>) {
    let sandbox = Arc::new(Sandbox::builder().pace(Pace::Manual).stateless(true).in_memory());
    if let Some(fault) = fault {
        for operation in command.operations() {
            sandbox.faults().add(fault.clone().on(*operation));
        }
    }
    let mut client = memory::builder(&sandbox);
    if !GIVES_CREDENTIALS.contains(&command.name()) {
        client = client.credentials(signed(&sandbox));
    }
    let client = client.build().unwrap();
    let outcome = command.dispatch(&client, input.clone()).expose_secrets().await;
    let outcome = outcome.map(unwrapped).map_err(|error| {
        let text = error.to_string();
        assert!(!text.contains('\n'), "{}: {text}", command.name());
        format!("error {}: {text}", error.code())
    });
    let mut requests = String::new();
    let mut times = BTreeMap::new();
    for exchange in sandbox.exchanges() {
        let mut line = format!("  {} {}", exchange.method, exchange.path_and_query);
        if !exchange.body.is_empty() {
            let _ = write!(line, " {}", String::from_utf8_lossy(&exchange.body));
        }
        let times: &mut usize = times.entry(line.clone()).or_default();
        *times += 1;
        if *times == 1 {
            let _ = writeln!(requests, "{line}");
        }
    }
    (requests, outcome)
}

/// The output itself: the catalogue puts one that is no object into one.
fn unwrapped(output: Value) -> Value {
    match output {
        Value::Object(mut object) if object.len() == 1 && object.contains_key("result") => {
            object.remove("result").unwrap_or_default()
        }
        Value::Object(object) if object.is_empty() => Value::Null,
        output => output,
    }
}

/// Commands that make an id at random. The sandbox makes its answers of the request.
const CHOOSES_AN_ID: [&str; 1] = ["CreateNetworkGroup"];

/// A text of requests or an error, without the ids of network groups: no sample has one.
fn without_new_ids(text: &str) -> String {
    let mut parts = text.split("ng_");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let id = part.get(..36).filter(|id| id.bytes().filter(|byte| *byte == b'-').count() == 4);
        text.push_str(if id.is_some() { "ng_(new)" } else { "ng_" });
        text.push_str(&part[id.map_or(0, str::len)..]);
    }
    text
}

fn short(output: &Value) -> String {
    let text = output.to_string();
    if text.len() <= SHOWN {
        return text;
    }
    let end = (0..=SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}… ({} bytes)", &text[..end], text.len())
}

//! Any command by its name, JSON in and JSON out: `cargo run --example call -- GetZone '{"zoneName":"par"}'`.
//!
//! By default, the program calls a sandbox in its own process. `CC_ENDPOINT` is the base URL of another
//! server, and `CC_API_TOKEN`, or `CC_CONSUMER_KEY`, `CC_CONSUMER_SECRET`, `CC_TOKEN` and `CC_TOKEN_SECRET`,
//! are the credentials; with credentials and without `CC_ENDPOINT`, it calls the platform.

use std::io::Write;
use std::process::ExitCode;

use cc_client::catalog::CommandKind;
use cc_client::{Client, Credentials, catalog};
use cc_sandbox::Sandbox;
use futures_util::StreamExt;
use serde_json::Value;

const HELP: &str = "\
call NAME [JSON]      runs a command: call GetZone '{\"zoneName\":\"par\"}'
                      what a stream gives comes as lines of JSON, until it ends or you stop it
call --list           lists all commands
call --find WORDS     lists the commands whose name, domain or summary holds the words
call --describe NAME  shows what a command takes and gives back, as JSON Schema

Without CC_ENDPOINT and credentials in the environment, a sandbox answers. Its ids:
call --ids            shows them
";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments).await {
        Ok(text) => {
            // The reader may have closed the output.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<String, String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => Err(format!("no command is named\n\n{HELP}")),
        ["--help" | "-h"] => Ok(HELP.to_owned()),
        ["--list"] => Ok(list(catalog::commands().iter())),
        ["--find", words @ ..] => {
            let found = list(catalog::find(&words.join(" ")));
            if found.is_empty() {
                Err(format!("no command speaks of `{}`", words.join(" ")))
            } else {
                Ok(found)
            }
        }
        ["--describe", name] => describe(name),
        ["--ids"] => Ok(format!("{:#?}\n", Sandbox::start().await.ids())),
        [name] => call(name, "{}").await,
        [name, input] => call(name, input).await,
        _ => Err(format!("a command takes one JSON text\n\n{HELP}")),
    }
}

fn list(commands: impl Iterator<Item = &'static catalog::CommandInfo>) -> String {
    commands
        .map(|command| format!("{:<42} {:<18} {}\n", command.name(), command.domain(), command.summary()))
        .collect()
}

fn describe(name: &str) -> Result<String, String> {
    let command = catalog::get(name).ok_or_else(|| format!("unknown command `{name}`: try --find"))?;
    let schemas = serde_json::json!({
        "name": command.name(),
        "domain": command.domain(),
        "summary": command.summary(),
        "operations": command.operations(),
        "input": command.input_schema(),
        "output": command.output_schema(),
    });
    Ok(format!("{schemas:#}\n"))
}

async fn call(name: &str, input: &str) -> Result<String, String> {
    let input: Value =
        serde_json::from_str(input).map_err(|error| format!("the input is no JSON: {error}"))?;
    // Held until the end: the sandbox stops when it is dropped.
    let (client, _sandbox) = client().await?;
    if catalog::get(name).is_some_and(|command| command.kind() == CommandKind::Stream) {
        return follow(catalog::stream(&client, name, &input).map_err(|error| chain(&error))?).await;
    }
    let output = catalog::dispatch(&client, name, input).await.map_err(|error| chain(&error))?;
    Ok(format!("{output:#}\n"))
}

/// Shows each thing when it comes, and where some may be missing.
async fn follow(mut items: catalog::Streamed) -> Result<String, String> {
    while let Some(item) = items.next().await {
        match item.map_err(|error| chain(&error))? {
            catalog::Delivered::Item(item) if writeln!(std::io::stdout(), "{item}").is_err() => break,
            catalog::Delivered::Item(_) => {}
            catalog::Delivered::Notice(error) => eprintln!("note: {}", chain(&error)),
        }
    }
    Ok(String::new())
}

async fn client() -> Result<(Client, Option<Sandbox>), String> {
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let oauth = [var("CC_CONSUMER_KEY"), var("CC_CONSUMER_SECRET"), var("CC_TOKEN"), var("CC_TOKEN_SECRET")];
    let credentials = match (var("CC_API_TOKEN"), oauth) {
        (Some(token), _) => Some(Credentials::api_token(token)),
        (None, [Some(key), Some(secret), Some(token), Some(token_secret)]) => {
            Some(Credentials::oauth1(key, secret, token, token_secret))
        }
        _ => None,
    };
    let (builder, sandbox) = match (var("CC_ENDPOINT"), credentials) {
        (None, None) => {
            let sandbox =
                Sandbox::builder().strict(false).start().await.map_err(|error| error.to_string())?;
            let credentials = Credentials::api_token(sandbox.api_token());
            (Client::builder().credentials(credentials).endpoint(sandbox.url()), Some(sandbox))
        }
        (None, Some(credentials)) => (Client::builder().credentials(credentials), None),
        (Some(endpoint), credentials) => {
            (Client::builder().credentials(credentials.unwrap_or_default()).endpoint(endpoint), None)
        }
    };
    Ok((builder.build().map_err(|error| chain(&error))?, sandbox))
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

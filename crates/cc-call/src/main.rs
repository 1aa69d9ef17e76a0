//! Any command by its name, from a shell: `cc-call GetZone '{"zoneName":"par"}'`.

mod exit;
mod options;
mod progress;
mod table;

use std::io::Write;
use std::process::ExitCode;

use cc_client::catalog::{self, CommandInfo, CommandKind, Delivered};
use cc_client::{Client, Credentials};
use cc_sandbox::Sandbox;
use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, Parser};
use clap_complete::Shell;
use futures_util::StreamExt;
use serde_json::{Value, json};

use exit::Failure;
use options::{Options, Output};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    if let Some(shell) = options.completions {
        let mut program = Options::command().mut_arg("name", |name| {
            name.value_parser(PossibleValuesParser::new(catalog::commands().iter().map(CommandInfo::name)))
        });
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut program, "cc-call", &mut script);
        print(&String::from_utf8_lossy(&script));
        if shell == Shell::Fish {
            // Its generator leaves out the values of arguments without an option.
            let names: Vec<&str> = catalog::commands().iter().map(CommandInfo::name).collect();
            print(&format!("complete -c cc-call -f -n __fish_is_first_arg -a '{}'\n", names.join(" ")));
        }
    } else if options.list {
        list(catalog::commands().iter(), options.output);
    } else if let Some(words) = &options.find {
        let words = words.join(" ");
        if catalog::find(&words).next().is_none() {
            return Err(Failure::usage(format!("no command has `{words}` in its name, domain or summary")));
        }
        list(catalog::find(&words), options.output);
    } else if let Some(name) = &options.describe {
        describe(named(name)?);
    } else if options.ids {
        print(&format!("{:#?}\n", Sandbox::builder().in_memory().ids()));
    } else {
        let Some(name) = &options.name else {
            return Err(Failure::usage("name a command, or use `--list`, `--find WORDS` or `--help`"));
        };
        return call(named(name)?, &options).await;
    }
    Ok(())
}

/// Writes to standard output. The reader may have closed it.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn named(name: &str) -> Result<&'static CommandInfo, Failure> {
    catalog::get(name).ok_or_else(|| Failure::usage(format!("unknown command `{name}`: try `--find`")))
}

fn list(commands: impl Iterator<Item = &'static CommandInfo>, output: Option<Output>) {
    let commands: Vec<Value> = commands
        .map(|command| {
            json!({
                "name": command.name(),
                "domain": command.domain(),
                "effect": command.effect().as_str(),
                "summary": command.summary(),
            })
        })
        .collect();
    match output {
        Some(Output::Json) => print(&format!("{:#}\n", Value::from(commands))),
        Some(Output::Table) | None => print(&table::table(&Value::from(commands))),
    }
}

fn describe(command: &CommandInfo) {
    let described = json!({
        "name": command.name(),
        "domain": command.domain(),
        "description": command.description(),
        "operations": command.operations(),
        "readOnly": command.is_read_only(),
        "destructive": command.is_destructive(),
        "idempotent": command.is_idempotent(),
        "input": command.input_schema(),
        "output": command.output_schema(),
    });
    print(&format!("{described:#}\n"));
}

async fn call(command: &'static CommandInfo, options: &Options) -> Result<(), Failure> {
    let input: Value = match &options.input {
        Some(text) => serde_json::from_str(text)
            .map_err(|error| Failure::usage(format!("the input is not valid JSON: {error}")))?,
        None => Value::Null,
    };
    // Held until the end: the sandbox stops when it is dropped.
    let (client, _sandbox) = client(options.sandbox).await?;
    if command.kind() == CommandKind::Stream {
        return follow(catalog::stream(&client, command.name(), &input)?).await;
    }
    let mut call = command.dispatch(&client, input);
    if options.expose_secrets {
        call = call.expose_secrets();
    }
    let output = progress::shown(command.name(), call).await?;
    match options.output {
        Some(Output::Table) => print(&table::table(&output)),
        Some(Output::Json) | None => print(&format!("{output:#}\n")),
    }
    Ok(())
}

/// Shows each item when it comes, as a line of JSON, and where some may be missing.
async fn follow(mut items: catalog::Streamed) -> Result<(), Failure> {
    while let Some(delivered) = items.next().await {
        match delivered? {
            Delivered::Item(item) if writeln!(std::io::stdout(), "{item}").is_err() => break,
            Delivered::Item(_) => {}
            Delivered::Notice(error) => eprintln!("note: {error}"),
        }
    }
    Ok(())
}

async fn client(on_sandbox: bool) -> Result<(Client, Option<Sandbox>), Failure> {
    if !on_sandbox {
        return Ok((Client::infer()?, None));
    }
    let sandbox = Sandbox::builder().strict(false).start().await;
    let sandbox = sandbox.map_err(|error| Failure::usage(format!("could not start a sandbox: {error}")))?;
    let credentials = Credentials::api_token(sandbox.api_token());
    Ok((Client::builder().credentials(credentials).endpoint(sandbox.url()).build()?, Some(sandbox)))
}

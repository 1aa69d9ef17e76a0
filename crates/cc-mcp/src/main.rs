//! The server as a program: `cc-mcp --allow drain`.

use std::net::SocketAddr;
use std::process::ExitCode;

use cc_mcp::{Access, Account, Server, serve_http};
use clap::Parser;

/// Serves the commands of Clever Cloud to models, over the Model Context Protocol: three tools, read-only by default.
///
/// The credentials are those of the environment or of the official CLI.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Also allows the commands of a domain (`drain`), or one command (`DeleteLogDrain`), that change something
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    allow: Vec<String>,
    /// Writes passwords, tokens and other secrets into answers, instead of `***`
    #[arg(long)]
    expose_secrets: bool,
    /// Serves streamable HTTP at this address of this machine, such as 127.0.0.1:8017, instead of standard input and output
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), String> {
    let mut access = Access::read_only();
    for name in options.allow {
        access = access.allow(name).map_err(|error| error.to_string())?;
    }
    let account = Account::infer().map_err(|error| error.to_string())?;
    let mut server = Server::new(account, access).map_err(|error| error.to_string())?;
    if options.expose_secrets {
        server = server.expose_secrets();
    }
    let Some(address) = options.http else { return server.serve_stdio().await };
    if !address.ip().is_loopback() {
        return Err(format!("{address} is not an address of this machine: use 127.0.0.1 or [::1]"));
    }
    let listener = tokio::net::TcpListener::bind(address).await;
    let listener = listener.map_err(|error| format!("could not listen on {address}: {error}"))?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    eprintln!("listening on http://{bound}/");
    tokio::select! {
        served = serve_http(server, listener) => served.map_err(|error| error.to_string()),
        stopped = tokio::signal::ctrl_c() => stopped.map_err(|error| error.to_string()),
    }
}

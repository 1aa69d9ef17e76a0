//! The sandbox as a program: `cargo run -p cc-sandbox -- --port 8080`.

mod options;

use std::io::{self, Write};
use std::process::ExitCode;

use cc_sandbox::Sandbox;
use jiff::Timestamp;
use options::{Options, Wish};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match options::read(std::env::args().skip(1)) {
        Ok(Wish::Help) => {
            say(options::HELP);
            ExitCode::SUCCESS
        }
        Ok(Wish::Routes) => {
            let routes = Sandbox::builder().in_memory().routes();
            say(&routes.iter().map(|route| format!("{route}\n")).collect::<String>());
            ExitCode::SUCCESS
        }
        Ok(Wish::Serve(options)) => serve(options).await,
        Err(message) => {
            eprintln!("error: {message}\n\n{}", options::HELP);
            ExitCode::from(2)
        }
    }
}

async fn serve(options: Options) -> ExitCode {
    let builder = Sandbox::builder()
        .seed(options.seed)
        .address(options.address)
        .redis_port(options.redis_port)
        .start_time(options.start.unwrap_or_else(Timestamp::now))
        .pace(options.pace)
        .deliver_anywhere(options.deliver_anywhere)
        .lenient(!options.strict)
        .strict(false);
    let sandbox = match builder.tell_violations(true).start().await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            eprintln!("error: {error}\n\nIs another program using the port? `--port 0` picks a free one.");
            return ExitCode::FAILURE;
        }
    };
    let (url, credentials, ids) = (sandbox.url(), sandbox.credentials(), sandbox.ids());
    say(&format!(
        "\
Clever Cloud sandbox on {url}

  API token        {}
  OAuth consumer   {} / {}
  OAuth token      {} / {}

  user             {}
  organisation     {}
  application      {}
  add-on           {} ({})
  Redis            {}
  Redis (HTTP)     {}

  curl -H 'Authorization: Bearer {}' {url}/v2/self
  curl {url}/_sandbox/help     (faults, journal, time, snapshots)
  {url}/     (the same as a page)

Violations of the spec are reported here. Ctrl-C stops it.
",
        credentials.api_token,
        credentials.consumer_key,
        credentials.consumer_secret,
        credentials.token,
        credentials.token_secret,
        ids.user,
        ids.organisation,
        ids.application,
        ids.addon,
        ids.real_addon,
        sandbox.redis_url().unwrap_or_default(),
        sandbox.kv_url(),
        credentials.api_token,
    ));
    if let Err(error) = stopped().await {
        eprintln!("error: could not wait for ctrl-c: {error}");
        return ExitCode::FAILURE;
    }
    if options.strict && !sandbox.violations().is_empty() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Waits until the program is asked to stop: by ctrl-c, and where there are signals, by `SIGTERM`.
#[cfg(unix)]
async fn stopped() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stopped() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn say(text: &str) {
    // The server continues with a closed standard output.
    std::io::stdout().write_all(text.as_bytes()).ok();
}

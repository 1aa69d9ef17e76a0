//! The sandbox as a program: `cargo run -p cc-sandbox -- --port 8080`.

mod options;
mod proxy;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use cc_sandbox::{Pace, Recorder, Recording, Sandbox};
use jiff::Timestamp;
use options::{Options, Wish};
use proxy::{Proxy, Upstream};

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
        Ok(Wish::Refusals) => {
            say(&cc_sandbox::refusals().map(|refusal| format!("{refusal}\n")).collect::<String>());
            ExitCode::SUCCESS
        }
        Ok(Wish::Serve(options)) => serve(options).await,
        Ok(Wish::Record { upstream, to, address }) => record(upstream, &to, address).await,
        Ok(Wish::Compare { file, as_json, seed }) => compare(&file, as_json, seed).await,
        Err(message) => {
            eprintln!("error: {message}\n\n{}", options::HELP);
            ExitCode::from(2)
        }
    }
}

/// Exit code for an input that cannot be used, such as a malformed file.
const UNUSABLE: u8 = 2;

async fn record(upstream: Upstream, to: &Path, address: SocketAddr) -> ExitCode {
    if std::fs::metadata(to).is_ok_and(|file| file.len() > 0) {
        eprintln!("error: {} is there, and is not empty: choose another file, or delete it", to.display());
        return ExitCode::from(UNUSABLE);
    }
    let recorder = match Recorder::create(to) {
        Ok(recorder) => recorder,
        Err(error) => {
            eprintln!("error: could not create {}: {error}", to.display());
            return ExitCode::from(UNUSABLE);
        }
    };
    let shown = upstream.to_string();
    let bound = Proxy::bind(address, upstream, recorder.clone()).await;
    let (proxy, own) = match bound.and_then(|proxy| proxy.address().map(|own| (proxy, own))) {
        Ok(bound) => bound,
        Err(error) => return cannot_listen(address, &error),
    };
    say(&format!(
        "\
Clever Cloud recorder on http://{own}

  upstream         {shown}
  file             {}

Give its URL to a client in the place of that of the API. Ctrl-C ends the recording.
",
        to.display()
    ));
    // Without a signal to wait for, the recording ends at once, and says how much it holds.
    proxy.serve_until(async { _ = stopped().await }).await;
    match recorder.finish() {
        Ok(1) => say("1 exchange recorded\n"),
        Ok(count) => say(&format!("{count} exchanges recorded\n")),
        Err(error) => {
            eprintln!("error: could not write {}: {error}; the recording ends before", to.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

async fn compare(file: &Path, as_json: bool, seed: u64) -> ExitCode {
    let recording = match Recording::open(file) {
        Ok(recording) => recording,
        Err(error) => return unreadable(&error),
    };
    let start = recording.start().unwrap_or_else(Timestamp::now);
    let builder = Sandbox::builder().seed(seed).start_time(start).pace(Pace::Manual);
    let comparison = recording.compare(&builder.lenient(true).strict(false).in_memory()).await;
    match as_json.then(|| serde_json::to_string_pretty(&comparison)) {
        Some(Ok(json)) => say(&format!("{json}\n")),
        Some(Err(error)) => eprintln!("error: could not write the result: {error}"),
        None => say(&format!("{comparison}\n")),
    }
    if comparison.is_equal() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn unreadable(error: &cc_sandbox::RecordingError) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(UNUSABLE)
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> ExitCode {
    eprintln!(
        "error: could not listen on {address}: {error}\n\nIs another program using the port? `--port 0` picks a free one."
    );
    ExitCode::FAILURE
}

async fn serve(options: Options) -> ExitCode {
    let mut builder = Sandbox::builder()
        .seed(options.seed)
        .address(options.address)
        .start_time(options.start.unwrap_or_else(Timestamp::now))
        .pace(options.pace)
        .deliver_anywhere(options.deliver_anywhere)
        .lenient(!options.strict)
        .strict(false);
    if let Some(port) = options.redis_port {
        builder = builder.redis_port(port);
    }
    if let Some(file) = &options.replay {
        match Recording::open(file) {
            Ok(recording) => builder = builder.replay(recording),
            Err(error) => return unreadable(&error),
        }
    }
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

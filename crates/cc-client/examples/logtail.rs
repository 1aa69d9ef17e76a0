//! Follows the logs of several applications, in the order of time: `cargo run --example logtail -- --sandbox`.
//!
//! With `--cursors FILE` it continues after a restart where it was. Lines go to the standard output, everything else to the standard
//! error. Ctrl-C and SIGTERM end it after the cursors are saved. While a log cannot be reached, it says so and tries again.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cc_client::commands::log::{CursorFile, Tail, Tailed};
use cc_client::runtime::transport::observe::{Observer, StreamChange, StreamChangeKind};
use cc_client::stream::Delivery;
use cc_client::{Client, Credentials, Timestamp};
use cc_sandbox::Sandbox;
use futures_util::{FutureExt, StreamExt};

const HELP: &str = "\
logtail APPLICATION… [OPTIONS]   follows the logs of these applications
logtail --sandbox [OPTIONS]      tries it out on a platform in this process

--since DATE      starts with the lines of this date, such as 2026-01-02T15:04:05Z. Default: now
--filter TEXT     shows only lines that contain this text
--cursors FILE    keeps in this file how far the lines were shown, and continues there
--patience SECS   longest time to hold a line back, to show lines in order. Default: 1

Exit codes: 0 ended by you, or all logs have ended; 1 failed, or a log ended with an error; 2 wrong arguments. Credentials are those of
the environment or of `clever login`.
";

/// Time between two saves of the cursors: after a kill, the lines of this time are shown again.
const SAVE_EVERY: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Options {
    applications: Vec<String>,
    sandbox: bool,
    since: Option<Timestamp>,
    filter: Option<String>,
    cursors: Option<PathBuf>,
    patience: Option<Duration>,
    help: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "-h" | "--help" => options.help = true,
                "--since" => {
                    let since = value()?.parse::<Timestamp>();
                    options.since = Some(since.map_err(|error| format!("`--since`: {error}"))?);
                }
                "--filter" => options.filter = Some(value()?),
                "--cursors" => options.cursors = Some(value()?.into()),
                "--patience" => {
                    let seconds = value()?.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
                    options.patience = Some(seconds.ok_or("`--patience` takes seconds")?);
                }
                "--sandbox" => options.sandbox = true,
                id if !id.starts_with('-') => options.applications.push(id.to_owned()),
                other => return Err(format!("unknown argument `{other}`")),
            }
        }
        if options.applications.is_empty() != options.sandbox && !options.help {
            return Err("name applications, or use --sandbox".to_owned());
        }
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("error: {message}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    if options.help {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match run(options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tells the user why no lines come. A connection that is lost and opened again at once is not worth a word.
#[derive(Debug)]
struct Warn {
    logs: usize,
    failures: AtomicUsize,
}

impl Observer for Warn {
    fn on_stream(&self, change: &StreamChange<'_>) {
        match change.kind {
            StreamChangeKind::Retrying { delay } => {
                let failures = self.failures.fetch_add(1, Ordering::Relaxed);
                if failures >= self.logs {
                    eprintln!(
                        "warning: a log cannot be reached: trying again in {:.1} s",
                        delay.as_secs_f64()
                    );
                }
            }
            StreamChangeKind::Opened | StreamChangeKind::Reconnected => {
                self.failures.store(0, Ordering::Relaxed)
            }
            _ => {}
        }
    }
}

/// Follows the logs. Returns `false` if one of them ended with an error.
async fn run(mut options: Options) -> Result<bool, Box<dyn std::error::Error>> {
    // Held until the end: the sandbox stops when it is dropped.
    let sandbox = if options.sandbox { Some(Sandbox::start().await) } else { None };
    let client = match &sandbox {
        Some(sandbox) => {
            let ids = sandbox.ids();
            options.applications = vec![ids.application, ids.personal_application];
            let credentials = Credentials::api_token(sandbox.api_token());
            Client::builder().credentials(credentials).endpoint(sandbox.url())
        }
        None => Client::builder().inferred(&Credentials::infer()?),
    };
    let client =
        client.observer(Warn { logs: options.applications.len(), failures: AtomicUsize::new(0) }).build()?;
    let mut file = options.cursors.as_ref().map(CursorFile::open).transpose()?;
    let mut call = client.tail(&options.applications).since(options.since);
    if let Some(filter) = &options.filter {
        call = call.filter(filter);
    }
    if let Some(patience) = options.patience {
        call = call.patience(patience);
    }
    if let Some(file) = &file {
        call = call.resume(file.cursors());
    }
    let shown = show(call.open(), file.as_mut(), options.applications.len() > 1).await;
    // A reader that closed the output, such as `head`, has seen enough.
    match shown {
        Err(error) if error.downcast_ref().is_some_and(is_closed) => Ok(true),
        shown => shown,
    }
}

fn is_closed(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}

/// Waits until the user or the system wants the program to end.
async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Shows the lines until all logs have ended, or until the program is to end. Returns `false` if a log ended with an error.
async fn show(
    mut tail: Tail,
    mut file: Option<&mut CursorFile>,
    names: bool,
) -> Result<bool, Box<dyn std::error::Error>> {
    let mut all_well = true;
    let mut output = BufWriter::new(std::io::stdout());
    let mut save = tokio::time::interval(SAVE_EVERY);
    let mut stop = std::pin::pin!(stopped());
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            _ = save.tick() => keep(&tail, &mut output, file.as_deref_mut())?,
            tailed = tail.next() => {
                let Some(tailed) = tailed else { break };
                all_well &= tailed.is_ok();
                write(tailed, &mut output, names)?;
                // Lines that are there already are written together.
                while let Some(Some(tailed)) = tail.next().now_or_never() {
                    all_well &= tailed.is_ok();
                write(tailed, &mut output, names)?;
                    if output.buffer().len() > 4_096 {
                        break;
                    }
                }
                output.flush()?;
            }
        }
    }
    keep(&tail, &mut output, file)?;
    Ok(all_well)
}

fn write(tailed: cc_client::Result<Tailed>, output: &mut impl Write, names: bool) -> std::io::Result<()> {
    match tailed {
        Ok(tailed) => match tailed.delivery {
            Delivery::Item(line) if names => writeln!(output, "{} {line}", tailed.application_id),
            Delivery::Item(line) => writeln!(output, "{line}"),
            Delivery::Gap(gap) => {
                eprintln!("warning: {}: {gap}", tailed.application_id);
                Ok(())
            }
            Delivery::Fault(error) => {
                eprintln!("warning: {}: {error}", tailed.application_id);
                Ok(())
            }
        },
        // The logs of the others go on.
        Err(error) => {
            eprintln!("error: {error}");
            Ok(())
        }
    }
}

/// Saves the cursors of the lines that were written.
fn keep(
    tail: &Tail,
    output: &mut impl Write,
    file: Option<&mut CursorFile>,
) -> Result<(), Box<dyn std::error::Error>> {
    output.flush()?;
    if let Some(file) = file {
        file.save(&tail.cursors())?;
    }
    Ok(())
}

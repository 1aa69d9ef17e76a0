//! Deploys an application from a terminal or a CI job, and never leaves an unknown deployment behind:
//! `cargo run --example deploy -- --sandbox`.
//!
//! The log goes to the standard output, everything else to the standard error. Ctrl-C and SIGTERM cancel the deployment and
//! wait for the verdict; a second one ends the program at once, and says what may be running and how to go on.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use cc_client::commands::deployment::model::DeploymentVerdict;
use cc_client::commands::deployment::{
    DeployAndWait, DeployEvent, Deploying, DeploymentProgress, StillRunning,
};
use cc_client::{Client, Credentials, Error};
use cc_sandbox::Sandbox;
use futures_util::StreamExt;

const HELP: &str = "\
deploy APPLICATION [OPTIONS]   deploys, and ends with the outcome
deploy --sandbox [OPTIONS]     tries it out on a platform in this process

--commit ID       deploys this commit. Default: the latest one of the branch
--deadline SECS   longest time to wait. Default: 1200
--leave           leaves a deployment alone that is still running at the deadline. Default: it is cancelled
--state FILE      keeps the progress in this file while a deployment runs. If the file exists, the program continues with that
                  deployment, and deploys nothing

Exit codes: 0 succeeded, 1 failed, 2 wrong arguments, 3 cancelled, 4 replaced by a later deployment, 5 still running,
6 may be running, 7 nothing was deployed. Credentials are those of the environment or of `clever login`.
";

/// The outcome is unknown.
const MAY_BE_RUNNING: u8 = 6;
const NOTHING_DEPLOYED: u8 = 7;

#[derive(Default)]
struct Options {
    application: Option<String>,
    sandbox: bool,
    commit: Option<String>,
    deadline: Option<Duration>,
    leave: bool,
    state: Option<PathBuf>,
    help: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "-h" | "--help" => options.help = true,
                "--commit" => options.commit = Some(value()?),
                "--deadline" => {
                    let seconds = value()?.parse().map_err(|_| "`--deadline` takes seconds".to_owned())?;
                    options.deadline = Some(Duration::from_secs(seconds));
                }
                "--leave" => options.leave = true,
                "--sandbox" => options.sandbox = true,
                "--state" => options.state = Some(value()?.into()),
                id if !id.starts_with('-') && options.application.is_none() => {
                    options.application = Some(id.to_owned());
                }
                other => return Err(format!("unknown argument `{other}`")),
            }
        }
        if options.application.is_some() == options.sandbox && !options.help {
            return Err("name an application, or use --sandbox".to_owned());
        }
        Ok(options)
    }

    /// The deployment of the state file, else a new one.
    fn command(&self, application: &str) -> Result<DeployAndWait, String> {
        let deadline = self.deadline.unwrap_or(Duration::from_secs(1_200));
        let mut command = match self.progress()? {
            Some(progress) => {
                eprintln!("continuing with deployment {}", progress.deployment_id);
                DeployAndWait::resume(progress, deadline)
            }
            None => DeployAndWait::new(application, deadline),
        };
        command.commit.clone_from(&self.commit);
        Ok(command)
    }

    fn progress(&self) -> Result<Option<DeploymentProgress>, String> {
        let Some(path) = &self.state else { return Ok(None) };
        match std::fs::read(path) {
            Ok(json) => {
                let read = serde_json::from_slice(&json);
                read.map(Some).map_err(|error| format!("cannot read {}: {error}", path.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        }
    }

    /// Writes the progress of a deployment that may be running, and removes that of one that is over.
    fn keep(&self, progress: Option<&DeploymentProgress>) {
        let Some(path) = &self.state else { return };
        let written = match progress.map(serde_json::to_vec) {
            Some(json) => json.map_err(Into::into).and_then(|json| std::fs::write(path, json)),
            None if path.exists() => std::fs::remove_file(path),
            None => Ok(()),
        };
        if let Err(error) = written {
            eprintln!("warning: cannot keep the progress in {}: {error}", path.display());
        }
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
    match run(&options).await {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(NOTHING_DEPLOYED)
        }
    }
}

async fn run(options: &Options) -> Result<u8, String> {
    // Held until the end: the sandbox stops when it is dropped.
    let sandbox = if options.sandbox { Some(Sandbox::start().await) } else { None };
    let client = match &sandbox {
        Some(sandbox) => {
            let credentials = Credentials::api_token(sandbox.api_token());
            Client::builder().credentials(credentials).endpoint(sandbox.url()).build()
        }
        None => Client::infer(),
    };
    let client = client.map_err(|error| error.to_string())?;
    let application = match (&options.application, &sandbox) {
        (Some(application), _) => application.clone(),
        (None, Some(sandbox)) => sandbox.ids().application,
        (None, None) => return Err("name an application".to_owned()),
    };
    let at_deadline = if options.leave { StillRunning::Leave } else { StillRunning::Cancel };
    let mut deploying = client
        .deploy_and_wait(options.command(&application)?)
        .on_deadline(at_deadline)
        // A panic of this program cancels the deployment, too.
        .on_drop(StillRunning::Cancel);
    let stops = Stops::new().map_err(|error| format!("cannot listen for Ctrl-C: {error}"))?;
    let ended = follow(&mut deploying, stops, options).await;
    let progress = deploying.progress();
    Ok(match ended {
        Some(Ok(verdict)) => {
            eprintln!("{verdict}");
            let goes_on = verdict.outcome.may_be_running();
            options.keep(progress.as_ref().filter(|_| goes_on));
            if goes_on {
                say_how_to_go_on(progress.as_ref(), options);
            }
            verdict.exit_code()
        }
        Some(Err(error)) if error.may_be_done() => {
            eprintln!("error: {error}");
            options.keep(progress.as_ref());
            say_how_to_go_on(progress.as_ref(), options);
            MAY_BE_RUNNING
        }
        Some(Err(error)) => {
            eprintln!("error: {error}");
            NOTHING_DEPLOYED
        }
        None => {
            eprintln!("may be running: the program stopped before its cancellation was confirmed");
            options.keep(progress.as_ref());
            say_how_to_go_on(progress.as_ref(), options);
            MAY_BE_RUNNING
        }
    })
}

/// Follows the deployment to its end. `None` when the user does not wait for the verdict.
async fn follow(
    deploying: &mut Deploying,
    mut stops: Stops,
    options: &Options,
) -> Option<Result<DeploymentVerdict, Error>> {
    loop {
        tokio::select! {
            event = deploying.next() => match event? {
                Ok(DeployEvent::Started(id)) => {
                    eprintln!("deployment {id} is running");
                    options.keep(deploying.progress().as_ref());
                }
                Ok(DeployEvent::Line(line)) => println!("{}", line.message),
                Ok(DeployEvent::Gap(gap)) => eprintln!("warning: {gap}"),
                Ok(DeployEvent::LogError(error)) => eprintln!("warning: {error}"),
                Ok(DeployEvent::Verdict(verdict)) => return Some(Ok(*verdict)),
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            },
            () = stops.next() => break,
        }
    }
    eprintln!("cancelling, and waiting for the end; press Ctrl-C again to stop waiting");
    tokio::select! {
        ended = deploying.cancel() => Some(ended),
        () = stops.next() => None,
    }
}

fn say_how_to_go_on(progress: Option<&DeploymentProgress>, options: &Options) {
    match (progress, &options.state) {
        (Some(progress), Some(path)) => {
            let (id, path) = (&progress.deployment_id, path.display());
            eprintln!("to go on with deployment {id}, run the same again: its progress is in {path}");
        }
        (Some(progress), None) => {
            eprintln!("to cancel it: clever cancel-deploy --app {}", progress.application_id);
        }
        (None, _) => eprintln!("its id is unknown: see `clever activity`"),
    }
}

/// Requests of the user or the system to stop. They are kept from the start: none is lost while the program does something else.
#[cfg(unix)]
struct Stops {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stops {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Requests of the user to stop. They are kept from the start: none is lost while the program does something else.
#[cfg(windows)]
struct Stops(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Stops {
    fn new() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

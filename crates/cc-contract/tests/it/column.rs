//! A column of the matrix: where a case runs natively, and how it waits.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use cc_client::resolve::{FileStore, MemoryStore, Store};
use cc_contract::{Failure, Outcome, Waiting, World};
use cc_sandbox::Sandbox;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// Time after which a case counts as stuck: the longest takes a few seconds.
const STUCK: Duration = Duration::from_secs(120);

/// Where a case runs, and how it waits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// In a task of a runtime with several threads.
    TokioMultiThread,
    /// In a runtime of one thread.
    TokioCurrentThread,
    /// On a thread without a runtime, with calls that block it.
    Blocking,
    /// In a task of a runtime with several threads, with calls that block a worker.
    BlockingInMultiThread,
    /// In a runtime of one thread, with calls that block it.
    BlockingInCurrentThread,
}

impl Column {
    /// The name in results and in the table.
    fn name(self) -> &'static str {
        match self {
            Self::TokioMultiThread => "tokio-multi-thread",
            Self::TokioCurrentThread => "tokio-current-thread",
            Self::Blocking => "blocking",
            Self::BlockingInMultiThread => "blocking-in-multi-thread",
            Self::BlockingInCurrentThread => "blocking-in-current-thread",
        }
    }

    /// Runs a case against a sandbox of its own, and writes down how it ended.
    pub(crate) fn run(self, name: &'static str) {
        let case = cc_contract::case(name).expect("the list of tests is the list of cases");
        let files = tempfile::tempdir().unwrap();
        let file: Arc<dyn Store> = Arc::new(FileStore::new(files.path().join("ids.json")));
        let stores = vec![("memory", Arc::new(MemoryStore::new()) as Arc<dyn Store>), ("file", file)];
        let sandbox = Served::start();
        let url = sandbox.url.clone();
        let (tell, told) = mpsc::channel();
        let work = move |waiting| async move { case.run(World::open(&url, waiting, stores).await?).await };
        thread::spawn(move || tell.send(self.drive(work)));
        let outcome = match told.recv_timeout(STUCK) {
            Ok(outcome) => outcome,
            Err(stuck) => Err(Failure::new(format!("the case did not end: {stuck}"))),
        };
        record(self.name(), name, &outcome);
        outcome.unwrap_or_else(|failure| panic!("{failure}"));
        sandbox.stop();
    }

    fn drive<F>(self, work: impl FnOnce(Waiting) -> F) -> Outcome
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        match self {
            Self::TokioMultiThread => in_a_task(work(Waiting::Await)),
            Self::TokioCurrentThread => one_thread()?.block_on(work(Waiting::Await)),
            Self::Blocking => futures_executor::block_on(work(Waiting::Block)),
            Self::BlockingInMultiThread => in_a_task(work(Waiting::Block)),
            Self::BlockingInCurrentThread => one_thread()?.block_on(work(Waiting::Block)),
        }
    }
}

/// Runs a case in a task of a runtime with several threads.
fn in_a_task(work: impl Future<Output = Outcome> + Send + 'static) -> Outcome {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async { tokio::spawn(work).await? })
}

fn one_thread() -> Result<Runtime, Failure> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// A sandbox in a thread of its own: a case may block every thread that it runs on.
struct Served {
    url: String,
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Served {
    fn start() -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            one_thread().unwrap().block_on(async {
                let sandbox = Sandbox::start().await;
                tell.send(sandbox.url()).unwrap();
                stopped.await.ok();
            });
        });
        Self { url: told.recv().unwrap(), stop, thread }
    }

    /// Ends it. It panics if a request or an answer violated the specification.
    fn stop(self) {
        drop(self.stop);
        self.thread.join().expect("the case keeps to the specification");
    }
}

/// Appends a line to the results of a column, for the table of targets.
fn record(target: &str, case: &str, outcome: &Outcome) {
    let mut line = json!({ "target": target, "case": case, "outcome": "passed" });
    if let Err(failure) = outcome {
        line["outcome"] = "failed".into();
        line["why"] = failure.to_string().into();
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("contract");
    fs::create_dir_all(&folder).unwrap();
    let file = fs::OpenOptions::new().create(true).append(true).open(folder.join(format!("{target}.jsonl")));
    // One write a line: tests of other processes write to the same file.
    file.unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
}

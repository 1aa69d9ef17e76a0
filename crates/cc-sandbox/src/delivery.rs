//! Drains that deliver: each sends the lines of its log to the URL that it was given, one batch after the other.

mod http;
mod recipient;
mod syslog;

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use self::recipient::Recipient;
use crate::engine::clock::after;
use crate::stage::Stage;
use crate::stream::{Line, Place, Sought, Source, Span};
use crate::world::{Drain, DrainStatus, World, stored};

/// Maximum number of lines that are sent before their delivery is confirmed: a slow recipient gets no more.
const BATCH: usize = 100;
/// Shortest time that a rate is measured over, in sandbox time.
const MEASURED: Duration = Duration::from_secs(1);
/// First and longest wait before another attempt, in sandbox time. No source states those of the platform.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Number of attempts after which a drain gives up. No source states that of the platform.
pub(crate) const MOST_ATTEMPTS: u32 = 10;
/// Longest time of an attempt, in the time of `tokio`.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Progress of the delivery of a drain.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Progress {
    /// Place of the first line that is not delivered yet. `None` until the drain is first enabled.
    pub(crate) next: Option<Place>,
    /// Number of failed attempts since the last success.
    pub(crate) attempt: u32,
    #[serde(with = "stored::maybe_date")]
    pub(crate) last_attempt: Option<Timestamp>,
    #[serde(with = "stored::maybe_date")]
    pub(crate) next_attempt: Option<Timestamp>,
    #[serde(with = "stored::maybe_date")]
    pub(crate) retrying_since: Option<Timestamp>,
    pub(crate) last_error: Option<String>,
    /// Lines and bytes of the last batch, and the sandbox time that they took.
    lines: u64,
    bytes: u64,
    took: Duration,
}

impl From<Option<Place>> for Progress {
    /// No attempt yet, with this first line.
    fn from(next: Option<Place>) -> Self {
        Self { next, ..Self::default() }
    }
}

impl Progress {
    /// Returns `true` if the drain gave up. Enabling it again, or resetting its cursor, starts it again.
    pub(crate) fn gave_up(&self) -> bool {
        self.attempt >= MOST_ATTEMPTS
    }

    /// Lines and bytes per second.
    pub(crate) fn rates(&self) -> (f64, f64) {
        let seconds = self.took.max(MEASURED).as_secs_f64();
        (self.lines as f64 / seconds, self.bytes as f64 / seconds)
    }

    fn succeeded(&mut self, now: Timestamp, batch: &Batch) {
        let since = self.last_attempt.unwrap_or(now);
        *self = Self {
            next: Some(batch.next),
            last_attempt: Some(now),
            lines: batch.lines.len() as u64,
            bytes: batch.lines.iter().map(|line| line.text().len() as u64).sum(),
            took: Duration::try_from(now.duration_since(since)).unwrap_or_default(),
            ..Self::default()
        };
    }

    fn failed(&mut self, now: Timestamp, error: String) {
        let wait = FIRST_WAIT.saturating_mul(1 << self.attempt.min(16)).min(LONGEST_WAIT);
        self.attempt += 1;
        self.retrying_since.get_or_insert(now);
        self.last_attempt = Some(now);
        self.last_error = Some(error);
        self.next_attempt = (!self.gave_up()).then(|| after(now, wait));
    }
}

/// Number of lines that a drain has not delivered, at most 10,000: more are not counted.
pub(crate) fn backlog(world: &World, drain: &Drain) -> usize {
    const COUNTED: usize = 10_000;
    let (Some(next), Some(source)) = (drain.progress.next, source(drain)) else { return 0 };
    let span = Span { from: next.micros, to: world.now.as_microsecond() };
    let lines = source.search(world, span, Sought::default(), false, COUNTED);
    lines.iter().filter(|line| line.place >= next).count()
}

/// The tasks that deliver.
#[derive(Debug)]
pub(crate) struct Deliveries {
    /// `true` if drains may deliver to other machines.
    anywhere: bool,
    /// Ids of the drains that have a task, with the generation of the task.
    running: Arc<Mutex<BTreeSet<(u64, String)>>>,
    /// Generation of the tasks that may go on. Closed when the sandbox is dropped, which stops all.
    alive: watch::Sender<u64>,
}

impl Deliveries {
    pub(crate) fn new(anywhere: bool) -> Self {
        Self { anywhere, running: Arc::default(), alive: watch::Sender::new(0) }
    }

    /// Stops every task: the world was replaced. [`follow`](Self::follow) starts others.
    pub(crate) fn restart(&self) {
        self.alive.send_modify(|generation| *generation += 1);
    }

    /// Starts a task for each drain that has none and may deliver.
    pub(crate) fn follow(&self, world: &World, stage: &Arc<Stage>) {
        // A sandbox without a runtime answers requests, and delivers nothing.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        for drain in world.drains.values() {
            let Some(recipient) = Recipient::of(&drain.recipient, self.anywhere) else { continue };
            let mut stopped = self.alive.subscribe();
            let generation = *stopped.borrow_and_update();
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            if !running.insert((generation, drain.id.clone())) {
                continue;
            }
            let delivery = Delivery {
                id: drain.id.clone(),
                generation,
                recipient,
                stage: Arc::downgrade(stage),
                running: Arc::clone(&self.running),
            };
            let changes = [&drain.id, &drain.resource].map(|id| stage.changes.watch(id));
            stage.keep_time();
            runtime.spawn(async move {
                tokio::select! {
                    () = delivery.run(changes) => {}
                    _ = stopped.changed() => {}
                }
            });
        }
    }
}

/// One drain that delivers.
struct Delivery {
    id: String,
    recipient: Recipient,
    stage: Weak<Stage>,
    generation: u64,
    running: Arc<Mutex<BTreeSet<(u64, String)>>>,
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let task = (self.generation, std::mem::take(&mut self.id));
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&task);
    }
}

/// Lines to send, and the place after them.
pub(crate) struct Batch {
    pub(crate) lines: Vec<Entry>,
    next: Place,
}

/// A line as recipients get it.
pub(crate) struct Entry {
    pub(crate) date: Timestamp,
    /// Application or add-on.
    pub(crate) resource: String,
    pub(crate) value: serde_json::Value,
}

impl Entry {
    fn new(resource: &str, line: Line) -> Self {
        Self { date: line.place.date(), resource: resource.to_owned(), value: line.value }
    }

    /// The message of the line; of an access, the whole of it as JSON.
    pub(crate) fn text(&self) -> String {
        self.value["message"].as_str().map_or_else(|| self.value.to_string(), str::to_owned)
    }

    /// A text field; empty if there is none.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.value[name].as_str().unwrap_or_default()
    }
}

enum Step {
    /// There is nothing to do before this time, if any, unless something changes.
    Wait(Option<Timestamp>),
    Send(Batch),
    End,
}

impl Delivery {
    /// Delivers until the drain is gone. `changes` are those of the drain and of its resource.
    async fn run(&self, [mut drain, mut resource]: [watch::Receiver<()>; 2]) {
        loop {
            drain.mark_unchanged();
            resource.mark_unchanged();
            match self.step() {
                Step::End => return,
                Step::Wait(time) => {
                    let Some(clock) = self.stage.upgrade().map(|stage| Arc::clone(&stage.clock)) else {
                        return;
                    };
                    let due = async {
                        match time {
                            Some(time) => clock.sleep_until(time).await,
                            None => pending().await,
                        }
                    };
                    tokio::select! {
                        () = due => {}
                        changed = drain.changed() => if changed.is_err() { return },
                        changed = resource.changed() => if changed.is_err() { return },
                    }
                }
                Step::Send(batch) => {
                    let sent = tokio::time::timeout(TIMEOUT, self.recipient.send(&batch.lines)).await;
                    let sent = sent.unwrap_or_else(|_| Err(format!("no answer within {TIMEOUT:?}")));
                    self.change(|progress, now| match sent {
                        Ok(()) => progress.succeeded(now, &batch),
                        Err(error) => progress.failed(now, error),
                    });
                }
            }
        }
    }

    fn step(&self) -> Step {
        let Some(stage) = self.stage.upgrade() else { return Step::End };
        stage.keep_time();
        let mut world = stage.world();
        let now = world.now;
        let Some(drain) = world.drains.get(&self.id) else { return Step::End };
        let is_off = drain.status != DrainStatus::Enabled || drain.progress.gave_up();
        let Some(source) = source(drain).filter(|_| !is_off) else { return Step::Wait(None) };
        if let Some(time) = drain.progress.next_attempt.filter(|time| *time > now) {
            return Step::Wait(Some(time));
        }
        let (resource, start) = (drain.resource.clone(), Place::start_of(drain.changed));
        let next = drain.progress.next.unwrap_or(start);
        if drain.progress.next.is_none()
            && let Some(drain) = world.drains.get_mut(&self.id)
        {
            drain.progress.next = Some(next);
        }
        let span = Span { from: next.micros, to: now.as_microsecond() };
        let lines = source.search(&world, span, Sought::default(), false, BATCH);
        let lines: Vec<Line> = lines.into_iter().filter(|line| line.place >= next).collect();
        match lines.last() {
            None => Step::Wait(source.next(&world, now, Sought::default(), |line| line.place >= next)),
            Some(last) => Step::Send(Batch {
                next: last.place.next(),
                lines: lines.into_iter().map(|line| Entry::new(&resource, line)).collect(),
            }),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Progress, Timestamp)) {
        let Some(stage) = self.stage.upgrade() else { return };
        let mut world = stage.world();
        let now = world.now;
        if let Some(drain) = world.drains.get_mut(&self.id) {
            change(&mut drain.progress, now);
        }
    }
}

/// The log that a drain sends. Audit logs have no lines in the sandbox.
fn source(drain: &Drain) -> Option<Source> {
    let resource = drain.resource.clone();
    match (drain.kind.as_str()?, resource.starts_with("app_")) {
        ("LOG", true) => Some(Source::Application(resource)),
        ("LOG", false) => Some(Source::Addon(resource)),
        ("ACCESSLOG", true) => Some(Source::Accesses(resource)),
        _ => None,
    }
}

//! The world with its clock, shared by requests, streams and drains, and the means to wait until it changes.

use std::collections::HashMap;
use std::future::pending;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::engine::clock::Clock;
use crate::world::World;

/// The world, its clock, and those who wait for changes.
#[derive(Debug)]
pub(crate) struct Stage {
    world: Mutex<World>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) changes: Changes,
    /// Time of the next scheduled change.
    due: watch::Sender<Option<Timestamp>>,
    /// Held by each open stream, beside this: the number of its holders tells how many there are.
    pub(crate) streams: Arc<()>,
    /// Told of each request and of each change, for those who show the sandbox.
    pub(crate) activity: watch::Sender<()>,
    /// `true` while a task makes scheduled changes at their time.
    is_kept: AtomicBool,
    /// Number of times that the world was looked at.
    #[cfg(test)]
    pub(crate) looks: std::sync::atomic::AtomicU64,
}

impl Stage {
    pub(crate) fn new(world: World, clock: Clock) -> Arc<Self> {
        let due = watch::Sender::new(world.next_due());
        Arc::new(Self {
            world: Mutex::new(world),
            clock: Arc::new(clock),
            changes: Changes::default(),
            due,
            streams: Arc::default(),
            activity: watch::Sender::new(()),
            is_kept: AtomicBool::new(false),
            #[cfg(test)]
            looks: std::sync::atomic::AtomicU64::new(0),
        })
    }

    /// Number of streams whose connections are open.
    pub(crate) fn open_streams(&self) -> usize {
        Arc::strong_count(&self.streams) - 1
    }

    /// The world, brought to the present.
    pub(crate) fn world(&self) -> Present<'_> {
        let mut present = self.locked();
        present.world.settle(self.clock.now());
        present
    }

    /// Replaces the world and its time. Every wait for a change of the old world ends.
    pub(crate) fn restore(&self, world: World, [start, now]: [Timestamp; 2]) -> Present<'_> {
        let mut present = self.locked();
        *present.world = world;
        self.clock.restore(start, now);
        self.changes.end_all();
        present
    }

    fn locked(&self) -> Present<'_> {
        #[cfg(test)]
        self.looks.fetch_add(1, Ordering::Relaxed);
        Present { stage: self, world: self.world.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Makes sure that scheduled changes happen at their time, while nobody asks for anything: those who wait for changes
    /// call it. One task does it for all of them.
    pub(crate) fn keep_time(self: &Arc<Self>) {
        if self.is_kept.load(Ordering::Acquire) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.is_kept.swap(true, Ordering::AcqRel) {
            let due = self.due.subscribe();
            runtime.spawn(Keeper(Arc::downgrade(self)).run(due));
        }
    }
}

/// The task that makes changes at their time.
struct Keeper(Weak<Stage>);

impl Keeper {
    async fn run(self, mut due: watch::Receiver<Option<Timestamp>>) {
        loop {
            let next = *due.borrow_and_update();
            let Some(clock) = self.0.upgrade().map(|stage| Arc::clone(&stage.clock)) else { return };
            let reached = async {
                match next {
                    Some(time) => clock.sleep_until(time).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = reached => match self.0.upgrade() {
                    Some(stage) => drop(stage.world()),
                    None => return,
                },
                changed = due.changed() => if changed.is_err() { return },
            }
        }
    }
}

impl Drop for Keeper {
    /// The runtime of this task may end before the sandbox does: then another one starts.
    fn drop(&mut self) {
        if let Some(stage) = self.0.upgrade() {
            stage.is_kept.store(false, Ordering::Release);
        }
    }
}

/// The world at the present. When it is dropped, those who wait for what changed are woken.
#[derive(Debug)]
pub(crate) struct Present<'a> {
    stage: &'a Stage,
    world: MutexGuard<'a, World>,
}

impl Deref for Present<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Present<'_> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        let touched = self.world.take_touched();
        if !touched.is_empty() {
            self.stage.changes.tell(&touched);
        }
        let next = self.world.next_due();
        if self.stage.due.send_if_modified(|due| std::mem::replace(due, next) != next) {
            self.stage.activity.send_replace(());
        }
    }
}

/// Waits for changes, by the id of what is waited for.
#[derive(Debug, Default)]
pub(crate) struct Changes(Mutex<Topics>);

#[derive(Debug, Default)]
struct Topics {
    by_id: HashMap<String, watch::Sender<()>>,
    /// Number of topics at which those without waiters are removed.
    sweep_at: usize,
}

impl Changes {
    /// Hears of changes from now on. It is closed when the world is replaced or ends.
    pub(crate) fn watch(&self, id: &str) -> watch::Receiver<()> {
        let mut topics = self.topics();
        if let Some(topic) = topics.by_id.get(id) {
            return topic.subscribe();
        }
        if topics.by_id.len() >= topics.sweep_at {
            topics.by_id.retain(|_, topic| topic.receiver_count() > 0);
            topics.sweep_at = topics.by_id.len() * 2 + 64;
        }
        topics.by_id.entry(id.to_owned()).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    fn tell(&self, ids: &[String]) {
        let topics = self.topics();
        for topic in ids.iter().filter_map(|id| topics.by_id.get(id)) {
            topic.send_replace(());
        }
    }

    fn end_all(&self) {
        self.topics().by_id.clear();
    }

    fn topics(&self) -> MutexGuard<'_, Topics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_that_nobody_waits_for_are_removed() {
        let changes = Changes::default();
        let kept = changes.watch("app_kept");
        for number in 0..10_000 {
            drop(changes.watch(&format!("app_{number}")));
        }
        assert!(changes.topics().by_id.len() < 200);
        changes.tell(&["app_kept".to_owned(), "app_other".to_owned()]);
        assert!(kept.has_changed().unwrap());
        changes.end_all();
        assert!(kept.has_changed().is_err());
    }
}

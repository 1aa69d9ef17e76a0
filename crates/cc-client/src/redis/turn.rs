//! Turns that one process of the fleet has at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cc_runtime::tasks::{self, Instant};
use cc_runtime::transport::{Ticket, Turn};
use redis::{Cmd, Value, cmd};

use super::connection::SharedConnection;

/// First and longest delay between two checks.
const LOOKS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

/// A turn of this process. It ends when this is dropped.
pub(super) struct Held {
    connection: Arc<SharedConnection>,
    lock: String,
    token: String,
    ended: AtomicBool,
}

impl Held {
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Notes that the turn has ended.
    pub(super) fn ended(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.ended.load(Ordering::Relaxed) {
            return;
        }
        // Where nothing runs any more, it ends by itself.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (connection, mut release) = (self.connection.clone(), cmd("EVAL"));
        release.arg(include_str!("release.lua")).arg(1).arg(&self.lock).arg(&self.token);
        drop(runtime.spawn(async move {
            let _: Option<u32> = connection.ask(&release).await;
        }));
    }
}

/// Waits for the turn, or for the answer that another process requested, for at most the length of a `turn`.
/// `look` builds the command from a token: it returns the cached answer, or 1 if the caller has the turn, or
/// 0 if another process has it.
pub(super) async fn take<T>(
    connection: &Arc<SharedConnection>,
    turn: Duration,
    lock: String,
    look: impl Fn(&str) -> Cmd,
    read: impl Fn(&[u8]) -> Option<T>,
) -> Turn<T> {
    let token = uuid::Uuid::new_v4().to_string();
    let command = look(&token);
    let until = Instant::now() + turn;
    let mut pause = LOOKS.0;
    loop {
        match connection.ask::<Value>(&command).await {
            Some(Value::Int(0)) if Instant::now() < until => {}
            Some(Value::Int(1)) => {
                let held =
                    Held { connection: connection.clone(), lock, token, ended: AtomicBool::new(false) };
                return Turn::Ask(Ticket::new(held));
            }
            Some(Value::BulkString(kept)) => return read(&kept).map_or_else(Turn::anyone, Turn::Kept),
            // Redis is gone, or the wait too long.
            _ => return Turn::anyone(),
        }
        tasks::sleep(pause).await;
        pause = (pause * 2).min(LOOKS.1);
    }
}

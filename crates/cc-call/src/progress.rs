//! Shows on a terminal that a command is still running.

use std::future::Future;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use tokio::time::{Instant, interval_at};

/// Time before the first sign, and between two.
const EVERY: Duration = Duration::from_secs(1);

/// Waits for the command. On a terminal, standard error shows its name and the seconds so far, from the first second on.
pub async fn shown<T>(name: &str, call: impl Future<Output = T>) -> T {
    let mut terminal = std::io::stderr();
    if !terminal.is_terminal() {
        return call.await;
    }
    let start = Instant::now();
    let mut signs = interval_at(start + EVERY, EVERY);
    let mut is_shown = false;
    let mut call = std::pin::pin!(call);
    loop {
        tokio::select! {
            output = &mut call => {
                if is_shown {
                    let _ = write!(terminal, "\r\x1b[K");
                }
                return output;
            }
            _ = signs.tick() => {
                is_shown = true;
                let _ = write!(terminal, "\r\x1b[K{name}: {} s", start.elapsed().as_secs());
                let _ = terminal.flush();
            }
        }
    }
}

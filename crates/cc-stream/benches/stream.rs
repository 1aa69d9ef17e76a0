//! Costs of streams: `cargo bench -p cc-stream --bench stream -- [events|line|idle]`.
//!
//! `once [ours|floor] EVENTS_A_CHUNK` runs one side of `events` once. On a busy machine, count its instructions:
//! `valgrind --tool=callgrind --separate-threads=yes --toggle-collect='*events*ours*' BENCH once ours 40`.
//!
//! Ratios count, and both sides of one are measured in turn in the same run. Costs are CPU time of the client's thread,
//! so that a busy machine changes them little; the server is another thread, or another process.

use std::time::Duration;

#[path = "stream/events.rs"]
mod events;
#[path = "stream/idle.rs"]
mod idle;
#[path = "stream/line.rs"]
mod line;
#[path = "stream/server.rs"]
mod server;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", connections] => idle::serve(connections.parse().unwrap_or(0)),
        ["idle"] => idle::bench(),
        ["line"] => line::bench(),
        ["once", which, together] => events::once(which, together.parse().unwrap_or(1)),
        ["events"] => events::bench(),
        _ => {
            events::bench();
            line::bench();
            idle::bench();
        }
    }
}

/// CPU time this thread has used.
fn cpu() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    used.try_into().expect("time only goes forward")
}

/// CPU time of the best of some runs of each, taken in turn.
fn best_of<const N: usize>(rounds: u32, runs: &mut [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..rounds {
        for (run, best) in runs.iter_mut().zip(&mut best) {
            let before = cpu();
            run();
            *best = (*best).min(cpu() - before);
        }
    }
    best
}

fn say(line: &str) {
    use std::io::Write;
    // The output is closed, so there is nothing to do.
    let _ = writeln!(std::io::stdout(), "{line}");
}

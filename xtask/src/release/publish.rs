//! Publication at the pace that the registry allows, with a record that a later run continues from.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::plan::Row;

/// A limit of the registry: a burst, then one in each interval.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    burst: u32,
    every: Duration,
}

/// crates.io, first versions of crates. Source: <https://crates.io/docs/rate-limits>.
pub const NEW_CRATES: Limit = Limit { burst: 5, every: Duration::from_secs(600) };
/// crates.io, further versions of a crate. Source: <https://crates.io/docs/rate-limits>.
pub const NEW_VERSIONS: Limit = Limit { burst: 30, every: Duration::from_secs(60) };

/// Refusals of one crate after which a run gives up.
const REFUSALS: u32 = 12;

/// Answer of the registry that is not a success.
#[derive(Debug)]
pub enum Refusal {
    /// Status 429, with the wait that the registry asks for.
    TooMany(Option<Duration>),
    /// The version of this crate is there already: an earlier run published it.
    Exists(String),
    Failed(String),
}

/// Result of publishing several crates together.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Crates that the registry took, in their order.
    pub published: Vec<String>,
    /// Reason why it did not take the others.
    pub refusal: Option<Refusal>,
}

pub trait Registry {
    /// Publishes crates that depend on each other and on published ones only.
    fn publish(&mut self, rows: &[&Row]) -> Outcome;
}

pub trait Clock {
    /// Time since the start of 1970.
    fn now(&self) -> Duration;
    fn sleep(&mut self, time: Duration);
}

/// A version that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    name: String,
    version: Version,
    /// Seconds since the start of 1970.
    at: u64,
    is_first: bool,
}

/// Record of a release: the versions that are published.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    done: Vec<Done>,
}

impl State {
    /// Reads a record. A missing file is an empty one.
    pub fn read(file: &Path) -> Result<Self, String> {
        match std::fs::read_to_string(file) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("could not read {}: {error}", file.display())),
        }
    }

    /// Replaces the file as a whole, so that a run that ends at any point leaves a record that can be read.
    fn write(&self, file: &Path) -> Result<(), String> {
        let new = file.with_extension("new");
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        let written = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, file));
        written.map_err(|error| format!("could not write {}: {error}", file.display()))
    }

    pub fn has(&self, row: &Row) -> bool {
        self.done.iter().any(|done| done.name == row.name && done.version == row.to)
    }

    /// The earliest time at which the limit allows one more: the generic cell rate algorithm over what was published.
    fn ready_at(&self, is_first: bool) -> Duration {
        let Limit { burst, every } = limit(is_first);
        let mut times: Vec<Duration> = self
            .done
            .iter()
            .filter(|done| done.is_first == is_first)
            .map(|done| Duration::from_secs(done.at))
            .collect();
        times.sort();
        let full_at = times.into_iter().fold(Duration::ZERO, |full_at, time| full_at.max(time) + every);
        full_at.saturating_sub(every * burst.saturating_sub(1))
    }
}

fn limit(is_first: bool) -> Limit {
    if is_first { NEW_CRATES } else { NEW_VERSIONS }
}

impl State {
    fn add(&mut self, row: &Row, at: Duration) {
        let (name, version) = (row.name.clone(), row.to.clone());
        self.done.push(Done { name, version, at: at.as_secs(), is_first: row.from.is_none() });
    }

    /// The first rows that the limits allow to publish together now.
    fn allowed<'a>(&self, left: &[&'a Row], now: Duration) -> Vec<&'a Row> {
        let mut after = Self { done: self.done.clone() };
        let allowed = left.iter().take_while(|row| {
            let is_allowed = after.ready_at(row.from.is_none()) <= now;
            after.add(row, now);
            is_allowed
        });
        allowed.copied().collect()
    }
}

/// Publishes the rows that the record does not have, in their order, as many together as the limits allow, and records each.
///
/// # Errors
/// The crate that the registry refused, with the command that continues.
pub fn publish(
    rows: &[Row],
    file: &Path,
    registry: &mut dyn Registry,
    clock: &mut dyn Clock,
    out: &mut dyn Write,
) -> Result<String, String> {
    let mut state = State::read(file)?;
    let count = rows.iter().filter(|row| !state.has(row)).count();
    // The reader of the output may have left: the release continues.
    let mut say = |text: String| drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
    let (mut published, mut refusals) = (0, 0);
    loop {
        let left: Vec<&Row> = rows.iter().filter(|row| !state.has(row)).collect();
        let Some(first) = left.first() else { break };
        let is_first = first.from.is_none();
        let batch = state.allowed(&left, clock.now());
        if batch.is_empty() {
            let wait = state.ready_at(is_first).saturating_sub(clock.now());
            say(format!(
                "{} {}: waiting {} s for the limit of the registry\n",
                first.name,
                first.to,
                wait.as_secs()
            ));
            clock.sleep(wait);
            continue;
        }
        let Outcome { published: names, refusal } = registry.publish(&batch);
        for row in batch.iter().filter(|row| names.contains(&row.name)) {
            published += 1;
            refusals = 0;
            say(format!("{} {}: published ({published}/{count})\n", row.name, row.to));
            state.add(row, clock.now());
            state.write(file)?;
        }
        let stuck = batch.iter().find(|row| !state.has(row)).copied();
        let (Some(stuck), Some(refusal)) = (stuck, refusal) else {
            if let Some(lost) = stuck {
                return Err(failure(lost, "cargo did not say that it was published"));
            }
            continue;
        };
        match refusal {
            Refusal::Exists(name) if batch.iter().any(|row| row.name == name && !state.has(row)) => {
                for row in batch.iter().filter(|row| row.name == name) {
                    published += 1;
                    say(format!("{} {}: is published already\n", row.name, row.to));
                    // Long ago, for the limit: nothing was sent now.
                    state.add(row, Duration::ZERO);
                    state.write(file)?;
                }
            }
            Refusal::TooMany(wait) if refusals < REFUSALS => {
                refusals += 1;
                let wait = wait.unwrap_or(limit(stuck.from.is_none()).every);
                say(format!("{} {}: refused with 429, waiting {} s\n", stuck.name, stuck.to, wait.as_secs()));
                clock.sleep(wait);
            }
            Refusal::Failed(reason) => return Err(failure(stuck, &reason)),
            Refusal::Exists(name) => return Err(failure(stuck, &format!("{name} is published already"))),
            Refusal::TooMany(_) => {
                return Err(failure(stuck, &format!("the registry refused {REFUSALS} times with 429")));
            }
        }
    }
    let mut text = String::new();
    let _ =
        writeln!(text, "published: {} of {}", rows.iter().filter(|row| state.has(row)).count(), rows.len());
    Ok(text)
}

fn failure(row: &Row, reason: &str) -> String {
    format!("could not publish {} {}: {reason}; to continue: cargo xtask release --resume", row.name, row.to)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    /// A clock that only sleeping moves.
    #[derive(Clone)]
    struct Virtual(Rc<Cell<Duration>>);

    impl Clock for Virtual {
        fn now(&self) -> Duration {
            self.0.get()
        }

        fn sleep(&mut self, time: Duration) {
            self.0.set(self.0.get() + time);
        }
    }

    /// A registry with the limits of crates.io, counted in tokens.
    struct Strict {
        clock: Virtual,
        /// Tokens and the time of the last count, for first versions and for others.
        tokens: [(f64, Duration); 2],
        published: Vec<(String, Duration)>,
        refusals: usize,
        /// Fails at this crate, once.
        fails_at: Option<&'static str>,
        /// Number of crates in each call.
        batches: Vec<usize>,
    }

    impl Strict {
        fn new(clock: &Virtual) -> Self {
            let tokens = [NEW_VERSIONS, NEW_CRATES].map(|limit| (f64::from(limit.burst), clock.now()));
            Self {
                clock: clock.clone(),
                tokens,
                published: Vec::new(),
                refusals: 0,
                fails_at: None,
                batches: Vec::new(),
            }
        }
    }

    impl Registry for Strict {
        fn publish(&mut self, rows: &[&Row]) -> Outcome {
            // As cargo, which looks at all crates before it sends the first.
            if let Some(row) =
                rows.iter().find(|row| self.published.iter().any(|(name, _)| *name == row.name))
            {
                return Outcome { refusal: Some(Refusal::Exists(row.name.clone())), ..Outcome::default() };
            }
            self.batches.push(rows.len());
            let mut outcome = Outcome::default();
            for row in rows {
                if self.fails_at.take_if(|name| *name == row.name).is_some() {
                    outcome.refusal = Some(Refusal::Failed("no network".to_owned()));
                    return outcome;
                }
                let is_first = row.from.is_none();
                let limit = limit(is_first);
                let (tokens, last) = &mut self.tokens[usize::from(is_first)];
                let passed = (self.clock.now() - *last).as_secs_f64() / limit.every.as_secs_f64();
                (*tokens, *last) = ((*tokens + passed).min(f64::from(limit.burst)), self.clock.now());
                if *tokens < 0.999 {
                    self.refusals += 1;
                    outcome.refusal = Some(Refusal::TooMany(None));
                    return outcome;
                }
                *tokens -= 1.0;
                self.published.push((row.name.clone(), self.clock.now()));
                outcome.published.push(row.name.clone());
            }
            outcome
        }
    }

    fn rows(count: usize, from: Option<Version>) -> Vec<Row> {
        let row = |index| Row {
            name: format!("crate-{index}"),
            from: from.clone(),
            to: Version::new(0, 1, 1),
            level: None,
            why: Vec::new(),
        };
        (0..count).map(row).collect()
    }

    fn start() -> (Virtual, tempfile::TempDir) {
        (Virtual(Rc::new(Cell::new(Duration::from_secs(1_800_000_000)))), tempfile::tempdir().unwrap())
    }

    #[test]
    fn new_crates_go_out_in_a_burst_and_then_one_every_ten_minutes_without_a_refusal() {
        let (clock, folder) = start();
        let mut registry = Strict::new(&clock);
        let began = clock.now();
        let file = folder.path().join("state.json");
        let mut out = Vec::new();
        let told = publish(&rows(46, None), &file, &mut registry, &mut clock.clone(), &mut out).unwrap();
        assert_eq!(told, "published: 46 of 46\n");
        assert_eq!(registry.refusals, 0);
        let minutes: Vec<u64> =
            registry.published.iter().map(|(_, at)| (*at - began).as_secs() / 60).collect();
        assert_eq!(minutes[..7], [0, 0, 0, 0, 0, 10, 20]);
        assert_eq!(minutes[45], 410);
        // The burst is one publication, which cargo orders.
        assert_eq!((registry.batches[0], registry.batches.len()), (5, 42));
    }

    #[test]
    fn new_versions_go_out_in_a_burst_and_then_one_a_minute() {
        let (clock, folder) = start();
        let mut registry = Strict::new(&clock);
        let began = clock.now();
        let rows = rows(46, Some(Version::new(0, 1, 0)));
        publish(&rows, &folder.path().join("state.json"), &mut registry, &mut clock.clone(), &mut Vec::new())
            .unwrap();
        assert_eq!((registry.refusals, (clock.now() - began).as_secs()), (0, 16 * 60));
    }

    #[test]
    fn a_refusal_for_the_limit_is_waited_out() {
        let (clock, folder) = start();
        let mut registry = Strict::new(&clock);
        // Somebody else with the same token published just before.
        registry.tokens[1].0 = 0.0;
        let mut out = Vec::new();
        publish(
            &rows(2, None),
            &folder.path().join("state.json"),
            &mut registry,
            &mut clock.clone(),
            &mut out,
        )
        .unwrap();
        assert_eq!(registry.published.len(), 2);
        let out = String::from_utf8(out).unwrap();
        assert!(
            out.starts_with(
                "crate-0 0.1.1: refused with 429, waiting 600 s\ncrate-0 0.1.1: published (1/2)\n"
            ),
            "{out}"
        );
    }

    #[test]
    fn a_run_that_failed_continues_with_the_crate_that_failed() {
        let (clock, folder) = start();
        let mut registry = Strict::new(&clock);
        registry.fails_at = Some("crate-6");
        let file = folder.path().join("state.json");
        let rows = rows(9, None);
        let error = publish(&rows, &file, &mut registry, &mut clock.clone(), &mut Vec::new()).unwrap_err();
        assert_eq!(
            error,
            "could not publish crate-6 0.1.1: no network; to continue: cargo xtask release --resume"
        );
        assert_eq!(registry.published.len(), 6);
        assert_eq!(registry.batches, [5, 1, 1]);
        let mut out = Vec::new();
        publish(&rows, &file, &mut registry, &mut clock.clone(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        // The new run knows when the others were published, and waits without being refused.
        assert!(out.starts_with("crate-6 0.1.1: published (1/3)\n"), "{out}");
        assert_eq!((registry.published.len(), registry.refusals), (9, 0));
    }

    #[test]
    fn without_the_record_a_run_passes_over_what_the_registry_has() {
        let (clock, folder) = start();
        let mut registry = Strict::new(&clock);
        let rows = rows(3, None);
        for name in ["one.json", "two.json"] {
            publish(&rows, &folder.path().join(name), &mut registry, &mut clock.clone(), &mut Vec::new())
                .unwrap();
        }
        assert_eq!(registry.published.len(), 3);
    }

    #[test]
    fn a_publication_that_ends_without_a_word_is_an_error() {
        struct Silent;
        impl Registry for Silent {
            fn publish(&mut self, _: &[&Row]) -> Outcome {
                Outcome::default()
            }
        }
        let (mut clock, folder) = start();
        let file = folder.path().join("state.json");
        let error = publish(&rows(1, None), &file, &mut Silent, &mut clock, &mut Vec::new()).unwrap_err();
        assert!(error.contains("cargo did not say that it was published"), "{error}");
    }

    #[test]
    fn a_registry_that_refuses_for_ever_ends_the_run() {
        struct Closed;
        impl Registry for Closed {
            fn publish(&mut self, _: &[&Row]) -> Outcome {
                let refusal = Some(Refusal::TooMany(Some(Duration::from_secs(1))));
                Outcome { refusal, ..Outcome::default() }
            }
        }
        let (mut clock, folder) = start();
        let file = folder.path().join("state.json");
        let error = publish(&rows(1, None), &file, &mut Closed, &mut clock, &mut Vec::new()).unwrap_err();
        assert!(error.contains("refused 12 times with 429"), "{error}");
        std::fs::write(&file, "{").unwrap();
        assert!(publish(&rows(1, None), &file, &mut Closed, &mut clock, &mut Vec::new()).is_err());
    }
}

//! All defaults of the SDK in one value, so that a program can keep its behaviour across updates.

use std::time::Duration;

use crate::transport::{CachePolicy, RetryPolicy};

const MIB: usize = 1024 * 1024;

/// Behaviour of calls and streams unless a program sets it.
///
/// A set of defaults has a date and never changes. A later version of the SDK that knows better figures adds another set; a
/// program that names its set keeps its behaviour when it is updated. `{:#?}` prints every figure.
///
/// ```
/// use cc_runtime::{Defaults, Transport};
///
/// let mut defaults = Defaults::v2026_12();
/// defaults.concurrency = 8;
/// let transport = Transport::builder().defaults(defaults).build()?;
/// # Ok::<(), cc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Defaults {
    /// Name of the set: the month in which it was made.
    pub version: &'static str,
    /// Longest time of a whole call. `None`: no limit. [`TransportBuilder::timeout`](crate::TransportBuilder::timeout).
    pub timeout: Option<Duration>,
    /// Longest time of one attempt. [`TransportBuilder::attempt_timeout`](crate::TransportBuilder::attempt_timeout).
    pub attempt_timeout: Option<Duration>,
    /// Longest time to connect. [`TransportBuilder::connect_timeout`](crate::TransportBuilder::connect_timeout).
    pub connect_timeout: Option<Duration>,
    /// Largest number of requests in flight. [`TransportBuilder::concurrency`](crate::TransportBuilder::concurrency).
    pub concurrency: usize,
    /// Retry policy. [`TransportBuilder::retry`](crate::TransportBuilder::retry).
    pub retry: RetryPolicy,
    /// Retry budget shared by all calls of a transport.
    pub retry_budget: RetryBudget,
    /// The most bytes that the body of a successful answer may have.
    /// [`TransportBuilder::body_limit`](crate::TransportBuilder::body_limit).
    pub body_limit: Option<usize>,
    /// The part of the body of an error that is read, in bytes.
    pub error_body_limit: usize,
    /// Time limit for reading the body of an error.
    pub error_body_timeout: Duration,
    /// `true` if answers are cached. [`TransportBuilder::cache`](crate::TransportBuilder::cache).
    pub cache: CachePolicy,
    /// The most bytes of kept answers. [`TransportBuilder::cache_capacity`](crate::TransportBuilder::cache_capacity).
    pub cache_capacity: usize,
    /// Time for which a client remembers that an id is unknown to the platform.
    pub unknown_ids_for: Duration,
    /// Behaviour of the platform's streams.
    pub streams: StreamDefaults,
}

/// A bucket of tokens shared by all calls of a transport: a retry requires tokens, so that retries do not
/// worsen an outage of the platform. The figures are the defaults of the AWS SDKs since November 2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryBudget {
    /// Tokens of a full bucket.
    pub capacity: u32,
    /// Tokens for a retry after a transient failure. A successful call returns those of its last retry.
    pub cost: u32,
    /// Tokens that a retry costs when the platform [throttles](crate::Error::is_throttled): less, since it waits longer.
    pub throttled_cost: u32,
    /// Tokens that a call without retries gives.
    pub gain: u32,
}

/// Behaviour of the platform's streams. `cc-client` converts it to settings of `cc-stream`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct StreamDefaults {
    /// Time limit of an attempt until the head of the answer. `None`: no limit.
    pub connect_timeout: Option<Duration>,
    /// How long a heartbeat may be late before its connection counts as dead. The interval of heartbeats is a property of each
    /// stream: [`StreamOperation::HEARTBEAT_MS`](crate::StreamOperation::HEARTBEAT_MS).
    pub heartbeat_margin: Duration,
    /// The widest first wait before a connection is opened again.
    pub retry_initial: Duration,
    /// Factor of the longest wait at each consecutive failure.
    pub retry_factor: f64,
    /// The longest wait.
    pub retry_cap: Duration,
    /// The shortest wait.
    pub retry_floor: Duration,
    /// The longest wait that a server may ask for.
    pub retry_server_cap: Duration,
    /// Retries in a row before a stream gives up. `None`: it never does.
    pub retry_max: Option<u32>,
    /// Lifetime of a connection after which failures are counted from zero again.
    pub healthy_after: Duration,
    /// Longest line of an event, in bytes.
    pub line_limit: usize,
    /// Longest data of an event, in bytes.
    pub event_limit: usize,
    /// The part of an event's data that an error carries, in bytes.
    pub raw_limit: usize,
    /// Number of recent events that are recognised again after a reconnection.
    pub window: usize,
}

impl Defaults {
    /// The defaults of December 2026.
    #[must_use]
    pub const fn v2026_12() -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        Self {
            version: "2026-12",
            timeout: None,
            attempt_timeout: Some(Duration::from_secs(30)),
            connect_timeout: Some(Duration::from_secs(10)),
            concurrency: 32,
            retry: RetryPolicy {
                max_attempts: 3,
                base: Duration::from_millis(50),
                throttled_base: SECOND,
                cap: Duration::from_secs(20),
                max_retry_after: Duration::from_secs(30),
            },
            retry_budget: RetryBudget { capacity: 500, cost: 14, throttled_cost: 5, gain: 1 },
            // The largest known answers, summaries of accounts with 100,000 resources, have some 63 MB.
            body_limit: Some(64 * MIB),
            // The platform's own errors have a few hundred bytes.
            error_body_limit: 64 * 1024,
            error_body_timeout: Duration::from_secs(2),
            cache: CachePolicy::off(),
            cache_capacity: 16 * MIB,
            unknown_ids_for: Duration::from_secs(60),
            streams: StreamDefaults {
                connect_timeout: Some(Duration::from_secs(5)),
                heartbeat_margin: Duration::from_millis(500),
                retry_initial: SECOND,
                retry_factor: 1.5,
                retry_cap: Duration::from_secs(30),
                retry_floor: Duration::from_millis(100),
                retry_server_cap: Duration::from_secs(300),
                retry_max: None,
                healthy_after: Duration::from_secs(10),
                line_limit: MIB,
                event_limit: MIB,
                raw_limit: 16 * 1024,
                window: 1_024,
            },
        }
    }
}

impl Default for Defaults {
    /// [`v2026_12`](Self::v2026_12), in every version of the SDK up to the next that may break programs.
    fn default() -> Self {
        Self::v2026_12()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A figure that changes here changes the behaviour of programs that named this set: add a set instead.
    #[test]
    fn the_defaults_of_a_date_never_change() {
        insta::assert_snapshot!(format!("{:#?}", Defaults::v2026_12()));
    }
}

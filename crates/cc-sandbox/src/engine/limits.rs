//! Limits of what a sandbox takes and keeps.

use std::time::Duration;

use crate::git;

/// Limits of what a sandbox takes and keeps, so that no client chooses how much memory it uses.
///
/// ```
/// use cc_sandbox::{Limits, Sandbox};
///
/// let mut limits = Limits::default();
/// limits.body = 1024;
/// let sandbox = Sandbox::builder().limits(limits).in_memory();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Size of the body of a request, in bytes. A larger one is refused with 413. Default: 16 MiB. A snapshot
    /// (`PUT /_sandbox/snapshot`) and a push with git may be sixteen times as large.
    pub body: usize,
    /// Number of requests that the journal keeps, the latest ones. Default: 10,000.
    pub journal: usize,
    /// Size of the requests that the journal keeps, in bytes: headers and bodies. Default: 64 MiB.
    pub journal_bytes: usize,
    /// Number of violations that are kept, the first ones. More are counted. Default: 1,000.
    pub violations: usize,
    /// Number of faults at the same time. Another one is refused. Default: 1,000.
    pub faults: usize,
    /// Number of key spaces of Redis that hold keys. Another one is refused. Default: 1,000.
    pub key_spaces: usize,
    /// Size of all key spaces of Redis together, in bytes: keys and values, with 64 bytes for each of them. A command that
    /// would take more is refused. Default: 64 MiB.
    pub key_bytes: usize,
    /// Size of all git repositories together, in bytes on the disk. A push that would take more is refused. Default: 1 GiB.
    pub repository_bytes: u64,
    /// Time for the head of a request, also of the next one on the same connection. When it is over, the connection is closed, with
    /// 408 if a part of a head has arrived. Default: 30 s.
    pub head_time: Duration,
    /// Time for the body of a request. When it is over, the request is refused with 408. Default: 60 s.
    pub body_time: Duration,
    /// Number of connections at the same time. Another one gets 503 and is closed. Default: 20,000.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 16 << 20,
            journal: 10_000,
            journal_bytes: 64 << 20,
            violations: 1_000,
            faults: 1_000,
            key_spaces: 1_000,
            key_bytes: 64 << 20,
            repository_bytes: 1 << 30,
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(60),
            connections: 20_000,
        }
    }
}

impl Limits {
    /// Size of the body of a request to this path.
    pub(crate) fn body_of(&self, path: &str) -> usize {
        let is_large = path == "/_sandbox/snapshot" || git::split(path).is_some();
        if is_large { self.body.saturating_mul(16) } else { self.body }
    }
}

//! Streams of Server-Sent Events: logs that go on with the time of the sandbox, and what goes wrong with them.

pub(crate) mod fault;
mod finite;
mod line;
mod live;
mod source;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

pub(crate) use finite::finite;
pub(crate) use line::{Line, Place};
pub(crate) use live::{HEARTBEAT, Live, Throttle, Wanted};
pub(crate) use source::{Sought, Source, Span};

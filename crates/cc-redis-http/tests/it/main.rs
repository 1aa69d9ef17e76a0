//! The client from outside: against a proxy that answers as each test says, and against the sandbox's.

mod answers;
#[cfg(feature = "catalog")]
mod catalog;
mod client;
mod commands;
mod contract;
mod deadline;
mod order;
mod real_redis;
mod repeat;
mod scan;
#[path = "../../../cc-runtime/tests/it/spans.rs"]
#[allow(dead_code)] // The tests of cc-runtime use the rest.
mod spans;
mod support;
mod telemetry;

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
mod support;

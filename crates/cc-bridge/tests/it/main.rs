//! The client from outside: against a bridge that answers as each test says, and against the sandbox's.

#[cfg(feature = "catalog")]
mod catalog;
mod commands;
mod deadline;
mod errors;
mod examples;
mod rotate;
mod sandbox;
#[path = "../../../cc-runtime/tests/it/spans.rs"]
#[allow(dead_code)] // The tests of cc-runtime use the rest.
mod spans;
mod support;
mod telemetry;

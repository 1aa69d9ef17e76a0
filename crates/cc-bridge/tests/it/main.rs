//! The client from outside: against a bridge that answers as each test says, and against the sandbox's.

#[cfg(feature = "catalog")]
mod catalog;
mod commands;
mod deadline;
mod errors;
mod examples;
mod rotate;
mod sandbox;
mod support;

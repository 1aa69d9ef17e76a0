//! The whole house at once: every operation of the spec, made by the generated crates and answered by the sandbox.

mod api;
mod book;
mod commands;
mod diagnostics;
#[allow(clippy::print_stderr, clippy::print_stdout, dead_code, unused_imports, unused_variables)]
// It is what documents do.
mod documents;
mod empty;
mod ensure;
mod extras;
mod faults;
mod figures;
mod futures;
#[rustfmt::skip]
mod generated;
mod inputs;
mod once;
mod prelude;
mod promises;
mod schemas;
mod secrets;
mod setters;
mod streams;
mod sweep;
mod traits;
mod trial;

//! The whole house at once: every operation of the spec, made by the generated crates and answered by the sandbox.

mod api;
mod commands;
#[rustfmt::skip]
mod generated;
mod memory;
mod trial;

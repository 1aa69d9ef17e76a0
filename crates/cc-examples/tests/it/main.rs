//! The whole house at once: every operation of the spec, made by the generated crates and answered by the sandbox.

mod api;
#[rustfmt::skip]
mod generated;
mod trial;

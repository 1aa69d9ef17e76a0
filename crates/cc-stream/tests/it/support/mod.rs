//! Helpers shared by the tests.

pub(crate) mod chance;
pub(crate) mod frames;
pub(crate) mod memory;
pub(crate) mod plan;
pub(crate) mod server;

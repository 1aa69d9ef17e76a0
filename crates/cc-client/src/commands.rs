//! The commands, a module per domain.
//!
//! A command is a value: build it, [send](crate::Client::send) it. A domain whose commands are not all of one request has
//! a hand-written module here, which takes the place of the generated one and shows it too.

#[allow(unused_imports)] // With no domain feature on, there is nothing.
pub use crate::generated::commands::*;

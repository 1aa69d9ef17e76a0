//! Drains: copies of logs that go to a service of the owner's choice.
//!
//! The commands of the official client name an application. Here they name an application or an add-on.

pub use crate::generated::commands::drain::*;

mod change;
mod create;
mod ensure;
pub mod model;
mod read;
mod wait;

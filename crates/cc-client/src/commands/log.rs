//! Logs of applications and add-ons.

#[allow(unused_imports)] // Until a command of one request is in this domain.
pub use crate::generated::commands::log::*;

pub mod model;
#[cfg(feature = "stream")]
mod stream;

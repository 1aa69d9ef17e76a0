//! Organisations, their members and their resources.

#[cfg(any(feature = "account", feature = "organisation"))]
pub use crate::generated::commands::organisation::*;

#[cfg(feature = "organisation")]
mod avatar;
#[cfg(feature = "organisation")]
mod change;
#[cfg(feature = "organisation")]
mod delete;
#[cfg(feature = "organisation")]
mod list;
#[cfg(feature = "organisation")]
mod members;
pub mod model;
#[cfg(feature = "account")]
mod summaries;

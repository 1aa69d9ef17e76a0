//! Bundles and serves what this workspace builds for browsers.
//!
#![doc = include_str!("../README.md")]

mod bundle;
mod site;

pub use bundle::{bundle, instances};
pub use site::{Files, Site};

//! Environment variables of applications and add-ons.

pub use crate::generated::commands::environment::*;

mod get;
pub mod model;
mod one;
mod replace;

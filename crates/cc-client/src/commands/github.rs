//! The link between an account and GitHub.

pub use crate::generated::commands::github::*;

pub mod model;
mod ssh_key;

//! The account of the caller: profile, second factor, SSH keys, OAuth tokens, and the organisations that it can reach.

pub use crate::generated::commands::account::*;

mod auth;
mod ensure;
pub mod model;
mod profile;
mod ssh_key;
mod summaries;
mod user_setting;

pub use profile::UpdateProfileAvatar;

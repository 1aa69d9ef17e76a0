//! SSH keys, which code is pushed with.

pub use crate::generated::commands::ssh_key::*;

#[cfg(feature = "account")]
mod create;
#[cfg(feature = "github")]
mod github;

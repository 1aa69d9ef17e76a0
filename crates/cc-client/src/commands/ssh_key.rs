//! SSH keys, which code is pushed with.

pub use crate::generated::commands::ssh_key::*;

mod create;

pub use create::CreatePersonalSshKey;

//! The profile of the caller.

pub use crate::generated::commands::profile::*;

mod avatar;
mod email;
pub mod model;

pub use avatar::UpdateProfileAvatar;

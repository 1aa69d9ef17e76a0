//! Notifications: e-mails and web hooks that tell what happens to the resources of an owner.

pub use crate::generated::commands::notification::*;

mod email;
mod ensure;
mod info;
pub mod model;
mod webhook;

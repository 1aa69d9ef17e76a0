//! Network groups: private networks between applications, add-ons and machines of the owner, over WireGuard.
//!
//! The platform applies changes asynchronously. The commands wait until a change is visible, for at most 30
//! s.

pub use crate::generated::commands::network_group::*;

mod ensure;
mod group;
mod member;
pub mod model;
mod peer;
mod search;
mod wait;

pub use group::NetworkGroupMemberInput;

//! Profile of the caller.

mod avatar;
mod email;

pub use avatar::UpdateProfileAvatar;

//! Sign-in of the caller: the password and the second factor.

pub use crate::generated::commands::auth::*;

mod mfa;

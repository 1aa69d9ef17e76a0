//! How the caller signs in: the password, and the second factor.

pub use crate::generated::commands::auth::*;

mod mfa;

//! The caller's settings of the console.

pub use crate::generated::commands::user_setting::*;

mod get;

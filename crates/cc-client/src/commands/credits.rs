//! Credits of an owner, and the coupons that give some.

pub use crate::generated::commands::credits::*;

mod activate;
pub mod model;

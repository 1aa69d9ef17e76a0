//! Means of payment of an owner.

pub use crate::generated::commands::payment_method::*;

pub mod model;

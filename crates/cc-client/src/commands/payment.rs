//! Payments and means of payment.

pub use crate::generated::commands::payment::*;

pub mod model;

//! Payments of invoices.

pub use crate::generated::commands::payment::*;

pub mod model;

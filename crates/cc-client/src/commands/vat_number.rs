//! VAT numbers.

pub use crate::generated::commands::vat_number::*;

mod check;
pub mod model;

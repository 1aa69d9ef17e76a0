//! VAT numbers.

mod check;
pub mod model;

pub use check::CheckVatNumber;

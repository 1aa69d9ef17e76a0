//! Compares the answers of a sandbox with recorded ones.

mod differ;
mod names;
mod report;
mod run;

pub use report::{ComparedOperation, Comparison, Difference, DifferenceKind};

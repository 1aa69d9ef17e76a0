//! A recording against a sandbox: the same requests, and what differs in the answers.

mod differ;
mod names;
mod report;
mod run;

pub use report::{ComparedOperation, Comparison, Difference, DifferenceKind};

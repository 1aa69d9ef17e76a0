//! Outputs of the commands of products.

mod addon;
mod heptapod;
mod runtime;

pub use addon::*;
pub use heptapod::*;
pub use runtime::{ProductRuntime, RuntimeVariant};

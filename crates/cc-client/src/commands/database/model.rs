//! Outputs of the commands of databases.

mod elasticsearch;
mod jenkins;
mod product;

pub use elasticsearch::*;
pub use jenkins::*;
pub use product::*;

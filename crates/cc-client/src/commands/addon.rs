//! Add-ons: databases and other services that an owner adds, their backups and migrations.

pub use crate::generated::commands::addon::*;

mod backup;
mod ensure;
pub mod model;

//! Backups of add-ons.

mod list;
pub mod model;
mod restore;

pub use list::ListBackup;

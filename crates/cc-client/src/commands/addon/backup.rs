//! Backups of add-ons.

mod list;
mod restore;

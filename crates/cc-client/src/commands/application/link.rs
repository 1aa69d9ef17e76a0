//! Links: applications and add-ons that an application gets environment variables from.

mod change;
mod list;

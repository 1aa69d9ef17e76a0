//! Links: which applications and add-ons an application gets environment variables from.

mod change;
mod list;
pub mod model;

pub use change::{AddLink, RemoveLink};
pub use list::ListLink;

//! Organisations and their members.
//!
//! A role is a variant of an enum, so that a misspelt one does not compile, and a text is parsed:
//!
//! ```
//! use cc_client::commands::organisation::AddOrganisationMember;
//! use cc_client::commands::organisation::model::OrganisationRole;
//!
//! let _ = AddOrganisationMember::new("orga_…", OrganisationRole::Developer, "a@example.com");
//! let error = "DEVELOPPER".parse::<OrganisationRole>().unwrap_err();
//! assert!(error.to_string().contains("is `DEVELOPER` meant?"));
//! ```
//!
//! ```compile_fail,E0277
//! # use cc_client::commands::organisation::AddOrganisationMember;
//! let _ = AddOrganisationMember::new("orga_…", "DEVELOPPER", "a@example.com");
//! ```

pub use crate::generated::commands::organisation::*;

mod avatar;
mod change;
mod delete;
mod ensure;
mod list;
mod members;
pub mod model;

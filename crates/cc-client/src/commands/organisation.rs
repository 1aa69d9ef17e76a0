//! Organisations, their members, and what is in them.

#[cfg(feature = "organisation")]
pub use crate::generated::commands::organisation::*;

#[cfg(feature = "organisation")]
mod avatar;
#[cfg(feature = "organisation")]
mod change;
#[cfg(feature = "organisation")]
mod delete;
#[cfg(feature = "organisation")]
mod list;
#[cfg(feature = "organisation")]
mod members;
pub mod model;
#[cfg(feature = "account")]
mod summaries;

#[cfg(feature = "account")]
pub use summaries::GetOrganisationSummaries;
#[cfg(feature = "organisation")]
pub use {
    avatar::UpdateOrganisationAvatar,
    change::{CreateOrganisation, UpdateOrganisation},
    delete::DeleteOrganisation,
    list::ListOrganisation,
    members::ListOrganisationMember,
};

//! Outputs of the commands of organisations, by domain of the API.

#[cfg(feature = "organisation")]
mod organisation;
#[cfg(feature = "account")]
mod summary;

#[cfg(feature = "organisation")]
pub use organisation::{
    MfaKind, Organisation, OrganisationContact, OrganisationContactKind, OrganisationMember,
    OrganisationRole, VatState,
};
#[cfg(feature = "account")]
pub use summary::{
    AddonSummary, ApplicationSummary, OauthConsumerSummary, OrganisationSummary, ProviderSummary,
};

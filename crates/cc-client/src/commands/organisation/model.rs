//! What the commands of organisations give back, by the domain of the API that it comes from.

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

//! The personal space and the organisations of the caller, with their resources.

use cc_api_account::types as wire;
use cc_runtime::OwnerId;
use serde::{Deserialize, Serialize};

pub use wire::{
    AddonSummary, ApplicationSummary, OauthConsumerSummary, OrganisationRole, ProviderSummary, VatState,
};

/// The personal space or an organisation of the caller, with its resources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrganisationSummary {
    /// Id of the owner.
    pub id: OwnerId,
    /// Name.
    pub name: String,
    /// Address of its picture.
    pub avatar: Option<String>,
    /// Applications, sorted by name.
    pub applications: Vec<ApplicationSummary>,
    /// Add-ons, sorted by name.
    pub addons: Vec<AddonSummary>,
    /// OAuth consumers, sorted by name.
    pub consumers: Vec<OauthConsumerSummary>,
    /// Add-on providers, sorted by name.
    pub providers: Vec<ProviderSummary>,
    /// Role of the caller in the organisation.
    pub role: Option<OrganisationRole>,
    /// Verification state of the VAT number.
    pub vat_state: Option<VatState>,
    /// `true` if the organisation can pay.
    pub can_pay: Option<bool>,
    /// `true` if the organisation can pay by direct debit.
    #[serde(rename = "canSEPA")]
    pub can_sepa: Option<bool>,
    /// `true` if the organisation has an enterprise contract.
    pub clever_enterprise: Option<bool>,
    /// Telephone number for emergencies.
    pub emergency_number: Option<String>,
    /// `true` if the organisation may use products before the first payment.
    pub is_trusted: Option<bool>,
    /// `true` for the personal space.
    pub is_personal: bool,
}

crate::declare::ids_of! { OrganisationSummary { id => OwnerId } }

impl From<wire::UserSummary> for OrganisationSummary {
    fn from(wire: wire::UserSummary) -> Self {
        Self {
            id: wire.id.into(),
            name: wire.name,
            avatar: wire.avatar,
            applications: wire.applications,
            addons: wire.addons,
            consumers: wire.consumers,
            providers: wire.providers,
            role: wire.role,
            vat_state: wire.vat_state,
            can_pay: wire.can_pay,
            can_sepa: wire.can_sepa,
            clever_enterprise: wire.clever_enterprise,
            emergency_number: wire.emergency_number,
            is_trusted: wire.is_trusted,
            is_personal: true,
        }
        .sorted()
    }
}

impl From<wire::OrganisationSummary> for OrganisationSummary {
    fn from(wire: wire::OrganisationSummary) -> Self {
        Self {
            id: wire.id,
            name: wire.name,
            avatar: wire.avatar,
            applications: wire.applications,
            addons: wire.addons,
            consumers: wire.consumers,
            providers: wire.providers,
            role: Some(wire.role),
            vat_state: Some(wire.vat_state),
            can_pay: Some(wire.can_pay),
            can_sepa: Some(wire.can_sepa),
            clever_enterprise: Some(wire.clever_enterprise),
            emergency_number: wire.emergency_number,
            is_trusted: Some(wire.is_trusted),
            is_personal: false,
        }
        .sorted()
    }
}

impl OrganisationSummary {
    fn sorted(mut self) -> Self {
        self.applications.sort_by(|a, b| (&a.name, a.id.as_str()).cmp(&(&b.name, b.id.as_str())));
        self.addons.sort_by(|a, b| (&a.name, a.id.as_str()).cmp(&(&b.name, b.id.as_str())));
        self.consumers.sort_by(|a, b| (&a.name, a.key.as_str()).cmp(&(&b.name, b.key.as_str())));
        self.providers.sort_by(|a, b| (&a.name, a.id.as_str()).cmp(&(&b.name, b.id.as_str())));
        self
    }
}

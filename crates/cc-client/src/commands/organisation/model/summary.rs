//! The personal space and the organisations of the caller, and what is in them.

use cc_api_account::types as wire;
use cc_runtime::OwnerId;
use serde::{Deserialize, Serialize};

pub use wire::{AddonSummary, ApplicationSummary, OauthConsumerSummary, ProviderSummary};

/// The personal space or an organisation of the caller, and what is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrganisationSummary {
    /// Its id.
    pub id: OwnerId,
    /// Name.
    pub name: String,
    /// Address of its picture.
    pub avatar: Option<String>,
    /// Its applications, by name.
    pub applications: Vec<ApplicationSummary>,
    /// Its add-ons, by name.
    pub addons: Vec<AddonSummary>,
    /// Its OAuth consumers, by name.
    pub consumers: Vec<OauthConsumerSummary>,
    /// Its add-on providers, by name.
    pub providers: Vec<ProviderSummary>,
    /// What the caller may do in it.
    pub role: Option<wire::OrganisationRole>,
    /// How far its VAT number is verified.
    pub vat_state: Option<wire::VatState>,
    /// Whether it can pay.
    pub can_pay: Option<bool>,
    /// Whether it can pay by direct debit.
    #[serde(rename = "canSEPA")]
    pub can_sepa: Option<bool>,
    /// Whether it has an enterprise contract.
    pub clever_enterprise: Option<bool>,
    /// Telephone number for emergencies.
    pub emergency_number: Option<String>,
    /// Whether it may use things before it pays.
    pub is_trusted: Option<bool>,
    /// Whether it is the personal space.
    pub is_personal: bool,
}

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

//! Organisations and their members.

use cc_api_organisation::types as wire;
use cc_runtime::{OwnerId, UserId};
use serde::{Deserialize, Serialize};

use crate::declare::model;

pub use wire::{MfaKind, OrganisationContactKind, OrganisationRole, VatState};

model! {
    /// An organisation, or the personal space of a user.
    pub struct Organisation: |wire: wire::Organisation| {
        /// Id of the organisation.
        id: OwnerId = wire.id,
        /// Name.
        name: String = wire.name,
        /// Description of the organisation.
        description: Option<String> = wire.description,
        /// E-mail address for invoices.
        billing_email_address: Option<String> = wire.billing_email,
        /// Street and number.
        address: Option<String> = wire.address,
        /// City.
        city: Option<String> = wire.city,
        /// Postal code.
        zipcode: Option<String> = wire.zipcode,
        /// Name of the country: a change takes its ISO 3166-1 alpha-2 code.
        country: Option<String> = wire.country,
        /// Company.
        company: Option<String> = wire.company,
        /// VAT number.
        #[serde(rename = "VAT")]
        vat: Option<String> = wire.vat,
        /// Address of its picture.
        avatar: Option<String> = wire.avatar,
        /// Verification state of the VAT number.
        vat_state: VatState = wire.vat_state,
        /// Name of the customer.
        customer_full_name: Option<String> = wire.customer_full_name,
        /// `true` if the organisation can pay.
        can_pay: bool = wire.can_pay,
        /// `true` if the organisation has an enterprise contract.
        clever_enterprise: bool = wire.clever_enterprise,
        /// Telephone number for emergencies.
        emergency_number: Option<String> = wire.emergency_number,
        /// `true` if the organisation can pay by direct debit.
        #[serde(rename = "canSEPA")]
        can_sepa: bool = wire.can_sepa,
        /// `true` if the organisation may use products before the first payment.
        is_trusted: bool = wire.is_trusted,
    }
}

crate::declare::ids_of! { Organisation { id => OwnerId } }

model! {
    /// A member of an organisation.
    pub struct OrganisationMember: |wire: wire::OrganisationMember| {
        /// The user.
        id: UserId = wire.member.id,
        /// E-mail address of the user.
        email: String = wire.member.email,
        /// Name of the user.
        name: Option<String> = wire.member.name,
        /// Address of the picture of the user.
        avatar: Option<String> = wire.member.avatar,
        /// Second factor that the user is asked for.
        #[serde(rename = "preferredMFA")]
        preferred_mfa: MfaKind = wire.member.preferred_mfa,
        /// Role of the member.
        role: OrganisationRole = wire.role,
        /// Job of the member.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        job: Option<String> = wire.job,
    }
}

crate::declare::ids_of! { OrganisationMember { id => UserId, OwnerId } }

/// Contact of an organisation for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationContact {
    /// The subject.
    pub contact_type: OrganisationContactKind,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<String>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
}

impl From<OrganisationContact> for wire::OrganisationContact {
    fn from(contact: OrganisationContact) -> Self {
        let mut body = Self::new(contact.contact_type);
        body.email_address = contact.email_address;
        body.phone_number = contact.phone_number;
        body
    }
}

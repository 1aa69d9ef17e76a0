//! What the commands of OAuth tokens give back.

use cc_api_account::types as wire;
use cc_runtime::{ConsumerKey, Secret, Timestamp};

use crate::model::model;

model! {
    /// An OAuth token.
    pub struct OauthToken: |wire: wire::OauthToken| {
        /// The token.
        token: Secret = wire.token,
        /// Program that it was made for.
        consumer: Option<OauthConsumer> = wire.consumer.map(Into::into),
        /// When it was made.
        creation_date: Option<Timestamp> = wire.creation_date,
        /// When it expires.
        expiration_date: Option<Timestamp> = wire.expiration_date,
        /// When it was used last.
        last_utilisation_date: Option<Timestamp> = wire.last_utilisation,
        /// What it allows.
        rights: Option<OauthRights> = wire.rights.map(Into::into),
        /// Who of the platform uses it in place of the user.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        employee_id: Option<String> = wire.employee_id,
    }
}

model! {
    /// A program that acts for users.
    pub struct OauthConsumer: |wire: wire::OauthConsumer| {
        /// Its key.
        key: ConsumerKey = wire.key,
        /// Name to show to a person.
        name: String = wire.name,
        /// What it does.
        description: String = wire.description,
        /// Its home page.
        url: String = wire.url,
        /// Address of its logo.
        picture: String = wire.picture,
        /// Address that its callbacks start with.
        base_url: String = wire.base_url,
        /// What it may ask users for.
        rights: Option<OauthRights> = wire.rights.map(Into::into),
    }
}

model! {
    /// What a program may do for a user. What the platform does not say is not allowed.
    pub struct OauthRights: |wire: wire::OauthRights| {
        /// Everything.
        almighty: bool = wire.almighty.unwrap_or_default(),
        /// Read organisations.
        access_organisations: bool = wire.access_organisations.unwrap_or_default(),
        /// Read the invoices of organisations.
        access_organisations_bills: bool = wire.access_organisations_bills.unwrap_or_default(),
        /// Read the credits of organisations.
        access_organisations_credit_count: bool = wire.access_organisations_credit_count.unwrap_or_default(),
        /// Read what organisations consume.
        access_organisations_consumption_statistics: bool = wire.access_organisations_consumption_statistics.unwrap_or_default(),
        /// Read the profile.
        access_personal_information: bool = wire.access_personal_information.unwrap_or_default(),
        /// Change organisations.
        manage_organisations: bool = wire.manage_organisations.unwrap_or_default(),
        /// Change the add-ons of organisations.
        manage_organisations_services: bool = wire.manage_organisations_services.unwrap_or_default(),
        /// Change the applications of organisations.
        manage_organisations_applications: bool = wire.manage_organisations_applications.unwrap_or_default(),
        /// Change the members of organisations.
        manage_organisations_members: bool = wire.manage_organisations_members.unwrap_or_default(),
        /// Change the profile.
        manage_personal_information: bool = wire.manage_personal_information.unwrap_or_default(),
        /// Change the SSH keys.
        manage_ssh_keys: bool = wire.manage_ssh_keys.unwrap_or_default(),
    }
}

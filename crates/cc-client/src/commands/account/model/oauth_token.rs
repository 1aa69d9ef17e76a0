//! Outputs of the commands of OAuth tokens.

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
        /// Creation date.
        creation_date: Option<Timestamp> = wire.creation_date,
        /// Expiration date.
        expiration_date: Option<Timestamp> = wire.expiration_date,
        /// Date of the last use.
        last_utilisation_date: Option<Timestamp> = wire.last_utilisation,
        /// Rights that the token grants.
        rights: Option<OauthRights> = wire.rights.map(Into::into),
        /// Id of the platform employee who uses the token on behalf of the user.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        employee_id: Option<String> = wire.employee_id,
    }
}

model! {
    /// A program that acts for users.
    pub struct OauthConsumer: |wire: wire::OauthConsumer| {
        /// Key of the consumer.
        key: ConsumerKey = wire.key,
        /// Name to show to a person.
        name: String = wire.name,
        /// Description of the program.
        description: String = wire.description,
        /// Home page.
        url: String = wire.url,
        /// Address of its logo.
        picture: String = wire.picture,
        /// Address that its callbacks start with.
        base_url: String = wire.base_url,
        /// Rights that the program may request from users.
        rights: Option<OauthRights> = wire.rights.map(Into::into),
    }
}

model! {
    /// Rights of a program that acts for a user. Absent rights are not granted.
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

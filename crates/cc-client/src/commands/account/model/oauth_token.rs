//! Outputs of the commands of OAuth tokens.

use cc_api_account::types as wire;
use cc_runtime::{ConsumerKey, Secret, Timestamp};

use crate::declare::model;

pub use crate::model::OauthRights;

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

crate::declare::ids_of! { OauthConsumer { key => ConsumerKey } }

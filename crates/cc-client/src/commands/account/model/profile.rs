//! Outputs of the commands of the profile.

use cc_api_account::types as wire;
use cc_runtime::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::declare::model;

pub use wire::{Avatar, MfaKind};

cc_runtime::open_enum! {
    /// Another service that knows the picture of a user.
    pub enum AvatarSource {
        /// GitHub.
        Github = "github",
        /// Gravatar.
        Gravatar = "gravatar",
    }
}

model! {
    /// The profile of a user.
    pub struct Profile: |wire: wire::User| {
        /// The user.
        id: UserId = wire.id,
        /// Primary e-mail address.
        email: String = wire.email,
        /// Name.
        name: Option<String> = wire.name,
        /// Telephone number.
        phone: Option<String> = wire.phone,
        /// Street and number.
        address: Option<String> = wire.address,
        /// City.
        city: Option<String> = wire.city,
        /// Postal code.
        zipcode: Option<String> = wire.zipcode,
        /// Country.
        country: Option<String> = wire.country,
        /// Address of the picture.
        avatar: Option<String> = wire.avatar,
        /// Date of the registration.
        creation_date: Option<Timestamp> = wire.creation_date,
        /// Language, such as `EN`.
        lang: Option<String> = wire.lang,
        /// `true` if the primary e-mail address is confirmed.
        email_validated: bool = wire.email_validated,
        /// `true` if the account is linked to a GitHub account.
        #[serde(rename = "isLinkedToGitHub")]
        is_linked_to_github: bool = wire.oauth_apps.iter().any(|app| app == "github"),
        /// `true` if the user administers the platform.
        admin: bool = wire.admin,
        /// `true` if the user can pay.
        can_pay: bool = wire.can_pay,
        /// Second factor that is asked for.
        #[serde(rename = "preferredMFA")]
        preferred_mfa: MfaKind = wire.preferred_mfa,
        /// `true` if the account has a password.
        has_password: bool = wire.has_password,
        /// Partner that the user came from.
        partner_id: Option<String> = wire.partner_id,
        /// Name of that partner.
        partner_name: Option<String> = wire.partner_name,
        /// Address of the console of that partner.
        partner_console_url: Option<String> = wire.partner_console_url,
    }
}

crate::declare::ids_of! { Profile { id => UserId, OwnerId } }

/// The e-mail addresses of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProfileEmailAddresses {
    /// The one that the platform writes to.
    pub primary_address: EmailAddress,
    /// The others, sorted.
    pub secondary_addresses: Vec<EmailAddress>,
}

/// An e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EmailAddress {
    /// The address.
    pub address: String,
    /// `true` if the address is confirmed. Secondary addresses are listed only once they are.
    pub verified: bool,
}

impl ProfileEmailAddresses {
    pub(in super::super) fn new(profile: wire::User, mut others: Vec<String>) -> Self {
        others.sort();
        let verified = |address| EmailAddress { address, verified: true };
        Self {
            primary_address: EmailAddress { address: profile.email, verified: profile.email_validated },
            secondary_addresses: others.into_iter().map(verified).collect(),
        }
    }
}

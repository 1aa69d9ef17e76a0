//! What the commands of OAuth consumers take and give back.

use cc_api_oauth::types as wire;
use cc_runtime::{ConsumerKey, Secret};
use serde::{Deserialize, Serialize};

use crate::model::model;
use crate::resolve::{Lesson, Owned};

pub use wire::OauthConsumerSecret;

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
        rights: OauthConsumerRights = wire.rights.unwrap_or_default().into(),
        /// Its secret, when it was asked for and the caller may see it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<Secret> = None,
    }
}

impl Owned for OauthConsumer {
    fn lesson(&self) -> Lesson<'_> {
        Lesson::Consumer(self.key.as_str())
    }
}

/// Declares the rights twice: as the platform gives them, and as a caller chooses them.
macro_rules! rights {
    ($($(#[$doc:meta])* $right:ident),+ $(,)?) => {
        /// What a program may ask users for. What the platform does not say is not allowed.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct OauthConsumerRights {
            /// Everything.
            pub almighty: bool,
            $($(#[$doc])* pub $right: bool,)+
        }

        impl From<wire::OauthRights> for OauthConsumerRights {
            fn from(wire: wire::OauthRights) -> Self {
                Self {
                    almighty: wire.almighty.unwrap_or_default(),
                    $($right: wire.$right.unwrap_or_default(),)+
                }
            }
        }

        /// What a program is to be allowed to ask users for: nothing, unless said otherwise. `almighty` cannot be had.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", default, deny_unknown_fields)]
        pub struct OauthConsumerRightsInput {
            $($(#[$doc])* pub $right: bool,)+
        }

        impl From<OauthConsumerRightsInput> for wire::OauthRights {
            fn from(rights: OauthConsumerRightsInput) -> Self {
                let mut wire = Self::default();
                $(wire.$right = Some(rights.$right);)+
                wire
            }
        }
    };
}

rights! {
    /// Read organisations.
    access_organisations,
    /// Read the invoices of organisations.
    access_organisations_bills,
    /// Read what organisations consume.
    access_organisations_consumption_statistics,
    /// Read the credits of organisations.
    access_organisations_credit_count,
    /// Read the profile.
    access_personal_information,
    /// Change organisations.
    manage_organisations,
    /// Change the applications of organisations.
    manage_organisations_applications,
    /// Change the members of organisations.
    manage_organisations_members,
    /// Change the add-ons of organisations.
    manage_organisations_services,
    /// Change the profile.
    manage_personal_information,
    /// Change the SSH keys.
    manage_ssh_keys,
}

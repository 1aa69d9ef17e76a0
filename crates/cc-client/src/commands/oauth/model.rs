//! Inputs and outputs of the commands of OAuth consumers.

use cc_api_oauth::types as wire;
use cc_runtime::{ConsumerKey, Secret};
use serde::{Deserialize, Serialize};

use crate::declare::model;
use crate::resolve::{Lesson, Owned};

pub use crate::model::OauthRights;
pub use wire::OauthConsumerSecret;

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
        rights: OauthRights = wire.rights.unwrap_or_default().into(),
        /// Secret of the consumer, if requested and visible to the caller.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<Secret> = None,
    }
}

crate::declare::ids_of! { OauthConsumer { key => ConsumerKey } }

impl Owned for OauthConsumer {
    fn lesson(&self) -> Lesson<'_> {
        Lesson::Consumer(self.key.as_str())
    }
}

/// Declares the rights that a caller chooses.
macro_rules! rights {
    ($($(#[$doc:meta])* $right:ident),+ $(,)?) => {
        /// Rights that a program may request from users. Default: none. `almighty` is not available.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", default, deny_unknown_fields)]
        pub struct OauthConsumerRightsInput {
            $($(#[$doc])* pub $right: bool,)+
        }

        /// To register a consumer with the rights of another one. The right to everything (`almighty`) cannot be registered, and is
        /// left out.
        impl From<OauthRights> for OauthConsumerRightsInput {
            fn from(rights: OauthRights) -> Self {
                Self { $($right: rights.$right,)+ }
            }
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

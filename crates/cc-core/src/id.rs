//! Ids as types: two that are swapped do not compile.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, ErrorKind};

/// The longest id that is taken, in bytes. A longer one is refused before anything is kept or sent.
///
/// The platform's longest ids are a prefix and a UUID, about 60 bytes.
pub const MAX_ID_BYTES: usize = 256;

/// The error for an id in the input `name` that cannot be one, or `None` if it may be one.
#[doc(hidden)]
#[must_use]
pub fn id_problem(name: &str, id: &str) -> Option<Error> {
    let message = match id {
        "" | "." | ".." => {
            format!("`{name}` is `{id}`, which would reach another route: give the id that is meant")
        }
        _ if id.len() > MAX_ID_BYTES => too_long(name, id.len(), MAX_ID_BYTES),
        _ => return None,
    };
    Some(Error::new(ErrorKind::InvalidInput).with_message(message).not_sent())
}

/// The message for an input that is longer than it can be. It does not repeat the input.
pub(crate) fn too_long(name: &str, bytes: usize, most: usize) -> String {
    format!("`{name}` is too long: it has {bytes} bytes, and at most {most} are taken")
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        ///
        /// No pattern is enforced: the platform decides what is valid.
        #[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::de::id(deserializer).map(Self)
            }
        }

        impl $name {
            /// Takes the text as it is.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text of the id, without a copy.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self(id.clone())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(id: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(id))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string" })
            }
        }
    )+};
}

ids! {
    /// Id of an owner: `user_…` for a personal space, `orga_…` for an organisation.
    OwnerId
    /// Id of a user: `user_…`. A user owns a personal space: it converts into an [`OwnerId`].
    UserId
    /// Id of an application: `app_…`.
    ApplicationId
    /// Id of an add-on as the platform lists it: `addon_…`.
    AddonId
    /// Id of an add-on as its provider knows it: `postgresql_…`, `keycloak_…`.
    RealAddonId
    /// Either id of an add-on, where a command takes both: `addon_…` or the provider's own.
    AnyAddonId
    /// Id of an application or of an add-on, where a route takes either.
    ResourceId
    /// Id of an add-on provider, such as `postgresql-addon`.
    AddonProviderId
    /// Key of an OAuth consumer.
    ConsumerKey
    /// Id of a deployment: `deployment_…`.
    DeploymentId
    /// Id of an instance (a virtual machine of an application).
    InstanceId
    /// Id of a drain: `drain_…`.
    DrainId
    /// Id of a network group: `ng_…`.
    NetworkGroupId
    /// Number of an invoice.
    InvoiceNumber
    /// Id of a zone (a UUID).
    ZoneId
}

macro_rules! widens {
    ($($from:ident => $to:ident),+ $(,)?) => {$(
        impl From<$from> for $to {
            fn from(id: $from) -> Self {
                Self(id.0)
            }
        }

        impl From<&$from> for $to {
            fn from(id: &$from) -> Self {
                Self(id.0.clone())
            }
        }
    )+};
}

widens! {
    UserId => OwnerId,
    AddonId => AnyAddonId,
    RealAddonId => AnyAddonId,
    ApplicationId => ResourceId,
    AddonId => ResourceId,
    RealAddonId => ResourceId,
}

impl AnyAddonId {
    /// Whether this is the id that the platform lists (`addon_…`), not the provider's own.
    #[must_use]
    pub fn is_platform_id(&self) -> bool {
        self.0.starts_with("addon_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_travels_as_plain_text() {
        let id = ApplicationId::from("app_1");
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""app_1""#);
        assert_eq!(serde_json::from_str::<ApplicationId>(r#""app_1""#).unwrap(), id);
        assert_eq!(format!("{id} {id:?}"), r#"app_1 "app_1""#);
    }

    #[test]
    fn the_prefix_tells_the_two_ids_of_an_addon_apart() {
        assert!(AnyAddonId::from("addon_1").is_platform_id());
        assert!(!AnyAddonId::from("postgresql_1").is_platform_id());
    }
}

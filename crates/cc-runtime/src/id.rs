//! Ids as types: two that are swapped do not compile.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};
use crate::secret::collect;

/// The longest id that is taken, in bytes. A longer one is refused before anything is kept or sent.
///
/// The platform's longest ids are a prefix and a UUID, about 60 bytes.
pub const MAX_ID_BYTES: usize = 256;

/// Returns the reason why a value cannot be an id or a path segment in a request, or `None` if it can.
///
/// The reason reads after the name of the input: ``format!("`{name}`: {reason}")``. It does not repeat a long value.
pub(crate) fn problem(value: &str, most: usize) -> Option<String> {
    match value {
        "" => Some("must not be empty".to_owned()),
        "." | ".." => Some(format!("must not be `{value}`, which would change the route of the request")),
        _ => too_long(value, most),
    }
}

/// Returns why a value is too long, or `None` if it is not.
pub(crate) fn too_long(value: &str, most: usize) -> Option<String> {
    (value.len() > most).then(|| format!("is too long: {} bytes, at most {most} are allowed", value.len()))
}

/// Refuses an id that no request can hold: one that is empty, `.` or `..`, or has more than [`MAX_ID_BYTES`]. `name` is the name
/// of the input that holds it.
///
/// # Errors
/// [`ErrorKind::InvalidInput`], which names the input.
#[doc(hidden)]
pub fn check_id(name: &str, id: &str) -> Result<()> {
    check(name, id, MAX_ID_BYTES)
}

/// Like [`check_id`], with this maximum length in bytes.
pub(crate) fn check(name: &str, value: &str, most: usize) -> Result<()> {
    match problem(value, most) {
        Some(reason) => {
            Err(Error::new(ErrorKind::InvalidInput).with_message(format!("`{name}`: {reason}")).not_sent())
        }
        None => Ok(()),
    }
}

/// Writes an id as text. In the body of a request, one that no request can hold is an error; elsewhere it is written as it is.
fn write<S: Serializer>(id: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match problem(id, MAX_ID_BYTES) {
        Some(reason) if collect::is_collecting() => Err(serde::ser::Error::custom(reason)),
        _ => serializer.serialize_str(id),
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        ///
        /// No pattern is enforced: the platform decides what is valid. Parsing (`str::parse`), the catalogue and the bodies of
        /// requests refuse an id that no request can hold: empty, `.`, `..`, or longer than [`MAX_ID_BYTES`]. Answers may hold
        /// any text.
        #[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                write(&self.0, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::de::id(deserializer).map(Self)
            }
        }

        impl $name {
            /// Creates the id without validation. The request that contains it validates it.
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

        impl From<Cow<'_, str>> for $name {
            fn from(id: Cow<'_, str>) -> Self {
                Self(id.into_owned())
            }
        }

        impl From<Box<str>> for $name {
            fn from(id: Box<str>) -> Self {
                Self(id.into())
            }
        }

        impl From<Arc<str>> for $name {
            fn from(id: Arc<str>) -> Self {
                Self((*id).to_owned())
            }
        }

        impl From<Rc<str>> for $name {
            fn from(id: Rc<str>) -> Self {
                Self((*id).to_owned())
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
            type Err = Error;

            fn from_str(id: &str) -> Result<Self> {
                check_id(stringify!($name), id)?;
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
                f.pad(&self.0)
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

/// Converts a model into the ids that it holds: `ids_of! { Addon { id => AddonId, ResourceId; real_id => RealAddonId } }`.
#[doc(hidden)]
#[macro_export]
macro_rules! __ids_of {
    ($name:ty { $($field:ident => $($id:ident),+);+ $(;)? }) => {$($(
        impl ::std::convert::From<&$name> for $crate::$id {
            fn from(value: &$name) -> Self {
                ::std::convert::From::from(&value.$field)
            }
        }

        impl ::std::convert::From<$name> for $crate::$id {
            fn from(value: $name) -> Self {
                ::std::convert::From::from(value.$field)
            }
        }
    )+)+};
}

impl AnyAddonId {
    /// Returns `true` if this is the id that the platform lists (`addon_…`), not the provider's own.
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
    fn parsing_refuses_what_no_request_can_hold_and_an_answer_keeps_it() {
        let long = "x".repeat(MAX_ID_BYTES + 1);
        for (text, reason) in [
            ("", "must not be empty"),
            (".", "must not be `.`"),
            ("..", "must not be `..`"),
            (&long, "is too long: 257 bytes, at most 256 are allowed"),
        ] {
            let error = text.parse::<OwnerId>().unwrap_err();
            assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::InvalidInput, true));
            assert!(error.to_string().contains(&format!("`OwnerId`: {reason}")), "{error}");
            // Answers are read, and shown, as they are.
            let json = serde_json::to_string(text).unwrap();
            let id: OwnerId = serde_json::from_str(&json).unwrap();
            assert_eq!((id.as_str(), serde_json::to_string(&id).unwrap()), (text, json));
        }
        assert_eq!(long[1..].parse::<OwnerId>().unwrap().as_str(), &long[1..]);
    }

    #[test]
    #[allow(clippy::needless_borrows_for_generic_args, reason = "references are what is tested")]
    fn every_kind_of_text_becomes_an_id() {
        fn id(id: impl Into<ApplicationId>) -> ApplicationId {
            id.into()
        }
        let all = [
            id("app_1"),
            id("app_1".to_owned()),
            id(&"app_1".to_owned()),
            id(Cow::Borrowed("app_1")),
            id(Box::<str>::from("app_1")),
            id(Arc::<str>::from("app_1")),
            id(Rc::<str>::from("app_1")),
            id(&ApplicationId::new("app_1")),
        ];
        assert!(all.iter().all(|id| id == "app_1"));
    }

    #[test]
    fn the_prefix_tells_the_two_ids_of_an_addon_apart() {
        assert!(AnyAddonId::from("addon_1").is_platform_id());
        assert!(!AnyAddonId::from("postgresql_1").is_platform_id());
    }
}

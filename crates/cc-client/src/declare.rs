//! Macros that declare models with their conversions, and setters of inputs.

#![allow(unused_macros, unused_imports)] // Which domains are on decides what is used.

/// Writes a setter for each optional field of a command, which takes a value or an `Option` of it. What has literals of its own
/// is taken as it is.
macro_rules! setters {
    () => {};
    ($(#[$doc:meta])* $field:ident: bool $(, $($rest:tt)*)?) => {
        $crate::declare::setters!(@own $(#[$doc])* $field bool);
        $($crate::declare::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: i64 $(, $($rest:tt)*)?) => {
        $crate::declare::setters!(@own $(#[$doc])* $field i64);
        $($crate::declare::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: u64 $(, $($rest:tt)*)?) => {
        $crate::declare::setters!(@own $(#[$doc])* $field u64);
        $($crate::declare::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: Vec<$item:ty> $(, $($rest:tt)*)?) => {
        $(#[$doc])*
        pub fn $field<Kind>(mut self, $field: impl cc_runtime::input::IntoOptionalList<$item, Kind>) -> Self {
            self.$field = $field.into_optional_list();
            self
        }
        $($crate::declare::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: $ty:ty $(, $($rest:tt)*)?) => {
        $(#[$doc])*
        pub fn $field<Kind>(mut self, $field: impl cc_runtime::input::IntoOption<$ty, Kind>) -> Self {
            self.$field = $field.into_option();
            self
        }
        $($crate::declare::setters!($($rest)*);)?
    };
    (@own $(#[$doc:meta])* $field:ident $ty:ty) => {
        $(#[$doc])*
        pub fn $field(mut self, $field: impl Into<Option<$ty>>) -> Self {
            self.$field = $field.into();
            self
        }
    };
}
pub(crate) use setters;

/// Gives enums without data, which serde writes as a word, this word as their text: `Display` and `FromStr`.
macro_rules! worded {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Display for $name {
            /// One word, as in JSON.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = cc_runtime::Error;

            /// Reads the word, as in JSON.
            ///
            /// # Errors
            /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) with the words that are known.
            fn from_str(word: &str) -> cc_runtime::Result<Self> {
                use serde::de::IntoDeserializer;

                let read: Result<Self, serde::de::value::Error> =
                    serde::Deserialize::deserialize(cc_runtime::one_line(word, 64).to_string().into_deserializer());
                read.map_err(|error| {
                    let error = cc_runtime::Error::new(cc_runtime::ErrorKind::InvalidInput).with_message(error.to_string());
                    error.not_sent()
                })
            }
        }
    )+};
}
pub(crate) use worded;

/// Declares the output model of a command, and the wire field of each of its fields.
macro_rules! model {
    (
        $(#[$doc:meta])*
        pub struct $name:ident: |$wire:ident: $of:ty| {
            $($(#[$fdoc:meta])* $field:ident: $ty:ty = $value:expr,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $ty,)+
        }

        impl From<$of> for $name {
            fn from($wire: $of) -> Self {
                Self { $($field: $value,)+ }
            }
        }
    };
}
pub(crate) use model;

/// Converts a model into the ids that it holds, and lets it stand for itself where ids are resolved.
macro_rules! ids_of {
    ($name:ty { $($field:ident => $($id:ident),+);+ $(;)? }) => {
        cc_runtime::__ids_of! { $name { $($field => $($id),+);+ } }
        $($($crate::declare::ids_of!(@$id $name, $field);)+)+
    };
    (@ApplicationId $name:ty, $field:ident) => {
        $crate::declare::ids_of!(@as Subject $name, $field);
    };
    (@AnyAddonId $name:ty, $field:ident) => {
        $crate::declare::ids_of!(@as Subject $name, $field);
        $crate::declare::ids_of!(@as AddonRef $name, $field);
    };
    (@ResourceId $name:ty, $field:ident) => {
        $crate::declare::ids_of!(@as ResourceRef $name, $field);
    };
    (@AddonProviderId $name:ty, $field:ident) => {
        $crate::declare::ids_of!(@as Subject $name, $field);
    };
    (@ConsumerKey $name:ty, $field:ident) => {
        $crate::declare::ids_of!(@as Subject $name, $field);
    };
    (@as $of:ident $name:ty, $field:ident) => {
        impl<'a> From<&'a $name> for $crate::resolve::$of<'a> {
            fn from(value: &'a $name) -> Self {
                Self::from(&value.$field)
            }
        }
    };
    (@$id:ident $name:ty, $field:ident) => {};
}
pub(crate) use ids_of;

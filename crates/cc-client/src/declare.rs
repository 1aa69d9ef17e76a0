//! Macros that declare models with their conversions, and setters of inputs.

#![allow(unused_macros, unused_imports)] // Which domains are on decides what is used.

/// Writes a setter for each optional field of a command. What has literals of its own is taken as it is.
macro_rules! setters {
    () => {};
    ($(#[$doc:meta])* $field:ident: bool $(, $($rest:tt)*)?) => {
        $crate::declare::setters!(@one $(#[$doc])* $field (bool) $field);
        $($crate::declare::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: i64 $(, $($rest:tt)*)?) => {
        $crate::declare::setters!(@one $(#[$doc])* $field (i64) $field);
        $($crate::declare::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: u64 $(, $($rest:tt)*)?) => {
        $crate::declare::setters!(@one $(#[$doc])* $field (u64) $field);
        $($crate::declare::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: Vec<$item:ty> $(, $($rest:tt)*)?) => {
        $crate::declare::setters!(
            @one $(#[$doc])* $field (impl IntoIterator<Item = impl Into<$item>>)
            $field.into_iter().map(Into::into).collect()
        );
        $($crate::declare::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: $ty:ty $(, $($rest:tt)*)?) => {
        $crate::declare::setters!(@one $(#[$doc])* $field (impl Into<$ty>) $field.into());
        $($crate::declare::setters!($($rest)*);)?
    };
    (@one $(#[$doc:meta])* $field:ident ($ty:ty) $value:expr) => {
        $(#[$doc])*
        pub fn $field(mut self, $field: $ty) -> Self {
            self.$field = Some($value);
            self
        }
    };
}
pub(crate) use setters;

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

//! Models shared by several domains.

#![allow(unused_macros, unused_imports)] // Which domains are on decides what is used.

use cc_api_shared::types as wire;
use cc_runtime::Secret;
use serde::{Deserialize, Serialize};

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
pub struct EnvironmentVariable {
    /// Name of the variable.
    pub name: String,
    /// Value of the variable, which `Debug` does not show.
    pub value: Secret,
}

impl EnvironmentVariable {
    /// A variable.
    pub fn new(name: impl Into<String>, value: impl Into<Secret>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl From<wire::EnvironmentVariable> for EnvironmentVariable {
    fn from(wire: wire::EnvironmentVariable) -> Self {
        Self { name: wire.name, value: wire.value }
    }
}

impl From<(String, Secret)> for EnvironmentVariable {
    fn from((name, value): (String, Secret)) -> Self {
        Self { name, value }
    }
}

/// Variables by name, in the order of the platform's own tools.
#[allow(dead_code)] // Which domains are on decides who needs it.
pub(crate) fn by_name<V: Into<EnvironmentVariable>>(
    variables: impl IntoIterator<Item = V>,
) -> Vec<EnvironmentVariable> {
    let mut list: Vec<EnvironmentVariable> = variables.into_iter().map(Into::into).collect();
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list
}

/// The size of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Flavor {
    /// Name, such as `XS`.
    pub name: String,
    /// Memory, in MiB.
    pub mem: i64,
    /// Number of processors.
    pub cpus: i64,
    /// Number of graphics processors.
    pub gpus: i64,
    /// Size of the disk. The platform documents no unit. `None` if there is no disk.
    pub disk: Option<i64>,
    /// Price; no source states its currency nor its period.
    pub price: f64,
    /// `true` if the flavor can be chosen.
    pub available: bool,
    /// `true` if the flavor is meant for small services.
    pub microservice: bool,
    /// `true` if the flavor is meant for machine learning.
    pub machine_learning: bool,
    /// Priority of its processes.
    pub nice: i64,
    /// Name of its price in the price system, in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_id: Option<String>,
    /// The memory, to show to a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<FlavorMemory>,
    /// Share of the processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_factor: Option<f64>,
    /// Share of the memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_factor: Option<f64>,
}

/// An amount of memory, to show to a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FlavorMemory {
    /// Unit, such as `B`.
    pub unit: String,
    /// Amount, in that unit.
    pub value: f64,
    /// Both in one text.
    pub formatted: String,
}

impl From<wire::Flavor> for Flavor {
    fn from(wire: wire::Flavor) -> Self {
        Self {
            name: wire.name,
            mem: wire.mem,
            cpus: wire.cpus,
            gpus: wire.gpus,
            disk: wire.disk,
            price: wire.price,
            available: wire.available,
            microservice: wire.microservice,
            machine_learning: wire.machine_learning,
            nice: wire.nice,
            price_id: wire.price_id.map(|id| id.to_lowercase()),
            memory: wire.memory.map(Into::into),
            cpu_factor: wire.cpu_factor,
            mem_factor: wire.mem_factor,
        }
    }
}

impl From<wire::FlavorMemory> for FlavorMemory {
    fn from(wire: wire::FlavorMemory) -> Self {
        Self { unit: wire.unit, value: wire.value, formatted: wire.formatted }
    }
}

/// Writes a setter for each optional field of a command. What has literals of its own is taken as it is.
macro_rules! setters {
    () => {};
    ($(#[$doc:meta])* $field:ident: bool $(, $($rest:tt)*)?) => {
        $crate::model::setters!(@one $(#[$doc])* $field (bool) $field);
        $($crate::model::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: i64 $(, $($rest:tt)*)?) => {
        $crate::model::setters!(@one $(#[$doc])* $field (i64) $field);
        $($crate::model::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: u64 $(, $($rest:tt)*)?) => {
        $crate::model::setters!(@one $(#[$doc])* $field (u64) $field);
        $($crate::model::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: Vec<$item:ty> $(, $($rest:tt)*)?) => {
        $crate::model::setters!(
            @one $(#[$doc])* $field (impl IntoIterator<Item = impl Into<$item>>)
            $field.into_iter().map(Into::into).collect()
        );
        $($crate::model::setters!($($rest)*);)?
    };
    ($(#[$doc:meta])* $field:ident: $ty:ty $(, $($rest:tt)*)?) => {
        $crate::model::setters!(@one $(#[$doc])* $field (impl Into<$ty>) $field.into());
        $($crate::model::setters!($($rest)*);)?
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

model! {
    /// Rights of a program that acts for users. An absent right is not granted.
    #[derive(Copy, Default, Eq)]
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

/// The elements in ascending order.
#[allow(dead_code)] // Which domains are on decides who needs it.
pub(crate) fn sorted<T: Ord>(list: Vec<T>) -> Vec<T> {
    sorted_by(list, T::cmp)
}

/// The elements in the order of `compare`.
#[allow(dead_code)] // Which domains are on decides who needs it.
pub(crate) fn sorted_by<T>(mut list: Vec<T>, compare: impl FnMut(&T, &T) -> std::cmp::Ordering) -> Vec<T> {
    list.sort_by(compare);
    list
}

/// A list of models.
#[allow(dead_code)] // Which domains are on decides who needs it.
pub(crate) fn each<T, M: From<T>>(list: Vec<T>) -> Vec<M> {
    list.into_iter().map(Into::into).collect()
}

cc_runtime::open_enum! {
    /// Kinds of images that the platform takes as a picture.
    pub enum ImageType {
        /// BMP.
        Bmp = "image/bmp",
        /// GIF.
        Gif = "image/gif",
        /// JPEG.
        Jpeg = "image/jpeg",
        /// PNG.
        Png = "image/png",
        /// TIFF.
        Tiff = "image/tiff",
    }
}

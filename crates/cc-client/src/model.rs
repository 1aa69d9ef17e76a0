//! Models shared by several domains.

use cc_api_shared::types as wire;
use cc_runtime::{Decimal, Secret};
use serde::{Deserialize, Serialize};

use crate::declare::model;

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
pub struct EnvironmentVariable {
    /// Name of the variable.
    pub name: String,
    /// Value of the variable, a secret.
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
    pub price: Decimal,
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
            price_id: wire.price_id.map(|id| id.to_ascii_lowercase()),
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

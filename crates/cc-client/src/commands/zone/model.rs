//! Outputs of the commands of zones.

use cc_runtime::ZoneId;
use serde::{Deserialize, Serialize};

/// A place where applications and add-ons can run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Zone {
    /// Id of the zone (a UUID).
    pub id: ZoneId,
    /// Short name, such as `par`.
    pub name: String,
    /// Country in English.
    pub country: String,
    /// Country as ISO 3166-1 alpha-2, such as `FR`.
    pub country_code: String,
    /// City.
    pub city: String,
    /// Name to show to a person.
    pub display_name: String,
    /// Latitude, in degrees.
    pub lat: f64,
    /// Longitude, in degrees.
    pub lon: f64,
    /// Addresses that traffic from this zone comes from, sorted.
    #[serde(rename = "outboundIPs")]
    pub outbound_ips: Vec<String>,
    /// Uses of the zone, such as `for:applications`, sorted.
    pub tags: Vec<String>,
}

impl From<cc_api_zone::types::Zone> for Zone {
    fn from(wire: cc_api_zone::types::Zone) -> Self {
        let (mut outbound_ips, mut tags) = (wire.outbound_ips, wire.tags);
        outbound_ips.sort();
        tags.sort();
        Self {
            id: wire.id,
            name: wire.name,
            country: wire.country,
            country_code: wire.country_code,
            city: wire.city,
            display_name: wire.display_name,
            lat: wire.lat,
            lon: wire.lon,
            outbound_ips,
            tags,
        }
    }
}

//! Outputs of the commands of zones.

use cc_runtime::ZoneId;

use crate::declare::model;
use crate::lists::sorted;

model! {
    /// A place where applications and add-ons can run.
    pub struct Zone: |wire: cc_api_zone::types::Zone| {
        /// Id of the zone (a UUID).
        id: ZoneId = wire.id,
        /// Short name, such as `par`.
        name: String = wire.name,
        /// Country in English.
        country: String = wire.country,
        /// Country as ISO 3166-1 alpha-2, such as `FR`.
        country_code: String = wire.country_code,
        /// City.
        city: String = wire.city,
        /// Name to show to a person.
        display_name: String = wire.display_name,
        /// Latitude, in degrees.
        lat: f64 = wire.lat,
        /// Longitude, in degrees.
        lon: f64 = wire.lon,
        /// Addresses that traffic from this zone comes from, sorted.
        #[serde(rename = "outboundIPs")]
        outbound_ips: Vec<String> = sorted(wire.outbound_ips),
        /// Uses of the zone, such as `for:applications`, sorted.
        tags: Vec<String> = sorted(wire.tags),
    }
}

crate::declare::ids_of! { Zone { id => ZoneId } }

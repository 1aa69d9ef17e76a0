//! Inputs and outputs of the commands of metrics.

mod warp_token;

use std::collections::BTreeMap;

use cc_api_metrics::types as wire;
use cc_runtime::Timestamp;
use serde::{Deserialize, Serialize};

use crate::declare::model;

pub use warp_token::*;

cc_runtime::open_enum! {
    /// Name of a metric.
    pub enum MetricName {
        /// Use of the processors.
        Cpu = "cpu",
        /// Use of the memory.
        Mem = "mem",
        /// Load of the last minute.
        Load1 = "load1",
    }
}

/// Unit of the instants of a metric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TimestampUnit {
    /// Milliseconds since the Unix epoch.
    #[default]
    Ms,
    /// Microseconds since the Unix epoch.
    Us,
}

crate::declare::worded!(TimestampUnit);

/// Metrics by name, each from the oldest point to the latest.
pub type Metrics = BTreeMap<String, Vec<MetricPoint>>;

/// A metric at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MetricPoint {
    /// The instant, in the unit that was asked for.
    pub timestamp: i64,
    /// The value; none where the platform gives no number.
    pub value: Option<f64>,
}

impl MetricPoint {
    /// Converts a point to this unit. A point without a timestamp gives `None`.
    pub(super) fn of(wire: &wire::MetricPoint, unit: TimestampUnit) -> Option<Self> {
        let micros = wire.timestamp?;
        let timestamp = match unit {
            TimestampUnit::Us => micros,
            // To the nearest one, as the official client does.
            TimestampUnit::Ms => micros.div_euclid(1_000) + i64::from(micros.rem_euclid(1_000) >= 500),
        };
        let value = wire.value.parse().ok().filter(|value: &f64| value.is_finite());
        Some(Self { timestamp, value })
    }
}

model! {
    /// A place that requests came from.
    pub struct HeatMapPoint: |wire: wire::RequestLocation| {
        /// Latitude, in degrees.
        lat: f64 = wire.lat,
        /// Longitude, in degrees.
        lon: f64 = wire.long,
        /// Number of requests.
        count: i64 = wire.access_count,
    }
}

model! {
    /// A place that requests come from.
    pub struct RequestLocation: |wire: wire::LiveRequestLocation| {
        /// Latitude, in degrees.
        lat: f64 = wire.lat,
        /// Longitude, in degrees.
        lon: f64 = wire.long,
        /// City.
        city: Option<String> = wire.city,
        /// Number of requests.
        count: i64 = wire.access_count,
    }
}

/// Numbers of responses by HTTP status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatusCodeDistribution {
    /// By slice of time, in the platform's order.
    pub by_date: Vec<StatusCodesAt>,
    /// Over the whole time.
    pub by_status_code: StatusCodes,
}

/// The answers of one slice of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusCodesAt {
    /// Start of the slice.
    pub date: Option<Timestamp>,
    /// Number of answers.
    pub total: i64,
    /// Number of answers by status. Under 100, it is one of the platform's own.
    pub statuses: BTreeMap<i64, i64>,
}

/// The answers of the whole time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusCodes {
    /// Number of answers.
    pub total: i64,
    /// Number of answers by status. Under 100, it is one of the platform's own.
    pub statuses: BTreeMap<i64, i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(json: &str, unit: TimestampUnit) -> Option<(i64, Option<f64>)> {
        let wire = serde_json::from_str(json).unwrap();
        MetricPoint::of(&wire, unit).map(|point| (point.timestamp, point.value))
    }

    #[test]
    fn instants_are_rounded_to_milliseconds() {
        let micros = r#"{"timestamp": 1714636800123456, "value": "1.5"}"#;
        assert_eq!(point(micros, TimestampUnit::Ms), Some((1_714_636_800_123, Some(1.5))));
        assert_eq!(point(micros, TimestampUnit::Us), Some((1_714_636_800_123_456, Some(1.5))));
        for (micros, millis) in
            [(1_500, 2), (1_499, 1), (-1_500, -1), (-1_501, -2), (i64::MIN, -9_223_372_036_854_776)]
        {
            let json = format!(r#"{{"timestamp": {micros}, "value": "0"}}"#);
            assert_eq!(point(&json, TimestampUnit::Ms), Some((millis, Some(0.0))));
        }
    }

    #[test]
    fn text_that_is_not_a_number_is_no_value_and_a_point_needs_an_instant() {
        for value in ["", "NaN", "inf", "many"] {
            let json = format!(r#"{{"timestamp": 0, "value": {value:?}}}"#);
            assert_eq!(point(&json, TimestampUnit::Us), Some((0, None)));
        }
        assert_eq!(point(r#"{"value": "1"}"#, TimestampUnit::Ms), None);
    }
}

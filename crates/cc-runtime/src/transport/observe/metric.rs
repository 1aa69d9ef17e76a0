//! The duration of an HTTP request as the metric of OpenTelemetry's conventions, without a dependency on OpenTelemetry.

use http::Version;

use super::AttemptEnd;
use crate::transport::trace::known_method;

/// The metric `http.client.request.duration` of one request: a value for a histogram, with its attributes.
///
/// Source: OpenTelemetry's semantic conventions for HTTP metrics, `http.client.request.duration`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DurationMetric<'a> {
    /// Duration in seconds.
    pub value: f64,
    attempt: AttemptEnd<'a>,
    with_template: bool,
}

impl DurationMetric<'_> {
    /// Name of the histogram.
    pub const NAME: &'static str = "http.client.request.duration";
    /// Unit of the values.
    pub const UNIT: &'static str = "s";
    /// Description of the histogram.
    pub const DESCRIPTION: &'static str = "Duration of HTTP client requests.";
    /// Upper limits of the buckets, in seconds.
    pub const BUCKETS: &'static [f64] =
        &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
}

/// The value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeValue<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Number(i64),
}

impl<'a> AttemptEnd<'a> {
    /// Returns the duration as the metric `http.client.request.duration`. Nothing is allocated.
    #[must_use]
    pub fn duration_metric(&self) -> DurationMetric<'a> {
        DurationMetric { value: self.duration.as_secs_f64(), attempt: *self, with_template: false }
    }
}

impl<'a> DurationMetric<'a> {
    /// Adds the attribute `url.template`, the route. The conventions leave it out by default, because it multiplies the number of
    /// time series.
    #[must_use]
    pub const fn with_url_template(mut self) -> Self {
        self.with_template = true;
        self
    }

    /// Returns the attributes of the conventions, as name and value.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, AttributeValue<'a>)> + use<'a> {
        use AttributeValue::{Number, Text};
        let attempt = &self.attempt;
        let template = attempt.url_template.filter(|_| self.with_template);
        [
            Some(("http.request.method", Text(known_method(attempt.method)))),
            Some(("server.address", Text(attempt.server_address))),
            Some(("server.port", Number(attempt.server_port.into()))),
            attempt.status.map(|status| ("http.response.status_code", Number(status.as_u16().into()))),
            attempt.error_type.map(|error| ("error.type", Text(error))),
            attempt
                .version
                .and_then(protocol_version)
                .map(|version| ("network.protocol.version", Text(version))),
            template.map(|template| ("url.template", Text(template))),
        ]
        .into_iter()
        .flatten()
    }
}

/// The version of HTTP as the conventions write it.
pub(crate) fn protocol_version(version: Version) -> Option<&'static str> {
    Some(match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => return None,
    })
}

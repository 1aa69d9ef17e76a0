//! Reading the metrics of a resource.

use cc_core::{AnyAddonId, ApplicationId, OwnerId, ResourceId, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::model::{MetricName, MetricPoint, Metrics, TimestampUnit};
use crate::command::Command;
use crate::commands::target::Target;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Reads the metrics of an application or an add-on, by name.
///
/// Operation: `list_metrics`. The owner, when it is not given, is resolved from the application or the add-on; the add-on is
/// named by either id.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless exactly one of `application_id` and `addon_id` is given.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetMetrics", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::metrics::GetMetrics;
///
/// let metrics = client.send(GetMetrics::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetMetrics {
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The add-on, by either id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_id: Option<AnyAddonId>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Which metrics. Default: every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<MetricName>>,
    /// Length of the period, as an ISO 8601 duration. Default: `PT30m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// Time between two points, as an ISO 8601 duration. Default: `PT2m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<String>,
    /// End of the period. Default: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// Whether points without a value are made up. Default: they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<bool>,
    /// Unit of the instants that are given back. Default: milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_unit: Option<TimestampUnit>,
}

impl GetMetrics {
    /// Of an application.
    pub fn of_application(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: Some(application_id.into()), ..Self::default() }
    }

    /// Of an add-on, by either id.
    pub fn of_addon(addon_id: impl Into<AnyAddonId>) -> Self {
        Self { addon_id: Some(addon_id.into()), ..Self::default() }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
        /// Which metrics. Default: every one.
        metrics: Vec<MetricName>,
        /// Length of the period, as an ISO 8601 duration. Default: `PT30m`.
        interval: String,
        /// Time between two points, as an ISO 8601 duration. Default: `PT2m`.
        span: String,
        /// End of the period. Default: now.
        end: Timestamp,
        /// Whether points without a value are made up. Default: they are.
        fill: bool,
        /// Unit of the instants that are given back. Default: milliseconds.
        timestamp_unit: TimestampUnit,
    }

    fn request(&self, owner: OwnerId, resource: ResourceId) -> cc_api_metrics::ListMetrics {
        let mut request = cc_api_metrics::ListMetrics::new(owner, resource);
        let mut only: Vec<String> = Vec::new();
        for name in self.metrics.iter().flatten().map(MetricName::as_str) {
            if !only.iter().any(|other| other == name) {
                only.push(name.to_owned());
            }
        }
        request.only = Some(only);
        request.interval = self.interval.clone();
        request.span = self.span.clone();
        request.end = self.end;
        request.fill = self.fill;
        request
    }
}

impl Command for GetMetrics {
    const NAME: &'static str = "GetMetrics";
    type Output = Metrics;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new();
        let answer = match Target::of(&self.application_id, &self.addon_id, ["applicationId", "addonId"])? {
            Target::Application(application) => {
                let ids = ids.owner(self.owner_id.clone(), application);
                cx.resolved(ids, |ids| self.request(ids.owner_id(), application.into())).await?
            }
            Target::Addon(addon) => {
                let ids = ids.owner(self.owner_id.clone(), addon).real_addon(addon);
                cx.resolved(ids, |ids| self.request(ids.owner_id(), ids.real_addon_id().into())).await?
            }
        };
        let unit = self.timestamp_unit.unwrap_or_default();
        let mut metrics = Metrics::new();
        for metric in answer.into_inner() {
            let points = metric.data.iter().filter_map(|point| MetricPoint::of(point, unit));
            metrics.entry(metric.name).or_default().extend(points);
        }
        Ok(metrics)
    }
}

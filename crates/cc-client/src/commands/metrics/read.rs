//! Reading the metrics of a resource.

use cc_runtime::{OwnerId, ResourceId, Result};

use super::GetMetrics;
use super::model::{MetricName, MetricPoint, Metrics};
use crate::command::Run;
use crate::commands::target::Target;
use crate::context::Context;
use crate::resolve::Ids;

impl GetMetrics {
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

impl Run for GetMetrics {
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

//! Reading the load balancers in front of a resource.

use cc_runtime::__private::check_path;
use cc_runtime::Result;

use super::GetLoadBalancerInfo;
use super::model::{LoadBalancerInfo, LoadBalancerKind};
use crate::command::Run;
use crate::commands::target::Target;
use crate::context::Context;
use crate::lists::each;
use crate::resolve::Ids;

impl Run for GetLoadBalancerInfo {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let kind = self.kind.clone().unwrap_or(LoadBalancerKind::Default);
        check_path("kind", "kind", &kind)?;
        let ids = Ids::new();
        let answer = match Target::of(&self.application_id, &self.addon_id, ["applicationId", "addonId"])? {
            Target::Application(application) => {
                cx.resolved(ids.owner(self.owner_id.clone(), application), |ids| {
                    cc_api_load_balancer::ListApplicationLoadBalancers::new(
                        ids.owner_id(),
                        application,
                        kind.clone(),
                    )
                })
                .await
            }
            Target::Addon(addon) => {
                cx.resolved(ids.owner(self.owner_id.clone(), addon).addon(addon), |ids| {
                    cc_api_load_balancer::ListAddonLoadBalancers::new(
                        ids.owner_id(),
                        ids.addon_id(),
                        kind.clone(),
                    )
                })
                .await
            }
        };
        let mut list: Vec<LoadBalancerInfo> = each(answer?.into_inner());
        list.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(list)
    }
}

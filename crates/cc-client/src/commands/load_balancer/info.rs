//! Reading the load balancers in front of a resource.

use cc_core::{AnyAddonId, ApplicationId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{LoadBalancerInfo, LoadBalancerKind};
use crate::command::Command;
use crate::commands::target::Target;
use crate::context::Context;
use crate::model::{each, setters};
use crate::resolve::Ids;

/// Reads the load balancers in front of an application or an add-on, with their DNS targets, sorted by id. `None` when there
/// is no such resource, or none the caller may see; none of its own of the kind `private` is an empty list.
///
/// Operation: `list_application_load_balancers` or `list_addon_load_balancers`. The owner, when it is not given, is resolved
/// from the application or the add-on; the add-on is named by either id.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless exactly one of `application_id` and `addon_id` is given.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetLoadBalancerInfo", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::load_balancer::GetLoadBalancerInfo;
///
/// let load_balancer_info = client.send(GetLoadBalancerInfo::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetLoadBalancerInfo {
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The add-on, by either id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_id: Option<AnyAddonId>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Which load balancers. Default: those that every application shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<LoadBalancerKind>,
}

impl GetLoadBalancerInfo {
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
        /// Which load balancers. Default: those that every application shares.
        kind: LoadBalancerKind,
    }
}

impl Command for GetLoadBalancerInfo {
    const NAME: &'static str = "GetLoadBalancerInfo";
    type Output = Option<Vec<LoadBalancerInfo>>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let kind = self.kind.clone().unwrap_or(LoadBalancerKind::Default);
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
        let mut list: Vec<LoadBalancerInfo> = match answer {
            Ok(answer) => each(answer.into_inner()),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        list.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Some(list))
    }
}

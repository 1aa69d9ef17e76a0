//! Members of network groups: coming and going.

use cc_core::{Discard, NetworkGroupId, OwnerId, ResourceId, Result};
use serde::{Deserialize, Serialize};

use super::model::NetworkGroupMember;
use super::wait::{until_gone, until_there};
use super::{GetNetworkGroupMember, NetworkGroupMemberInput};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Takes an application, an add-on or an external member into a network group, and waits for at most 30 s until it is in.
///
/// Operations: `create_network_group_member`, then `get_network_group_member` each second.
///
/// # Errors
/// - [`InvalidInput`](cc_core::ErrorKind::InvalidInput) when it cannot be a member: see [`NetworkGroupMemberInput`].
/// - [`DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when it takes longer: it may still come. An error of a look
///   ends the wait.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::network_group::{CreateNetworkGroup, CreateNetworkGroupMember};
///
/// let group = client.send(CreateNetworkGroup::new(&ids.organisation)).await?;
/// let command = CreateNetworkGroupMember::new(ids.organisation, group.id, ids.application);
/// let member = client.send(command).await?;
/// println!("{}", member.domain_name);
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateNetworkGroupMember {
    /// The owner.
    pub owner_id: OwnerId,
    /// The network group.
    pub network_group_id: NetworkGroupId,
    /// The member: `app_…`, an add-on by either id, or `external_…`.
    pub member_id: String,
    /// Name to show to a person, 128 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl CreateNetworkGroupMember {
    /// With what is required.
    pub fn new(
        owner_id: impl Into<OwnerId>,
        network_group_id: impl Into<NetworkGroupId>,
        member_id: impl Into<String>,
    ) -> Self {
        Self {
            owner_id: owner_id.into(),
            network_group_id: network_group_id.into(),
            member_id: member_id.into(),
            label: None,
        }
    }

    setters! {
        /// Name to show to a person, 128 characters at most.
        label: String,
    }
}

impl Command for CreateNetworkGroupMember {
    const NAME: &'static str = "CreateNetworkGroupMember";
    type Output = NetworkGroupMember;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { owner_id, network_group_id: group, member_id, label } = self;
        let member_id = real_id(cx, member_id).await?;
        let body = NetworkGroupMemberInput { id: member_id.clone(), label }.into_wire(&group, "memberId")?;
        cx.call(Discard(cc_api_network_group::CreateNetworkGroupMember::new(&owner_id, &group, body)))
            .await?;
        let what = format!("the member `{member_id}` of the network group `{group}`");
        until_there(cx, &what, GetNetworkGroupMember::new(owner_id, group, member_id)).await
    }
}

/// Returns the id by which network groups know a member: that of an add-on is its real one.
pub(super) async fn real_id(cx: &Context, id: String) -> Result<String> {
    let id = ResourceId::from(id);
    let ids = cx.resolver().resolve(&Ids::new().resource(&id)).await?;
    Ok(ids.resource_id().as_str().to_owned())
}

/// Takes a member out of a network group, and waits for at most 30 s until it is out.
///
/// Operations: `delete_network_group_member`, then `get_network_group_member` each second.
///
/// # Errors
/// [`DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when it takes longer: it may still happen. An error of a look
/// ends the wait. 404 when there is none.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::network_group::{CreateNetworkGroup, DeleteNetworkGroupMember, NetworkGroupMemberInput};
///
/// let members = [NetworkGroupMemberInput::new(ids.application.as_str())];
/// let group = client.send(CreateNetworkGroup::new(&ids.organisation).members(members)).await?;
/// client.send(DeleteNetworkGroupMember::new(ids.organisation, group.id, ids.application)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteNetworkGroupMember {
    /// The owner.
    pub owner_id: OwnerId,
    /// The network group.
    pub network_group_id: NetworkGroupId,
    /// The member: `app_…`, an add-on by either id, or `external_…`.
    pub member_id: String,
}

impl DeleteNetworkGroupMember {
    /// With what is required.
    pub fn new(
        owner_id: impl Into<OwnerId>,
        network_group_id: impl Into<NetworkGroupId>,
        member_id: impl Into<String>,
    ) -> Self {
        Self {
            owner_id: owner_id.into(),
            network_group_id: network_group_id.into(),
            member_id: member_id.into(),
        }
    }
}

impl Command for DeleteNetworkGroupMember {
    const NAME: &'static str = "DeleteNetworkGroupMember";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { owner_id, network_group_id: group, member_id } = self;
        let member_id = real_id(cx, member_id).await?;
        cx.call(Discard(cc_api_network_group::DeleteNetworkGroupMember::new(&owner_id, &group, &member_id)))
            .await?;
        let what = format!("the member `{member_id}` of the network group `{group}`");
        until_gone(cx, &what, GetNetworkGroupMember::new(owner_id, group, member_id)).await
    }
}

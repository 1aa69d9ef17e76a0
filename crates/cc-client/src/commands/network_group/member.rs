//! Members of network groups: coming and going.

use cc_runtime::{Discard, ResourceId, Result};

use super::wait::{until_gone, until_there};
use super::{CreateNetworkGroupMember, DeleteNetworkGroupMember};
use super::{GetNetworkGroupMember, NetworkGroupMemberInput};
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for CreateNetworkGroupMember {
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

impl Run for DeleteNetworkGroupMember {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { owner_id, network_group_id: group, member_id } = self;
        let member_id = real_id(cx, member_id).await?;
        cx.call(Discard(cc_api_network_group::DeleteNetworkGroupMember::new(&owner_id, &group, &member_id)))
            .await?;
        let what = format!("the member `{member_id}` of the network group `{group}`");
        until_gone(cx, &what, GetNetworkGroupMember::new(owner_id, group, member_id)).await
    }
}

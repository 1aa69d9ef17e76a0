//! Creating a network group, and a member of one, only once.

use std::time::Duration;

use cc_runtime::ensure::{Differences, Ensure, NaturalKey};
use cc_runtime::{Error, ErrorKind, Result};

use super::member::real_id;
use super::model::{NetworkGroup, NetworkGroupMember};
use super::wait::AT_MOST;
use super::{CreateNetworkGroup, CreateNetworkGroupMember, GetNetworkGroupMember, ListNetworkGroup};
use crate::context::Context;

/// One network group for owner and label, so the label is required. Description and tags are compared; no request changes them.
impl Ensure for CreateNetworkGroup {
    type Thing = NetworkGroup;

    /// Source: the time that the official client waits for a group.
    const VISIBLE_WITHIN: Duration = AT_MOST;

    fn key(&self) -> Result<NaturalKey> {
        let label = self.label.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput)
                .with_message("`label`: must be set, since a network group is found by its label")
        })?;
        Ok(NaturalKey::new("network group").with("ownerId", self.owner_id.as_str()).with("label", label))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<NetworkGroup>> {
        let mut groups = cx.send(ListNetworkGroup::new(&self.owner_id)).await?;
        groups.retain(|group| Some(&group.label) == self.label.as_ref());
        Ok(groups)
    }

    fn id(group: &NetworkGroup) -> String {
        group.id.to_string()
    }

    async fn create(self, cx: &Context) -> Result<NetworkGroup> {
        cx.send(self).await
    }

    fn compare(&self, found: &NetworkGroup) -> Differences {
        let sorted = |tags: &[String]| {
            let mut tags = tags.to_vec();
            tags.sort();
            tags
        };
        let wanted = self.tags.as_deref().map(sorted);
        let description = self.description.as_ref();
        Differences::new()
            .fixed(
                "description",
                found.description.as_deref().unwrap_or_default(),
                description.map(String::as_str),
            )
            .fixed("tags", &sorted(&found.tags), wanted.as_ref())
    }
}

/// One member for network group and resource. The label is compared; no request changes it.
impl Ensure for CreateNetworkGroupMember {
    type Thing = NetworkGroupMember;

    const REPEATABLE: bool = true;

    const VISIBLE_WITHIN: Duration = AT_MOST;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("member of a network group")
            .with("networkGroupId", self.network_group_id.as_str())
            .with("memberId", &self.member_id))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<NetworkGroupMember>> {
        let member = real_id(cx, self.member_id.clone()).await?;
        let get = GetNetworkGroupMember::new(&self.owner_id, &self.network_group_id, member);
        Ok(cx.send_optional(get).await?.into_iter().collect())
    }

    fn id(member: &NetworkGroupMember) -> String {
        member.id.clone()
    }

    async fn create(self, cx: &Context) -> Result<NetworkGroupMember> {
        cx.send(self).await
    }

    fn compare(&self, found: &NetworkGroupMember) -> Differences {
        Differences::new().fixed("label", &found.label, self.label.as_ref())
    }
}

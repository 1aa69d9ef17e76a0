//! Creating and deleting network groups.

use cc_api_network_group::types::{NetworkGroupCreation, NetworkGroupMemberCreation, NetworkGroupMemberKind};
use cc_runtime::{Discard, Error, ErrorKind, NetworkGroupId, Result};
use serde::{Deserialize, Serialize};

use super::GetNetworkGroup;
use super::member::real_id;
use super::wait::{until_gone, until_there};
use super::{CreateNetworkGroup, DeleteNetworkGroup};
use crate::command::Run;
use crate::context::Context;
use crate::declare::setters;
use crate::network_group_ids::{MemberKind, member_domain, new_network_group_id};

/// Something to take into a network group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkGroupMemberInput {
    /// The application (`app_…`), the add-on of Elasticsearch, MongoDB, MySQL, PostgreSQL or Redis by either id, or the
    /// external member (`external_…`).
    ///
    /// In Rust, [`new_external_member_id`](crate::network_group_ids::new_external_member_id) makes an id of one.
    pub id: String,
    /// Name to show to a person, 128 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl NetworkGroupMemberInput {
    /// A member without a label.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), label: None }
    }

    setters! {
        /// Name to show to a person, 128 characters at most.
        label: String,
    }

    /// Converts the member to the wire format. The field is the one in which the caller gave the id.
    pub(super) fn into_wire(self, group: &NetworkGroupId, field: &str) -> Result<NetworkGroupMemberCreation> {
        let Some(kind) = MemberKind::of(&self.id) else {
            return Err(Error::new(ErrorKind::InvalidInput).with_message(format!(
                "`{field}`: this resource cannot join a network group: use an application, an external member, or an \
                 add-on of Elasticsearch, MongoDB, MySQL, PostgreSQL or Redis",
            )));
        };
        let domain = member_domain(&self.id, group);
        let mut member =
            NetworkGroupMemberCreation::new(self.id, domain, NetworkGroupMemberKind::other(kind.to_string()));
        member.label = self.label;
        Ok(member)
    }
}

impl Run for CreateNetworkGroup {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let id = new_network_group_id();
        let mut members = Vec::new();
        for (at, mut member) in self.members.unwrap_or_default().into_iter().enumerate() {
            member.id = real_id(cx, member.id).await?;
            members.push(member.into_wire(&id, &format!("members[{at}].id"))?);
        }
        let mut body = NetworkGroupCreation::new().id(&id).owner_id(&self.owner_id);
        (body.label, body.description, body.tags) = (self.label, self.description, self.tags);
        body.members = (!members.is_empty()).then_some(members);
        cx.call(Discard(cc_api_network_group::CreateNetworkGroup::new(&self.owner_id, body))).await?;
        let what = format!("the network group `{id}`");
        until_there(cx, &what, GetNetworkGroup::new(self.owner_id, id)).await
    }
}

impl Run for DeleteNetworkGroup {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { owner_id, network_group_id } = self;
        cx.call(Discard(cc_api_network_group::DeleteNetworkGroup::new(&owner_id, &network_group_id))).await?;
        let what = format!("the network group `{network_group_id}`");
        until_gone(cx, &what, GetNetworkGroup::new(owner_id, network_group_id)).await
    }
}

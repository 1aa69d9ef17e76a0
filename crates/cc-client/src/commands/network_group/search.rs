//! Finding what is in network groups.

use cc_core::{OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{NetworkGroupComponent, NetworkGroupComponentType};
use crate::command::Command;
use crate::context::Context;
use crate::model::{each, setters};

/// Finds network groups, members and peers of an owner by their id or label, in the order of the platform. Empty when there
/// is nothing.
///
/// Operation: `search_network_groups`.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::network_group::SearchNetworkGroup;
///
/// let found = client.send(SearchNetworkGroup::new(ids.organisation, "private").types(["NetworkGroup"])).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct SearchNetworkGroup {
    /// The owner.
    pub owner_id: OwnerId,
    /// What the id or the label is compared with.
    pub query: String,
    /// Keeps what is of one of these types. The choice is made here: the platform sends everything. Default: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<NetworkGroupComponentType>>,
}

impl SearchNetworkGroup {
    /// With what is required.
    pub fn new(owner_id: impl Into<OwnerId>, query: impl Into<String>) -> Self {
        Self { owner_id: owner_id.into(), query: query.into(), types: None }
    }

    setters! {
        /// Keeps what is of one of these types. Default: all of them.
        types: Vec<NetworkGroupComponentType>,
    }
}

impl Command for SearchNetworkGroup {
    const NAME: &'static str = "SearchNetworkGroup";
    type Output = Vec<NetworkGroupComponent>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let search = cc_api_network_group::SearchNetworkGroups::new(self.owner_id).query(self.query);
        let mut found: Vec<NetworkGroupComponent> = match cx.call(search).await {
            Ok(answer) => each(answer.into_inner()),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let types = self.types.unwrap_or_default();
        found.retain(|component| {
            types.is_empty() || types.iter().any(|kind| kind.as_str() == component.tag())
        });
        Ok(found)
    }
}

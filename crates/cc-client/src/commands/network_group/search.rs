//! Search in network groups.

use cc_runtime::Result;

use super::SearchNetworkGroup;
use super::model::NetworkGroupComponent;
use crate::command::Run;
use crate::context::Context;
use crate::lists::each;

impl Run for SearchNetworkGroup {
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

//! The organisations of the caller.

use cc_runtime::Result;

use super::ListOrganisation;
use super::model::Organisation;
use crate::command::Run;
use crate::context::Context;

impl Run for ListOrganisation {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = cx.call(cc_api_organisation::ListOrganisations::new()).await?;
        let mut list: Vec<Organisation> = crate::lists::each(answer.into_inner());
        list.retain(|owner| self.with_personal_organisation || owner.id.as_str().starts_with("orga_"));
        list.sort_by(|a, b| (&a.name, a.id.as_str()).cmp(&(&b.name, b.id.as_str())));
        Ok(list)
    }
}

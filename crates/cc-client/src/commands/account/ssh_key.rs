//! Adding an SSH key.

use cc_runtime::__private::check_path;
use cc_runtime::{Discard, Error, Result};

use super::CreatePersonalSshKey;
use super::ListPersonalSshKey;
use crate::command::Run;
use crate::context::Context;

impl Run for CreatePersonalSshKey {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_path("keyName", "name", &self.name)?;
        cx.call(Discard(cc_api_account::AddSshKey::new(&self.name, self.key))).await?;
        let keys = cx.reloading().send(ListPersonalSshKey::new()).await.map_err(Error::applied)?;
        Ok(keys.into_iter().find(|key| key.name == self.name))
    }
}

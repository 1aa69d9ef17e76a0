//! Creating the Grafana organisation of an owner.

use cc_runtime::{Discard, Error, Result};

use super::EnableGrafana;
use super::GetGrafana;
use crate::command::Run;
use crate::context::Context;

impl Run for EnableGrafana {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        cx.call(Discard(cc_api_metrics::CreateGrafana::new(&self.owner_id))).await?;
        cx.reloading().send_optional(GetGrafana::new(self.owner_id)).await.map_err(Error::applied)
    }
}

//! Creating a drain only once.

use cc_runtime::Result;
use cc_runtime::ensure::{Ensure, NaturalKey};

use super::model::{LogDrain, LogDrainTarget};
use super::wait::Resource;
use super::{CreateLogDrain, ListLogDrain};
use crate::commands::target::Target;
use crate::context::Context;

/// One drain for application or add-on, kind, and address of the target. Credentials of the target come back masked, so they are
/// not compared.
impl Ensure for CreateLogDrain {
    type Thing = LogDrain;

    fn key(&self) -> Result<NaturalKey> {
        let resource =
            Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id };
        let key = NaturalKey::new("drain");
        let key = match resource.target()? {
            Target::Application(application) => key.with("applicationId", application.as_str()),
            Target::Addon(addon) => key.with("addonId", addon.as_str()),
        };
        // The address may hold a secret: the lock and the errors see its digest.
        let place = place(&self.target);
        Ok(key.with("kind", self.kind.as_str()).with("type", place.0).with("target", digest(&place.1)))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<LogDrain>> {
        let list = ListLogDrain {
            application_id: self.application_id.clone(),
            addon_id: self.addon_id.clone(),
            owner_id: self.owner_id.clone(),
            status: None,
            execution_status: None,
            execution_status_not_in: None,
        };
        let wanted = place(&self.target);
        let mut drains = cx.send(list).await?;
        drains.retain(|drain| drain.kind == self.kind && place(&drain.target) == wanted);
        Ok(drains)
    }

    fn id(drain: &LogDrain) -> String {
        drain.id.to_string()
    }

    async fn create(self, cx: &Context) -> Result<LogDrain> {
        cx.send(self).await
    }
}

/// Kind and address of a target.
fn place(target: &LogDrainTarget) -> (String, String) {
    use serde_json::Value;

    let wire = target.clone().into_wire();
    let wire = cc_runtime::expose_secrets(|| serde_json::to_value(wire)).unwrap_or_default();
    (target.tag().to_owned(), wire.get("url").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// A number that stands for a text. FNV-1a: short, and the same in every process.
fn digest(text: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

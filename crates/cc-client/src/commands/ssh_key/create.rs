//! Adding an SSH key.

use cc_api_account::types::SshKey;
use cc_core::{Discard, Error, Result};
use serde::{Deserialize, Serialize};

use super::ListPersonalSshKey;
use crate::command::Command;
use crate::context::Context;

/// Adds an SSH key to the account of the caller, or replaces the one of that name, and reads it. `None` when it is not
/// listed yet.
///
/// Operations: `add_ssh_key`, then `list_ssh_keys`, which passes by the response cache.
///
/// # Example
/// ```
/// # cc_examples::try_out("CreatePersonalSshKey", async |client, _| {
/// use cc_client::commands::ssh_key::CreatePersonalSshKey;
///
/// let key = client.send(CreatePersonalSshKey::new("laptop", "ssh-ed25519 AAAA")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreatePersonalSshKey {
    /// Name of the key.
    pub name: String,
    /// The public key: `ssh-ed25519 …`.
    pub key: String,
}

impl CreatePersonalSshKey {
    /// With what is required.
    pub fn new(name: impl Into<String>, key: impl Into<String>) -> Self {
        Self { name: name.into(), key: key.into() }
    }
}

impl Command for CreatePersonalSshKey {
    const NAME: &'static str = "CreatePersonalSshKey";
    type Output = Option<SshKey>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        cx.call(Discard(cc_api_account::AddSshKey::new(&self.name, self.key))).await?;
        let keys = cx.reloading().send(ListPersonalSshKey::new()).await.map_err(Error::applied)?;
        Ok(keys.into_iter().find(|key| key.name == self.name))
    }
}

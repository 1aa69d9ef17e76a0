//! Adding an SSH key only once.

use cc_api_account::types::SshKey;
use cc_runtime::ensure::{Differences, Ensure, NaturalKey};
use cc_runtime::{Error, ErrorKind, Result};

use super::{CreatePersonalSshKey, ListPersonalSshKey};
use crate::context::Context;

/// One SSH key for user and name. The key is compared without its comment; another key needs another name.
impl Ensure for CreatePersonalSshKey {
    type Thing = SshKey;

    const REPEATABLE: bool = true;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("SSH key").with("name", &self.name))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<SshKey>> {
        let mut keys = cx.send(ListPersonalSshKey::new()).await?;
        keys.retain(|key| key.name == self.name);
        Ok(keys)
    }

    fn id(key: &SshKey) -> String {
        if key.fingerprint.is_empty() { key.name.clone() } else { key.fingerprint.clone() }
    }

    async fn create(self, cx: &Context) -> Result<SshKey> {
        cx.send(self).await?.ok_or_else(|| {
            Error::new(ErrorKind::Undecodable)
                .with_message("the list read after it does not hold the SSH key")
                .applied()
        })
    }

    fn compare(&self, found: &SshKey) -> Differences {
        let bare = |key: &str| key.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        Differences::new().fixed("key", &bare(&found.key), Some(&bare(&self.key)))
    }
}

//! Listing the backups of an add-on.

use cc_api_addon::types as wire;
use cc_runtime::{AddonId, AddonProviderId, Result, Secret};

use super::restore;
use crate::command::Run;
use crate::commands::addon::ListBackup;
use crate::commands::addon::model::{Backup, BackupCommands};
use crate::context::Context;
use crate::resolve::Ids;

impl Run for ListBackup {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.addon_id).real_addon(&self.addon_id);
        let listed =
            cx.resolved(ids, |ids| cc_api_addon::ListBackups::new(ids.owner_id(), ids.real_addon_id())).await;
        let mut backups = match listed {
            Ok(backups) => backups.into_inner(),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        backups.sort_by_key(|backup| std::cmp::Reverse(backup.creation_date));
        let shared = match self.with_commands {
            Some(true) if backups.iter().any(|backup| backup.restore_command.is_none()) => {
                self.shared(cx).await?
            }
            _ => None,
        };
        let with_commands = self.with_commands == Some(true);
        Ok(backups.into_iter().map(|backup| with(backup, with_commands, shared.as_ref())).collect())
    }
}

impl ListBackup {
    /// Command that restores any backup of this add-on, for a known provider.
    async fn shared(&self, cx: &Context) -> Result<Option<Shared>> {
        let (addon, provider) = match self.provider(cx).await? {
            Some(found) => found,
            None => return Ok(None),
        };
        let Some(template) = restore::template(&provider) else { return Ok(None) };
        let request = cc_api_addon_provider::GetAddonConnection::new(provider, addon);
        let connection = cx.call(request).await?.into_inner();
        Ok(Some(Shared { restore_command: template(&connection).into(), password: connection.password }))
    }

    async fn provider(&self, cx: &Context) -> Result<Option<(AddonId, AddonProviderId)>> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.addon_id).addon(&self.addon_id);
        match cx.resolved(ids, |ids| cc_api_addon::GetAddon::new(ids.owner_id(), ids.addon_id())).await {
            Ok(addon) => {
                let addon = addon.into_inner();
                Ok(addon.provider.map(|provider| (addon.id, provider.id)))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Commands that apply to all backups of an add-on.
struct Shared {
    restore_command: Secret,
    password: Secret,
}

fn with(mut wire: wire::Backup, with_commands: bool, shared: Option<&Shared>) -> Backup {
    let (own, delete_command) = (wire.restore_command.take(), wire.delete_command.take());
    let commands = match (own, shared) {
        _ if !with_commands => None,
        (Some(restore), _) => {
            Some(BackupCommands { restore_command: Some(restore), password: None, delete_command })
        }
        (None, Some(shared)) => Some(BackupCommands {
            restore_command: Some(shared.restore_command.clone()),
            password: Some(shared.password.clone()),
            delete_command,
        }),
        (None, None) => None,
    };
    Backup { commands, ..wire.into() }
}

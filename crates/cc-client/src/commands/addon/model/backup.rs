//! Outputs of the commands of backups.

use cc_api_addon::types as wire;
use cc_runtime::{RealAddonId, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use crate::declare::model;

model! {
    /// A backup of an add-on.
    pub struct Backup: |wire: wire::Backup| {
        /// Id of the backup.
        backup_id: String = wire.backup_id,
        /// The add-on, as its provider knows it.
        entity_id: RealAddonId = wire.entity_id,
        /// Status of the backup.
        status: String = wire.status,
        /// Creation date.
        creation_date: Option<Timestamp> = wire.creation_date,
        /// Date on which the backup will be deleted.
        expiration_date: Option<Timestamp> = wire.delete_at,
        /// Download address. It needs no credentials: keep it secret.
        download_url: Option<Secret> = wire.download_url.or(wire.link),
        /// Commands that restore and delete the backup, if requested and known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commands: Option<BackupCommands> = None,
    }
}

/// Commands that restore and delete a backup. They contain secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BackupCommands {
    /// Command that restores the backup. `YOUR_BACKUP_FILE` stands for the downloaded file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_command: Option<Secret>,
    /// Password that the command asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Command that deletes the backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_command: Option<Secret>,
}

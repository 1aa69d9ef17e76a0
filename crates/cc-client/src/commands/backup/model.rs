//! What the commands of backups give back.

use cc_api_addon::types as wire;
use cc_runtime::{RealAddonId, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::model;

model! {
    /// A backup of an add-on.
    pub struct Backup: |wire: wire::Backup| {
        /// Its id.
        backup_id: String = wire.backup_id,
        /// The add-on, as its provider knows it.
        entity_id: RealAddonId = wire.entity_id,
        /// How far it is.
        status: String = wire.status,
        /// When it was made.
        creation_date: Option<Timestamp> = wire.creation_date,
        /// When it will be deleted.
        expiration_date: Option<Timestamp> = wire.delete_at,
        /// Where it is downloaded from: whoever has the address has the backup.
        download_url: Option<Secret> = wire.download_url.or(wire.link),
        /// What restores and deletes it, when it was asked for and is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commands: Option<BackupCommands> = None,
    }
}

/// What to type to restore and to delete a backup. They hold secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BackupCommands {
    /// What restores it. `YOUR_BACKUP_FILE` stands for the file that was downloaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_command: Option<Secret>,
    /// Password that the command asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// What deletes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_command: Option<Secret>,
}

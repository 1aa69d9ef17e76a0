//! Changes that were scheduled, when they are due.

use super::{deployment, drain, migration, network_group};
use crate::world::{Change, World};

impl Change {
    /// Makes the change. A change of something that is gone has no effect.
    pub(crate) fn apply(self, world: &mut World) {
        match self {
            Self::BeginDeployment { application, deployment } => {
                deployment::begin(world, &application, &deployment);
            }
            Self::MoveDeployment { application, deployment, to } => {
                deployment::advance(world, &application, &deployment, to);
            }
            Self::EndUndeployment { application, deployment } => {
                deployment::end_undeployment(world, &application, &deployment);
            }
            Self::DeleteInstances { application, instances } => {
                deployment::delete_instances(world, &application, &instances);
            }
            Self::TurnDrain { drain, from, to } => drain::finish_turn(world, &drain, from, to),
            Self::CreateNetworkGroup { group, members } => network_group::appear(world, *group, members),
            Self::UpdateNetworkGroup { group, change } => network_group::change(world, &group, change),
            Self::EndMigration { addon, migration, plan, region } => {
                migration::finish(world, &addon, &migration, plan, region);
            }
        }
    }
}

//! Rows of deployments that the platform replaces by others.

use super::deployment::{record, step};
use crate::world::{Action, State, World};

/// Removes the row of the deployment that a request has just cancelled, or of those that it has stopped.
pub(crate) fn replace(world: &mut World, path: &str) {
    let part = |name: &str| path.split('/').skip_while(|part| *part != name).nth(1).map(str::to_owned);
    let Some(id) = part("applications") else { return };
    let cancelled = part("deployments");
    let now = world.now;
    let Ok(application) = world.application_mut(&id) else { return };
    let mut author = None;
    for own in application.deployments.values_mut() {
        let ended = own.steps.last().is_some_and(|(state, at)| *state == State::Cancelled && *at == now);
        if ended && cancelled.as_ref().is_none_or(|cancelled| *cancelled == own.id) {
            own.is_replaced = true;
            author = Some(own.author.clone());
        }
    }
    // What stops an application has a row of its own.
    if let (Some(author), Some(_)) = (author, cancelled)
        && let Ok(row) = record(world, &id, Action::Cancel, "", &author)
    {
        step(world, &id, &row, State::Succeeded);
    }
}

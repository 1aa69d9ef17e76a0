//! The default small world.

use serde_json::json;

use super::{Addon, Application, Owner, Shelf, World};

/// Fills an empty world.
pub(super) fn fill(world: &mut World) {
    let user = world.id("user");
    world.ids.user.clone_from(&user);
    world.ids.organisation = world.id("orga");
    world.ids.foreign_organisation = world.id("orga");
    let owners = [user.clone(), world.ids.organisation.clone(), world.ids.foreign_organisation.clone()];
    for (index, id) in owners.into_iter().enumerate() {
        let members = if index < 2 { Shelf::from([(user.clone(), json!({}))]) } else { Shelf::new() };
        world.owners.insert(id.clone(), Owner { wire: json!({ "id": id }), members });
    }
    let owner = world.ids.organisation.clone();
    let application = world.id("app");
    world.ids.application.clone_from(&application);
    world.applications.insert(application, Application { owner: owner.clone(), wire: json!({}) });
    let addon = world.id("addon");
    world.ids.addon.clone_from(&addon);
    world.ids.real_addon = world.id("postgresql");
    let real_id = world.ids.real_addon.clone();
    world.addons.insert(addon, Addon { owner, real_id, wire: json!({}) });
}

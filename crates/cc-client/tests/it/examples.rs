//! The examples do what they say, against the sandbox.

use cc_sandbox::{Fault, Sandbox};

#[path = "../../examples/inventory.rs"]
#[allow(dead_code)] // Its `main` is not called here.
mod inventory;

#[tokio::test(start_paused = true)]
async fn the_inventory_shows_everything_an_owner_has() {
    let sandbox = Sandbox::builder().in_memory();
    let ids = sandbox.ids();
    let owner = inventory::read(&sandbox.client(), ids.organisation.into()).await;
    let table = inventory::Table::of(&[owner]);
    let text = table.to_string();
    assert_eq!(table.unknown, 0, "{text}");
    for id in [&ids.application, &ids.addon, &ids.drain].into_iter().chain(ids.addons.values()) {
        assert!(text.contains(id.as_str()), "{id} is not in\n{text}");
    }
    assert!(text.contains("domains") && text.contains("variables") && text.contains("drains"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_part_of_the_inventory_that_fails_hides_no_other_part() {
    let sandbox = Sandbox::builder().in_memory();
    sandbox.faults().add(Fault::unavailable().on("list_domains"));
    sandbox.faults().add(Fault::unavailable().on("list_network_groups"));
    let ids = sandbox.ids();
    let owner = inventory::read(&sandbox.client(), ids.organisation.into()).await;
    let table = inventory::Table::of(std::slice::from_ref(&owner));
    let text = table.to_string();
    assert!(table.unknown >= 2, "{text}");
    let unknown = text.lines().filter(|line| line.contains("unknown"));
    assert!(unknown.clone().all(|line| line.contains("503")), "{text}");
    assert!(text.contains("variables") && text.contains(&ids.drain) && text.contains(&ids.addon), "{text}");
    let json = serde_json::to_value(&owner).unwrap();
    assert_eq!(json["networkGroups"]["error"]["status"], 503, "{json:#}");
}

//! The commands of links.

use cc_client::commands::application::{AddLink, ListLink, RemoveLink};
use serde_json::json;

use super::addon::addon;
use super::harness::{Routes, check_fully, compare};

const APPLICATION: &str = "/v2/organisations/orga_1/applications/app_1";
const ADDON: &str = "/v2/organisations/orga_1/addons/addon_1";

#[tokio::test]
async fn a_link_is_made_to_an_application_or_to_an_add_on_by_either_id() {
    let route = format!("POST {APPLICATION}/addons");
    let routes = Routes::new().text(&route, "text/plain", "").json(
        &format!("PUT {APPLICATION}/dependencies/app_2"),
        json!({"id": 1, "message": "Done", "type": "success"}),
    );
    let mut neither = AddLink::application("app_1", "app_2");
    neither.target_application_id = None;
    let commands = [
        ("to an application", AddLink::application("app_1", "app_2")),
        ("to nothing", neither),
        (
            "to an add-on, by the id of its provider: the platform gets its own",
            AddLink::addon("app_1", "postgresql_1"),
        ),
        ("to an add-on, all inputs", AddLink::addon("app_1", "addon_1").owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn a_link_is_taken_away_by_either_id() {
    let route = format!("DELETE {APPLICATION}/addons/addon_1");
    let routes = Routes::new().text(&route, "text/plain", "").text(
        &format!("DELETE {APPLICATION}/dependencies/app_2"),
        "text/plain",
        "",
    );
    let commands = [
        ("to an application", RemoveLink::application("app_1", "app_2")),
        (
            "to an add-on, by the id of its provider: the platform gets its own",
            RemoveLink::addon("app_1", "postgresql_1"),
        ),
        ("to an add-on, all inputs", RemoveLink::addon("app_1", "addon_1").owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn links_are_listed_applications_first() {
    let route = format!("GET {APPLICATION}/dependencies");
    let routes =
        Routes::new().json(&route, json!([{"id": "app_3", "name": "b"}, {"id": "app_2", "name": "a"}])).json(
            &format!("GET {APPLICATION}/addons"),
            json!([addon("addon_2", "same"), addon("addon_1", "same")]),
        );
    let required = ListLink::of_application("app_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("of an application", required), ("all inputs", all)]).await;
    let routes =
        Routes::new().json(&format!("GET {ADDON}/applications"), json!([{"id": "app_2", "name": "a"}]));
    let told = routes
        .tell([("of an add-on", ListLink::of_addon("postgresql_1")), ("of nothing", ListLink::default())]);
    compare("ListLink.addon", &told.await);
}

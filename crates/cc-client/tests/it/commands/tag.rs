//! The commands of tags.

use cc_client::commands::application::{CreateTag, DeleteTag, ListTag, UpdateTag};
use serde_json::json;

use super::harness::{Routes, check_fully};

const APPLICATION: &str = "/v2/organisations/orga_1/applications/app_1/tags";
const ADDON: &str = "/v2/organisations/orga_1/addons/addon_1/tags";

/// A route of an application and the same of an add-on.
fn both(method: &str, end: &str) -> (String, Routes) {
    let (application, addon) = (format!("{method} {APPLICATION}{end}"), format!("{method} {ADDON}{end}"));
    let tags = json!(["b", "a"]);
    let routes = Routes::new().json(&application, tags.clone()).json(&addon, tags);
    (addon, routes)
}

#[tokio::test]
async fn a_tag_is_put_on_an_application_without_an_add_on() {
    let (route, routes) = both("PUT", "/a%2Fb");
    let mut of_both = CreateTag::of_addon("addon_1", "a/b");
    of_both.application_id = Some("app_1".into());
    let commands = [
        ("of an application", CreateTag::of_application("app_1", "a/b")),
        ("of an add-on", CreateTag::of_addon("postgresql_1", "a/b")),
        ("of both", of_both),
        ("all inputs", CreateTag::of_addon("addon_1", "a/b").owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn a_tag_is_taken_off() {
    let (route, routes) = both("DELETE", "/a");
    let commands = [
        ("of an application", DeleteTag::of_application("app_1", "a")),
        ("of an add-on", DeleteTag::of_addon("postgresql_1", "a")),
        ("all inputs", DeleteTag::of_addon("addon_1", "a").owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn tags_are_listed_for_applications_as_for_add_ons() {
    let (route, routes) = both("GET", "");
    let commands = [
        ("of an application", ListTag::of_application("app_1")),
        ("of an application that nobody knows", ListTag::of_application("app_9")),
        ("of an add-on", ListTag::of_addon("postgresql_1")),
        ("all inputs", ListTag::of_addon("addon_1").owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn tags_are_replaced() {
    let (route, routes) = both("PUT", "");
    let tags = || vec!["b".to_owned(), "a".to_owned()];
    let commands = [
        ("of an application", UpdateTag::of_application("app_1", tags())),
        ("of an add-on", UpdateTag::of_addon("postgresql_1", tags())),
        ("all inputs", UpdateTag::of_addon("addon_1", Vec::<String>::new()).owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

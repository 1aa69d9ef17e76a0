//! The commands of environments.

use cc_client::ErrorKind;
use cc_client::commands::application::{
    CreateApplication, CreateOrUpdateEnvironmentVariable, DeleteEnvironmentVariable, GetEnvironment,
    GetExposedEnvironment, UpdateApplication, UpdateEnvironment, UpdateExposedEnvironment,
};
use cc_client::env::EnvironmentMap;
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};
use crate::support::Platform;

const APPLICATION: &str = "/v2/organisations/orga_1/applications/app_1";
const ADDON: &str = "/v2/organisations/orga_1/addons/addon_1";

fn variables() -> Value {
    json!([{"name": "B", "value": "2"}, {"name": "A", "value": "1"}])
}

fn with_variables() -> Value {
    json!({"id": "app_1", "name": "more than is asked for", "env": variables()})
}

fn map() -> EnvironmentMap {
    EnvironmentMap::from([("A", "1"), ("B", "2")])
}

#[tokio::test]
async fn the_environment_of_an_application_is_read_with_that_of_its_links_on_demand() {
    let route = format!("GET {APPLICATION}/env");
    let applications = json!([
        {"app_id": "app_3", "app_name": "b", "env": variables()},
        {"app_id": "app_2", "app_name": "a", "env": null}
    ]);
    let addons = json!([
        {"provider_id": "redis-addon", "addon_id": "addon_2", "addon_name": "b", "env": variables()},
        {"provider_id": "redis-addon", "addon_id": "addon_1", "addon_name": "a", "env": []}
    ]);
    let routes = Routes::new()
        .json(&route, variables())
        .json(&format!("GET {APPLICATION}/dependencies/env"), applications)
        .json(&format!("GET {APPLICATION}/addons/env"), addons);
    let required = GetEnvironment::of_application("app_1");
    let all =
        required.clone().owner_id("orga_1").include_linked_applications(true).include_linked_addons(true);
    let commands = [
        ("of an application", required),
        ("of an application that nobody knows", GetEnvironment::of_application("app_9")),
        ("all inputs", all.clone()),
    ];
    check_fully(&routes, &route, commands).await;
    let routes = Routes::new().json(&route, variables()).json(&format!("GET {ADDON}/env"), variables());
    let mut told = routes.tell([("links that have nothing", all)]).await;
    let (addon, nobodys) =
        (GetEnvironment::of_addon("postgresql_1"), GetEnvironment::of_addon("postgresql_9"));
    told += &routes.tell([("of an add-on", addon), ("of an add-on that nobody knows", nobodys)]).await;
    told += &routes.tell([("of nothing", GetEnvironment::default())]).await;
    compare("GetEnvironment.addon", &told);
}

#[tokio::test]
async fn one_variable_is_set() {
    let route = format!("PUT {APPLICATION}/env/A.B-C_d");
    let routes = Routes::new().json(&route, with_variables());
    let required = CreateOrUpdateEnvironmentVariable::new("app_1", "A.B-C_d", "value");
    let all = required.clone().owner_id("orga_1");
    let commands = [
        ("required inputs", required),
        (
            "a name that the platform does not take",
            CreateOrUpdateEnvironmentVariable::new("app_1", "A B", "value"),
        ),
        ("all inputs", all),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn one_variable_is_deleted() {
    let route = format!("DELETE {APPLICATION}/env/A");
    let routes = Routes::new().json(&route, with_variables());
    let required = DeleteEnvironmentVariable::new("app_1", "A");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn all_variables_are_replaced() {
    let route = format!("PUT {APPLICATION}/env");
    let routes = Routes::new().json(&route, with_variables());
    let required = UpdateEnvironment::new("app_1", map());
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_bad_name_is_refused_and_not_dropped_when_all_variables_are_replaced() {
    let input = json!({"applicationId": "app_1", "environment": [{"name": "not a name", "value": "2"}]});
    assert!(serde_json::from_value::<UpdateEnvironment>(input.clone()).is_err());
    assert!(serde_json::from_value::<UpdateExposedEnvironment>(input).is_err());
    let platform = Platform::usual();
    let command = CreateOrUpdateEnvironmentVariable::new("app_1", "not a name", "2");
    assert_eq!(platform.client().send(command).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(platform.journal().is_empty());
}

#[tokio::test]
async fn every_command_that_takes_variables_checks_their_names_before_it_sends_anything() {
    let bad = || EnvironmentMap::from([("A", "1"), ("not a name", "hunter2"), ("B=C", "3")]);
    let platform = Platform::usual();
    let client = platform.client();
    let create = || CreateApplication::new("orga_1", "name", "node", "XS").environment(bad());
    let errors = [
        ("CreateApplication", client.send(create()).await.unwrap_err()),
        (
            "UpdateApplication",
            client.send(UpdateApplication::new("app_1").environment(bad())).await.unwrap_err(),
        ),
        ("UpdateEnvironment", client.send(UpdateEnvironment::new("app_1", bad())).await.unwrap_err()),
        (
            "UpdateExposedEnvironment",
            client.send(UpdateExposedEnvironment::new("app_1", bad())).await.unwrap_err(),
        ),
        ("CreateApplication", client.ensure(create()).await.unwrap_err()),
        ("UpdateEnvironment", client.ensure(UpdateEnvironment::new("app_1", bad())).await.unwrap_err()),
    ];
    for (name, error) in errors {
        assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::InvalidInput, true), "{name}");
        let text = error.to_string();
        assert!(text.starts_with(name), "{text}");
        assert!(
            text.contains("`environment`: invalid names of variables: `B=C`, `not a name`: use only"),
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(platform.journal().is_empty());
    // What the standard library collects is an input.
    let command = UpdateEnvironment::new("app_1", std::collections::HashMap::from([("A", "1")]));
    assert_eq!(command.environment, [("A", "1")].into_iter().collect());
}

#[tokio::test]
async fn the_exposed_environment_is_read() {
    let route = format!("GET {APPLICATION}/exposed_env");
    let routes = Routes::new().json(&route, json!({"B": "2", "A": "1"}));
    let required = GetExposedEnvironment::new("app_1");
    let commands = [
        ("required inputs", required.clone()),
        ("an application that nobody knows", GetExposedEnvironment::new("app_9")),
        ("all inputs", required.owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn the_exposed_environment_is_replaced() {
    let route = format!("PUT {APPLICATION}/exposed_env");
    let routes = Routes::new().json(&route, json!({"id": 1, "message": "Done", "type": "success"}));
    let required = UpdateExposedEnvironment::new("app_1", map());
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_name_that_would_reach_another_route_is_refused_before_anything_is_sent() {
    let platform = Platform::usual();
    let client = platform.client();
    for name in ["", ".", ".."] {
        let set = client.send(CreateOrUpdateEnvironmentVariable::new("app_1", name, "1")).await.unwrap_err();
        let delete = client.send(DeleteEnvironmentVariable::new("app_1", name)).await.unwrap_err();
        for error in [set, delete] {
            assert!(error.is_not_sent() && error.to_string().contains("`name`"), "{error}");
        }
    }
    assert!(platform.journal().is_empty(), "{:?}", platform.journal());
}

//! The commands of applications.

use cc_client::commands::application::model::{DeploymentMethod, InstanceLifetime};
use cc_client::commands::application::{
    CreateApplication, DeleteApplication, GetApplication, GetApplicationBranches, InstanceChoice,
    ListApplication, UpdateApplication,
};
use cc_client::commands::deployment::{DeployApplication, UndeployApplication};
use cc_client::env::EnvironmentMap;
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};

const APPLICATIONS: &str = "/v2/organisations/orga_1/applications";
const ONE: &str = "/v2/organisations/orga_1/applications/app_1";
const RUNTIMES: &str = "GET /v2/products/instances";

fn flavor(name: &str) -> Value {
    json!({
        "name": name, "mem": 1024, "cpus": 1, "gpus": 0, "disk": null, "price": 1.0, "available": true,
        "microservice": false, "machine_learning": false, "nice": 0, "price_id": "Apps.XS",
        "memory": {"unit": "B", "value": 1_073_741_824, "formatted": "1024 MiB"}
    })
}

fn application(id: &str, http_url: &str) -> Value {
    json!({
        "id": id, "ownerId": "orga_1", "name": "mine", "description": "An application", "zone": "par", "zoneId": "zone_1",
        "instance": {
            "type": "node", "version": "20", "variant": {"id": "variant_1", "slug": "node", "name": "Node"},
            "minInstances": 1, "maxInstances": 2, "maxAllowedInstances": 40, "minFlavor": flavor("XS"),
            "maxFlavor": flavor("S"), "flavors": [flavor("S"), flavor("XS")], "defaultEnv": {"B": "2", "A": "1"},
            "lifetime": "REGULAR", "instanceAndVersion": "node-20"
        },
        "deployment": {
            "shutdownable": false, "type": "GIT", "repoState": "CREATED", "url": "git+ssh://git@example.org/app_1.git",
            "httpUrl": http_url
        },
        "vhosts": [{"fqdn": "www.example.org/"}, {"fqdn": "example.org/"}], "creationDate": 1_700_000_000_000_i64,
        "last_deploy": 7, "archived": false, "stickySessions": false, "homogeneous": false, "favourite": true,
        "cancelOnPush": false, "webhookUrl": "https://example.org/hook", "webhookSecret": "s3cret",
        "separateBuild": true, "buildFlavor": flavor("M"), "state": "SHOULD_BE_UP", "commitId": "c0ffee",
        "appliance": null, "branch": "main", "branches": [], "forceHttps": "ENABLED",
        "env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}], "deployUrl": "git+ssh://example.org"
    })
}

fn mine(id: &str) -> Value {
    application(id, "https://git.example.org/app_1.git")
}

fn on_github(id: &str) -> Value {
    application(id, "https://github.com/ada/engines.git")
}

fn runtime(slug: &str, version: &str, enabled: bool) -> Value {
    json!({
        "type": slug, "version": version, "name": slug, "enabled": enabled, "comingSoon": false,
        "variant": {"id": format!("variant_{slug}"), "slug": slug, "name": slug}
    })
}

#[tokio::test]
async fn an_application_is_read_with_its_branches_on_demand() {
    let route = format!("GET {ONE}");
    let routes = Routes::new().json(&route, mine("app_1"));
    let required = GetApplication::new("app_1");
    let commands = [
        ("required inputs", required.clone()),
        ("an application that nobody knows", GetApplication::new("app_9")),
        ("all inputs", required.clone().owner_id("orga_1").with_branches(true)),
    ];
    check_fully(&routes, &route, commands).await;
    let routes = Routes::new()
        .json(&route, on_github("app_1"))
        .json(&format!("GET {ONE}/branches"), json!(["main", "feature"]));
    let mut told = routes.tell([("code on GitHub", required.clone().with_branches(true))]).await;
    let routes = Routes::new().json(&route, json!({"id": "app_1", "ownerId": "orga_1"}));
    told += &routes.tell([("nothing in it", required.with_branches(true))]).await;
    compare("GetApplication.branches", &told);
}

#[tokio::test]
async fn applications_are_listed_and_one_whose_branches_fail_keeps_its_place() {
    let route = format!("GET {APPLICATIONS}");
    let list = json!([on_github("app_1"), on_github("app_2"), {"id": "app_3", "ownerId": "orga_1"}]);
    let routes = Routes::new()
        .json(&route, list)
        .json(&format!("GET {APPLICATIONS}/app_1/branches"), json!(["main", "feature"]))
        .refuse(&format!("GET {APPLICATIONS}/app_2/branches"), 500);
    let required = ListApplication::new("orga_1");
    let all = required.clone().with_branches(true);
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn branches_are_read() {
    let route = format!("GET {ONE}/branches");
    let routes = Routes::new().json(&route, json!(["main", "feature"]));
    let required = GetApplicationBranches::new("app_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn an_application_is_created_on_the_newest_runtime_of_its_slug() {
    let route = format!("POST {APPLICATIONS}");
    let runtimes = json!([
        runtime("node", "8", true),
        runtime("node", "20", true),
        runtime("node", "22", false),
        runtime("php", "8.3", true)
    ]);
    let routes = Routes::new().json(RUNTIMES, runtimes).json(&route, mine("app_1"));
    let required = CreateApplication::new("orga_1", "mine", "node", "XS");
    let exact: InstanceChoice =
        serde_json::from_value(json!({"type": "node", "version": "20", "variant": "variant_1"})).unwrap();
    let all = CreateApplication::new("orga_1", "mine", exact, "XS")
        .max_flavor("S")
        .min_instances(2)
        .max_instances(3)
        .build_flavor("M")
        .branch("main")
        .deploy(DeploymentMethod::Ftp)
        .zone("rbx")
        .environment(EnvironmentMap::from([("A", "1")]))
        .appliance_id("appliance_1")
        .archived(false)
        .cancel_on_push(true)
        .description("An application")
        .favourite(true)
        .force_https(true)
        .homogeneous(true)
        .instance_lifetime(InstanceLifetime::Task)
        .public_git_repository_url("https://git.example.org/app.git")
        .separate_build(false)
        .shutdownable(true)
        .sticky_sessions(true)
        .tags(["a"]);
    let commands = [
        ("required inputs", required),
        ("a slug that no enabled runtime has", CreateApplication::new("orga_1", "mine", "cobol", "XS")),
        ("all inputs", all),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn an_application_is_changed_and_its_branch_first() {
    let route = format!("PUT {ONE}");
    let routes =
        Routes::new().json(&route, mine("app_1")).text(&format!("PUT {ONE}/branch"), "text/plain", "");
    let required = UpdateApplication::new("app_1");
    let all = required
        .clone()
        .owner_id("orga_1")
        .branch("main")
        .name("mine")
        .force_https(false)
        .environment(EnvironmentMap::from([("A", "1")]))
        .tags([""; 0])
        .max_flavor("M");
    check_fully(&routes, &route, [("required inputs", required), ("other inputs", all)]).await;
}

#[tokio::test]
async fn an_application_is_deleted() {
    let route = format!("DELETE {ONE}");
    let routes = Routes::new().json(&route, json!({"id": 1, "message": "Done", "type": "success"}));
    let required = DeleteApplication::new("app_1");
    let commands = [
        ("required inputs", required.clone()),
        ("an id that is the path of something else", DeleteApplication::new("..").owner_id("orga_1")),
        ("all inputs", required.owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn an_application_is_deployed_and_undeployed() {
    let route = format!("POST {ONE}/instances");
    let routes = Routes::new().json(&route, json!({"deploymentId": "deployment_1"}));
    let required = DeployApplication::new("app_1");
    let all = required.clone().owner_id("orga_1").commit("c0ffee").use_cache(false);
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;

    let route = format!("DELETE {ONE}/instances");
    let routes = Routes::new().json(&route, json!({"id": 1, "message": "Done", "type": "success"}));
    let required = UndeployApplication::new("app_1");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn an_application_is_created_and_changed_although_its_branches_cannot_be_read() {
    let routes = Routes::new()
        .json(RUNTIMES, json!([runtime("node", "20", true)]))
        .json(&format!("POST {APPLICATIONS}"), on_github("app_1"))
        .json(&format!("PUT {ONE}"), on_github("app_1"))
        .refuse(&format!("GET {ONE}/branches"), 502);
    let mut told = routes.tell([("created", CreateApplication::new("orga_1", "mine", "node", "XS"))]).await;
    told += &routes.tell([("changed", UpdateApplication::new("app_1").name("mine"))]).await;
    let routes =
        Routes::new().json(&format!("PUT {ONE}/branch"), json!({})).refuse(&format!("PUT {ONE}"), 403);
    let change = UpdateApplication::new("app_1").branch("main").name("mine");
    told += &routes.tell([("the branch is changed and the rest is refused", change)]).await;
    compare("application.partly", &told);
}

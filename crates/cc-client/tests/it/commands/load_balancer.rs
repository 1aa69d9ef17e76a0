//! The command of load balancers.

use cc_client::commands::load_balancer::GetLoadBalancerInfo;
use cc_client::commands::load_balancer::model::LoadBalancerKind;
use serde_json::json;

use super::harness::{Routes, compare};

#[tokio::test]
async fn the_load_balancers_of_an_application_or_an_add_on_are_read() {
    let list = json!([
        {"id": "lb_2", "name": "rbx", "zoneId": "zone_2", "dns": null},
        {"id": "lb_1", "name": "par", "zoneId": "zone_1", "dns": {"cname": "domain.par.test", "a": ["192.0.2.1"]}}
    ]);
    let owner = "GET /v4/load-balancers/organisations/orga_1";
    let routes = Routes::new()
        .json(&format!("{owner}/applications/app_1/load-balancers/default"), list.clone())
        .json(&format!("{owner}/applications/app_1/load-balancers/private"), json!([]))
        .json(&format!("{owner}/addons/addon_1/load-balancers/default"), list.clone())
        .json(&format!("{owner}/addons/addon_1/load-balancers/private"), list);
    let application = GetLoadBalancerInfo::of_application("app_1");
    let addon = GetLoadBalancerInfo::of_addon("postgresql_1");
    let told = routes.tell([
        ("of an application, required inputs", application.clone()),
        (
            "of an application, all inputs",
            application.clone().owner_id("orga_1").kind(LoadBalancerKind::Private),
        ),
        ("of an add-on, required inputs", addon.clone()),
        ("of an add-on, all inputs", addon.owner_id("orga_1").kind(LoadBalancerKind::Private)),
        ("of an application that is not there", GetLoadBalancerInfo::of_application("app_9")),
        ("of nothing", GetLoadBalancerInfo::default()),
    ]);
    compare("GetLoadBalancerInfo", &told.await);
}

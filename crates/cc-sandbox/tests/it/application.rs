//! Applications and what belongs to them.

use cc_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::Client;

fn path(sandbox: &Sandbox) -> String {
    let ids = sandbox.ids();
    format!("/v2/organisations/{}/applications/{}", ids.organisation, ids.application)
}

#[tokio::test]
async fn an_application_is_created_changed_and_deleted() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let runtimes = client.get("/v2/products/instances").await.json();
    let runtime = runtimes.as_array().unwrap().iter().rfind(|one| one["variant"]["slug"] == "node").unwrap();
    let all = format!("/v2/organisations/{}/applications", sandbox.ids().organisation);
    let body = json!({
        "name": "new", "zone": "par", "deploy": "git", "instanceType": runtime["type"],
        "instanceVersion": runtime["version"], "instanceVariant": runtime["variant"]["id"],
        "minFlavor": "XS", "maxFlavor": "M", "minInstances": 1, "maxInstances": 2, "env": {"A": "1"},
    });
    let created = client.send("POST", &all, body.clone()).await.json();
    assert_eq!(created["instance"]["maxFlavor"]["name"], "M");
    assert_eq!(created["env"], json!([{"name": "A", "value": "1"}]));
    assert_eq!(created["state"], "SHOULD_BE_DOWN");
    let one = format!("{all}/{}", created["id"].as_str().unwrap());
    assert_eq!(client.send("PUT", &one, json!({"name": "newer", "forceHttps": "ENABLED"})).await.status, 200);
    let read = client.get(&one).await.json();
    assert_eq!((&read["name"], &read["forceHttps"]), (&json!("newer"), &json!("ENABLED")));
    let other = runtimes.as_array().unwrap().iter().find(|one| one["variant"]["slug"] == "rust").unwrap();
    let body_of_change = json!({
        "instanceType": other["type"], "instanceVersion": other["version"], "instanceVariant": other["variant"]["id"],
    });
    assert_eq!(
        client.send("PUT", &one, body_of_change).await.json()["instance"]["variant"],
        other["variant"]
    );
    assert_eq!(client.get(&one).await.json()["instance"]["version"], other["version"]);
    assert_eq!(client.send("PUT", &one, json!({"instanceVariant": "none"})).await.status, 400);
    assert_eq!(client.send("PUT", &format!("{one}/branch"), json!({"branch": "next"})).await.status, 200);
    assert_eq!(client.get(&one).await.json()["branch"], "next");
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 200);
    assert_eq!(client.get(&one).await.status, 404);
    let mut wrong = body;
    wrong["minFlavor"] = "HUGE".into();
    assert_eq!(client.send("POST", &all, wrong).await.status, 400);
}

#[tokio::test]
async fn the_environment_is_read_as_a_list_and_written_as_an_object() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let env = format!("{}/env", path(&sandbox));
    let answer = client.send("PUT", &env, json!({"B": "2", "A": "1"})).await.json();
    let sorted = json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]);
    assert_eq!(answer["env"], sorted);
    assert_eq!(client.get(&env).await.json(), sorted);
    assert_eq!(client.send("PUT", &format!("{env}/C"), json!({"value": "3"})).await.status, 200);
    assert_eq!(client.send("DELETE", &format!("{env}/A"), Value::Null).await.status, 200);
    assert_eq!(client.send("DELETE", &format!("{env}/A"), Value::Null).await.status, 404);
    assert_eq!(client.get(&env).await.json()[1]["name"], "C");
    assert_eq!(client.send("PUT", &env, json!({"no name": "1"})).await.status, 400);
    let exposed = format!("{}/exposed_env", path(&sandbox));
    assert_eq!(client.send("PUT", &exposed, json!({"URL": "x"})).await.status, 200);
    assert_eq!(client.get(&exposed).await.json(), json!({"URL": "x"}));
}

#[tokio::test]
async fn a_domain_belongs_to_one_application_and_may_be_its_primary_one() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let domains = format!("{}/vhosts", path(&sandbox));
    let favourite = format!("{domains}/favourite");
    assert_eq!(client.send("PUT", &format!("{domains}/example.com%2Fapi"), Value::Null).await.status, 200);
    assert_eq!(client.send("PUT", &format!("{domains}/example.com%2Fapi"), Value::Null).await.status, 409);
    assert_eq!(client.send("PUT", &format!("{domains}/nothing"), Value::Null).await.status, 400);
    assert_eq!(client.get(&domains).await.json()[1], json!({"fqdn": "example.com/api"}));
    assert_eq!(client.get(&favourite).await.status, 404);
    assert_eq!(client.send("PUT", &favourite, json!({"fqdn": "example.com/api"})).await.status, 200);
    assert_eq!(client.get(&favourite).await.json(), json!({"fqdn": "example.com/api"}));
    assert_eq!(client.send("DELETE", &format!("{domains}/example.com%2Fapi"), Value::Null).await.status, 200);
    assert_eq!(client.get(&favourite).await.status, 404, "it went with its domain");
}

#[tokio::test]
async fn tags_are_a_set() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    for tags in [
        format!("{}/tags", path(&sandbox)),
        format!("/v2/organisations/{}/addons/{}/tags", sandbox.ids().organisation, sandbox.ids().addon),
    ] {
        assert_eq!(client.send("PUT", &tags, json!(["a"])).await.json(), json!(["a"]));
        client.send("PUT", &format!("{tags}/b"), Value::Null).await;
        assert_eq!(client.send("PUT", &format!("{tags}/b"), Value::Null).await.json(), json!(["a", "b"]));
        assert_eq!(client.send("DELETE", &format!("{tags}/a"), Value::Null).await.json(), json!(["b"]));
        assert_eq!(client.get(&tags).await.json(), json!(["b"]));
    }
}

#[tokio::test]
async fn an_application_gets_the_environment_of_what_it_is_linked_to() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let (path, ids) = (path(&sandbox), sandbox.ids());
    let linked = client.get(&format!("{path}/addons/env")).await.json();
    assert_eq!(
        (&linked[0]["addon_id"], &linked[0]["provider_id"]),
        (&json!(ids.addon), &json!("postgresql-addon"))
    );
    assert_eq!(linked[0]["env"][0]["name"], "POSTGRESQL_ADDON_DB");
    let redis = &ids.addons["redis"];
    assert_eq!(client.send("POST", &format!("{path}/addons"), json!(redis)).await.status, 200);
    let of_redis = format!("/v2/organisations/{}/addons/{redis}/applications", ids.organisation);
    assert_eq!(client.get(&of_redis).await.json()[0]["id"], ids.application);
    assert_eq!(client.send("DELETE", &format!("{path}/addons/{redis}"), Value::Null).await.status, 200);
    assert_eq!(client.send("POST", &format!("{path}/addons"), json!("addon_nowhere")).await.status, 404);
    let dependencies = client.get(&format!("{path}/dependencies")).await.json();
    let worker = dependencies[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        client.get(&format!("{path}/dependencies/env")).await.json()[0]["env"][0]["name"],
        "WORKER_URL"
    );
    assert_eq!(
        client.send("DELETE", &format!("{path}/dependencies/{worker}"), Value::Null).await.status,
        200
    );
    assert_eq!(client.send("PUT", &format!("{path}/dependencies/{worker}"), Value::Null).await.status, 200);
    let dependents = format!("/v2/organisations/{}/applications/{worker}/dependents", ids.organisation);
    assert_eq!(client.get(&dependents).await.json()[0]["id"], ids.application);
}

#[tokio::test]
async fn routes_of_the_personal_space_need_no_owner() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    assert_eq!(client.get("/v2/self/applications").await.json()[0]["id"], sandbox.ids().personal_application);
    let target = format!(
        "/v4/load-balancers/organisations/{}/applications/{}/load-balancers/default",
        sandbox.ids().organisation,
        sandbox.ids().application
    );
    assert_eq!(client.get(&target).await.json()[0]["dns"]["cname"], "domain.par.sandbox.example.");
}

#[tokio::test]
async fn a_domain_is_the_same_in_any_case_and_no_address() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let own = path(&sandbox);
    let other = sandbox.add_application(&sandbox.ids().organisation, "other");
    let other = format!("/v2/organisations/{}/applications/{other}", sandbox.ids().organisation);
    let add = async |application: &str, domain: &str| {
        client.send("PUT", &format!("{application}/vhosts/{domain}"), Value::Null).await.status
    };
    assert_eq!(add(&own, "www.Example.org").await, 200);
    for domain in ["www.example.org", "WWW.EXAMPLE.ORG"] {
        assert_eq!((add(&own, domain).await, add(&other, domain).await), (409, 409), "{domain}");
    }
    // Paths have a case.
    assert_eq!((add(&own, "a.example.org%2Fx").await, add(&other, "A.example.org%2FX").await), (200, 200));
    assert_eq!(add(&own, "192.0.2.1").await, 400);
    let primary =
        client.send("PUT", &format!("{own}/vhosts/favourite"), json!({"fqdn": "WWW.example.org"})).await;
    assert_eq!(primary.json()["fqdn"], "www.Example.org/");
    let removed = client.send("DELETE", &format!("{own}/vhosts/www.EXAMPLE.org"), Value::Null).await;
    assert_eq!(removed.status, 200);
    assert_eq!(client.get(&format!("{own}/vhosts/favourite")).await.status, 404);
}

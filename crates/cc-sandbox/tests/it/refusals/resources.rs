//! Requests that are refused because of what they ask of resources.

use std::time::Duration;

use serde_json::{Value, json};

use super::stage::{Call, Stage};

/// A body with other values.
fn with(mut body: Value, change: Value) -> Value {
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    body
}

pub(super) async fn provoke(refusal: &str, operation: &str, stage: &Stage) -> Option<Call> {
    let ids = stage.sandbox.ids();
    // A new application, or a change of one.
    let application = |change: Value| match operation {
        "create_application" => stage.call(operation).json(with(stage.application("web"), change)),
        _ => stage.call(operation).json(change),
    };
    // A new add-on, or a change of one.
    let addon = |change: Value| match operation {
        "create_addon" => stage.call(operation).json(with(stage.addon("dev"), change)),
        "start_migration" => {
            let plan = json!({ "planId": "xs_sml", "region": "par", "version": "17" });
            stage.call(operation).json(with(plan, change))
        }
        _ => stage.call(operation).json(with(json!({ "planId": "xs_sml" }), change)),
    };
    let domain = |name: &str| stage.call("add_domain").path("domain", name);
    let stream = |name: &str, value: &str| {
        let call = stage.call(operation).query(name, value);
        if operation == "stream_addon_logs" { call.path("addonId", &ids.real_addon) } else { call }
    };
    Some(match refusal {
        "unknown-zone" => application(json!({ "zone": "mars" })),
        "unknown-runtime" => application(json!({ "instanceType": "node", "instanceVersion": "1" })),
        "unknown-variant" => application(json!({ "instanceVariant": "rust" })),
        "unknown-flavor" if operation == "update_build_flavor" => {
            stage.call(operation).json(json!({ "flavorName": "HUGE" }))
        }
        "unknown-flavor" => application(json!({ "maxFlavor": "HUGE" })),
        "flavor-bounds" => application(json!({ "minFlavor": "L", "maxFlavor": "S" })),
        "instance-count" => application(json!({ "minInstances": 0 })),
        "instance-bounds" => application(json!({ "minInstances": 3 })),
        "variable-name" => match operation {
            "create_application" | "update_application" => application(json!({ "env": { "a b": "c" } })),
            "set_environment_variable" => {
                stage.call(operation).path("envName", "a b").json(json!({ "value": "c" }))
            }
            "replace_config_provider_environment" => stage
                .call(operation)
                .path("addonId", &ids.real_addons["config"])
                .json(json!([{ "name": "a b", "value": "c" }])),
            _ => stage.call(operation).json(json!({ "a b": "c" })),
        },
        "unknown-namespace" => stage.call(operation).json(json!({ "namespace": "nowhere" })),
        "no-port" => {
            let body = json!({ "namespace": "default", "minPort": 5_000, "maxPort": 5_000 });
            stage.ok(&stage.call(operation).json(body.clone())).await;
            stage.call(operation).json(body)
        }
        "invalid-domain" => domain("not a domain"),
        "domain-taken" => {
            stage.ok(&domain("www.example.com").path("applicationId", &other(stage))).await;
            domain("www.example.com")
        }
        "domain-of-others" => {
            let of_others = domain("example.com").path("ownerId", &ids.user);
            stage.ok(&of_others.path("applicationId", &ids.personal_application)).await;
            domain("www.example.com")
        }
        "no-primary-domain" => stage.call(operation),
        "link-to-itself" => stage.call(operation).path("dependencyId", &ids.application),
        "unknown-provider" => addon(json!({ "providerId": "nobody" })),
        "unknown-plan" if operation == "create_addon" => addon(json!({ "plan": "huge" })),
        "unknown-plan" => addon(json!({ "planId": "huge" })),
        "unknown-region" => addon(json!({ "region": "mars" })),
        "unknown-version" if operation == "create_addon" => addon(json!({ "options": { "version": "1" } })),
        "unknown-version" => addon(json!({ "version": "1" })),
        "bucket-name" => {
            let call = stage.call(operation).path("addonId", &ids.real_addons["cellar"]);
            call.json(json!({ "name": "Upper case", "versioning": false }))
        }
        "dedicated-only" => addon(json!({ "options": { "encryption": "true" } })),
        "migration-runs" => {
            stage.ok(&addon(json!({}))).await;
            addon(json!({}))
        }
        "network-group-taken" => {
            let body = json!({ "id": "ng_1", "label": "one" });
            stage.ok(&stage.call(operation).json(body.clone())).await;
            stage.sandbox.advance(Duration::from_secs(60));
            stage.call(operation).json(body)
        }
        "network-group-id" => stage.call(operation).json(json!({ "id": "group_1", "label": "one" })),
        "unknown-member" => {
            member(operation, stage, json!({ "id": "app_nobody", "kind": "APPLICATION" })).await
        }
        "member-kind" => member(operation, stage, json!({ "id": ids.application, "kind": "ADDON" })).await,
        "peer-parent" => {
            let body = json!({ "id": "peer_1", "peerKind": "CLEVER", "peerRole": "CLIENT", "parentMember": "app_nobody" });
            group(stage).await;
            stage.call(operation).path("networkGroupId", "ng_1").json(body)
        }
        "external-parent" => {
            let body = json!({ "label": "laptop", "peerRole": "CLIENT", "publicKey": "key", "parentMember": "external_1" });
            group(stage).await;
            stage.call(operation).path("networkGroupId", "ng_1").json(body)
        }
        "not-drained" => {
            let recipient = json!({ "type": "RAW_HTTP", "url": "https://logs.example" });
            let body = json!({ "kind": "LOG", "recipient": recipient });
            let call = stage.call(operation).json(body);
            call.path("resourceId", &ids.real_addons["config"]).path("applicationId", &ids.application)
        }
        "recipient-url" => {
            let recipient = json!({ "type": "RAW_HTTP", "url": "logs.example" });
            stage.call(operation).json(json!({ "kind": "LOG", "recipient": recipient }))
        }
        "organisation-name" => match operation {
            "create_organisation" => stage.call(operation).json(stage.organisation("Sandbox Organisation")),
            _ => stage.call(operation).json(stage.organisation("Foreign Organisation")),
        },
        "personal-space" => stage.call(operation).path("ownerId", &ids.user),
        "organisation-in-use" => stage.call(operation),
        "member-email" => stage.call(operation).json(json!({ "email": "words", "role": "ADMIN" })),
        "member-already" => {
            let body = json!({ "email": "new@sandbox.example", "role": "ADMIN" });
            stage.ok(&stage.call(operation).json(body.clone())).await;
            stage.call(operation).json(body)
        }
        "all-rights" => {
            let body = json!({
                "name": "program", "description": "", "url": "https://a.example", "picture": "", "baseUrl": "",
                "rights": { "almighty": true },
            });
            stage.call(operation).path("consumerKey", &ids.consumer).json(body)
        }
        "provider-exists" => {
            let api = json!({
                "config_vars": [], "password": "p", "sso_salt": "s", "regions": [],
                "production": { "base_url": "https://a.example", "sso_url": "https://a.example" },
                "test": { "base_url": "https://a.example", "sso_url": "https://a.example" },
            });
            stage.call(operation).json(json!({ "id": ids.provider, "name": "again", "api": api }))
        }
        "grafana-on" => {
            stage.ok(&stage.call(operation)).await;
            stage.call(operation)
        }
        "at-least-one" => stream("limit", "0"),
        "unknown-field" => stream("field", "colour"),
        "since-after-until" => stream("since", "2026-01-02T00:00:00Z").query("until", "2026-01-01T00:00:00Z"),
        "unknown-event-id" => stream("limit", "1").header("last-event-id", "words"),
        "not-a-duration" => stage.call(operation).query("span", "soon"),
        "too-many-points" => stage.call(operation).query("interval", "PT48H").query("span", "PT1S"),
        "target-version" => {
            let kind = operation.split('_').nth(1).unwrap_or_default();
            let addon = ids.real_addons.get(kind).map_or("", String::as_str);
            let call = stage.call(operation).json(json!({ "targetVersion": "0.0.1" })).path("addonId", addon);
            if kind == "cluster" { call.path("clusterId", &cluster(stage).await) } else { call }
        }
        "cores-quota" => {
            let body = json!({ "name": "big", "flavor": "XS", "targetNodeCount": 1_000 });
            if operation == "create_cluster" {
                return Some(stage.call(operation).json(json!({ "name": "big", "nodeGroups": [body] })));
            }
            group_of_nodes(operation, stage, body).await
        }
        "cluster-version" => stage.call(operation).json(json!({ "name": "one", "version": "0.1" })),
        "node-counts" => {
            let body = json!({ "name": "some", "flavor": "XS", "targetNodeCount": -1 });
            if operation == "create_cluster" {
                return Some(stage.call(operation).json(json!({ "name": "one", "nodeGroups": [body] })));
            }
            group_of_nodes(operation, stage, body).await
        }
        "function-limits" => {
            let mut body = json!({ "environment": {}, "maxMemory": 1, "maxInstances": 1 });
            let call = stage.call(operation);
            let call = if operation == "create_function" {
                call
            } else {
                let made = stage.ok(&stage.call("create_function").json(body.clone())).await.json();
                call.path("functionId", made["id"].as_str().unwrap())
            };
            body["maxMemory"] = 0.into();
            call.json(body)
        }
        _ => return None,
    })
}

/// Another application of the organisation.
fn other(stage: &Stage) -> String {
    stage.sandbox.add_application(&stage.sandbox.ids().organisation, "other")
}

async fn group(stage: &Stage) {
    stage.ok(&stage.call("create_network_group").json(json!({ "id": "ng_1", "label": "one" }))).await;
    stage.sandbox.advance(Duration::from_secs(60));
}

/// A new network group with this member, or the member for one that is there.
async fn member(operation: &str, stage: &Stage, member: Value) -> Call {
    let member = with(member, json!({ "domainName": "a.m.ng_1.cc-ng.cloud" }));
    if operation == "create_network_group" {
        return stage.call(operation).json(json!({ "label": "one", "members": [member] }));
    }
    group(stage).await;
    stage.call(operation).path("networkGroupId", "ng_1").json(member)
}

async fn cluster(stage: &Stage) -> String {
    let answer = stage.ok(&stage.call("create_cluster").json(json!({ "name": "one" }))).await;
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// A new node group of a new cluster, or a change of one that is there.
async fn group_of_nodes(operation: &str, stage: &Stage, body: Value) -> Call {
    let cluster = cluster(stage).await;
    let call = stage.call(operation).path("clusterId", &cluster);
    if operation == "create_node_group" {
        return call.json(body);
    }
    let one = json!({ "name": "one", "flavor": "XS", "targetNodeCount": 1 });
    let made = stage.ok(&stage.call("create_node_group").path("clusterId", &cluster).json(one)).await.json();
    call.path("nodeGroupId", made["id"].as_str().unwrap())
        .json(json!({ "name": "one", "targetNodeCount": body["targetNodeCount"] }))
}

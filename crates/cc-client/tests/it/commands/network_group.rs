//! The commands of network groups.

use cc_client::commands::network_group::model::NetworkGroupComponentType;
use cc_client::commands::network_group::model::{Address, NetworkGroupPeer, PeerEndpoint, PeerRole};
use cc_client::commands::network_group::{
    CreateNetworkGroup, CreateNetworkGroupExternalPeer, CreateNetworkGroupMember, DeleteNetworkGroup,
    DeleteNetworkGroupExternalPeer, DeleteNetworkGroupMember, GetNetworkGroup, GetNetworkGroupMember,
    GetNetworkGroupPeer, GetNetworkGroupWireguardConfiguration, GetNetworkGroupWireguardConfigurationUrl,
    ListNetworkGroup, NetworkGroupMemberInput, SearchNetworkGroup,
};
use cc_client::{Command, ErrorKind};
use serde_json::{Value, json};

use super::harness::{Routes, check, check_one, compare};
use crate::support::{Platform, SECOND};

const ALL: &str = "/v4/networkgroups/organisations/orga_1/networkgroups";
const ONE: &str = "/v4/networkgroups/organisations/orga_1/networkgroups/ng_1";

fn member(id: &str) -> Value {
    json!({"id": id, "label": "api", "domainName": format!("{id}.m.ng_1.cc-ng.cloud"), "kind": "application"})
}

fn peer(kind: &str) -> Value {
    json!({
        "type": kind, "id": "peer_1", "label": "laptop", "publicKey": "key=", "hostname": "laptop.local",
        "endpoint": {"type": "ClientEndpoint", "ngIp": "10.0.0.2"}, "parentMember": "external_1", "hv": "hv-1"
    })
}

fn group() -> Value {
    let mut server = peer("CleverPeer");
    server["endpoint"] = json!({
        "type": "ServerEndpoint", "ngTerm": {"host": "10.0.0.1", "port": 51_820}, "publicTerm": "203.0.113.1:51820"
    });
    json!({
        "id": "ng_1", "ownerId": "orga_1", "label": "private", "networkIp": "10.0.0.0/16",
        "lastAllocatedIp": "10.0.0.2", "tags": ["b", "a"], "members": [member("app_1")],
        "peers": [server, peer("ExternalPeer"), {"type": "PigeonPeer", "loft": 4}], "version": 3
    })
}

fn present() -> Routes {
    Routes::new()
        .json(&format!("GET {ALL}"), json!([group(), {"id": "ng_2"}]))
        .json(&format!("GET {ONE}"), group())
        .json(&format!("GET {ONE}/members/app_1"), member("app_1"))
        .json(&format!("GET {ONE}/peers/peer_1"), peer("ExternalPeer"))
}

#[tokio::test]
async fn network_groups_members_and_peers_are_read() {
    let routes = present();
    check_one(&routes, ListNetworkGroup::new("orga_1")).await;
    check_one(&routes, GetNetworkGroup::new("orga_1", "ng_1")).await;
    check_one(&routes, GetNetworkGroupMember::new("orga_1", "ng_1", "app_1")).await;
    check_one(&routes, GetNetworkGroupPeer::new("orga_1", "ng_1", "peer_1")).await;
}

#[tokio::test]
async fn an_address_is_read_in_either_form() {
    let platform = Platform::new(|_, _| (200, group().to_string()));
    let found = platform.client().send(GetNetworkGroup::new("orga_1", "ng_1")).await.unwrap();
    let NetworkGroupPeer::CleverPeer(peer) = &found.peers[0] else { panic!("{found:?}") };
    let PeerEndpoint::ServerEndpoint(server) = &peer.endpoint else { panic!("{peer:?}") };
    let port = |address: &Option<Address>| address.as_ref().map(|address| address.port);
    assert_eq!((port(&server.ng_term), port(&server.public_term)), (Some(51_820), Some(51_820)));
    assert_eq!(found.peers[2].tag(), "PigeonPeer");
}

#[tokio::test]
async fn the_configuration_of_wireguard_is_a_text_or_an_address_of_it() {
    let wireguard = format!("GET {ONE}/peers/peer_1/wireguard/configuration");
    let routes = Routes::new()
        .text(&wireguard, "text/plain", "[Interface]\nPrivateKey = <%PrivateKey%>\n")
        .json(&format!("{wireguard}/presigned-url"), json!({"url": "https://api.test/signed?key=1"}));
    check_one(&routes, GetNetworkGroupWireguardConfiguration::new("orga_1", "ng_1", "peer_1")).await;
    check_one(&routes, GetNetworkGroupWireguardConfigurationUrl::new("orga_1", "ng_1", "peer_1")).await;
}

#[tokio::test]
async fn what_is_found_is_kept_by_its_type() {
    let mut found = vec![group(), member("app_1"), peer("CleverPeer"), peer("ExternalPeer")];
    found[0]["type"] = "NetworkGroup".into();
    found[1]["type"] = "Member".into();
    let routes = Routes::new().json(&format!("GET {ALL}/search"), json!(found));
    let search = SearchNetworkGroup::new("orga_1", "a b");
    check(
        &routes,
        search.clone(),
        search.types([NetworkGroupComponentType::Member, NetworkGroupComponentType::ExternalPeer]),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_member_is_taken_in_and_waited_for() {
    let one = format!("GET {ONE}/members/app_1");
    let routes = Routes::new()
        .json(&format!("POST {ONE}/members"), json!(null))
        .refuse(&one, 404)
        .refuse(&one, 404)
        .json(&one, member("app_1"));
    let required = CreateNetworkGroupMember::new("orga_1", "ng_1", "app_1");
    let mut told =
        routes.tell([("required inputs", required.clone()), ("all inputs", required.label("api"))]).await;
    let addon = CreateNetworkGroupMember::new("orga_1", "ng_1", "addon_1");
    told += &routes.tell([("the other id of an add-on", addon)]).await;
    compare("CreateNetworkGroupMember", &told);
}

#[tokio::test(start_paused = true)]
async fn a_machine_of_the_owner_is_added_and_waited_for() {
    let routes = present().json(&format!("POST {ONE}/external-peers"), json!({"peerId": "peer_1"}));
    let required = CreateNetworkGroupExternalPeer::new(
        "orga_1",
        "ng_1",
        "laptop",
        PeerRole::Client,
        "key=",
        "external_1",
    );
    let all =
        required.clone().ip("203.0.113.9").port(51_820).hostname("laptop.local").parent_event("event_1");
    check(&routes, required, all).await;
}

#[tokio::test(start_paused = true)]
async fn the_command_waits_until_a_deletion_takes_effect() {
    let peer_route = format!("GET {ONE}/peers/peer_1");
    let routes = Routes::new()
        .json(&format!("DELETE {ONE}"), json!(null))
        .json(&format!("GET {ONE}"), group())
        .refuse(&format!("GET {ONE}"), 404)
        .json(&format!("DELETE {ONE}/members/app_1"), json!(null))
        .json(&format!("DELETE {ONE}/external-peers/peer_1"), json!(null))
        .json(&peer_route, peer("ExternalPeer"))
        .refuse(&peer_route, 404);
    check_one(&routes, DeleteNetworkGroup::new("orga_1", "ng_1")).await;
    check_one(&routes, DeleteNetworkGroupMember::new("orga_1", "ng_1", "app_1")).await;
    check_one(&routes, DeleteNetworkGroupExternalPeer::new("orga_1", "ng_1", "peer_1")).await;
}

#[tokio::test(start_paused = true)]
async fn a_network_group_is_created_under_an_id_that_is_made_here() {
    let platform = Platform::new(|count, _| match count {
        0 => (201, String::new()),
        1 | 2 => (404, "{}".to_owned()),
        _ => (200, group().to_string()),
    });
    let members =
        [NetworkGroupMemberInput::new("app_1").label("api"), NetworkGroupMemberInput::new("redis_1")];
    let command =
        CreateNetworkGroup::new("orga_1").label("private").description("x").tags(["a"]).members(members);
    let created = platform.client().send(command).await.unwrap();
    assert_eq!(created.id.as_str(), "ng_1");
    let journal = platform.journal();
    let id = journal[1].strip_prefix(&format!("GET {ALL}/ng_")).unwrap();
    assert_eq!((journal.len(), id.len()), (4, 36), "{journal:?}");
    assert_eq!(journal[0], format!("POST {ALL}"));
}

#[tokio::test]
async fn an_invalid_member_is_refused_before_any_request() {
    let platform = Platform::new(|_, _| (200, group().to_string()));
    for id in ["cellar_1", ""] {
        let command = CreateNetworkGroup::new("orga_1").members([NetworkGroupMemberInput::new(id)]);
        let error = platform.client().send(command).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.command()),
            (ErrorKind::InvalidInput, Some(CreateNetworkGroup::NAME))
        );
    }
    assert_eq!(platform.journal(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_member_is_named_by_either_id_of_an_add_on() {
    let platform = Platform::new(|_, path| match path {
        "/v2/summary" => (200, crate::support::SUMMARY.to_owned()),
        _ => (200, group()["members"][0].to_string()),
    });
    let client = platform.client();
    client.send(CreateNetworkGroupMember::new("orga_1", "ng_1", "addon_1")).await.unwrap();
    client.send(GetNetworkGroupMember::new("orga_1", "ng_1", "addon_1")).await.unwrap();
    client.send(GetNetworkGroupMember::new("orga_1", "ng_1", "external_1")).await.unwrap();
    let one = format!("{ALL}/ng_1/members/postgresql_1");
    let wanted = [
        "GET /v2/summary".to_owned(),
        format!("POST {ALL}/ng_1/members"),
        format!("GET {one}"),
        format!("GET {one}"),
        format!("GET {ALL}/ng_1/members/external_1"),
    ];
    assert_eq!(platform.journal(), wanted);
    assert!(platform.bodies()[1].contains(r#""id":"postgresql_1""#), "{:?}", platform.bodies());
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_member_ends_after_thirty_seconds() {
    let platform =
        Platform::new(|count, _| if count == 0 { (201, String::new()) } else { (404, "{}".into()) });
    let start = tokio::time::Instant::now();
    let error = platform.client().send(CreateNetworkGroup::new("orga_1")).await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::DeadlineExceeded, 30 * SECOND));
    assert!(error.to_string().contains("may still happen"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_look_ends_the_wait() {
    let platform =
        Platform::new(|count, _| if count == 0 { (201, String::new()) } else { (403, "{}".into()) });
    let error = platform.client().send(CreateNetworkGroup::new("orga_1")).await.unwrap_err();
    assert_eq!((error.is_forbidden(), platform.journal().len()), (true, 2));
}

#[tokio::test(start_paused = true)]
async fn the_looks_pass_by_the_response_cache() {
    let platform = Platform::new(|count, _| match count {
        0 => (200, group().to_string()),
        1 => (204, String::new()),
        _ => (404, "{}".to_owned()),
    });
    let client = platform.client();
    let cache = || cc_client::CachePolicy::ttl(60 * SECOND);
    client.send(GetNetworkGroup::new("orga_1", "ng_1")).cache(cache()).await.unwrap();
    client.send(DeleteNetworkGroup::new("orga_1", "ng_1")).cache(cache()).await.unwrap();
    assert_eq!(platform.journal().len(), 3);
}

//! Requests without a command: those of every domain, and arbitrary routes.

use std::collections::BTreeMap;

use cc_client::api::application::GetApplication;
use cc_client::api::passthrough::{DeleteV2, DeleteV4, GetV2, GetV4, PostV2, PostV4, PutV2, PutV4};
use cc_client::runtime::ApplicationId;
use cc_client::{Client, Credentials, ErrorKind, Ids, Subject};
use cc_sandbox::Sandbox;
use serde_json::json;

async fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await;
    let client = Client::builder()
        .endpoint(sandbox.url())
        .credentials(Credentials::api_token(sandbox.api_token()))
        .build()
        .unwrap();
    (sandbox, client)
}

#[tokio::test]
async fn a_request_has_its_owner_resolved() {
    let (sandbox, client) = sandbox().await;
    let id = ApplicationId::from(sandbox.ids().application);
    let wanted = Ids::new().owner(None, Subject::from(&id));
    let application =
        client.api().resolved(wanted, |ids| GetApplication::new(ids.owner_id(), &id)).await.unwrap();
    assert_eq!(application.into_inner().id, id);
}

#[tokio::test]
async fn any_route_is_reached_with_its_query() {
    let (sandbox, client) = sandbox().await;
    let ids = sandbox.ids();
    let passthrough = client.api().passthrough();
    let me = passthrough.get_v2(GetV2::new("self")).await.unwrap().into_inner();
    assert_eq!(me["id"], json!(ids.user));
    let path = format!("/organisations/{}/applications/{}/env/A_B", ids.organisation, ids.application);
    passthrough.put_v2(PutV2::new(path, json!({ "value": "c" }))).await.unwrap();
    let query = BTreeMap::from([("full".to_owned(), "true & more".to_owned())]);
    let _ = passthrough.get_v2(GetV2::new("products/instances").query(query)).await;
    let last = sandbox.journal().lines().last().map(str::to_owned).unwrap();
    assert_eq!(last, "GET /v2/products/instances?full=true%20%26%20more");
    sandbox.violations();
}

#[tokio::test]
async fn every_method_reaches_any_route_of_both_versions() {
    let (sandbox, client) = sandbox().await;
    let any = client.api().passthrough();
    let (body, path) = (json!({}), "somewhere/else");
    any.get_v2(GetV2::new(path)).await.unwrap_err();
    any.post_v2(PostV2::new(path, body.clone())).await.unwrap_err();
    any.put_v2(PutV2::new(path, body.clone())).await.unwrap_err();
    any.delete_v2(DeleteV2::new(path)).await.unwrap_err();
    any.get_v4(GetV4::new(path)).await.unwrap_err();
    any.post_v4(PostV4::new(path, body.clone())).await.unwrap_err();
    any.put_v4(PutV4::new(path, body)).await.unwrap_err();
    let error = any.delete_v4(DeleteV4::new(path)).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    let routes = ["v2", "v4"].map(|v| ["GET", "POST", "PUT", "DELETE"].map(|m| format!("{m} /{v}/{path}")));
    assert_eq!(sandbox.journal().lines().collect::<Vec<_>>(), routes.concat());
    sandbox.violations();
}

#[tokio::test]
async fn a_path_that_would_leave_its_route_is_refused_before_it_is_sent() {
    let (sandbox, client) = sandbox().await;
    for path in ["", "/", "../v4/x", "self/../..", "a//b", "self/."] {
        let error = client.api().passthrough().get_v2(GetV2::new(path)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{path}");
    }
    assert_eq!(sandbox.journal(), "");
}

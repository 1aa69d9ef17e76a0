//! Requests and answers: credentials, bodies, limits and errors.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use cc_client::api::passthrough::GetV2;
use cc_client::commands::account::{
    CreatePersonalSshKey, DeletePersonalSshKey, GetProfile, ListPersonalSshKey, UpdateProfileAvatar,
};
use cc_client::commands::application::GetApplication;
use cc_client::commands::zone::{GetZone, ListZone};
use cc_client::model::ImageType;
use cc_client::runtime::credentials::{CredentialsProvider, ProvideFuture, SignatureMethod};
use cc_client::{CallOptions, Credentials, ErrorKind, RetryPolicy, Secret};
use futures_util::StreamExt;
use serde_json::json;

use crate::failure::{Outcome, check, equal, error_of};
use crate::world::World;

pub(super) async fn an_api_token_is_sent_with_each_request(world: World) -> Outcome {
    let client = world.client()?;
    for _ in 0..2 {
        world.go(client.send(GetProfile::new())).await?;
    }
    let sent = world.requests("get_profile").await?;
    equal!(sent.len(), 2);
    check!(sent.iter().all(|request| request["headers"]["authorization"].is_string()), "{sent:?}");
    Ok(())
}

pub(super) async fn a_call_without_credentials_sends_none(world: World) -> Outcome {
    let client = world.builder().credentials(Credentials::None).build()?;
    let error = error_of!(world.go(client.send(GetProfile::new())).await);
    check!(error.is_unauthorized(), "{error}");
    check!(world.requests("get_profile").await?[0]["headers"]["authorization"].is_null());
    Ok(())
}

pub(super) async fn each_kind_of_signature_is_accepted(world: World) -> Outcome {
    for method in [SignatureMethod::Plaintext, SignatureMethod::HmacSha1, SignatureMethod::HmacSha512] {
        let client = world.builder().credentials(world.oauth().signed_with(method)).build()?;
        world.go(client.send(GetProfile::new())).await?;
        world.go(client.send(ListZone::new().tag("for:applications"))).await?;
    }
    Ok(())
}

/// Gives a token that is no longer good first.
#[derive(Debug)]
struct Renewing {
    asked: AtomicU32,
    good: Credentials,
}

impl CredentialsProvider for Renewing {
    fn provide(&self) -> ProvideFuture<'_> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let given = if asked == 0 { Credentials::api_token("outdated") } else { self.good.clone() };
        Box::pin(async move { Ok(given) })
    }
}

pub(super) async fn a_provider_is_asked_for_each_attempt(world: World) -> Outcome {
    let provider = Renewing { asked: AtomicU32::new(0), good: world.token() };
    let client = world.builder().credentials(Credentials::provider(provider)).build()?;
    check!(error_of!(world.go(client.send(GetProfile::new())).await).is_unauthorized());
    world.go(client.send(GetProfile::new())).await?;
    Ok(())
}

pub(super) async fn text_survives_the_way_there_and_back(world: World) -> Outcome {
    let client = world.client()?;
    let name = "clé d’Ada 🔑 / 50 % & more";
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJuMyVbWlUzBSOPQCQZ3oCw5oBkSDhZ5PY5wGa4wVnIv ada";
    world.go(client.send(CreatePersonalSshKey::new(name, key))).await?;
    let listed = world.go(client.send(ListPersonalSshKey::new())).await?;
    check!(listed.iter().any(|listed| listed.name == name && listed.key == key), "{listed:?}");
    world.go(client.send(DeletePersonalSshKey::new(name))).await?;
    let listed = world.go(client.send(ListPersonalSshKey::new())).await?;
    check!(listed.iter().all(|listed| listed.name != name), "{listed:?}");
    Ok(())
}

pub(super) async fn a_query_arrives_as_it_was_given(world: World) -> Outcome {
    let client = world.client()?;
    let zones = world.go(client.send(ListZone::new().tag("certification:hds"))).await?;
    equal!(zones.iter().map(|zone| zone.name.as_str()).collect::<Vec<_>>(), ["parhds"]);
    let none = world.go(client.send(ListZone::new().tag("a&b=c d+e"))).await?;
    equal!(none.len(), 0);
    let sent = world.requests("list_zones").await?;
    equal!(sent[1]["path"], "/v4/products/zones?tag=a%26b%3Dc%20d%2Be");
    Ok(())
}

pub(super) async fn a_header_of_the_program_is_sent(world: World) -> Outcome {
    let client = world.client()?;
    world.go(client.send(GetZone::new("par")).header("accept-language", "fr")).await?;
    equal!(world.requests("get_zone").await?[0]["headers"]["accept-language"], "fr");
    Ok(())
}

pub(super) async fn an_answer_beyond_the_limit_is_refused(world: World) -> Outcome {
    let client = world.client()?;
    let error = error_of!(world.go(client.send(ListZone::new()).body_limit(64)).await);
    equal!(error.kind(), ErrorKind::TooLarge);
    world.go(client.send(ListZone::new()).body_limit(1024 * 1024)).await?;
    Ok(())
}

pub(super) async fn a_call_ends_at_its_timeout(world: World) -> Outcome {
    let client = world.client()?;
    world.fault(json!({"effect": "latency", "ms": 20_000, "on": "get_zone", "times": 1})).await?;
    let slow = client.send(GetZone::new("par")).timeout(Duration::from_millis(300));
    let error = error_of!(world.go(slow).await);
    equal!(error.kind(), ErrorKind::TimedOut);
    world.go(client.send(GetZone::new("par"))).await?;
    Ok(())
}

pub(super) async fn an_error_has_the_code_the_message_and_the_id_of_the_platform(world: World) -> Outcome {
    let client = world.client()?;
    let error = error_of!(world.go(client.send(GetZone::new("nowhere"))).await);
    equal!(error.kind(), ErrorKind::Refused);
    equal!(error.status().map(|status| status.as_u16()), Some(404));
    equal!((error.operation(), error.command()), (Some("get_zone"), Some("GetZone")));
    check!(error.is_not_found() && !error.code().is_empty(), "{error:?}");
    check!(error.message().is_some_and(|message| message.contains("nowhere")), "{error:?}");
    check!(error.sozu_id().is_some(), "no Sozu-Id in {error:?}");
    Ok(())
}

pub(super) async fn unknown_fields_and_values_of_enums_are_kept(world: World) -> Outcome {
    let client = world.client()?;
    let command = GetApplication::new(world.id("application")).owner_id(world.id("organisation"));
    let path = format!("organisations/{}/applications/{}", world.id("organisation"), world.id("application"));
    let mut body = world.go(client.api().passthrough().get_v2(GetV2::new(path))).await?.into_inner();
    body["state"] = "DREAMING".into();
    body["dreams"] = json!({"of": ["sheep"]});
    world.fault(json!({"effect": "answer", "status": 200, "body": body, "on": "get_application"})).await?;
    let application = world.go(client.send(command)).await?;
    equal!(application.state.to_string(), "DREAMING");
    equal!(application.id.as_str(), world.id("application"));
    Ok(())
}

pub(super) async fn an_answer_that_cannot_be_read_names_its_operation(world: World) -> Outcome {
    let client = world.client()?;
    world.fault(json!({"effect": "malformed", "on": "get_zone", "times": 1})).await?;
    let error = error_of!(world.go(client.send(GetZone::new("par"))).await);
    equal!((error.kind(), error.operation()), (ErrorKind::Undecodable, Some("get_zone")));
    Ok(())
}

pub(super) async fn an_id_that_would_reach_another_route_is_not_sent(world: World) -> Outcome {
    let client = world.client()?;
    for id in ["..", "", "a/../b"] {
        let command = GetApplication::new(id).owner_id(world.id("organisation"));
        if let Ok(application) = world.go(client.send(command)).await {
            return Err(crate::Failure::new(format!("`{id}` gave {application:?}")));
        }
    }
    for request in world.requests("get_application").await? {
        check!(request["path"].as_str().is_some_and(|path| path.contains("a%2F..%2Fb")), "{request}");
    }
    Ok(())
}

pub(super) async fn bytes_are_the_same_after_upload_and_download(world: World) -> Outcome {
    let client = world.client()?;
    let picture: Vec<u8> = (0..60_000_u32).map(|at| (at % 251) as u8).collect();
    let command = UpdateProfileAvatar::from_image(ImageType::Png, picture.clone());
    let stored = world.go(client.send(command)).await?;
    let url = Secret::from(stored.url.as_str());
    let options = CallOptions::new().retry(RetryPolicy::none());
    let transport = client.transport().clone();
    let read = async move {
        let mut chunks = transport.download_url(&url, &options).await?.into_inner();
        let mut all = BytesMut::new();
        while let Some(chunk) = chunks.next().await {
            all.extend_from_slice(&chunk?);
        }
        Ok::<_, cc_client::Error>(all)
    };
    let read = world.go(read).await?;
    check!(read[..] == picture[..], "{} bytes came back", read.len());
    Ok(())
}

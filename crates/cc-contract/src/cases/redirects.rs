//! Redirects. Where the target cannot follow one without losing sight of it, the error says so.

use cc_client::commands::account::{CreatePersonalSshKey, GetProfile};
use cc_client::commands::application::CreateApplication;
use cc_client::commands::zone::GetZone;
use serde_json::json;

use crate::failure::{Outcome, check, equal, error_of};
use crate::world::World;

pub(super) async fn a_read_follows_a_redirect_or_says_why_not(world: World) -> Outcome {
    let client = world.client()?;
    let to = "/v4/products/zones/par";
    let on = "GET /v4/products/zones/rbx";
    world.fault(json!({"effect": "redirect", "status": 307, "to": to, "on": on})).await?;
    match world.go(client.send(GetZone::new("rbx"))).await {
        Ok(zone) => equal!(zone.name, "par"),
        Err(error) => check!(format!("{error}").contains("redirect"), "{error}"),
    }
    Ok(())
}

pub(super) async fn credentials_reach_no_other_origin(world: World) -> Outcome {
    let client =
        world.builder().configure(|transport| transport.retry(cc_client::RetryPolicy::none())).build()?;
    let to = format!("{}/v4/products/zones/par", world.other_origin());
    world.fault(json!({"effect": "redirect", "status": 302, "to": to, "on": "get_profile"})).await?;
    // A zone is no profile: whether it is followed or not, there is no good answer.
    let _ = world.go(client.send(GetProfile::new())).await;
    for request in world.requests("get_zone").await? {
        check!(request["headers"]["authorization"].is_null(), "{request}");
    }
    Ok(())
}

pub(super) async fn a_change_is_not_sent_to_another_origin(world: World) -> Outcome {
    let client = world.client()?;
    let to = format!("{}/v2/self/keys/other", world.other_origin());
    for (status, on) in [(307, "create_application"), (308, "PUT /v2/self/keys/*")] {
        world.fault(json!({"effect": "redirect", "status": status, "to": to, "on": on, "times": 1})).await?;
    }
    let create = CreateApplication::new(world.id("organisation"), "shop", "node", "XS");
    check!(world.go(client.send(create)).await.is_err(), "a POST was redirected");
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJuMyVbWlUzBSOPQCQZ3oCw5oBkSDhZ5PY5wGa4wVnIv ada";
    check!(
        world.go(client.send(CreatePersonalSshKey::new("laptop", key))).await.is_err(),
        "a PUT was redirected"
    );
    equal!(world.requests_to(&world.other_origin()).await?, 0);
    Ok(())
}

pub(super) async fn a_change_with_another_place_to_look_at_may_have_been_done(world: World) -> Outcome {
    let client = world.client()?;
    let to = "/v4/products/zones/nowhere";
    world
        .fault(json!({"effect": "redirect", "status": 303, "to": to, "on": "create_application", "times": 1}))
        .await?;
    let create = CreateApplication::new(world.id("organisation"), "shop", "node", "XS");
    let error = error_of!(world.go(client.send(create)).await);
    check!(error.may_be_done() && error.to_string().contains("may have been done"), "{error}");
    Ok(())
}

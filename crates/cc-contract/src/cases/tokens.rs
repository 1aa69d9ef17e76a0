//! API tokens: made, used, and revoked with the bridge.

use std::time::Duration;

use cc_bridge::commands::{CreateApiToken, DeleteApiToken, ListApiToken, UpdateApiToken};
use cc_client::commands::account::GetProfile;
use cc_client::{Credentials, ErrorKind};

use crate::failure::{Outcome, check, equal, error_of};
use crate::world::World;

const MONTH: Duration = Duration::from_secs(30 * 86_400);

pub(super) async fn a_token_works_from_its_creation_to_its_end(world: World) -> Outcome {
    let bridge = world.bridge()?;
    let until = world.at(0).await?.saturating_add(MONTH);
    let create = CreateApiToken::new("user@sandbox.example", "sandbox-password", "laptop", until);
    let token = world.go(bridge.send(create)).await?;
    let client = world.builder().credentials(Credentials::api_token(token.api_token.clone())).build()?;
    world.go(client.send(GetProfile::new())).await?;
    world.go(bridge.send(UpdateApiToken::new(&token.api_token_id, "desktop"))).await?;
    let listed = world.go(bridge.send(ListApiToken::new())).await?;
    check!(listed.iter().any(|listed| listed.name == "desktop"), "{listed:?}");
    world.go(bridge.send(DeleteApiToken::new(&token.api_token_id))).await?;
    check!(error_of!(world.go(client.send(GetProfile::new())).await).is_unauthorized());
    Ok(())
}

pub(super) async fn a_wrong_password_has_a_code_of_its_own_and_is_not_shown(world: World) -> Outcome {
    let bridge = world.bridge()?;
    let create = CreateApiToken::new("user@sandbox.example", "hunter2", "laptop", MONTH);
    let error = error_of!(world.go(bridge.send(create)).await);
    equal!((error.kind(), error.code()), (ErrorKind::Refused, "invalid-credential"));
    check!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    Ok(())
}

//! Sign-in of a user who agrees on a page of the platform and comes back by a redirect.

use cc_client::commands::account::GetProfile;
use cc_client::sign_in::{Pending, SignIn};
use cc_client::{Client, ErrorKind};

use crate::failure::{Failure, Outcome, check, equal, error_of};
use crate::world::World;

/// Begins a sign-in whose callback is a page of the sandbox.
async fn start(world: &World) -> Result<Pending, Failure> {
    let transport =
        Client::builder().credentials(cc_client::Credentials::None).endpoint(world.url()).build()?;
    let sign_in = SignIn::new(world.secret("consumerKey"), world.secret("consumerSecret"));
    let sign_in = sign_in.transport(transport.transport());
    let callback = format!("{}/_sandbox/help?from=here", world.url());
    Ok(world.go(async move { sign_in.start(&callback).await }).await?)
}

/// Opens the page of the platform and agrees, as a user does in a browser; returns the URL that the browser ends at.
async fn agree(world: &World, pending: &Pending) -> Result<String, Failure> {
    let (page, text) = world.visit(pending.authorize_url()).await?;
    check_page(&text)?;
    let form = page.split('?').next().unwrap_or_default().to_owned();
    let (url, _) =
        world.submit(&form, "manage_personal_information=on&access_personal_information=on").await?;
    Ok(url)
}

fn check_page(text: &str) -> Outcome {
    check!(text.contains("Agree"), "{text}");
    Ok(())
}

pub(super) async fn a_user_who_agrees_is_signed_in(world: World) -> Outcome {
    let pending = start(&world).await?;
    let url = agree(&world, &pending).await?;
    check!(url.contains("from=here"), "{url}");
    let visit = pending.visit(&url)?;
    let signed_in = world.go(async move { pending.finish(visit).await }).await?;
    check!(signed_in.expires_at().is_some());
    let client = world.builder().credentials(signed_in.credentials()).build()?;
    world.go(client.send(GetProfile::new())).await?;
    Ok(())
}

pub(super) async fn a_visit_of_another_sign_in_is_refused(world: World) -> Outcome {
    let mine = start(&world).await?;
    let other = start(&world).await?;
    let url = agree(&world, &other).await?;
    equal!(error_of!(mine.visit(&url)).kind(), ErrorKind::Credentials);
    other.visit(&url)?;
    Ok(())
}

pub(super) async fn a_wrong_secret_of_the_consumer_is_refused(world: World) -> Outcome {
    let client = world.client()?;
    let sign_in = SignIn::new(world.secret("consumerKey"), "wrong").transport(client.transport());
    let error = error_of!(world.go(async move { sign_in.start("https://program.example/").await }).await);
    check!(error.is_unauthorized(), "{error}");
    Ok(())
}

//! Calls are futures: they work with everything that takes one.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cc_client::commands::account::{CreatePersonalSshKey, GetProfile};
use cc_client::commands::zone::ListZone;
use cc_client::{Client, fan_out};
use cc_sandbox::Sandbox;

fn client() -> Client {
    cc_trials::memory::client(&Arc::new(Sandbox::builder().in_memory()))
}

fn is_future<F: Future + Send + Unpin + 'static>(call: F) -> F {
    call
}

#[tokio::test]
async fn a_call_works_wherever_a_future_is_taken() {
    let client = client();
    let profile = || is_future(client.send(GetProfile::new()));

    let (one, two) = tokio::join!(profile(), client.send(ListZone::new()));
    assert_eq!((one.is_ok(), two.is_ok()), (true, true));
    let (one, two) = futures_util::join!(profile(), profile());
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(futures_util::future::join_all([profile(), profile()]).await.len(), 2);
    assert!(futures_util::future::try_join(profile(), profile()).await.is_ok());
    assert!(tokio::spawn(profile()).await.unwrap().is_ok());
    assert!(tokio::time::timeout(Duration::from_secs(60), profile()).await.unwrap().is_ok());
    assert_eq!(fan_out::for_each(0..5, 4, |_| profile()).await.len(), 5);
    tokio::select! {
        done = profile() => assert!(done.is_ok()),
        () = std::future::pending() => {}
    }
    let mut call = profile().timeout(Duration::from_secs(60));
    assert!((&mut call).await.is_ok());

    let zones = is_future(client.transport().call(cc_client::api::zone::ListZones::new()));
    assert!(tokio::spawn(zones).await.unwrap().is_ok());
    let named = cc_client::catalog::dispatch(&client, "GetProfile", serde_json::Value::Null);
    assert!(tokio::spawn(is_future(named)).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_call_of_ensure_is_a_future() {
    let client = client();
    let ensure =
        || is_future(client.ensure(CreatePersonalSshKey::new("build-machine", "ssh-ed25519 AAAA build")));
    let (one, two) = tokio::join!(ensure(), ensure());
    assert_eq!([one.unwrap(), two.unwrap()].iter().filter(|ensured| ensured.is_created()).count(), 1);
}

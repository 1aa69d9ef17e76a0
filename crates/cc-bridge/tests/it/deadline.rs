//! The deadline of a command.

use std::time::Duration;

use cc_bridge::commands::RotateApiToken;
use cc_bridge::{Command, Context, ErrorKind, Result};
use cc_runtime::tasks;
use serde_json::json;
use tokio::time::Instant;

use crate::support::{Bridge, answer, oauth1};

const SECOND: Duration = Duration::from_secs(1);

/// Waits without a request.
struct Wait;

impl Command for Wait {
    const NAME: &'static str = "Wait";
    type Output = ();
    type Context = Context;

    async fn run(self, _: &Context) -> Result<()> {
        tasks::sleep(1_000 * SECOND).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_bridge_command_ends_what_is_not_a_request() {
    let client = Bridge::always(200, "{}").client(oauth1());
    let start = Instant::now();
    let error = client.send(Wait).timeout(3 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), error.command()), (ErrorKind::TimedOut, Some("Wait")));
    assert_eq!(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_rotation_may_clean_up_for_ten_seconds_after_its_deadline() {
    let old = json!([{ "apiTokenId": "old", "userId": "user_1", "name": "laptop", "creationDate": 0, "expirationDate": 60_000 }]);
    let bridge = Bridge::slow(move |count, _| match count {
        0 => (Duration::ZERO, answer(200, &old.to_string())),
        1 => (Duration::ZERO, answer(200, r#"{"apiToken":"t0ken","apiTokenId":"new","name":"laptop"}"#)),
        _ => (60 * SECOND, answer(200, "{}")),
    });
    let start = Instant::now();
    let command = RotateApiToken::new("old", "ada@example.com", "hunter2");
    let error = bridge.client(oauth1()).rotate(command).timeout(5 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::TimedOut, 15 * SECOND));
    assert!(error.message().unwrap().contains("the new one, `new`, could not be revoked"), "{error}");
}

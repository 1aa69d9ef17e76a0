//! Ids as commands send them.

use cc_client::ErrorKind;
use cc_client::commands::application::DeleteApplication;

use crate::support::Platform;

#[tokio::test]
async fn an_id_that_is_the_path_of_something_else_is_not_sent() {
    for id in ["", ".", ".."] {
        let platform = Platform::usual();
        let command = DeleteApplication::new(id).owner_id("orga_1");
        let error = platform.client().send(command).await.unwrap_err();
        assert_eq!((error.kind(), platform.journal().len()), (ErrorKind::InvalidInput, 0), "{id}");
    }
}

#[cfg(all(feature = "addon", feature = "addon-provider"))]
#[tokio::test]
async fn an_owner_that_is_given_is_used_for_every_request() {
    use crate::support::SUMMARY;
    use cc_client::commands::addon::ListBackup;

    let platform = Platform::new(|_, path| match path {
        "/v2/summary" => (200, SUMMARY.to_owned()),
        path if path.starts_with("/v2/backups") => (200, r#"[{"backup_id": "b1"}]"#.to_owned()),
        _ => (404, "{}".to_owned()),
    });
    let command = ListBackup::new("addon_1").with_commands(true).owner_id("orga_2");
    platform.client().send(command).await.unwrap();
    let mut asked = platform.journal();
    asked.retain(|line| line != "GET /v2/summary");
    assert_eq!(asked, ["GET /v2/backups/orga_2/postgresql_1", "GET /v2/organisations/orga_2/addons/addon_1"]);
}

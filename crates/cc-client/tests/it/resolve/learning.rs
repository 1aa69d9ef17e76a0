//! Look-ups for each command, and what the resolver learns from answers.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_unknown_id_costs_one_look_up_for_each_command() {
    // With and without a memory of unknown ids, and whatever is known already.
    for (unknown_for, warm) in [(60, false), (60, true), (0, false), (0, true)] {
        let platform = Platform::usual();
        let builder = Client::builder().unknown_ids_for(unknown_for * SECOND);
        let client = platform.client_with(builder);
        if warm {
            client.resolver().refresh().await.unwrap();
        }
        let before = platform.summaries();
        let error = client.send(ReadMany("app_nobody")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CannotResolveResource);
        assert_eq!(platform.summaries() - before, 1, "{unknown_for} {warm}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_id_costs_one_look_up_for_each_command() {
    let platform = Platform::slow(|_, request| match request.uri().path() {
        "/v2/summary" => after(SECOND, 200, SUMMARY),
        _ => after(SECOND / 4, 404, "{}"),
    });
    let client = platform.client_with(Client::builder().unknown_ids_for(Duration::ZERO));
    client.resolver().refresh().await.unwrap();
    client.send(ReadMany("app_1")).await.unwrap_err();
    assert_eq!(platform.summaries(), 2);
}

#[tokio::test]
async fn a_client_for_other_credentials_keeps_the_settings() {
    let platform = Platform::usual();
    let store = cc_client::resolve::MemoryStore::new();
    let builder = Client::builder().id_store(store.clone()).unknown_ids_for(Duration::ZERO);
    #[cfg(feature = "stream")]
    let builder = builder.streams(|settings| settings.heartbeat = Some(7 * SECOND));
    let mine = platform.client_with(builder);
    let yours = mine.with_credentials(Credentials::oauth1("key", "secret", "you", "secret")).unwrap();
    #[cfg(feature = "stream")]
    assert_eq!(yours.stream_settings().heartbeat, Some(7 * SECOND));
    assert_eq!(yours.resolver().owner_of(&app("app_1")).await.unwrap(), "orga_1");
    // The stored index of the first account is available to another client of the second, and not to the
    // first.
    let again = Client::builder().id_store(store).build_with(yours.transport().clone());
    again.resolver().owner_of(&app("app_1")).await.unwrap();
    assert_eq!(platform.summaries(), 1);
    mine.resolver().owner_of(&app("app_1")).await.unwrap();
    assert_eq!(platform.summaries(), 2);
    for _ in 0..2 {
        yours.resolver().owner_of(&app("app_nobody")).await.unwrap_err();
    }
    assert_eq!(platform.summaries(), 4, "unknown ids are not remembered");
}

/// A platform with lists and creations, which answers 404 to other requests.
#[cfg(all(feature = "application", feature = "addon"))]
fn with_lists() -> Platform {
    Platform::new(|_, path| match path {
        "/v2/summary" => (200, SUMMARY.to_owned()),
        "/v2/organisations/orga_2/applications" => {
            (200, r#"[{"id":"app_2","name":"a","ownerId":"orga_2"}]"#.to_owned())
        }
        "/v2/organisations/orga_2/addons" => (
            200,
            r#"[{"id":"addon_2","realId":"redis_2","name":"b","region":"par","configKeys":[]}]"#.to_owned(),
        ),
        "/v2/organisations/orga_1/applications/app_1/vhosts" => (200, r#"[{"fqdn":"a.test/"}]"#.to_owned()),
        _ => (404, "{}".to_owned()),
    })
}

#[cfg(all(feature = "application", feature = "addon"))]
#[tokio::test]
async fn created_and_listed_resources_resolve_without_a_summary() {
    use cc_client::commands::addon::ListAddon;
    use cc_client::commands::application::ListApplication;
    let platform = with_lists();
    let client = platform.client();
    assert_eq!(client.send(ListApplication::new("orga_2")).await.unwrap().len(), 1);
    assert_eq!(client.send(ListAddon::new("orga_2")).await.unwrap().len(), 1);
    let resolver = client.resolver();
    assert_eq!(resolver.owner_of(&app("app_2")).await.unwrap(), "orga_2");
    for id in ["addon_2", "redis_2"] {
        assert_eq!(resolver.owner_of(&AnyAddonId::from(id)).await.unwrap(), "orga_2");
        assert_eq!(resolver.owner_of(&ResourceId::from(id)).await.unwrap(), "orga_2");
        assert_eq!(resolver.addon_id(id).await.unwrap(), "addon_2");
        assert_eq!(resolver.real_addon_id(id).await.unwrap(), "redis_2");
    }
    assert_eq!(platform.summaries(), 0);
    // Ids of other kinds with the same text are others.
    resolver.owner_of(&AnyAddonId::from("app_2")).await.unwrap_err();
    // A summary that was asked for afterwards knows better, and `forget` forgets it.
    resolver.forget();
    resolver.owner_of(&app("app_2")).await.unwrap_err();
}

#[cfg(all(feature = "application", feature = "addon"))]
#[tokio::test]
async fn a_fresher_summary_replaces_what_was_learned() {
    let platform = with_lists();
    let client = platform.client();
    client.send(cc_client::commands::application::ListApplication::new("orga_2")).await.unwrap();
    assert_eq!(client.resolver().owner_of(&app("app_2")).await.unwrap(), "orga_2");
    client.resolver().refresh().await.unwrap();
    client.resolver().owner_of(&app("app_2")).await.unwrap_err();
    // Refused ids are looked up again, even if they were learned from an answer.
    client.send(cc_client::commands::application::ListApplication::new("orga_2")).await.unwrap();
    let before = platform.summaries();
    client.send(read("app_2")).await.unwrap_err();
    assert_eq!(platform.summaries(), before + 1);
}

#[cfg(all(feature = "application", feature = "addon"))]
#[tokio::test]
async fn an_application_without_a_primary_domain_costs_no_look_up() {
    let platform = with_lists();
    let client = platform.client();
    client.resolver().refresh().await.unwrap();
    for _ in 0..2 {
        let domains = client.send(cc_client::commands::application::ListDomain::new("app_1")).await.unwrap();
        assert!(domains.len() == 1 && !domains[0].is_primary);
        let primary = cc_client::commands::application::GetPrimaryDomain::new("app_1");
        assert_eq!(client.send(primary).optional().await.unwrap(), None);
    }
    assert_eq!(platform.summaries(), 1);
}

#[cfg(all(feature = "application", feature = "addon"))]
#[tokio::test]
async fn the_primary_domain_of_an_application_that_moved_is_read_from_its_new_owner() {
    let summaries = AtomicUsize::new(0);
    let platform = Platform::new(move |_, path| match path {
        "/v2/summary" if summaries.fetch_add(1, Ordering::Relaxed) == 0 => (200, SUMMARY.to_owned()),
        "/v2/summary" => (200, SUMMARY.replace("orga_1", "orga_2")),
        "/v2/organisations/orga_2/applications/app_1/vhosts" => (200, r#"[{"fqdn":"a.test/"}]"#.to_owned()),
        "/v2/organisations/orga_2/applications/app_1/vhosts/favourite" => {
            (200, r#"{"fqdn":"a.test/"}"#.to_owned())
        }
        _ => (404, "{}".to_owned()),
    });
    let client = platform.client();
    client.resolver().refresh().await.unwrap();
    let domains = client.send(cc_client::commands::application::ListDomain::new("app_1")).await.unwrap();
    assert!(domains[0].is_primary);
    assert_eq!(platform.summaries(), 2);
}

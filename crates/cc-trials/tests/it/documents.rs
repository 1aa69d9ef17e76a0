//! Examples in the documents compile and run against the sandbox: one test per block, named by its heading.

use std::sync::Arc;

use cc_client::Client;
use cc_client::commands::application::CreateApplication;
use cc_sandbox::{Ids, Sandbox};

use cc_trials::memory;

/// A sandbox of one block.
struct Place {
    client: Client,
    ids: Ids,
    other: String,
}

/// The names that the documents use.
struct Names<'a> {
    client: &'a Client,
    owner: &'a str,
    application: &'a str,
    other_application: &'a str,
    addon: &'a str,
    real_addon: &'a str,
    keycloak: &'a str,
    otoroshi: &'a str,
    metabase: &'a str,
    pulsar: &'a str,
    config: &'a str,
    drain: &'a str,
    invoice: &'a str,
}

impl Place {
    async fn new() -> Self {
        let sandbox = Arc::new(Sandbox::builder().in_memory());
        let (client, ids) = (memory::client(&sandbox), sandbox.ids());
        let other = CreateApplication::new(&ids.organisation, "other", "node", "XS");
        let other = client.send(other).await.unwrap().id.to_string();
        Self { client, ids, other }
    }

    fn names(&self) -> Names<'_> {
        let ids = &self.ids;
        let addon = |kind: &str| ids.addons[kind].as_str();
        Names {
            client: &self.client,
            owner: &ids.organisation,
            application: &ids.application,
            other_application: &self.other,
            addon: &ids.addon,
            real_addon: &ids.real_addon,
            keycloak: addon("keycloak"),
            otoroshi: addon("otoroshi"),
            metabase: addon("metabase"),
            pulsar: addon("pulsar"),
            config: addon("config"),
            drain: &ids.drain,
            invoice: &ids.invoice,
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/documents.rs"));

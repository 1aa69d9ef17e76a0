//! The prelude beside everything that a program may import whole.

#![allow(unused_imports)]

use cc_client::api::account::*;
use cc_client::api::addon::*;
use cc_client::api::addon_provider::*;
use cc_client::api::ai::*;
use cc_client::api::application::*;
use cc_client::api::billing::*;
use cc_client::api::cellar::*;
use cc_client::api::config_provider::*;
use cc_client::api::container_registry::*;
use cc_client::api::cumulocity::*;
use cc_client::api::database::*;
use cc_client::api::deployment::*;
use cc_client::api::dns::*;
use cc_client::api::drain::*;
use cc_client::api::functions::*;
use cc_client::api::github::*;
use cc_client::api::iam::*;
use cc_client::api::kubernetes::*;
use cc_client::api::load_balancer::*;
use cc_client::api::log::*;
use cc_client::api::materia::*;
use cc_client::api::metrics::*;
use cc_client::api::network_group::*;
use cc_client::api::notification::*;
use cc_client::api::oauth::*;
use cc_client::api::operator::*;
use cc_client::api::organisation::*;
use cc_client::api::passthrough::*;
use cc_client::api::payment::*;
use cc_client::api::product::*;
use cc_client::api::pulsar::*;
use cc_client::api::redirection::*;
use cc_client::api::zone::*;
use cc_client::commands::account::*;
use cc_client::commands::addon::*;
use cc_client::commands::addon_provider::*;
use cc_client::commands::application::*;
use cc_client::commands::billing::*;
use cc_client::commands::database::*;
use cc_client::commands::deployment::*;
use cc_client::commands::drain::*;
use cc_client::commands::github::*;
use cc_client::commands::load_balancer::*;
use cc_client::commands::log::*;
use cc_client::commands::metrics::*;
use cc_client::commands::network_group::*;
use cc_client::commands::notification::*;
use cc_client::commands::oauth::*;
use cc_client::commands::operator::*;
use cc_client::commands::organisation::AddOrganisationMember;
use cc_client::commands::organisation::model::OrganisationRole;
use cc_client::commands::organisation::*;
use cc_client::commands::payment::*;
use cc_client::commands::product::*;
use cc_client::commands::pulsar::*;
use cc_client::commands::redirection::*;
use cc_client::commands::zone::*;
use cc_client::prelude::*;

/// Each name of the prelude that stands for a type: an ambiguous one does not compile.
type All = (
    (AddonId, AddonProviderId, AnyAddonId, ApplicationId, ConsumerKey, DeploymentId, DrainId, InstanceId),
    (InvoiceNumber, NetworkGroupId, OwnerId, Patch<()>, RealAddonId, ResourceId, UserId, ZoneId),
    (
        CachePolicy,
        CallOptions,
        Client,
        Context,
        Credentials,
        Defaults,
        Endpoint,
        Ensured<()>,
        Error,
        ErrorKind,
    ),
    (Result<()>, RetryPolicy, Secret, Timestamp),
);

fn name<C: Command + Ensure>(_: &C) -> &'static str {
    C::NAME
}

#[test]
fn the_prelude_and_all_modules_share_no_name() {
    assert!(std::mem::size_of::<All>() > 0);
    assert_eq!(
        name(&AddOrganisationMember::new("orga_1", OrganisationRole::Admin, "a@example.com")),
        "AddOrganisationMember"
    );
}

#[test]
fn every_module_is_imported_here() {
    let (text, own) = (include_str!("../../../cc-client/src/generated/api.rs"), include_str!("prelude.rs"));
    let modules = text.lines().filter_map(|line| line.strip_prefix("pub use cc_api_")?.split_once(" as "));
    let mut count = 0;
    for (_, module) in modules {
        count += 1;
        let import = format!("use cc_client::api::{}::*;", module.trim_end_matches(';'));
        assert!(own.contains(&import), "{import}");
    }
    assert!(count > 20, "{count}");
}

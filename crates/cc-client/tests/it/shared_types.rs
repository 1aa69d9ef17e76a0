//! Types that several domains of the API use.

use cc_client::api;

/// Compiles only if both domains name the same type.
fn same<T>(_: Option<T>, _: Option<T>) {}

#[test]
fn a_type_of_several_domains_is_one_type() {
    same(None::<api::account::types::MfaKind>, None::<api::oauth::types::MfaKind>);
    same(None::<api::account::types::MfaKind>, None::<api::payment::types::MfaKind>);
    same(None::<api::account::types::ApplicationState>, None::<api::application::types::ApplicationState>);
    same(None::<api::addon::types::Addon>, None::<api::application::types::Addon>);
    same(None::<api::cellar::types::PresignedUrl>, None::<api::network_group::types::PresignedUrl>);
    same(None::<api::product::types::Flavor>, None::<api::application::types::Flavor>);
}

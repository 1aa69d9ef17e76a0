//! Ids and names of network groups and of their members.

use std::fmt;

use cc_runtime::NetworkGroupId;
use uuid::Uuid;

/// The providers whose add-ons may be members, and how the ids of those start.
const ADDON_PROVIDERS: [(&str, &str); 5] = [
    ("es-addon", "elasticsearch_"),
    ("mongodb-addon", "mongodb_"),
    ("mysql-addon", "mysql_"),
    ("postgresql-addon", "postgresql_"),
    ("redis-addon", "redis_"),
];

/// A new id of a network group: the caller chooses it.
#[must_use]
pub fn new_network_group_id() -> NetworkGroupId {
    format!("ng_{}", Uuid::new_v4()).into()
}

/// A new id of an external member: the caller chooses it.
#[must_use]
pub fn new_external_member_id() -> String {
    format!("external_{}", Uuid::new_v4())
}

/// The name under which a member is found by the others.
#[must_use]
pub fn member_domain(member: &str, group: &NetworkGroupId) -> String {
    format!("{member}.m.{group}.cc-ng.cloud")
}

/// Kind of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemberKind {
    /// An application.
    Application,
    /// An add-on.
    Addon,
    /// A machine outside of the platform.
    External,
}

impl MemberKind {
    /// Returns the kind of an id; `None` for an id that cannot be a member, such as the `addon_…` id of an
    /// add-on: a member has the provider's own id.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        if id.starts_with("app_") {
            Some(Self::Application)
        } else if id.starts_with("external_") {
            Some(Self::External)
        } else if ADDON_PROVIDERS.iter().any(|(_, prefix)| id.starts_with(prefix)) {
            Some(Self::Addon)
        } else {
            None
        }
    }
}

impl fmt::Display for MemberKind {
    /// Formats the kind as the platform does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "APPLICATION",
            Self::Addon => "ADDON",
            Self::External => "EXTERNAL",
        })
    }
}

impl std::str::FromStr for MemberKind {
    type Err = cc_runtime::Error;

    /// Reads the kind as the platform writes it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) for any other text.
    fn from_str(kind: &str) -> cc_runtime::Result<Self> {
        let known = [Self::Application, Self::Addon, Self::External];
        known.into_iter().find(|known| known.to_string() == kind).ok_or_else(|| {
            let kind = cc_runtime::one_line(kind, 64);
            let message = format!("unknown kind of member `{kind}`: expected APPLICATION, ADDON or EXTERNAL");
            cc_runtime::Error::new(cc_runtime::ErrorKind::InvalidInput).with_message(message).not_sent()
        })
    }
}

/// Returns `true` if an add-on of this provider and plan (by its slug) can be a member.
#[must_use]
pub fn can_be_member(provider: &str, plan_slug: &str) -> bool {
    plan_slug != "dev" && ADDON_PROVIDERS.iter().any(|(known, _)| *known == provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_are_all_different() {
        let (one, other) = (new_network_group_id(), new_network_group_id());
        assert!(one != other && one.as_str().starts_with("ng_") && one.as_str().len() == 3 + 36);
        assert!(new_external_member_id().starts_with("external_"));
    }

    #[test]
    fn the_prefix_gives_the_kind_of_a_member_and_addon_ids_are_not_members() {
        for (id, kind) in [
            ("app_1", "APPLICATION"),
            ("postgresql_1", "ADDON"),
            ("elasticsearch_1", "ADDON"),
            ("external_1", "EXTERNAL"),
        ] {
            assert_eq!(MemberKind::of(id).unwrap().to_string(), kind);
        }
        for id in ["addon_1", "cellar_1", "", "orga_1"] {
            assert_eq!(MemberKind::of(id), None, "{id}");
        }
    }

    #[test]
    fn addons_of_some_providers_can_be_members_unless_shared() {
        assert!(can_be_member("es-addon", "xs") && can_be_member("redis-addon", "s_mono"));
        assert!(!can_be_member("postgresql-addon", "dev") && !can_be_member("cellar-addon", "s"));
    }

    #[test]
    fn a_member_has_a_name() {
        assert_eq!(member_domain("app_1", &"ng_2".into()), "app_1.m.ng_2.cc-ng.cloud");
    }
}

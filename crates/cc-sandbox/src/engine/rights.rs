//! Rights by role: what each member of an organisation may do.

use super::reply::Refusal;
use super::table::Operation;
use crate::refusals;

/// Kind of what an operation does with an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads the organisation itself, or its members.
    ReadOrganisation,
    ChangeOrganisation,
    DeleteOrganisation,
    ChangeMembers,
    /// Reads or changes invoices, payment methods, credits, coupons and consumption.
    Billing,
    CreateApplication,
    DeleteApplication,
    /// Creates or deletes an add-on.
    Addons,
    /// Reads any other resource.
    Read,
    /// Changes any other resource: deploys, sets variables and domains, and so on.
    Work,
}

/// Roles that may do what is of a kind. Source: the documentation's page "Roles and organisations", for the kinds
/// that it names. It does not name [`Kind::ReadOrganisation`], which every member may do here.
const RIGHTS: &[(Kind, &str, &[&str])] = &[
    (
        Kind::ReadOrganisation,
        "read the organisation and its members",
        &["ADMIN", "MANAGER", "DEVELOPER", "ACCOUNTING", "NONE"],
    ),
    (Kind::ChangeOrganisation, "change the organisation", &["ADMIN", "MANAGER"]),
    (Kind::DeleteOrganisation, "delete the organisation", &["ADMIN"]),
    (Kind::ChangeMembers, "add, change and remove members", &["ADMIN", "MANAGER"]),
    (Kind::Billing, "see and pay bills", &["ADMIN", "ACCOUNTING"]),
    (Kind::CreateApplication, "create applications", &["ADMIN", "MANAGER", "DEVELOPER"]),
    (Kind::DeleteApplication, "delete applications", &["ADMIN", "MANAGER"]),
    (Kind::Addons, "create and delete add-ons", &["ADMIN", "MANAGER"]),
    (Kind::Read, "read applications, add-ons and other resources", &["ADMIN", "MANAGER", "DEVELOPER"]),
    (Kind::Work, "change applications, add-ons and other resources", &["ADMIN", "MANAGER", "DEVELOPER"]),
];

/// Roles of the platform.
const ROLES: [&str; 5] = ["ADMIN", "MANAGER", "DEVELOPER", "ACCOUNTING", "NONE"];

/// A role as answers show it: one that the platform does not have is none.
pub(crate) fn shown(role: &str) -> &str {
    if ROLES.contains(&role) { role } else { "NONE" }
}

/// Kind of an operation on an owner, or on something of an owner.
pub(crate) fn kind(operation: &Operation) -> Kind {
    let reads = operation.method == "GET";
    match operation.id.as_str() {
        "get_organisation" | "list_organisation_members" => Kind::ReadOrganisation,
        "update_organisation" | "update_organisation_avatar" => Kind::ChangeOrganisation,
        "delete_organisation" => Kind::DeleteOrganisation,
        "add_organisation_member" | "update_organisation_member" | "remove_organisation_member" => {
            Kind::ChangeMembers
        }
        "create_application" => Kind::CreateApplication,
        "delete_application" => Kind::DeleteApplication,
        "create_addon" | "delete_addon" => Kind::Addons,
        _ if ["billing", "payment"].contains(&operation.domain.as_str()) => Kind::Billing,
        _ if reads => Kind::Read,
        _ => Kind::Work,
    }
}

/// Refuses what a role does not allow. A role that the platform does not have reads, and changes nothing.
pub(crate) fn check(role: &str, kind: Kind) -> Result<(), Refusal> {
    let (what, roles) = RIGHTS
        .iter()
        .find(|(own, ..)| *own == kind)
        .map_or(("do this", &[][..]), |(_, what, roles)| (*what, *roles));
    let reads = matches!(kind, Kind::Read | Kind::ReadOrganisation) && !ROLES.contains(&role);
    if reads || roles.contains(&role) {
        return Ok(());
    }
    Err(refusals::ROLE.with([role, what]))
}

/// The rights as rows: what, and the roles that may do it.
pub(crate) fn rows() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    RIGHTS.iter().map(|(_, what, roles)| (*what, *roles))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_role_reads_and_changes_nothing() {
        for (kind, ..) in RIGHTS {
            let reads = matches!(kind, Kind::Read | Kind::ReadOrganisation);
            assert_eq!(check("VIEWER", *kind).is_ok(), reads, "{kind:?}");
            assert!(check("ADMIN", *kind).is_ok(), "{kind:?}");
            assert_eq!(check("NONE", *kind).is_ok(), *kind == Kind::ReadOrganisation, "{kind:?}");
        }
    }
}

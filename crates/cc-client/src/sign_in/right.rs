//! Rights that a user may grant.

use std::fmt;

/// A right that a user may grant to a program. Source: the platform's documentation of its API, `GET
/// /v2/oauth/rights`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Right {
    /// Read organisations.
    AccessOrganisations,
    /// Read the invoices of organisations.
    AccessOrganisationsBills,
    /// Read access to the consumption of organisations.
    AccessOrganisationsConsumptionStatistics,
    /// Read the credits of organisations.
    AccessOrganisationsCreditCount,
    /// Read the profile.
    AccessPersonalInformation,
    /// Change organisations.
    ManageOrganisations,
    /// Change the applications of organisations.
    ManageOrganisationsApplications,
    /// Change the members of organisations.
    ManageOrganisationsMembers,
    /// Change the add-ons of organisations.
    ManageOrganisationsServices,
    /// Change the profile.
    ManagePersonalInformation,
    /// Change the SSH keys.
    ManageSshKeys,
}

impl Right {
    /// All that are known.
    pub const ALL: [Self; 11] = [
        Self::AccessOrganisations,
        Self::AccessOrganisationsBills,
        Self::AccessOrganisationsConsumptionStatistics,
        Self::AccessOrganisationsCreditCount,
        Self::AccessPersonalInformation,
        Self::ManageOrganisations,
        Self::ManageOrganisationsApplications,
        Self::ManageOrganisationsMembers,
        Self::ManageOrganisationsServices,
        Self::ManagePersonalInformation,
        Self::ManageSshKeys,
    ];

    /// Returns the platform's name of the right.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessOrganisations => "access_organisations",
            Self::AccessOrganisationsBills => "access_organisations_bills",
            Self::AccessOrganisationsConsumptionStatistics => "access_organisations_consumption_statistics",
            Self::AccessOrganisationsCreditCount => "access_organisations_credit_count",
            Self::AccessPersonalInformation => "access_personal_information",
            Self::ManageOrganisations => "manage_organisations",
            Self::ManageOrganisationsApplications => "manage_organisations_applications",
            Self::ManageOrganisationsMembers => "manage_organisations_members",
            Self::ManageOrganisationsServices => "manage_organisations_services",
            Self::ManagePersonalInformation => "manage_personal_information",
            Self::ManageSshKeys => "manage_ssh_keys",
        }
    }
}

impl std::str::FromStr for Right {
    type Err = cc_runtime::Error;

    /// Reads the platform's name of the right.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) for a name that this version does not know.
    fn from_str(name: &str) -> cc_runtime::Result<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == name).ok_or_else(|| {
            let message = format!("unknown right `{}`", cc_runtime::one_line(name, 64));
            cc_runtime::Error::new(cc_runtime::ErrorKind::InvalidInput).with_message(message).not_sent()
        })
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

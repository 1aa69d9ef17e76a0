//! Terms of an owner: its quota, and the switches that make the platform refuse what it would otherwise do.

use serde::{Deserialize, Serialize};

use super::{Owner, World};
use crate::engine::reply::Refusal;
use crate::refusals;

/// Most resources of one owner. A limit that is `None` does not exist, which is the default of each.
///
/// ```
/// use cc_sandbox::{Quota, Sandbox};
///
/// let mut quota = Quota::default();
/// quota.applications = Some(3);
/// let sandbox = Sandbox::builder().quota(quota).in_memory();
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Quota {
    /// Number of applications.
    pub applications: Option<u32>,
    /// Number of add-ons.
    pub addons: Option<u32>,
    /// Number of instances that the applications may have together: the sum of their maximums.
    pub instances: Option<u32>,
    /// Number of members.
    pub members: Option<u32>,
}

/// Terms of an owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Terms {
    /// Quota of this owner, in the place of that of the world.
    pub(crate) quota: Option<Quota>,
    /// `true` if nothing is free any more: what costs money needs a payment method.
    pub(crate) needs_payment_method: bool,
    /// `true` if the platform has blocked the owner.
    pub(crate) is_moderated: bool,
}

/// A change of the terms of an owner, or of an application.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TermsChange {
    /// Id of the owner or of the application.
    pub(crate) of: String,
    #[serde(default)]
    pub(crate) quota: Option<Quota>,
    #[serde(default)]
    pub(crate) needs_payment_method: Option<bool>,
    #[serde(default)]
    pub(crate) is_moderated: Option<bool>,
}

impl TermsChange {
    /// A change that changes nothing yet.
    pub(crate) fn of(id: &str) -> Self {
        Self { of: id.to_owned(), ..Self::default() }
    }
}

impl World {
    /// Changes the terms of an owner. Of an application, only the moderation can change.
    pub(crate) fn change_terms(&mut self, change: &TermsChange) -> Result<(), String> {
        let TermsChange { of, quota, needs_payment_method, is_moderated } = change;
        if let Some(owner) = self.owners.get_mut(of) {
            let terms = &mut owner.terms;
            terms.quota = quota.or(terms.quota);
            terms.needs_payment_method = needs_payment_method.unwrap_or(terms.needs_payment_method);
            terms.is_moderated = is_moderated.unwrap_or(terms.is_moderated);
            return Ok(());
        }
        let Some(application) = self.applications.get_mut(of) else {
            return Err(format!("the sandbox has no owner and no application `{of}`"));
        };
        if quota.is_some() || needs_payment_method.is_some() {
            return Err(format!("`{of}` is an application: only `isModerated` can change"));
        }
        application.is_moderated = is_moderated.unwrap_or(application.is_moderated);
        Ok(())
    }

    fn quota_of(&self, owner: &str) -> Quota {
        self.owners.get(owner).and_then(|owner| owner.terms.quota).unwrap_or(self.quota)
    }

    /// Refuses another application with this maximum of instances, or another maximum for an application.
    pub(crate) fn check_application_quota(
        &self,
        owner: &str,
        changed: Option<&str>,
        instances: i64,
    ) -> Result<(), Refusal> {
        let quota = self.quota_of(owner);
        let own = || self.applications.values().filter(|application| application.owner == owner);
        if changed.is_none() {
            check(quota.applications, own().count() + 1, "applications")?;
        }
        let others = own().filter(|application| Some(application.id.as_str()) != changed);
        let most = |settings: &serde_json::Value| settings["instance"]["maxInstances"].as_i64().unwrap_or(1);
        let all: i64 = others.map(|application| most(&application.settings)).sum();
        check(
            quota.instances,
            usize::try_from(all.saturating_add(instances)).unwrap_or(usize::MAX),
            "instances",
        )
    }

    /// Refuses another add-on.
    pub(crate) fn check_addon_quota(&self, owner: &str) -> Result<(), Refusal> {
        let own = self.addons.values().filter(|addon| addon.owner == owner).count();
        check(self.quota_of(owner).addons, own + 1, "add-ons")
    }

    /// Refuses another member.
    pub(crate) fn check_member_quota(&self, owner: &str) -> Result<(), Refusal> {
        let own = self.owners.get(owner).map_or(0, |owner| owner.members.len());
        check(self.quota_of(owner).members, own + 1, "members")
    }

    /// Refuses what costs money to an owner that needs a payment method and has none.
    pub(crate) fn check_payment(&self, owner: &str) -> Result<(), Refusal> {
        let needs = self.owners.get(owner).is_some_and(|owner: &Owner| owner.terms.needs_payment_method);
        if needs && !self.payment_methods.values().any(|method| method.owner == owner) {
            return Err(refusals::PAYMENT_REQUIRED.with([]));
        }
        Ok(())
    }
}

fn check(most: Option<u32>, wanted: usize, what: &str) -> Result<(), Refusal> {
    match most {
        Some(most) if wanted > most as usize => Err(refusals::QUOTA_REACHED.with([&most.to_string(), what])),
        _ => Ok(()),
    }
}

//! Adding what belongs to an application only once: domain, environment, link, tag.

use cc_runtime::ensure::{Differences, Ensure, NaturalKey};
use cc_runtime::{AnyAddonId, ApplicationId, Result};

use crate::commands::application::model::{Domain, EnvironmentVariable, Link};
use crate::commands::application::{
    AddLink, CreateDomain, CreateOrUpdateEnvironmentVariable, CreateTag, GetEnvironment, ListDomain,
    ListLink, ListTag, UpdateEnvironment,
};
use crate::commands::target::Target;
use crate::context::Context;

/// One domain for application and name. Upper case and a final slash make no difference.
impl Ensure for CreateDomain {
    type Thing = Domain;

    const REPEATABLE: bool = true;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("domain")
            .with("applicationId", self.application_id.as_str())
            .with("domain", bare(&self.domain)))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<Domain>> {
        let mut list = ListDomain::new(&self.application_id);
        list.owner_id = self.owner_id.clone();
        let mut domains = cx.send(list).await?;
        domains.retain(|found| bare(&found.domain) == bare(&self.domain));
        Ok(domains)
    }

    fn id(domain: &Domain) -> String {
        domain.domain.clone()
    }

    async fn create(self, cx: &Context) -> Result<Domain> {
        let domain = self.domain.clone();
        cx.send(self).await?;
        Ok(Domain { domain, is_primary: false })
    }
}

/// A domain as it is compared: the platform shows a domain without a path with a final slash.
fn bare(domain: &str) -> String {
    let domain = domain.trim_end_matches('/');
    match domain.split_once('/') {
        Some((host, path)) => format!("{}/{path}", host.to_ascii_lowercase()),
        None => domain.to_ascii_lowercase(),
    }
}

/// One variable for application and name. Its value is compared, never shown, and can be changed.
impl Ensure for CreateOrUpdateEnvironmentVariable {
    type Thing = EnvironmentVariable;

    const REPEATABLE: bool = true;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("environment variable")
            .with("applicationId", self.application_id.as_str())
            .with("name", &self.name))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<EnvironmentVariable>> {
        let mut get = GetEnvironment::of_application(&self.application_id);
        get.owner_id = self.owner_id.clone();
        let mut variables = cx.send(get).await?.environment;
        variables.retain(|variable| variable.name == self.name);
        Ok(variables)
    }

    fn id(variable: &EnvironmentVariable) -> String {
        variable.name.clone()
    }

    async fn create(self, cx: &Context) -> Result<EnvironmentVariable> {
        let variable = EnvironmentVariable { name: self.name.clone(), value: self.value.clone() };
        cx.send(self).await?;
        Ok(variable)
    }

    fn compare(&self, found: &EnvironmentVariable) -> Differences {
        Differences::new().secret("value", found.value != self.value, true)
    }

    async fn update(
        self,
        _: EnvironmentVariable,
        _: &Differences,
        cx: &Context,
    ) -> Result<EnvironmentVariable> {
        self.create(cx).await
    }
}

/// The whole environment of an application: it is there unless it is empty. Each variable whose value differs, that is missing,
/// or that the command does not name, is a difference under its name, and can be changed.
impl Ensure for UpdateEnvironment {
    type Thing = Vec<EnvironmentVariable>;

    const REPEATABLE: bool = true;

    fn key(&self) -> Result<NaturalKey> {
        self.environment.check()?;
        Ok(NaturalKey::new("environment").with("applicationId", self.application_id.as_str()))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<Self::Thing>> {
        let mut get = GetEnvironment::of_application(&self.application_id);
        get.owner_id = self.owner_id.clone();
        let variables = cx.send(get).await?.environment;
        Ok(if variables.is_empty() && !self.environment.is_empty() { Vec::new() } else { vec![variables] })
    }

    fn id(_: &Self::Thing) -> String {
        "environment".to_owned()
    }

    async fn create(self, cx: &Context) -> Result<Self::Thing> {
        cx.send(self).await
    }

    fn compare(&self, found: &Self::Thing) -> Differences {
        let value =
            |name: &str| found.iter().find(|variable| variable.name == name).map(|found| &found.value);
        let mut differences = Differences::new();
        for (name, wanted) in self.environment.iter() {
            differences = differences.secret(name, value(name) != Some(wanted), true);
        }
        for variable in found {
            differences =
                differences.secret(&variable.name, self.environment.get(&variable.name).is_none(), true);
        }
        differences
    }

    async fn update(self, _: Self::Thing, _: &Differences, cx: &Context) -> Result<Self::Thing> {
        cx.send(self).await
    }
}

/// One link for application and target.
impl Ensure for AddLink {
    type Thing = Link;

    const REPEATABLE: bool = true;

    fn key(&self) -> Result<NaturalKey> {
        let target = match link_target(self)? {
            Target::Application(application) => application.as_str(),
            Target::Addon(addon) => addon.as_str(),
        };
        Ok(NaturalKey::new("link").with("applicationId", self.application_id.as_str()).with("target", target))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<Link>> {
        let mut list = ListLink::of_application(&self.application_id);
        list.owner_id = self.owner_id.clone();
        let (application, addon) = (self.target_application_id.as_ref(), self.target_addon_id.as_ref());
        let mut links = cx.send(list).await?;
        links.retain(|link| leads_to(link, application, addon));
        Ok(links)
    }

    fn id(link: &Link) -> String {
        match link {
            Link::Application { application } => application.id.to_string(),
            Link::Addon { addon } => addon.id.to_string(),
        }
    }

    async fn create(self, cx: &Context) -> Result<Link> {
        let read = cx.reloading();
        cx.send(self.clone()).await?;
        // The link shows the whole target, which the answer lacks.
        let found = self.look(&read).await.map_err(cc_runtime::Error::applied)?;
        found.into_iter().next().ok_or_else(|| {
            cc_runtime::Error::new(cc_runtime::ErrorKind::Undecodable)
                .with_message("the links read after it do not hold it")
                .applied()
        })
    }
}

fn link_target(link: &AddLink) -> Result<Target<'_>> {
    Target::of(&link.target_application_id, &link.target_addon_id, ["targetApplicationId", "targetAddonId"])
}

fn leads_to(link: &Link, application: Option<&ApplicationId>, addon: Option<&AnyAddonId>) -> bool {
    match link {
        Link::Application { application: to } => application == Some(&to.id),
        Link::Addon { addon: to } => {
            addon.is_some_and(|addon| [to.id.as_str(), to.real_id.as_str()].contains(&addon.as_str()))
        }
    }
}

/// One tag for application or add-on and name.
impl Ensure for CreateTag {
    type Thing = String;

    const REPEATABLE: bool = true;

    fn key(&self) -> Result<NaturalKey> {
        let key = NaturalKey::new("tag");
        let key = match Target::of(&self.application_id, &self.addon_id, ["applicationId", "addonId"])? {
            Target::Application(application) => key.with("applicationId", application.as_str()),
            Target::Addon(addon) => key.with("addonId", addon.as_str()),
        };
        Ok(key.with("tag", &self.tag))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<String>> {
        let list = ListTag {
            application_id: self.application_id.clone(),
            addon_id: self.addon_id.clone(),
            owner_id: self.owner_id.clone(),
        };
        let mut tags = cx.send(list).await?;
        tags.retain(|tag| *tag == self.tag);
        Ok(tags)
    }

    fn id(tag: &String) -> String {
        tag.clone()
    }

    async fn create(self, cx: &Context) -> Result<String> {
        let tag = self.tag.clone();
        cx.send(self).await?;
        Ok(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_the_same_in_upper_case_and_with_a_final_slash() {
        assert_eq!(bare("Shop.Example.com/"), bare("shop.example.com"));
        assert_eq!(bare("shop.example.com/Api/"), "shop.example.com/Api");
        assert_ne!(bare("shop.example.com/api"), bare("shop.example.com"));
    }
}

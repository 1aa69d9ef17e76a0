//! Creating an application, and what belongs to one, only once.

mod part;

use cc_runtime::Result;
use cc_runtime::ensure::{Differences, Ensure, NaturalKey};

use super::model::Application;
use super::settings::copy_settings;
use super::{CreateApplication, InstanceChoice, ListApplication, UpdateApplication};
use crate::context::Context;
use crate::env::EnvironmentMap;
use crate::model::Flavor;

/// One application for owner and name. Its settings are compared where the command sets them, and can be changed, except the
/// runtime (`instance`). Tags and the repository are not compared. Without `max_flavor`, an application of one size gets the other
/// size, and the largest size of one that scales stays.
impl Ensure for CreateApplication {
    type Thing = Application;

    fn key(&self) -> Result<NaturalKey> {
        self.environment.iter().try_for_each(EnvironmentMap::check)?;
        Ok(NaturalKey::new("application").with("ownerId", self.owner_id.as_str()).with("name", &self.name))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<Application>> {
        let mut applications = cx.send(ListApplication::new(&self.owner_id)).await?;
        applications.retain(|application| application.name == self.name);
        Ok(applications)
    }

    fn id(application: &Application) -> String {
        application.id.to_string()
    }

    async fn create(self, cx: &Context) -> Result<Application> {
        cx.send(self).await
    }

    fn compare(&self, found: &Application) -> Differences {
        let mut differences = Differences::new();
        if let Some(instance) = &found.instance {
            let variant = instance.variant.as_ref();
            let (is, wanted) = match &self.instance {
                InstanceChoice::Slug { slug } => {
                    (variant.map(|variant| InstanceChoice::slug(&variant.slug)), InstanceChoice::slug(slug))
                }
                exact @ InstanceChoice::Exact { .. } => {
                    let is = variant.map(|variant| InstanceChoice::Exact {
                        kind: instance.kind.clone(),
                        version: instance.version.clone(),
                        variant: variant.id.clone(),
                    });
                    (is, exact.clone())
                }
            };
            let min_flavor = instance.min_flavor.as_ref().map(|flavor| &flavor.name);
            let max_flavor = instance.max_flavor.as_ref().map(|flavor| &flavor.name);
            let wanted_max = self.wanted_max_flavor(found);
            differences = differences
                .fixed("instance", &is, Some(&Some(wanted)))
                .changeable("minFlavor", &min_flavor, Some(&Some(&self.min_flavor)))
                .changeable("maxFlavor", &max_flavor, wanted_max.map(Some).as_ref())
                .changeable("minInstances", &instance.min_instances, self.min_instances.as_ref())
                .changeable("maxInstances", &instance.max_instances, self.max_instances.as_ref())
                .changeable("instanceLifetime", &instance.lifetime, self.instance_lifetime.as_ref());
        }
        if let Some(deployment) = &found.deployment {
            differences =
                differences.changeable("shutdownable", &deployment.shutdownable, self.shutdownable.as_ref());
        }
        let build_flavor = found.build_flavor.as_ref().map(|flavor| &flavor.name);
        let differences = differences
            .changeable("buildFlavor", &build_flavor, self.build_flavor.as_ref().map(Some).as_ref())
            .changeable("branch", &found.branch.as_ref(), self.branch.as_ref().map(Some).as_ref())
            .changeable("zone", &found.zone, self.zone.as_ref())
            .changeable("archived", &found.archived, self.archived.as_ref())
            .changeable("cancelOnPush", &found.cancel_on_push, self.cancel_on_push.as_ref())
            .changeable(
                "description",
                &found.description.as_ref(),
                self.description.as_ref().map(Some).as_ref(),
            )
            .changeable("favourite", &found.favourite, self.favourite.as_ref())
            .changeable("forceHttps", &found.force_https, self.force_https.as_ref())
            .changeable("homogeneous", &found.homogeneous, self.homogeneous.as_ref())
            .changeable("separateBuild", &found.separate_build, self.separate_build.as_ref())
            .changeable("stickySessions", &found.sticky_sessions, self.sticky_sessions.as_ref());
        let Some(wanted) = &self.environment else { return differences };
        let same = found.environment.len() == wanted.len()
            && found.environment.iter().all(|variable| wanted.get(&variable.name) == Some(&variable.value));
        differences.secret("environment", !same, true)
    }

    async fn update(
        self,
        found: Application,
        differences: &Differences,
        cx: &Context,
    ) -> Result<Application> {
        let max_flavor = self.wanted_max_flavor(&found).cloned();
        let mut update = UpdateApplication::new(&found.id).owner_id(&self.owner_id);
        copy_settings!(self => update; archived, branch, build_flavor, cancel_on_push, description, environment, favourite,
            force_https, homogeneous, instance_lifetime, max_instances, min_instances, separate_build, shutdownable, sticky_sessions, zone);
        update.max_flavor = max_flavor;
        update.min_flavor = Some(self.min_flavor);
        if !differences.fields().any(|field| field == "branch") {
            // It costs a request.
            update.branch = None;
        }
        cx.send(update).await
    }
}

impl CreateApplication {
    /// The largest size that the application should have, if it is to change. One size means that the largest is the smallest.
    fn wanted_max_flavor(&self, found: &Application) -> Option<&String> {
        let instance = found.instance.as_ref();
        let size = |flavor: Option<&Flavor>| flavor.map(|flavor| flavor.name.clone());
        let is_of_one_size = instance
            .is_some_and(|instance| size(instance.min_flavor.as_ref()) == size(instance.max_flavor.as_ref()));
        self.max_flavor.as_ref().or(is_of_one_size.then_some(&self.min_flavor))
    }
}

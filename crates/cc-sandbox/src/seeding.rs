//! Resources that a test can add to the initial world.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domains::{addon, application, billing, drain, provider};
use crate::sandbox::Sandbox;
use crate::world::{Quota, TermsChange, World, add_organisation};

/// Helpers to fill the world. They take effect at the present time of the sandbox.
impl Sandbox {
    /// Adds an organisation that the user manages, and gives its id.
    pub fn add_organisation(&self, name: &str) -> String {
        self.change(|world| {
            let user = world.ids.user.clone();
            add_organisation(world, name, &user)
        })
    }

    /// Adds an application that is not deployed (Node.js, in `par`), and gives its id.
    pub fn add_application(&self, owner: &str, name: &str) -> String {
        let body = json!({ "name": name, "instanceType": "node", "instanceVariant": "node" });
        self.change(|world| application::make(world, owner, &body))
    }

    /// Adds an add-on on the smallest plan of a provider (such as `redis-addon`), and gives its id (`addon_…`) and
    /// its real id.
    ///
    /// # Panics
    /// If the provider does not exist.
    pub fn add_addon(&self, owner: &str, provider: &str, name: &str) -> (String, String) {
        let Some(provider) = provider::find(provider) else { panic!("{provider} is not an add-on provider") };
        self.change(|world| {
            let id = addon::make(world, owner, provider, provider.plans[0], name, "par");
            let real_id = world.addon(&id).map(|addon| addon.real_id.clone()).unwrap_or_default();
            (id, real_id)
        })
    }

    /// Adds a drain to an application or (by its real id) to an add-on, and gives its id. It is enabled after a
    /// while, and then delivers its log if its URL is of this machine: see [`Builder::deliver_anywhere`](crate::Builder::deliver_anywhere).
    pub fn add_drain(&self, owner: &str, resource: &str, recipient: Value) -> String {
        let body = json!({ "kind": "LOG", "recipient": recipient });
        let id = self.change(|world| drain::make(world, owner, resource, &body));
        let engine = &self.engine;
        engine.deliveries.follow(&engine.world(), &engine.stage);
        id
    }

    /// Adds an invoice of an amount in EUR without tax, and gives its number.
    pub fn add_invoice(&self, owner: &str, emitted: Timestamp, amount: f64, paid: bool) -> String {
        self.change(|world| billing::make(world, owner, emitted, amount, paid))
    }

    /// Makes the next deployment of an application to end fail.
    ///
    /// # Panics
    /// If the application does not exist.
    pub fn fail_next_deployment(&self, application: &str) {
        self.change(|world| match world.application_mut(application) {
            Ok(application) => application.fails_next = true,
            Err(refusal) => panic!("{}", refusal.message),
        });
    }

    /// Sets the quota of an owner, in the place of that of [`Builder::quota`](crate::Builder::quota).
    ///
    /// # Panics
    /// If the owner does not exist.
    pub fn set_quota(&self, owner: &str, quota: Quota) {
        self.set_terms(&TermsChange { quota: Some(quota), ..TermsChange::of(owner) });
    }

    /// Sets whether an owner needs a payment method for what costs money: then the creation of an application and of an add-on
    /// with a plan that is not free, and deployments, are refused with 402 until the owner has one. Default: false.
    ///
    /// # Panics
    /// If the owner does not exist.
    pub fn require_payment_method(&self, owner: &str, required: bool) {
        self.set_terms(&TermsChange { needs_payment_method: Some(required), ..TermsChange::of(owner) });
    }

    /// Blocks an owner or an application, as the platform's moderation does, or unblocks it: changes are refused with 403.
    ///
    /// # Panics
    /// If neither an owner nor an application has the id.
    pub fn moderate(&self, id: &str, blocked: bool) {
        self.set_terms(&TermsChange { is_moderated: Some(blocked), ..TermsChange::of(id) });
    }

    fn set_terms(&self, change: &TermsChange) {
        if let Err(problem) = self.change(|world| world.change_terms(change)) {
            panic!("{problem}");
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.engine.world())
    }
}

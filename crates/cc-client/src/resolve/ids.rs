//! Which ids are wanted, and what they are.

use cc_core::{
    AddonId, AddonProviderId, AnyAddonId, ApplicationId, ConsumerKey, OwnerId, RealAddonId, ResourceId,
};

/// Something that has an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// An application.
    Application(&'a ApplicationId),
    /// An add-on, by either id.
    Addon(&'a AnyAddonId),
    /// An application, or an add-on by either id.
    Resource(&'a ResourceId),
    /// An add-on provider.
    AddonProvider(&'a AddonProviderId),
    /// An OAuth consumer.
    Consumer(&'a ConsumerKey),
}

macro_rules! subjects {
    ($($variant:ident($id:ident)),+ $(,)?) => {$(
        impl<'a> From<&'a $id> for Subject<'a> {
            fn from(id: &'a $id) -> Self {
                Self::$variant(id)
            }
        }
    )+};
}

subjects!(
    Application(ApplicationId),
    Addon(AnyAddonId),
    Resource(ResourceId),
    AddonProvider(AddonProviderId),
    Consumer(ConsumerKey),
);

/// The ids that a request wants resolved.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Ids<'a> {
    pub(super) owner: Option<Wanted<'a>>,
    pub(super) addon: Option<&'a AnyAddonId>,
    pub(super) real_addon: Option<&'a AnyAddonId>,
    pub(super) resource: Option<&'a ResourceId>,
}

#[derive(Debug, Clone)]
pub(super) enum Wanted<'a> {
    Given(OwnerId),
    Of(Subject<'a>),
}

impl<'a> Ids<'a> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// An owner: the given one, else the subject's. A given owner is taken as it is and costs nothing.
    pub fn owner(mut self, given: Option<OwnerId>, subject: impl Into<Subject<'a>>) -> Self {
        self.owner = Some(match given {
            Some(owner) => Wanted::Given(owner),
            None => Wanted::Of(subject.into()),
        });
        self
    }

    /// The `addon_…` id of this add-on.
    pub fn addon(mut self, id: &'a AnyAddonId) -> Self {
        self.addon = Some(id);
        self
    }

    /// The provider's own id of this add-on, such as `postgresql_…`.
    pub fn real_addon(mut self, id: &'a AnyAddonId) -> Self {
        self.real_addon = Some(id);
        self
    }

    /// The id of an application as it is, or the provider's own id of an add-on.
    pub fn resource(mut self, id: &'a ResourceId) -> Self {
        self.resource = Some(id);
        self
    }
}

/// Ids that are resolved.
///
/// One that was not asked for is the empty id, which no request can be built with: it is refused before it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedIds {
    pub(super) owner: OwnerId,
    pub(super) addon: AddonId,
    pub(super) real_addon: RealAddonId,
    pub(super) resource: ResourceId,
}

impl ResolvedIds {
    /// The owner.
    #[must_use]
    pub fn owner_id(&self) -> OwnerId {
        self.owner.clone()
    }

    /// The `addon_…` id.
    #[must_use]
    pub fn addon_id(&self) -> AddonId {
        self.addon.clone()
    }

    /// The provider's own id of the add-on.
    #[must_use]
    pub fn real_addon_id(&self) -> RealAddonId {
        self.real_addon.clone()
    }

    /// The id of the application, or the provider's own id of the add-on.
    #[must_use]
    pub fn resource_id(&self) -> ResourceId {
        self.resource.clone()
    }
}

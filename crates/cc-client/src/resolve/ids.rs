//! Ids to resolve, and their kinds.

use cc_runtime::{
    AddonId, AddonProviderId, AnyAddonId, ApplicationId, ConsumerKey, Error, ErrorKind, OwnerId, RealAddonId,
    ResourceId, Result,
};

use super::index::Index;
use super::learned::Learned;

/// Something that has an owner. Each id and each model that has one converts into it, so that `&addon` stands for its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// An application, by its id.
    Application(&'a str),
    /// An add-on, by either id.
    Addon(&'a str),
    /// An application by its id, or an add-on by either id.
    Resource(&'a str),
    /// An add-on provider, by its id.
    AddonProvider(&'a str),
    /// An OAuth consumer, by its key.
    Consumer(&'a str),
}

/// Either id of an add-on, borrowed: from an id, a text, or a model that has an id of an add-on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddonRef<'a>(&'a str);

/// The id of an application, or either id of an add-on, borrowed: from an id, a text, or a model that has such an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResourceRef<'a>(&'a str);

macro_rules! borrowed {
    ($($id:ident => $($to:ident: $new:expr),+;)+) => {$($(
        impl<'a> From<&'a $id> for $to<'a> {
            fn from(id: &'a $id) -> Self {
                $new(id.as_str())
            }
        }
    )+)+};
}

borrowed! {
    ApplicationId => Subject: Subject::Application, ResourceRef: ResourceRef;
    AnyAddonId => Subject: Subject::Addon, AddonRef: AddonRef, ResourceRef: ResourceRef;
    AddonId => Subject: Subject::Addon, AddonRef: AddonRef, ResourceRef: ResourceRef;
    RealAddonId => Subject: Subject::Addon, AddonRef: AddonRef, ResourceRef: ResourceRef;
    ResourceId => Subject: Subject::Resource, ResourceRef: ResourceRef;
    AddonProviderId => Subject: Subject::AddonProvider;
    ConsumerKey => Subject: Subject::Consumer;
    String => AddonRef: AddonRef, ResourceRef: ResourceRef;
}

impl<'a> From<&'a str> for AddonRef<'a> {
    fn from(id: &'a str) -> Self {
        Self(id)
    }
}

impl<'a> From<&'a str> for ResourceRef<'a> {
    fn from(id: &'a str) -> Self {
        Self(id)
    }
}

/// The ids that a request wants resolved.
///
/// ```
/// # use cc_client::Ids;
/// # use cc_client::runtime::AnyAddonId;
/// # let (addon_id, owner_id) = (AnyAddonId::from("postgresql_1"), None);
/// let ids = Ids::new().owner(owner_id, &addon_id).addon(&addon_id);
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Ids<'a> {
    pub(super) owner: Option<Wanted<'a>>,
    pub(super) addon: Option<&'a str>,
    pub(super) real_addon: Option<&'a str>,
    pub(super) resource: Option<&'a str>,
}

#[derive(Debug, Clone)]
pub(super) enum Wanted<'a> {
    Given(OwnerId),
    Of(Subject<'a>),
}

impl<'a> Ids<'a> {
    /// Creates an empty set.
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
    pub fn addon(mut self, id: impl Into<AddonRef<'a>>) -> Self {
        self.addon = Some(id.into().0);
        self
    }

    /// The provider's own id of this add-on, such as `postgresql_…`.
    pub fn real_addon(mut self, id: impl Into<AddonRef<'a>>) -> Self {
        self.real_addon = Some(id.into().0);
        self
    }

    /// The id of an application as it is, or the provider's own id of an add-on.
    pub fn resource(mut self, id: impl Into<ResourceRef<'a>>) -> Self {
        self.resource = Some(id.into().0);
        self
    }
}

/// Kind of an id to look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Application,
    Addon,
    Resource,
    Provider,
    Consumer,
    /// An add-on whose other id is looked for.
    OtherAddon,
}

/// An id that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing<'a> {
    pub(super) form: Form,
    pub(super) text: &'a str,
}

impl Missing<'_> {
    /// Refuses an id that cannot exist, as the request that holds it would: before anything is kept or sent.
    pub(super) fn check(self) -> Result<()> {
        let field = match self.form {
            Form::Application => "applicationId",
            Form::Addon | Form::OtherAddon => "addonId",
            Form::Resource => "resourceId",
            Form::Provider => "addonProviderId",
            Form::Consumer => "oauthConsumerKey",
        };
        cc_runtime::check_id(field, self.text)
    }

    #[cold]
    pub(super) fn error(self) -> Error {
        let what = match self.form {
            Form::Application => "application",
            Form::Addon | Form::OtherAddon => "add-on",
            Form::Resource => "application or add-on",
            Form::Provider => "add-on provider",
            Form::Consumer => "OAuth consumer",
        };
        let text: String = self.text.chars().take(100).collect();
        Error::new(ErrorKind::CannotResolveResource)
            .with_message(format!("no {what} with the id `{text}` is visible to these credentials"))
    }
}

impl<'a> Subject<'a> {
    fn missing(self) -> Missing<'a> {
        let (form, text) = match self {
            Self::Application(id) => (Form::Application, id),
            Self::Addon(id) => (Form::Addon, id),
            Self::Resource(id) => (Form::Resource, id),
            Self::AddonProvider(id) => (Form::Provider, id),
            Self::Consumer(id) => (Form::Consumer, id),
        };
        Missing { form, text }
    }
}

/// Returns `true` for an id as the platform lists it, and `false` for the provider's own id.
fn is_platform_id(id: &str) -> bool {
    id.starts_with("addon_")
}

impl<'a> Ids<'a> {
    /// Looks all ids up in the current state.
    pub(super) fn look_up(&self, known: View<'_>) -> Result<ResolvedIds, Missing<'a>> {
        let mut ids = ResolvedIds::default();
        match &self.owner {
            Some(Wanted::Given(owner)) => ids.owner = owner.clone(),
            Some(Wanted::Of(subject)) => {
                ids.owner = known.owner_of(*subject).ok_or(subject.missing())?.clone();
            }
            None => {}
        }
        if let Some(id) = self.addon {
            ids.addon = if is_platform_id(id) { AddonId::from(id) } else { other(id, known.addon_id(id))? };
        }
        if let Some(id) = self.real_addon {
            ids.real_addon = real(id, known)?;
        }
        if let Some(id) = self.resource {
            ids.resource = real(id, known)?.into();
        }
        Ok(ids)
    }

    /// The ids that are looked up.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'a str> {
        let subject = match &self.owner {
            Some(Wanted::Of(subject)) => Some(subject.missing().text),
            _ => None,
        };
        [subject, self.addon, self.real_addon, self.resource].into_iter().flatten()
    }

    /// Returns `true` if one of them has to be looked up.
    pub(super) fn needs_index(&self) -> bool {
        matches!(self.owner, Some(Wanted::Of(_)))
            || self.addon.is_some_and(|id| !is_platform_id(id))
            || self.real_addon.is_some_and(is_platform_id)
            || self.resource.is_some_and(is_platform_id)
    }

    /// The first of them that has to be looked up.
    pub(super) fn first(&self) -> Option<Missing<'a>> {
        self.look_up(View::default()).err()
    }
}

/// The state at one moment: lessons first, because they are newer than the index.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct View<'k> {
    pub(super) learned: Option<&'k Learned>,
    pub(super) index: Option<&'k Index>,
}

impl<'k> View<'k> {
    pub(super) fn owner_of(self, subject: Subject<'_>) -> Option<&'k OwnerId> {
        let learned = self.learned.and_then(|learned| learned.owner_of(subject));
        learned.or_else(|| self.index.and_then(|index| index.owner_of(subject)))
    }

    fn addon_id(self, real: &str) -> Option<AddonId> {
        let learned = self.learned.and_then(|learned| learned.addon_id(real));
        learned.or_else(|| self.index.and_then(|index| index.addon_id(real)))
    }

    fn real_addon_id(self, addon: &str) -> Option<RealAddonId> {
        let learned = self.learned.and_then(|learned| learned.real_addon_id(addon));
        learned.or_else(|| self.index.and_then(|index| index.real_addon_id(addon)))
    }
}

fn real<'a>(id: &'a str, known: View<'_>) -> Result<RealAddonId, Missing<'a>> {
    if is_platform_id(id) { other(id, known.real_addon_id(id)) } else { Ok(id.into()) }
}

fn other<T>(id: &str, found: Option<T>) -> Result<T, Missing<'_>> {
    found.ok_or(Missing { form: Form::OtherAddon, text: id })
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

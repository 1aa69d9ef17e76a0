//! Where requests come from, as they come.

use cc_api_metrics::StreamRequestLocations;
use cc_api_metrics::types::LiveRequestLocation;
use cc_core::{ApplicationId, OwnerId, Request, Result, StreamOperation};
use cc_stream::{Attempt, Format};
use serde::{Deserialize, Serialize};

use super::model::RequestLocation;
use crate::commands::target::Scope;
use crate::model::{each, setters};
use crate::resolve::{Ids, ResolvedIds};
use crate::stream::{EventReader, StreamCommand};

/// Follows where requests to an application, or to every one of an owner, come from: a list of places each time.
///
/// Operation: `stream_request_locations`. The owner, when it is not given, is resolved from the application. Its events have no
/// ids: after each interruption there is a gap. The stream fails at once with
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) when neither an application nor an owner is given.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::metrics::StreamRequests;
/// use cc_client::stream::{Delivery, to_error};
/// use futures_util::StreamExt;
///
/// let mut places = client.stream(StreamRequests::of_application(ids.application)).open().items();
/// if let Some(places) = places.next().await {
///     match places.map_err(to_error)? {
///         Delivery::Item(places) => println!("{places:?}"),
///         Delivery::Gap(gap) => eprintln!("{gap}"),
///         Delivery::Fault(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a stream does nothing until it is opened"]
pub struct StreamRequests {
    /// The application. Default: every one of the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The owner. Default: resolved from the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl StreamRequests {
    /// To an application.
    pub fn of_application(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: Some(application_id.into()), ..Self::default() }
    }

    /// To every application of an owner.
    pub fn of_owner(owner_id: impl Into<OwnerId>) -> Self {
        Self { owner_id: Some(owner_id.into()), ..Self::default() }
    }

    setters! {
        /// The owner. Default: resolved from the application.
        owner_id: OwnerId,
    }
}

impl StreamCommand for StreamRequests {
    const NAME: &'static str = "StreamRequests";
    type Item = Vec<RequestLocation>;

    fn ids(&self) -> Ids<'_> {
        match &self.application_id {
            Some(application) => Ids::new().owner(self.owner_id.clone(), application),
            None => Ids::new(),
        }
    }

    fn request(&self, ids: &ResolvedIds, _: &Attempt) -> Result<Request> {
        let owner = match Scope::of(&self.application_id, &self.owner_id)? {
            Scope::Application(_) => ids.owner_id(),
            Scope::Owner(owner) => owner.clone(),
        };
        let mut request = StreamRequestLocations::new(owner);
        request.application_id = self.application_id.clone();
        request.request()
    }

    fn format(reader: &EventReader) -> Format<Self::Item> {
        reader.list::<LiveRequestLocation>().map(each).accept(["REQUESTS_LIVE"]).platform()
    }
}

//! Places of origin of requests, live.

use cc_api_metrics::StreamRequestLocations;
use cc_api_metrics::types::LiveRequestLocation;
use cc_runtime::{Request, Result, StreamOperation};
use cc_stream::{Attempt, Format};

use super::StreamRequests;
use crate::commands::target::Scope;
use crate::lists::each;
use crate::resolve::{Ids, ResolvedIds};
use crate::stream::{EventReader, Follow};

impl Follow for StreamRequests {
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
        reader.list::<LiveRequestLocation>().map(each).accept(["REQUESTS_LIVE"])
    }
}

//! Creating and changing an organisation, for a person or a company.

use cc_api_organisation::types as wire;
use cc_runtime::{Answer, Error, ErrorKind, Result};

use super::{CreateOrganisation, UpdateOrganisation};
use crate::command::Run;
use crate::context::Context;

/// The body of a command that says all of an organisation.
macro_rules! organisation_body {
    ($($command:ident as $body:ident),+ $(,)?) => {
        $(impl $command {
            fn body(self) -> Result<wire::$body> {
                let missing = match (&self.country, &self.company, &self.vat) {
                    (_, Some(_), None) => "a company needs a VAT number: set `VAT`",
                    (_, None, Some(_)) => "a VAT number needs a company: set `company`",
                    (None, None, None) => "an organisation needs a country or a company: set `country`, or `company` and `VAT`",
                    _ => {
                        let mut body = wire::$body::new(
                            self.name,
                            self.description,
                            self.address,
                            self.city,
                            self.zipcode,
                            self.customer_full_name,
                        );
                        body.billing_email = self.billing_email_address;
                        body.country = self.country;
                        body.company = self.company;
                        body.vat = self.vat;
                        body.contacts =
                            self.contacts.map(|contacts| contacts.into_iter().map(Into::into).collect());
                        return Ok(body);
                    }
                };
                Err(Error::new(ErrorKind::InvalidInput).with_message(missing))
            }
        })+
    };
}

organisation_body!(CreateOrganisation as OrganisationCreation, UpdateOrganisation as OrganisationUpdate);

impl Run for CreateOrganisation {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut body = self.body()?;
        // The official client sends the list always: this body is known to be taken.
        body.contacts.get_or_insert_default();
        let name = body.name.clone();
        let created = cx.call(cc_api_organisation::CreateOrganisation::new(body)).await?;
        let read = cx.reloading();
        let list =
            async { read.call(cc_api_organisation::ListOrganisations::new()).await.map(Answer::into_inner) };
        Ok(cx.created(created, "the organisation", list, |found| found.name == name).await?.into())
    }
}

impl Run for UpdateOrganisation {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        cc_runtime::check_id("organisationId", self.organisation_id.as_str())?;
        let id = self.organisation_id.clone();
        let request = cc_api_organisation::UpdateOrganisation::new(&id, self.body()?);
        let updated = cx.call(request).await?;
        let read = cx.reloading();
        cx.changed(updated, async {
            let found = read.call(cc_api_organisation::GetOrganisation::new(id)).await?;
            Ok(found.into_inner().into())
        })
        .await
    }
}

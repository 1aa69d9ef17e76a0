//! Creating and changing an organisation, for a person or a company.

use cc_api_organisation::types as wire;
use cc_core::{Error, ErrorKind, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{Organisation, OrganisationContact};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// Declares a command that says all of an organisation, and how its body is made.
macro_rules! organisation_command {
    (
        $(#[$doc:meta])*
        pub struct $name:ident as $body:ident { $($(#[$id_doc:meta])* $id:ident: $id_type:ty,)? }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[must_use = "a command does nothing until it is sent"]
        pub struct $name {
            $($(#[$id_doc])* pub $id: $id_type,)?
            /// Name.
            pub name: String,
            /// What it is.
            pub description: String,
            /// Street and number.
            pub address: String,
            /// City.
            pub city: String,
            /// Postal code.
            pub zipcode: String,
            /// Name of the customer.
            pub customer_full_name: String,
            /// Country as ISO 3166-1 alpha-2, such as `FR`. It is required without a company.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub country: Option<String>,
            /// Company. Its VAT number is required too.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub company: Option<String>,
            /// VAT number of the company.
            #[serde(rename = "VAT", default, skip_serializing_if = "Option::is_none")]
            pub vat: Option<String>,
            /// Where invoices are sent to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub billing_email_address: Option<String>,
            /// Whom the platform writes to. Default: nothing is said about it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub contacts: Option<Vec<OrganisationContact>>,
        }

        impl $name {
            /// With what all need: a [`country`](Self::country) or a [`company`](Self::company) and its VAT number come on
            /// top.
            #[allow(clippy::too_many_arguments)] // A postal address has many parts.
            pub fn new(
                $($id: impl Into<$id_type>,)?
                name: impl Into<String>,
                description: impl Into<String>,
                address: impl Into<String>,
                city: impl Into<String>,
                zipcode: impl Into<String>,
                customer_full_name: impl Into<String>,
            ) -> Self {
                Self {
                    $($id: $id.into(),)?
                    name: name.into(),
                    description: description.into(),
                    address: address.into(),
                    city: city.into(),
                    zipcode: zipcode.into(),
                    customer_full_name: customer_full_name.into(),
                    country: None,
                    company: None,
                    vat: None,
                    billing_email_address: None,
                    contacts: None,
                }
            }

            setters! {
                /// Country as ISO 3166-1 alpha-2, such as `FR`.
                country: String,
                /// Company.
                company: String,
                /// VAT number of the company.
                vat: String,
                /// Where invoices are sent to.
                billing_email_address: String,
                /// Whom the platform writes to.
                contacts: Vec<OrganisationContact>,
            }

            fn body(self) -> Result<wire::$body> {
                let missing = match (&self.country, &self.company, &self.vat) {
                    (_, Some(_), None) => "a company has a VAT number: give `VAT`",
                    (_, None, Some(_)) => "a VAT number is of a company: give `company`",
                    (None, None, None) => "an organisation is in a country or of a company: give `country`, or `company` and `VAT`",
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
        }
    };
}

organisation_command! {
    /// Creates an organisation, for a person ([`country`](Self::country)) or a company ([`company`](Self::company) and
    /// [`vat`](Self::vat)).
    ///
    /// Operation: `create_organisation`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`], and no request, when it is said to be neither.
    ///
    /// # Example
    /// ```
    /// # cc_examples::try_out("CreateOrganisation", async |client, _| {
    /// use cc_client::commands::organisation::CreateOrganisation;
    ///
    /// let organisation = client.send(CreateOrganisation::new("Engines", "What we are", "1 rue", "Nantes", "44000", "Ada Lovelace").country("FR")).await?;
    /// # Ok(()) });
    /// ```
    pub struct CreateOrganisation as OrganisationCreation {}
}

impl Command for CreateOrganisation {
    const NAME: &'static str = "CreateOrganisation";
    type Output = Organisation;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut body = self.body()?;
        // The official client sends the list always: this body is known to be taken.
        body.contacts.get_or_insert_default();
        let request = cc_api_organisation::CreateOrganisation::new(body);
        Ok(cx.call(request).await?.required()?.into_inner().into())
    }
}

organisation_command! {
    /// Changes an organisation: what is said takes the place of what was there. Contacts that are not given are not sent.
    ///
    /// Operation: `update_organisation`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`], and no request, when it is said to be neither of a person
    /// ([`country`](Self::country)) nor of a company ([`company`](Self::company) and [`vat`](Self::vat)).
    ///
    /// # Example
    /// ```
    /// # cc_examples::try_out("UpdateOrganisation", async |client, input| {
    /// # let organisation_id: cc_client::core::OwnerId = input.get("organisationId");
    /// use cc_client::commands::organisation::UpdateOrganisation;
    ///
    /// let organisation = client.send(UpdateOrganisation::new(organisation_id, "Engines", "What we are", "1 rue", "Nantes", "44000", "Ada Lovelace").country("FR")).await?;
    /// # Ok(()) });
    /// ```
    pub struct UpdateOrganisation as OrganisationUpdate {
        /// The organisation.
        organisation_id: OwnerId,
    }
}

impl Command for UpdateOrganisation {
    const NAME: &'static str = "UpdateOrganisation";
    type Output = Organisation;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        cc_core::__private::check_segment("organisationId", self.organisation_id.as_str())?;
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

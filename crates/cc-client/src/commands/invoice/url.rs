//! The address of an invoice.

use cc_core::{InvoiceNumber, Operation, OwnerId, Request, Result};
use serde::{Deserialize, Serialize};

use crate::command::UrlCommand;

/// In which form an invoice can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum InvoiceFormat {
    /// A web page.
    Html,
    /// A PDF document.
    Pdf,
}

/// Gives the address of an invoice as a web page or a PDF document, for a browser without credentials of its own: the address
/// carries the caller's. No request is sent.
///
/// Operation: `get_invoice_html` or `get_invoice_pdf`.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::invoice::GetInvoiceUrl;
/// use cc_client::commands::invoice::InvoiceFormat;
///
/// let url = client.url(GetInvoiceUrl::new(ids.organisation, ids.invoice, InvoiceFormat::Pdf)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetInvoiceUrl {
    /// The owner.
    pub owner_id: OwnerId,
    /// The invoice.
    pub invoice_number: InvoiceNumber,
    /// In which form it is shown.
    pub format: InvoiceFormat,
}

impl GetInvoiceUrl {
    /// With what is required.
    pub fn new(
        owner_id: impl Into<OwnerId>,
        invoice_number: impl Into<InvoiceNumber>,
        format: InvoiceFormat,
    ) -> Self {
        Self { owner_id: owner_id.into(), invoice_number: invoice_number.into(), format }
    }
}

impl UrlCommand for GetInvoiceUrl {
    const NAME: &'static str = "GetInvoiceUrl";

    fn request(&self) -> Result<Request> {
        match self.format {
            InvoiceFormat::Html => {
                cc_api_billing::GetInvoiceHtml::new(&self.owner_id, &self.invoice_number).request()
            }
            InvoiceFormat::Pdf => {
                cc_api_billing::GetInvoicePdf::new(&self.owner_id, &self.invoice_number).request()
            }
        }
    }
}

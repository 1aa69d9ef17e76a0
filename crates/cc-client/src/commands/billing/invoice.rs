//! The address of an invoice.

use cc_runtime::{Operation, Request, Result};
use serde::{Deserialize, Serialize};

use super::GetInvoiceUrl;
use crate::command::Locate;

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

crate::declare::worded!(InvoiceFormat);

impl Locate for GetInvoiceUrl {
    fn locate(&self) -> Result<Request> {
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

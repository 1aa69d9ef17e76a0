//! Outputs of the commands of links.

use serde::{Deserialize, Serialize};

use crate::commands::addon::model::Addon;
use crate::commands::application::model::Application;

/// Something that is linked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(tag = "type")]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)] // Lists of links are short, and their things are read field by field.
pub enum Link {
    /// An application.
    #[serde(rename = "link-to-application")]
    Application {
        /// The application.
        application: Application,
    },
    /// An add-on.
    #[serde(rename = "link-to-addon")]
    Addon {
        /// The add-on.
        addon: Addon,
    },
}

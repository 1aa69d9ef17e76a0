//! The names that most programs need: `use cc_client::prelude::*;`.
//!
//! They differ from all names of the modules of [`commands`](crate::commands) and [`api`](crate::api), so that several modules can be
//! imported whole beside them.
//!
//! ```
//! # cc_trials::run(async |client, ids| {
//! use cc_client::api::database::*;
//! use cc_client::commands::application::*;
//! use cc_client::prelude::*;
//!
//! async fn domains(client: &Client, id: &ApplicationId) -> Result<usize> {
//!     Ok(client.send(ListDomain::new(id)).await?.len())
//! }
//! # domains(&client, &ids.application.into()).await?;
//! # Ok(()) });
//! ```

pub use cc_runtime::{
    AddonId, AddonProviderId, AnyAddonId, ApplicationId, ConsumerKey, DeploymentId, DrainId, InstanceId,
    InvoiceNumber, NetworkGroupId, OwnerId, Patch, RealAddonId, ResourceId, UserId, ZoneId,
};

pub use crate::{
    CachePolicy, CallOptions, Client, Command, Context, Credentials, Defaults, Endpoint, Ensure, Ensured,
    Error, ErrorKind, Result, RetryPolicy, Secret, Timestamp,
};

#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub use cc_runtime::blocking::{IntoBlocking, Wait};

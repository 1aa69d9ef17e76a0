//! What a command of this client is.

use cc_runtime::{Operation, Result, Secret};

use crate::effect::Effect;

/// Something a database can be asked: a value with all its inputs, sent by
/// [`RedisHttpClient::send`](crate::RedisHttpClient::send).
pub trait Command: Send + Sync + 'static {
    /// Its name in the catalogue, such as `GetStringKey`.
    const NAME: &'static str;

    /// The request that it is.
    type Operation: Operation + 'static;

    /// What it gives back.
    type Output: From<<Self::Operation as Operation>::Output> + Send + 'static;

    /// The URL of its own database, in the place of the client's.
    fn backend_url(&self) -> Option<&Secret>;

    /// What it does to which keys.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) when it is nothing that the proxy can do.
    fn access(&self) -> Result<Access>;

    /// The request, to this database.
    fn operation(self, backend_url: Secret) -> Self::Operation;
}

/// What a command does to which keys: it decides what may be sent again, and what must wait for what.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// What happens when it is done twice.
    pub effect: Effect,
    /// What it touches.
    pub keys: Keys,
}

/// Which keys of a database a command touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// These. None at all for what asks the server, such as `PING`.
    Only(Vec<String>),
    /// Any of them, or it is not known which.
    All,
}

impl Access {
    /// A command with this effect on these keys.
    #[must_use]
    pub fn new(effect: Effect, keys: Keys) -> Self {
        Self { effect, keys }
    }

    /// A command with this effect on one key.
    pub(crate) fn of(effect: Effect, key: &str) -> Result<Self> {
        Ok(Self { effect, keys: Keys::Only(vec![key.to_owned()]) })
    }
}

//! Where the texts lie: in a browser, in its local storage.

use std::fmt;

use cc_runtime::Result;

/// There is no room for a text. The old one is still there.
#[derive(Debug)]
pub(super) struct Full;

/// Texts by key.
pub(super) trait Area: fmt::Debug + Send + Sync + 'static {
    fn get(&self, key: &str) -> Result<Option<String>>;

    fn set(&self, key: &str, text: &str) -> Result<Result<(), Full>>;

    fn remove(&self, key: &str) -> Result<()>;

    /// The keys that begin with this text.
    fn keys(&self, prefix: &str) -> Result<Vec<String>>;
}

/// The local storage of the page's origin, opened anew each time: a user may block it at any moment.
#[cfg(target_family = "wasm")]
#[derive(Debug)]
pub(super) struct Page;

#[cfg(target_family = "wasm")]
mod page {
    use cc_browser::storage::{Error as Reason, Local};
    use cc_runtime::{Error, ErrorKind, Result};

    use super::{Area, Full, Page};

    fn failed(reason: Reason) -> Error {
        Error::new(ErrorKind::Store).with_message(reason.to_string())
    }

    impl Area for Page {
        fn get(&self, key: &str) -> Result<Option<String>> {
            Local::open().and_then(|local| local.get(key)).map_err(failed)
        }

        fn set(&self, key: &str, text: &str) -> Result<Result<(), Full>> {
            match Local::open().and_then(|local| local.set(key, text)) {
                Ok(()) => Ok(Ok(())),
                Err(Reason::Full) => Ok(Err(Full)),
                Err(reason) => Err(failed(reason)),
            }
        }

        fn remove(&self, key: &str) -> Result<()> {
            Local::open().and_then(|local| local.remove(key)).map_err(failed)
        }

        fn keys(&self, prefix: &str) -> Result<Vec<String>> {
            Local::open().and_then(|local| local.keys(prefix)).map_err(failed)
        }
    }
}

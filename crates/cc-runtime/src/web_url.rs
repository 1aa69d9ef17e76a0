//! URLs by the URL standard: as the crate `url` reads them, and in a browser as the browser does.
//!
//! The crate `url` has the tables of international domain names, 60 KB of what a page would download. The browser has them already.
//! `WebUrl` is used through the methods that both types have.

#[cfg(target_family = "wasm")]
pub(crate) use cc_browser::url::Url as WebUrl;
#[cfg(not(target_family = "wasm"))]
pub(crate) use url::Url as WebUrl;

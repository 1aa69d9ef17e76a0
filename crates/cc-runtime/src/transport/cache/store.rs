//! Stores of cached answers.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::error::Result;
use crate::transport::cache::turn::{Ticket, Turn};
use crate::transport::held;

/// The future of a [`CacheStore`].
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Stores answers. A failure of the store never fails a call: the request is sent instead.
///
/// A store shared with other processes must not store answers of an identity that is not
/// [lasting](crate::Credentials::is_lasting).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not store answers",
    label = "`CacheStore` is not implemented",
    note = "use `MemoryCache`, the `RedisStore` of `cc_client`, or implement `CacheStore`"
)]
pub trait CacheStore: Send + Sync + fmt::Debug + 'static {
    /// The answer that is kept under this key, when its time has not passed.
    fn get<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, Option<CachedAnswer>>;

    /// Stores an answer for this time, which replaces the previous one. `ticket` belongs to the
    /// [turn](Self::take_turn) in which the answer was requested.
    fn put<'a>(
        &'a self,
        key: &'a CacheKey,
        answer: CachedAnswer,
        ttl: Duration,
        ticket: &'a Ticket,
    ) -> StoreFuture<'a, ()>;

    /// Acquires the turn to request an answer that is not cached. It may wait for the answer that another
    /// process has requested. Default: the caller has the turn.
    fn take_turn<'a>(&'a self, _key: &'a CacheKey) -> StoreFuture<'a, Turn<CachedAnswer>> {
        Box::pin(ready(Ok(Turn::anyone())))
    }

    /// Drops the answer that is kept under this key.
    fn remove<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, ()>;

    /// Drops the answers of this identity that a write to `path` may have changed ([`CacheKey::is_related`]).
    fn invalidate<'a>(&'a self, identity: &'a str, path: &'a str) -> StoreFuture<'a, ()>;
}

/// Key of a cached answer: the identity of the credentials, the path, and a hash of the whole request. It contains no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    pub(crate) identity: Arc<str>,
    pub(crate) path: Box<str>,
    pub(crate) digest: [u8; 32],
    pub(crate) secret_answer: bool,
}

impl CacheKey {
    /// Creates a key, for programs that test a store of their own: transports make the keys of their calls.
    #[must_use]
    pub fn new(identity: &str, path: &str, digest: [u8; 32]) -> Self {
        Self { identity: identity.into(), path: path.into(), digest, secret_answer: false }
    }

    /// Marks the answer as one that holds secrets.
    #[must_use]
    pub fn with_secret_answer(mut self) -> Self {
        self.secret_answer = true;
        self
    }

    /// Returns `true` if the answer holds values that the spec marks as secret, such as those of environment variables
    /// ([`OperationInfo::secret_answer`](crate::OperationInfo::secret_answer)): a store that others can read must not keep it.
    #[must_use]
    pub fn has_secret_answer(&self) -> bool {
        self.secret_answer
    }

    /// Returns the identity of the credentials: [`Credentials::identity`](crate::Credentials::identity).
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The path of the URL, base path included.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A SHA-512/256 hash of identity, method, URL with its query, and headers.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Returns `true` if a write to `path` may change the answer: one path equals the other or is its prefix,
    /// segment by segment; or both contain the same resource id ([`subjects`]), such as an application in v2
    /// and v4.
    #[must_use]
    pub fn is_related(&self, path: &str) -> bool {
        is_related(&self.path, path)
    }
}

/// Returns `true` if a write to one of these paths may change what the other one answers: see [`CacheKey::is_related`].
#[must_use]
pub fn is_related(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim_end_matches('/'), b.trim_end_matches('/'));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        || subjects(a).any(|id| b.split('/').any(|segment| segment == id))
}

/// Returns the resource ids in a path: those of applications, add-ons, drains and so on (`app_…`, `addon_…`),
/// but not those of owners, which are related to too many paths.
pub fn subjects(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| {
        segment.split_once('_').is_some_and(|(kind, id)| {
            !matches!(kind, "" | "orga" | "user")
                && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                && id.bytes().any(|byte| byte.is_ascii_digit())
        })
    })
}

/// An answer as it is kept. Each reader decodes its own copy of the body.
#[derive(Clone)]
pub struct CachedAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl CachedAnswer {
    /// About how many bytes of memory it holds.
    ///
    /// Answers that a transport gives to a store hold no more than that: their body and headers are copies of their own, and no
    /// parts of the buffer of a connection.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + held::size_of_headers(&self.headers) + self.body.len() + held::ALLOCATION
    }
}

impl fmt::Debug for CachedAnswer {
    /// Shows neither header values nor the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedAnswer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{is_related, subjects};

    #[test]
    fn paths_are_related_along_one_line_of_segments() {
        for (a, b) in [
            ("/v2/a", "/v2/a"),
            ("/v2/a", "/v2/a/b/c"),
            ("/v2/a/b", "/v2/a"),
            ("/v2/a/", "/v2/a"),
            ("/", "/v2"),
        ] {
            assert!(is_related(a, b), "{a} {b}");
        }
        for (a, b) in [("/v2/a", "/v2/ab"), ("/v2/a/b", "/v2/a/c"), ("/v2/ab", "/v2/a")] {
            assert!(!is_related(a, b), "{a} {b}");
        }
    }

    #[test]
    fn paths_about_the_same_thing_are_related_whatever_the_version() {
        let write = "/v2/organisations/orga_1/applications/app_2/env";
        assert_eq!(subjects(write).collect::<Vec<_>>(), ["app_2"]);
        assert!(is_related(write, "/v4/orchestration/organisations/orga_1/applications/app_2/deployments"));
        assert!(!is_related(write, "/v4/orchestration/organisations/orga_1/applications/app_22/deployments"));
        assert!(!is_related(write, "/v2/organisations/orga_1/addons"));
        let none = "/v2/organisations/user_3/exposed_env/ENV_1/_4/Été_5";
        assert_eq!(subjects(none).count(), 0);
    }
}

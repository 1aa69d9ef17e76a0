//! The facts of one operation that no input changes.

use http::Method;

/// Constant properties of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationInfo {
    /// Name of the operation in the spec, such as `get_zone`.
    pub id: &'static str,
    /// The domain of the spec that holds it, such as `zone`.
    pub domain: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The route with its parameters in braces: `/v4/products/zones/{zoneName}`.
    pub route: &'static str,
    /// Requested media type; empty if the operation answers without a body.
    pub accept: &'static str,
    /// `true` if the request may be retried when no answer arrived. Default: by the method.
    pub idempotent: bool,
    /// `true` if the operation changes nothing. Default: by the method, and `true` for an idempotent `POST` whose name begins with
    /// `get_`, `list_` or `scan_`.
    pub reads: bool,
    /// `true` if the operation has a side effect, or returns a secret created for this call: it is never
    /// cached or shared.
    pub one_shot: bool,
    /// The parameters of the route whose values are secret: no error, log or store gets them. Default: none.
    pub secret_path: &'static [&'static str],
    /// `true` if the answer holds values that are secret, such as those of environment variables: a store that others can read does
    /// not keep it. Default: `false`. Source: `x-secret` in the spec.
    pub secret_answer: bool,
    /// Meaning of a 404 that does not mean that a resource named in the path is unknown, such as "The
    /// application has no primary domain." Default: `None`, the resource is unknown or belongs to another
    /// owner. Source: `x-not-found` in the spec.
    pub not_found: Option<&'static str>,
}

impl OperationInfo {
    /// Creates an operation with the defaults of its method.
    #[must_use]
    pub const fn new(
        id: &'static str,
        domain: &'static str,
        method: Method,
        route: &'static str,
        accept: &'static str,
    ) -> Self {
        let idempotent =
            matches!(method, Method::GET | Method::HEAD | Method::PUT | Method::DELETE | Method::OPTIONS);
        let reads = matches!(method, Method::GET | Method::HEAD | Method::OPTIONS);
        Self {
            id,
            domain,
            method,
            route,
            accept,
            idempotent,
            reads,
            one_shot: false,
            secret_path: &[],
            secret_answer: false,
            not_found: None,
        }
    }

    /// Marks the operation as idempotent, regardless of its method.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self.reads |= matches!(
            self.id.as_bytes(),
            [b'g', b'e', b't', b'_', ..]
                | [b'l', b'i', b's', b't', b'_', ..]
                | [b's', b'c', b'a', b'n', b'_', ..]
        );
        self
    }

    /// Returns `true` if the operation changes something.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        !self.reads
    }

    /// Names the secret parameters of the route.
    #[must_use]
    pub const fn secret_path(mut self, names: &'static [&'static str]) -> Self {
        self.secret_path = names;
        self
    }

    /// Marks the answer as one that holds secrets.
    #[must_use]
    pub const fn secret_answer(mut self) -> Self {
        self.secret_answer = true;
        self
    }

    /// Returns a path of this route, without the base URL, with `***` in place of each secret. A parameter
    /// with a secret name counts as one, too.
    pub(crate) fn shown_path(&self, path: &str) -> String {
        self.path_with(path, "***")
    }

    /// Like [`shown_path`](Self::shown_path), with this text in place of each secret.
    pub(crate) fn path_with(&self, path: &str, masked: &str) -> String {
        let secret = |declared: &str| {
            let name = declared.split_once('{').and_then(|(_, rest)| Some(rest.split_once('}')?.0));
            name.is_some_and(|name| self.secret_path.contains(&name) || crate::redact::sounds_secret(name))
        };
        let mut declared = self.route.split('/');
        let mut is_secret = false;
        let shown: Vec<&str> = path
            .split('/')
            .map(|segment| {
                // The last parameter may take the rest of the path.
                is_secret = declared.next().map_or(is_secret, secret);
                if is_secret { masked } else { segment }
            })
            .collect();
        shown.join("/")
    }

    /// Sets the meaning of a 404 that does not mean that a resource named in the path is unknown.
    #[must_use]
    pub const fn not_found(mut self, meaning: &'static str) -> Self {
        self.not_found = Some(meaning);
        self
    }

    /// Marks the operation as one-shot: its answer belongs to one call only.
    #[must_use]
    pub const fn one_shot(mut self) -> Self {
        self.one_shot = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_secret_in_a_path_is_not_shown() {
        let get = |route| OperationInfo::new("get", "test", Method::GET, route, "");
        let reset = get("/v2/password_forgotten/{resetKey}").secret_path(&["resetKey"]);
        assert_eq!(reset.shown_path("/v2/password_forgotten/hunter2"), "/v2/password_forgotten/***");
        assert_eq!(
            get("/v2/self/tokens/{token}").shown_path("/v2/self/tokens/hunter2"),
            "/v2/self/tokens/***"
        );
        let list = get("/v2/organisations/{ownerId}/keys/{keyName}");
        assert_eq!(list.shown_path("/v2/organisations/o/keys/k"), "/v2/organisations/o/keys/k");
    }
}

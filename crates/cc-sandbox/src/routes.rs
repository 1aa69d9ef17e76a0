//! The list of routes, and which of them keep state.

use std::fmt;

/// A route of the platform that a sandbox serves: from [`Sandbox::routes`](crate::Sandbox::routes).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// HTTP method.
    pub method: String,
    /// Path with its parameters in braces.
    pub path: String,
    /// Id of the operation in the spec.
    pub operation: String,
    /// `true` if the answers follow from the state of the sandbox. `false` if each answer is a sample of its schema, marked
    /// with the header `x-sandbox: sample`.
    pub is_stateful: bool,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_stateful { "stateful" } else { "sample" };
        write!(f, "{state:<8}  {:<6}  {}  {}", self.method, self.path, self.operation)
    }
}

//! Description of inferred credentials, without the secrets.

use std::fmt::Write;

use super::{Inferred, Source};
use crate::credentials::{Credentials, Service};
use crate::endpoint::Endpoint;
use crate::line::{CODE, MESSAGE, one_line};
use crate::secret::service_url::shown;
use crate::time::Timestamp;

impl Inferred {
    /// The credentials.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    /// The base URL that they are for.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.endpoint.expose()
    }

    /// Returns `true` if they are for the platform itself, and not for the endpoint of a test or of another installation.
    #[must_use]
    pub fn is_for_platform(&self) -> bool {
        self.endpoint().trim_end_matches('/') == Service::of(&self.credentials).platform()
    }

    /// Source of the credentials.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The name of the profile that they are from.
    #[must_use]
    pub fn alias(&self) -> Option<&str> {
        match &self.source {
            Source::Profile { alias, .. } => Some(alias),
            _ => None,
        }
    }

    /// Id of the user they belong to, if the CLI saved it: `user_…`.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// Expiration date of the credentials, if known.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Warnings for their owner: that they end within a week or have ended, that others may read the file,
    /// that everybody on the way to the endpoint could read them.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Explains to a person which credentials were found, why these, and how they are sent: scheme, host and
    /// signing method. The text contains no secret.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = format!("{} from {}\n", kind(&self.credentials), self.origin());
        for step in &self.steps {
            // Writing to a text never fails.
            let _ = writeln!(text, "- {}", one_line(step, MESSAGE));
        }
        let _ = writeln!(text, "for {} ({})", shown(self.endpoint.expose()), self.endpoint_from);
        if let Ok(endpoint) = Endpoint::parse(self.endpoint.expose()) {
            let way = way(&self.credentials);
            let _ = writeln!(text, "over {} to {}, {way}", endpoint.scheme(), endpoint.host());
        }
        if let Some(user) = &self.user_id {
            let _ = writeln!(text, "of {}", one_line(user, CODE));
        }
        if let Some(end) = self.expires_at {
            let _ = writeln!(text, "until {end}");
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "warning: {}", one_line(warning, MESSAGE));
        }
        text
    }

    fn origin(&self) -> String {
        match &self.source {
            Source::Explicit => "the program".to_owned(),
            Source::ApiTokenVariable => "`CC_API_TOKEN`".to_owned(),
            Source::TokenVariables => "`CLEVER_TOKEN` and `CLEVER_SECRET`".to_owned(),
            Source::Profile { alias, path } => {
                let path = path.display().to_string();
                format!("the profile `{}` in `{}`", one_line(alias, CODE), one_line(&path, MESSAGE))
            }
        }
    }

    /// Writes the warnings to the log.
    pub(super) fn told(self) -> Self {
        for warning in &self.warnings {
            tracing::warn!(source = self.origin(), "{}", one_line(warning, MESSAGE));
        }
        tracing::debug!(kind = kind(&self.credentials), source = self.origin(), "credentials were found");
        self
    }
}

/// Authentication method of the requests.
fn way(credentials: &Credentials) -> String {
    match credentials {
        Credentials::None => "without credentials".to_owned(),
        Credentials::ApiToken(_) => "as a bearer token".to_owned(),
        Credentials::OAuth1(oauth) => format!("signed with {}", oauth.method.as_str()),
        Credentials::Provider(_) => "as the provider says".to_owned(),
    }
}

fn kind(credentials: &Credentials) -> &'static str {
    match credentials {
        Credentials::None => "no credentials",
        Credentials::ApiToken(_) => "an API token",
        Credentials::OAuth1(_) => "an OAuth 1 token",
        Credentials::Provider(_) => "a provider of credentials",
    }
}

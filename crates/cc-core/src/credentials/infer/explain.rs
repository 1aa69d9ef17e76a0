//! What is told of credentials that were found: all but the secrets.

use std::fmt::Write;

use super::{Inferred, Source};
use crate::credentials::{Credentials, SignatureMethod};
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
        &self.endpoint
    }

    /// Where they were found.
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

    /// Whose they are, when the CLI noted it: `user_…`.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// When they end, when that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// What their owner should know: that they end within a week or have ended, that others may read the file.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Which credentials were taken, and why those, in lines for a person. It shows no secret.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = format!("{} from {}\n", kind(&self.credentials), self.origin());
        for step in &self.steps {
            // Writing to a text never fails.
            let _ = writeln!(text, "- {step}");
        }
        let _ = writeln!(text, "for {} ({})", self.endpoint, self.endpoint_from);
        if let Some(user) = &self.user_id {
            let _ = writeln!(text, "of {user}");
        }
        if let Some(end) = self.expires_at {
            let _ = writeln!(text, "until {end}");
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "warning: {warning}");
        }
        text
    }

    fn origin(&self) -> String {
        match &self.source {
            Source::Explicit => "the program".to_owned(),
            Source::ApiTokenVariable => "`CC_API_TOKEN`".to_owned(),
            Source::TokenVariables => "`CLEVER_TOKEN` and `CLEVER_SECRET`".to_owned(),
            Source::Profile { alias, path } => format!("the profile `{alias}` in `{}`", path.display()),
        }
    }

    /// Tells the warnings to the log.
    pub(super) fn told(self) -> Self {
        for warning in &self.warnings {
            tracing::warn!(source = self.origin(), "{warning}");
        }
        tracing::debug!(kind = kind(&self.credentials), source = self.origin(), "credentials were found");
        self
    }
}

fn kind(credentials: &Credentials) -> &'static str {
    match credentials {
        Credentials::None => "no credentials",
        Credentials::ApiToken(_) => "an API token",
        Credentials::OAuth1(oauth) => match oauth.method {
            SignatureMethod::Plaintext => "an OAuth 1 token",
            SignatureMethod::HmacSha1 => "an OAuth 1 token (HMAC-SHA1)",
            SignatureMethod::HmacSha512 => "an OAuth 1 token (HMAC-SHA512)",
        },
        Credentials::Provider(_) => "a provider of credentials",
    }
}

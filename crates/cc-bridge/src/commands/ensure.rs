//! Creates an API token only once.

use cc_api_bridge::types::{ApiToken, ApiTokenState};
use cc_runtime::ensure::{Differences, Ensure, NaturalKey};
use cc_runtime::{Result, Secret, Timestamp};
use serde::Serialize;

use crate::command::Context;
use crate::commands::{CreateApiToken, ListApiToken, UpdateApiToken};
use crate::model::CreatedApiToken;

/// An API token that was created or found. Only a token whose creation was answered has its value: the platform shows it once.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EnsuredApiToken {
    /// Id of the token.
    pub api_token_id: String,
    /// Name of the token.
    pub name: String,
    /// Description of the token.
    pub description: Option<String>,
    /// Expiration date.
    pub expiration_date: Option<Timestamp>,
    /// Value of the token. `None` for a token that was found, or whose creation was not answered: rotate such a token to have
    /// a value.
    pub api_token: Option<Secret>,
}

impl From<CreatedApiToken> for EnsuredApiToken {
    fn from(token: CreatedApiToken) -> Self {
        Self {
            api_token_id: token.api_token_id,
            name: token.name,
            description: token.description,
            expiration_date: token.expiration_date,
            api_token: Some(token.api_token),
        }
    }
}

impl From<ApiToken> for EnsuredApiToken {
    fn from(token: ApiToken) -> Self {
        Self {
            api_token_id: token.api_token_id,
            name: token.name,
            description: token.description,
            expiration_date: token.expiration_date,
            api_token: None,
        }
    }
}

/// One API token for user and name that has not expired. The description is compared and can be changed. Looking for tokens
/// needs OAuth 1 credentials.
impl Ensure for CreateApiToken {
    type Thing = EnsuredApiToken;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("API token").with("email", self.email.to_lowercase()).with("name", &self.name))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<EnsuredApiToken>> {
        let mut tokens = cx.send(ListApiToken::new()).await?;
        tokens.retain(|token| token.name == self.name && token.state != ApiTokenState::Expired);
        Ok(tokens.into_iter().map(Into::into).collect())
    }

    fn id(token: &EnsuredApiToken) -> String {
        token.api_token_id.clone()
    }

    async fn create(self, cx: &Context) -> Result<EnsuredApiToken> {
        cx.send(self).await.map(Into::into)
    }

    fn compare(&self, found: &EnsuredApiToken) -> Differences {
        let wanted = self.description.as_ref().map(Some);
        Differences::new().changeable("description", &found.description.as_ref(), wanted.as_ref())
    }

    async fn update(
        self,
        mut found: EnsuredApiToken,
        _: &Differences,
        cx: &Context,
    ) -> Result<EnsuredApiToken> {
        let mut update = UpdateApiToken::new(&found.api_token_id, self.name);
        update.description.clone_from(&self.description);
        cx.send(update).await?;
        found.description = self.description.or(found.description);
        Ok(found)
    }
}

//! What the commands of GitHub give back.

use cc_api_github::types as wire;

use crate::model::model;

model! {
    /// A repository of GitHub.
    pub struct GithubApplication: |wire: wire::GithubApplication| {
        /// Its id.
        id: String = wire.id,
        /// User or organisation of GitHub that has it.
        owner: String = wire.owner,
        /// Its name.
        name: String = wire.name,
        /// What it is.
        description: Option<String> = wire.description,
        /// Address to clone it from.
        git_url: String = wire.git_url,
        /// Its default branch.
        default_branch: String = wire.default_branch,
        /// Whether only some may see it.
        private: bool = wire.priv_,
    }
}

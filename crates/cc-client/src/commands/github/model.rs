//! Outputs of the commands of GitHub.

use cc_api_github::types as wire;

use crate::declare::model;

model! {
    /// A repository of GitHub.
    pub struct GithubApplication: |wire: wire::GithubApplication| {
        /// Id of the repository.
        id: String = wire.id,
        /// User or organisation of GitHub that has it.
        owner: String = wire.owner,
        /// Name of the repository.
        name: String = wire.name,
        /// Description of the repository.
        description: Option<String> = wire.description,
        /// Address to clone it from.
        git_url: String = wire.git_url,
        /// Default branch.
        default_branch: String = wire.default_branch,
        /// `true` if the repository is private.
        private: bool = wire.priv_,
    }
}

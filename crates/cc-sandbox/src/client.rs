//! Clients of `cc-client` whose platform is a sandbox.

use cc_client::{Client, ClientBuilder, Credentials};

use crate::identity::{Identity, MAIN};
use crate::sandbox::Sandbox;

/// Clients, with the feature `client`.
impl Sandbox {
    /// Creates a client with the API token of the main user. It uses the socket of the sandbox if there is one, else it calls the
    /// sandbox in the process.
    ///
    /// ```
    /// use cc_client::commands::zone::GetZone;
    /// use cc_sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> cc_client::Result<()> {
    /// let sandbox = Sandbox::builder().in_memory();
    /// let zone = sandbox.client().send(GetZone::new("par")).await?;
    /// assert_eq!(zone.name, "par");
    /// # Ok(()) }
    /// ```
    pub fn client(&self) -> Client {
        self.client_of(&self.identity(MAIN))
    }

    /// Creates a client with the API token of this user.
    pub fn client_of(&self, identity: &Identity) -> Client {
        let client = self.client_builder(identity).build();
        client.expect("the endpoint of a sandbox is valid, and nothing is read from the system")
    }

    /// Creates a builder of such a client, to give it more options or other credentials.
    pub fn client_builder(&self, identity: &Identity) -> ClientBuilder {
        let token = identity.credentials.api_token.as_str();
        let builder = Client::builder().endpoint(self.url()).credentials(Credentials::api_token(token));
        if self.has_socket() {
            return builder;
        }
        let service = self.service();
        // Nothing leaves the process.
        builder.configure(|transport| transport.allow_credentials_over_plain_http(true).http_service(service))
    }
}

//! The crates of commands, and the domains of the spec whose commands each one holds.

/// A crate written by hand that holds the commands of some domains.
#[derive(Debug)]
pub struct Home {
    /// Name of the crate.
    pub krate: &'static str,
    /// The type that sends its commands.
    pub client: &'static str,
    /// The domains of the spec. None are listed for the crate that holds all others.
    domains: &'static [&'static str],
    /// Whether each domain is a feature, and a module below `commands`. Else all commands stand side by side.
    has_features: bool,
}

/// All of them.
pub const HOMES: [Home; 3] = [
    Home { krate: "cc-bridge", client: "BridgeClient", domains: &["bridge"], has_features: false },
    Home { krate: "cc-client", client: "Client", domains: &[], has_features: true },
    Home { krate: "cc-redis-http", client: "RedisHttpClient", domains: &["redis-http"], has_features: false },
];

impl Home {
    /// The home of the commands of a domain of the spec.
    pub fn of(domain: &str) -> &'static Self {
        let listed = HOMES.iter().find(|home| home.domains.contains(&domain));
        let rest = || HOMES.iter().find(|home| home.domains.is_empty());
        listed.or_else(rest).unwrap_or(&HOMES[0])
    }

    /// Returns `true` if this is the home of the commands of a domain of the spec.
    pub fn holds(&self, domain: &str) -> bool {
        Self::of(domain).krate == self.krate
    }

    /// Returns `true` if a domain is a feature of the crate.
    pub fn has_features(&self) -> bool {
        self.has_features
    }

    /// The path below which a test finds the requests and types of a domain.
    pub fn api(&self, domain: &str) -> String {
        let name = domain.replace('-', "_");
        if self.has_features { format!("cc_client::api::{name}") } else { format!("cc_api_{name}") }
    }

    /// The name of the crate in Rust.
    pub fn name(&self) -> String {
        self.krate.replace('-', "_")
    }

    /// The folder of its source.
    pub fn src(&self) -> String {
        format!("crates/{}/src", self.krate)
    }

    /// The path of a command below the crate, such as `commands::zone::GetZone`.
    pub fn path(&self, module: &str, command: &str) -> String {
        if self.has_features {
            format!("commands::{module}::{command}")
        } else {
            format!("commands::{command}")
        }
    }

    /// The attribute that compiles an item if all these features are on, as a line.
    pub fn condition<S: AsRef<str>>(&self, features: impl IntoIterator<Item = S>) -> String {
        if self.has_features() { format!("#[cfg({})]\n", all_of(features)) } else { String::new() }
    }
}

/// The condition of a set of features.
pub fn all_of<S: AsRef<str>>(features: impl IntoIterator<Item = S>) -> String {
    let conditions: Vec<String> =
        features.into_iter().map(|feature| format!("feature = {:?}", feature.as_ref())).collect();
    match conditions.as_slice() {
        [one] => one.clone(),
        all => format!("all({})", all.join(", ")),
    }
}

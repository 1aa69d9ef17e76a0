//! The commands of the three clients as one list.

use cc_bridge::BridgeClient;
use cc_client::Client;
use cc_client::catalog::CommandKind;
use cc_client::runtime::Error;
use cc_client::runtime::catalog::{self, CommandInfo};
use cc_redis_http::RedisHttpClient;
use serde_json::{Value, json};

/// A command, with the client that sends it.
#[derive(Debug, Clone, Copy)]
pub enum Command {
    /// Of `cc-client`.
    Client(&'static CommandInfo<Client>),
    /// Of `cc-bridge`.
    Bridge(&'static CommandInfo<BridgeClient>),
    /// Of `cc-redis-http`.
    Redis(&'static CommandInfo<RedisHttpClient>),
}

/// Runs an expression with the entry of a command, whichever client it is of.
macro_rules! each {
    ($command:expr, $info:ident => $result:expr) => {
        match $command {
            $crate::commands::Command::Client($info) => $result,
            $crate::commands::Command::Bridge($info) => $result,
            $crate::commands::Command::Redis($info) => $result,
        }
    };
}

/// All commands, sorted by name. No two have the same.
#[must_use]
pub fn all() -> Vec<Command> {
    let client = cc_client::catalog::commands().iter().map(Command::Client);
    let bridge = cc_bridge::catalog::commands().iter().map(Command::Bridge);
    let redis = cc_redis_http::catalog::commands().iter().map(Command::Redis);
    let mut all: Vec<Command> = client.chain(bridge).chain(redis).collect();
    all.sort_by_key(Command::name);
    all
}

/// The command of this name.
///
/// # Errors
/// There is none. The error suggests similar names.
pub fn get(name: &str) -> Result<Command, Error> {
    let found = cc_client::catalog::get(name).map(Command::Client);
    let found = found.or_else(|| cc_bridge::catalog::get(name).map(Command::Bridge));
    let found = found.or_else(|| cc_redis_http::catalog::get(name).map(Command::Redis));
    found.ok_or_else(|| catalog::unknown(name, all().iter().map(Command::name)))
}

impl Command {
    /// Returns the name, such as `GetZone`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        each!(self, info => info.name())
    }

    /// The domain it is found under, such as `zone`.
    #[must_use]
    pub fn domain(&self) -> &'static str {
        each!(self, info => info.domain())
    }

    /// Returns `true` if the command gives one thing after another.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        each!(self, info => info.kind() == CommandKind::Stream)
    }

    /// Returns the description: the summary, more about the command, and its errors.
    #[must_use]
    pub fn description(&self) -> String {
        each!(self, info => info.description())
    }

    /// Returns the JSON Schema of the inputs.
    #[must_use]
    pub fn input_schema(&self) -> Value {
        each!(self, info => info.input_schema().to_value())
    }

    /// Returns the JSON Schema of the output, or of each item of a stream.
    #[must_use]
    pub fn output_schema(&self) -> Value {
        each!(self, info => info.bare_output_schema().to_value())
    }

    /// Returns everything about the command but its schemas, which are large.
    #[must_use]
    pub fn info(&self) -> Value {
        each!(self, info => json!({
            "name": info.name(),
            "domain": info.domain(),
            "summary": info.summary(),
            "kind": if self.is_stream() { "stream" } else { "once" },
            "effect": info.effect().as_str(),
            "isIdempotent": info.is_idempotent(),
            "operations": info.operations(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_of_one_command() {
        for pair in all().windows(2) {
            assert!(pair[0].name() < pair[1].name(), "{}", pair[1].name());
        }
    }

    #[test]
    fn every_command_is_found_by_its_name_and_others_are_suggested() {
        for command in all() {
            assert_eq!(get(command.name()).unwrap().name(), command.name());
        }
        for (wrong, near) in
            [("GetZoen", "GetZone"), ("ListApiTokn", "ListApiToken"), ("GetStringKy", "GetStringKey")]
        {
            let error = get(wrong).unwrap_err();
            assert!(error.message().unwrap().contains(&format!("did you mean `{near}`")), "{error}");
        }
    }
}

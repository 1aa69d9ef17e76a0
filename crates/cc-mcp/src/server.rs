//! The server: three tools over the catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cc_client::catalog::{self, CommandInfo, CommandKind};
use cc_client::runtime::input::IntoOption;
use cc_client::{Client, ClientBuilder, Credentials, ErrorKind};
use futures_util::StreamExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ServerHandler, ServiceExt};
use serde_json::{Value, json};

use crate::access::Access;
use crate::rehearsal::Rehearsal;
use crate::tools::{self, CALL, DESCRIBE, FIND};

/// Most commands that one search lists.
const MOST_FOUND: usize = 30;

/// Most items of a stream that one call gives, and the longest time it waits for them.
const MOST_ITEMS: usize = 100;
const LONGEST_STREAM: Duration = Duration::from_secs(10);

/// Most rehearsals that wait for their confirmation.
const MOST_REHEARSED: usize = 64;

/// The account on which commands run: the credentials, and the server that takes them.
#[derive(Debug, Clone)]
pub struct Account {
    credentials: Credentials,
    endpoint: Option<String>,
}

impl Account {
    /// An account at the endpoint that accepts the credentials.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials, endpoint: None }
    }

    /// Sets the base URL of the server.
    #[must_use]
    pub fn endpoint<Kind>(mut self, base_url: impl IntoOption<String, Kind>) -> Self {
        self.endpoint = base_url.into_option();
        self
    }

    /// The account of the environment or of the official CLI, as [`Client::infer`] finds it.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if no user is signed in.
    pub fn infer() -> cc_client::Result<Self> {
        let found = Credentials::infer()?;
        Ok(Self::new(found.credentials()).endpoint(found.endpoint()))
    }

    fn client(&self) -> ClientBuilder {
        let builder = Client::builder().credentials(self.credentials.clone());
        match &self.endpoint {
            Some(endpoint) => builder.endpoint(endpoint),
            None => builder,
        }
    }
}

/// A server of the Model Context Protocol. Its clones share what was rehearsed.
#[derive(Debug, Clone)]
pub struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    account: Account,
    client: Client,
    access: Access,
    exposes_secrets: bool,
    /// Id of a rehearsal → command and input.
    rehearsed: Mutex<BTreeMap<String, (&'static str, Value)>>,
}

impl Server {
    /// A server that runs commands on this account.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::build`].
    pub fn new(account: Account, access: Access) -> cc_client::Result<Self> {
        let client = account.client().build()?;
        let rehearsed = Mutex::default();
        Ok(Self(Arc::new(Inner { account, client, access, exposes_secrets: false, rehearsed })))
    }

    /// Writes passwords, tokens and other secrets into the answers of commands. Default: `***` stands in their place.
    #[must_use]
    pub fn expose_secrets(self) -> Self {
        let inner = &self.0;
        Self(Arc::new(Inner {
            account: inner.account.clone(),
            client: inner.client.clone(),
            access: inner.access.clone(),
            exposes_secrets: true,
            rehearsed: Mutex::default(),
        }))
    }

    /// Serves one client on standard input and output, until it closes them.
    ///
    /// # Errors
    /// A message that says why the session could not start, or how it broke.
    pub async fn serve_stdio(self) -> Result<(), String> {
        let session = self.serve(rmcp::transport::stdio()).await;
        let session = session.map_err(|error| format!("could not start the session: {error}"))?;
        session.waiting().await.map(drop).map_err(|error| format!("the session broke: {error}"))
    }

    fn find(&self, words: &str) -> Value {
        if words.trim().is_empty() {
            let domains: BTreeSet<&str> = catalog::commands().iter().map(CommandInfo::domain).collect();
            return json!({ "domains": domains });
        }
        let found: Vec<&CommandInfo> = catalog::find(words).collect();
        let commands: Vec<Value> = found
            .iter()
            .take(MOST_FOUND)
            .map(|command| {
                json!({ "name": command.name(), "effect": command.effect().as_str(), "summary": command.summary() })
            })
            .collect();
        let mut answer = json!({ "commands": commands });
        if found.len() > MOST_FOUND {
            answer["more"] = json!(found.len() - MOST_FOUND);
        }
        answer
    }

    fn describe(&self, name: &str) -> Result<Value, String> {
        let command = command(name)?;
        Ok(json!({
            "name": command.name(),
            "domain": command.domain(),
            "description": command.description(),
            "effect": command.effect().as_str(),
            "readOnly": command.is_read_only(),
            "destructive": command.is_destructive(),
            "idempotent": command.is_idempotent(),
            "allowed": self.0.access.allows(command),
            "stream": command.kind() == CommandKind::Stream,
            "input": command.input_schema(),
            "output": command.output_schema(),
        }))
    }

    async fn call(&self, name: &str, input: Value, confirm: Option<&str>) -> Result<Value, String> {
        let command = command(name)?;
        if !self.0.access.allows(command) {
            return Err(format!(
                "{name} is {}, and this server does not allow it: the person who runs it can start it with `--allow {name}` or \
                 `--allow {}`",
                command.effect(),
                command.domain(),
            ));
        }
        if command.is_destructive() {
            match confirm {
                None => return self.rehearse(command, input).await,
                Some(id) => self.confirm(id, command, &input)?,
            }
        }
        if command.kind() == CommandKind::Stream {
            return self.follow(name, &input).await;
        }
        let mut call = command.dispatch(&self.0.client, input);
        if self.0.exposes_secrets {
            call = call.expose_secrets();
        }
        call.await.map_err(|error| told(&error))
    }

    /// Runs a destructive command on a sandbox that reads from the account.
    async fn rehearse(&self, command: &'static CommandInfo, input: Value) -> Result<Value, String> {
        let rehearsal = Rehearsal::new();
        let layer = rehearsal.clone();
        let client = self.0.account.client().configure(|transport| transport.layer(layer));
        let client = client.build().map_err(|error| told(&error))?;
        let outcome = command.dispatch(&client, input.clone()).await;
        let report = rehearsal.report();
        let is_sent = report["requests"].as_array().is_some_and(|requests| !requests.is_empty());
        let mut answer = json!({ "rehearsal": report, "changed": false });
        if let Err(error) = outcome {
            if !is_sent {
                return Err(format!("it would fail before any change: {}", told(&error)));
            }
            answer["outcome"] = json!(told(&error));
        }
        let id = uuid::Uuid::new_v4().to_string();
        let mut rehearsed = self.0.rehearsed.lock().unwrap_or_else(PoisonError::into_inner);
        if rehearsed.len() >= MOST_REHEARSED {
            rehearsed.pop_first();
        }
        rehearsed.insert(id.clone(), (command.name(), input));
        answer["confirm"] = json!(id);
        Ok(answer)
    }

    /// A confirmation is for the rehearsed command and input, once.
    fn confirm(&self, id: &str, command: &CommandInfo, input: &Value) -> Result<(), String> {
        let mut rehearsed = self.0.rehearsed.lock().unwrap_or_else(PoisonError::into_inner);
        match rehearsed.get(id) {
            Some((name, same)) if *name == command.name() && same == input => {
                rehearsed.remove(id);
                Ok(())
            }
            Some(_) => Err("`confirm` belongs to another command or input: call without it first".to_owned()),
            None => Err("unknown or used `confirm`: call without it first".to_owned()),
        }
    }

    /// The first items of a stream.
    async fn follow(&self, name: &str, input: &Value) -> Result<Value, String> {
        let mut stream =
            catalog::stream(&self.0.client, name, input).map_err(|error| told(&error))?.take(MOST_ITEMS);
        let (mut items, mut notices) = (Vec::new(), Vec::new());
        let end = tokio::time::Instant::now() + LONGEST_STREAM;
        while let Ok(Some(delivered)) = tokio::time::timeout_at(end, stream.next()).await {
            match delivered {
                Ok(catalog::Delivered::Item(item)) => items.push(item),
                Ok(catalog::Delivered::Notice(error)) => notices.push(told(&error)),
                Err(error) if items.is_empty() => return Err(told(&error)),
                Err(error) => {
                    notices.push(told(&error));
                    break;
                }
            }
        }
        Ok(json!({ "items": items, "notices": notices }))
    }
}

fn command(name: &str) -> Result<&'static CommandInfo, String> {
    catalog::get(name).ok_or_else(|| {
        let near: Vec<&str> = catalog::find(name).take(3).map(CommandInfo::name).collect();
        if near.is_empty() {
            format!("unknown command `{}`: use `find`", name.escape_debug())
        } else {
            format!("unknown command `{}`: did you mean `{}`?", name.escape_debug(), near.join("` or `"))
        }
    })
}

/// An error with its kind.
fn told(error: &cc_client::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput => format!("{error}: use `describe`"),
        _ => error.to_string(),
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("cc-mcp", env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let mut arguments = request.arguments.unwrap_or_default();
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (words, name, confirm) = (text("words"), text("name"), text("confirm"));
        let confirm = Some(confirm.as_str()).filter(|id| !id.is_empty());
        let input = arguments.remove("input").unwrap_or(Value::Null);
        let answer = match request.name.as_ref() {
            FIND => Ok(self.find(&words)),
            DESCRIBE => self.describe(&name),
            CALL => self.call(&name, input, confirm).await,
            _ => return Err(ErrorData::invalid_params("the tools are find, describe and call", None)),
        };
        let result = match answer {
            Ok(answer) => CallToolResult::structured(answer),
            Err(message) => CallToolResult::error(vec![ContentBlock::text(message)]),
        };
        Ok(result.into())
    }
}

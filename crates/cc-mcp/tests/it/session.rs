//! A session over standard input and output: the program, and the client of `rmcp`.

use cc_mcp::rmcp::ServiceExt;
use cc_mcp::rmcp::model::{CallToolRequestParams, CallToolResult, JsonObject};
use cc_mcp::rmcp::service::{RoleClient, RunningService};
use cc_sandbox::Sandbox;
use rmcp::transport::TokioChildProcess;
use serde_json::{Value, json};

type Session = RunningService<RoleClient, ()>;

/// The program, on the account of a sandbox.
async fn session(sandbox: &Sandbox, arguments: &[&str]) -> Session {
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_cc-mcp"));
    program.args(arguments);
    program.env("CC_API_TOKEN", sandbox.api_token()).env("CC_ENDPOINT", sandbox.url());
    program.env("AUTH_BRIDGE_HOST", sandbox.url());
    ().serve(TokioChildProcess::new(program).unwrap()).await.unwrap()
}

async fn call(session: &Session, tool: &'static str, arguments: Value) -> CallToolResult {
    let arguments: JsonObject = serde_json::from_value(arguments).unwrap();
    session.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await.unwrap()
}

fn output(result: CallToolResult) -> Value {
    assert_ne!(result.is_error, Some(true), "{result:?}");
    result.structured_content.unwrap()
}

fn error(result: CallToolResult) -> String {
    assert_eq!(result.is_error, Some(true), "{result:?}");
    serde_json::to_string(&result.content).unwrap()
}

#[tokio::test]
async fn a_model_finds_describes_and_calls_a_command_with_three_tools() {
    let sandbox = Sandbox::start().await;
    let session = session(&sandbox, &[]).await;
    let tools = session.list_all_tools().await.unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool.name.to_string()).collect();
    assert_eq!(names, ["find", "describe", "call"]);
    let found = output(call(&session, "find", json!({ "words": "zone list" })).await);
    assert_eq!(found["commands"][0]["name"], "ListZone");
    assert!(output(call(&session, "find", json!({})).await)["domains"].as_array().unwrap().len() > 20);
    let described = output(call(&session, "describe", json!({ "name": "ListZone" })).await);
    assert_eq!((&described["readOnly"], &described["allowed"]), (&json!(true), &json!(true)));
    assert_eq!(described["output"]["type"], "object");
    let zones = output(call(&session, "call", json!({ "name": "ListZone" })).await);
    assert!(zones["result"][0]["name"].is_string(), "{zones}");
    let told = error(call(&session, "call", json!({ "name": "GetZone", "input": { "zone": "par" } })).await);
    assert!(told.contains("unknown field `zone`") && told.contains("describe"), "{told}");
    session.cancel().await.unwrap();
}

#[tokio::test]
async fn nothing_is_changed_unless_it_is_allowed() {
    let sandbox = Sandbox::start().await;
    let session = session(&sandbox, &[]).await;
    let application = sandbox.ids().application;
    let input = json!({ "name": "DeleteApplication", "input": { "applicationId": application } });
    let told = error(call(&session, "call", input).await);
    assert!(told.contains("destructive") && told.contains("--allow application"), "{told}");
    assert!(sandbox.exchanges().is_empty());
    session.cancel().await.unwrap();
}

#[tokio::test]
async fn a_destructive_call_is_rehearsed_with_the_state_of_the_account_and_runs_when_it_is_confirmed() {
    let sandbox = Sandbox::start().await;
    let session = session(&sandbox, &["--allow", "DeleteApplication,UpdateEnvironment"]).await;
    let application = sandbox.ids().application;
    let mut arguments = json!({ "name": "DeleteApplication", "input": { "applicationId": application } });
    let rehearsed = output(call(&session, "call", arguments.clone()).await);
    let (requests, changes) = (&rehearsed["rehearsal"]["requests"], &rehearsed["rehearsal"]["changes"]);
    assert_eq!((requests[0]["method"].as_str(), requests.as_array().unwrap().len()), (Some("DELETE"), 1));
    assert!(requests[0]["path"].as_str().unwrap().ends_with(&application), "{rehearsed}");
    assert_eq!((&changes[0]["before"]["id"], &changes[0]["after"]), (&json!(application), &Value::Null));
    let is_read = |one: &cc_sandbox::Exchange| one.method == "GET";
    assert!(sandbox.exchanges().iter().all(is_read), "{}", sandbox.journal());

    // The confirmation is for this command and this input.
    arguments["confirm"] = rehearsed["confirm"].clone();
    let mut other = arguments.clone();
    other["input"] = json!({ "applicationId": "app_00000000-0000-0000-0000-000000000000" });
    assert!(error(call(&session, "call", other).await).contains("another command or input"));
    output(call(&session, "call", arguments.clone()).await);
    assert!(!sandbox.exchanges().iter().all(is_read), "{}", sandbox.journal());
    assert!(error(call(&session, "call", arguments).await).contains("unknown or used"));
    session.cancel().await.unwrap();
}

#[tokio::test]
async fn a_rehearsal_shows_no_value_of_a_variable() {
    let sandbox = Sandbox::start().await;
    let session = session(&sandbox, &["--allow", "application"]).await;
    let input = json!({ "applicationId": sandbox.ids().application, "environment": { "PIN": "hunter2" } });
    let rehearsed =
        output(call(&session, "call", json!({ "name": "UpdateEnvironment", "input": input })).await);
    let text = rehearsed.to_string();
    assert!(text.contains("PUT") && text.contains("PIN") && !text.contains("hunter2"), "{text}");
    session.cancel().await.unwrap();
}

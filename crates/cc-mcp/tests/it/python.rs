//! A session with a client that shares no code with the server: the SDK of MCP for Python.

use cc_sandbox::Sandbox;
use tokio::process::Command;

/// `CC_MCP_PYTHON` names an interpreter with the package `mcp`. Default: `python3`.
#[tokio::test]
async fn a_client_of_another_implementation_uses_the_three_tools() {
    let python = std::env::var("CC_MCP_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_sdk = Command::new(&python).args(["-c", "import mcp"]).output().await;
    if !has_sdk.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {python} has no package `mcp` (pip install mcp)");
        return;
    }
    let sandbox = Sandbox::start().await;
    let mut client = Command::new(&python);
    client.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client.py")).arg(env!("CARGO_BIN_EXE_cc-mcp"));
    client.env("CC_API_TOKEN", sandbox.api_token()).env("CC_ENDPOINT", sandbox.url());
    client.env("AUTH_BRIDGE_HOST", sandbox.url());
    let output = client.output().await.unwrap();
    let (told, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("all good"), "{told}{failed}");
}

//! Streamable HTTP: which requests reach the server.

use cc_client::Credentials;
use cc_mcp::{Access, Account, Server, serve_http};
use cc_sandbox::Sandbox;
use serde_json::{Value, json};

#[tokio::test]
async fn only_clients_on_this_machine_that_are_no_pages_reach_the_server() {
    let sandbox = Sandbox::start().await;
    let account = Account::new(Credentials::api_token(sandbox.api_token())).endpoint(sandbox.url());
    let server = Server::new(account, Access::read_only()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let serving = tokio::spawn(serve_http(server.clone(), listener));
    let post = |headers: &'static [(&'static str, &'static str)]| {
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
            },
        });
        let mut request = reqwest::Client::new().post(&url).body(body.to_string());
        request = request.header("content-type", "application/json");
        request = request.header("accept", "application/json, text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        async { request.send().await.unwrap() }
    };
    for refused in [&[("host", "evil.example")][..], &[("origin", "https://evil.example")]] {
        assert_eq!(post(refused).await.status(), 403, "{refused:?}");
    }
    let answer = post(&[]).await;
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: ")).find(|data| data.starts_with('{'));
    let answer: Value = serde_json::from_str(data.unwrap()).unwrap();
    assert_eq!(answer["result"]["serverInfo"]["name"], "cc-mcp");
    serving.abort();

    let everywhere = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    assert!(serve_http(server, everywhere).await.is_err());
}

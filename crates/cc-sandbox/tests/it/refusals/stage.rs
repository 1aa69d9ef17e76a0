//! A sandbox with users of every role, and requests to its operations.

use std::collections::BTreeMap;

use cc_sandbox::{Limits, Pace, Sandbox};
use http_body_util::BodyExt;
use serde_json::{Value, json};

/// A sandbox, and what its requests need.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    routes: BTreeMap<String, (String, String)>,
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: String,
    route: String,
    path: BTreeMap<String, String>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) path: String,
    /// Row of the table, if it is a refusal.
    pub(super) refusal: String,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

impl Call {
    pub(super) fn of(method: &str, route: &str) -> Self {
        let (path, query, headers, body) = Default::default();
        Self { method: method.to_owned(), route: route.to_owned(), path, query, headers, body }
    }

    pub(super) fn path(mut self, name: &str, value: &str) -> Self {
        self.path.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(own, _)| own != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn json(self, body: Value) -> Self {
        let mut call = self.header("content-type", "application/json");
        call.body = body.to_string().into();
        call
    }

    pub(super) fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut call = self.header("content-type", "application/x-www-form-urlencoded").without_credentials();
        call.body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into();
        call
    }

    /// The request of another user, by its API token.
    pub(super) fn by(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(super) fn without_credentials(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "authorization");
        self
    }
}

impl Stage {
    pub(super) fn new() -> Self {
        let mut limits = Limits::default();
        (limits.body, limits.key_bytes, limits.key_spaces) = (100_000, 100_000, 3);
        let sandbox =
            Sandbox::builder().pace(Pace::Manual).limits(limits).strict(false).user("eve").in_memory();
        let routes = sandbox.routes().into_iter();
        let routes = routes.map(|route| (route.operation, (route.method, route.path))).collect();
        Self { sandbox, routes }
    }

    /// A request to an operation, by the main user and about its organisation.
    pub(super) fn call(&self, operation: &str) -> Call {
        let (method, route) =
            self.routes.get(operation).unwrap_or_else(|| panic!("no operation {operation}"));
        let ids = self.sandbox.ids();
        let mut call = Call::of(method, route).by(self.sandbox.api_token());
        for (name, value) in [
            ("ownerId", ids.organisation),
            ("applicationId", ids.application.clone()),
            ("resourceId", ids.application),
            ("addonId", ids.addon),
            ("invoiceNumber", ids.invoice),
        ] {
            call = call.path(name, &value);
        }
        call
    }

    pub(super) async fn send(&self, call: &Call) -> Answer {
        let encoded = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let mut path = call.route.clone();
        for (name, value) in &call.path {
            path = path.replace(&format!("{{{name}}}"), &encoded(value));
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&call.query).finish();
        let target = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        let mut request = http::Request::builder().method(call.method.as_str()).uri(target);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request.body(call.body.clone().into()).unwrap();
        let answer = self.sandbox.handle(request).await.unwrap();
        let status = answer.status().as_u16();
        let refusal = answer.headers().get("x-sandbox-refusal").map_or("", |value| value.to_str().unwrap());
        let refusal = refusal.to_owned();
        let is_stream =
            answer.headers().get("content-type").is_some_and(|kind| kind.as_bytes() == b"text/event-stream");
        let bytes = if is_stream {
            Default::default()
        } else {
            answer.into_body().collect().await.unwrap().to_bytes()
        };
        Answer { status, path, refusal, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Sends a request that is not refused.
    pub(super) async fn ok(&self, call: &Call) -> Answer {
        let answer = self.send(call).await;
        assert!(answer.status < 400, "{call:?}: {answer:?}");
        answer
    }

    /// Everything of the sandbox, but for the number of requests.
    pub(super) fn state(&self) -> String {
        let whole = self.sandbox.snapshot().to_json();
        let (before, rest) = whole.split_once(r#""requests":"#).unwrap();
        format!("{before}{}", rest.trim_start_matches(|digit: char| digit.is_ascii_digit()))
    }

    /// The API token of a new member of the organisation, with this role.
    pub(super) fn member(&self, role: &str) -> String {
        let organisation = self.sandbox.ids().organisation;
        self.sandbox.add_member(&organisation, &role.to_lowercase(), role).credentials.api_token
    }

    /// Body of a new application.
    pub(super) fn application(&self, name: &str) -> Value {
        json!({
            "name": name, "zone": "par", "deploy": "git", "instanceType": "node", "instanceVersion": "20260101",
            "instanceVariant": "node", "minFlavor": "XS", "maxFlavor": "M", "minInstances": 1, "maxInstances": 2,
        })
    }

    /// Body of a new PostgreSQL.
    pub(super) fn addon(&self, plan: &str) -> Value {
        json!({ "providerId": "postgresql-addon", "plan": plan, "region": "par", "name": "db" })
    }

    /// Body of an organisation.
    pub(super) fn organisation(&self, name: &str) -> Value {
        json!({
            "name": name, "description": "", "address": "1 rue du Port", "city": "Nantes", "zipcode": "44000",
            "customerFullName": "Ada",
        })
    }

    /// Deletes the applications and add-ons of the organisation.
    pub(super) async fn empty_organisation(&self) {
        for (list, delete, name) in [
            ("list_applications", "delete_application", "applicationId"),
            ("list_addons", "delete_addon", "addonId"),
        ] {
            for item in self.ok(&self.call(list)).await.json().as_array().unwrap() {
                self.ok(&self.call(delete).path(name, item["id"].as_str().unwrap())).await;
            }
        }
    }
}

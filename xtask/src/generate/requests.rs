//! `requests.rs` and `client.rs` of a domain: one request type an operation, and the method that sends it.

mod example;

use std::collections::BTreeSet;
use std::fmt::Write;

use super::front::{Front, Method, Named, is_json};
use super::overrides;
use super::rust::{Ty, api_name, doc, field_name, initializer, literal, snake_name, type_name};
use super::types::render_setter;
use crate::spec::check::operation::SOURCES;
use crate::spec::model::{Domain, Operation, closure, references};

/// An input of an operation.
#[derive(Debug, Clone)]
pub struct Input {
    /// Location of the input: `path`, `query`, `header` or `body`.
    pub place: &'static str,
    /// Name of the input in the request.
    pub name: String,
    pub ident: String,
    pub ty: Ty,
    pub required: bool,
    pub description: String,
}

/// The inputs of an operation, required ones first, each group in the order of the spec.
pub fn inputs(operation: &Operation, method: &Method) -> Result<Vec<Input>, String> {
    let mut inputs = Vec::new();
    for parameter in &operation.parameters {
        let Named { ident, ty } = method.arguments.get(&snake_name(&parameter.name)).ok_or_else(|| {
            format!(
                "progenitor generated no argument for parameter `{}` of `{}`",
                parameter.name, operation.id
            )
        })?;
        let place = match parameter.place.as_str() {
            "path" => "path",
            "query" => "query",
            _ => "header",
        };
        let ty = match ty.bare() {
            // None of them is an empty map.
            Ty::Map(_) => ty.bare().clone(),
            ty if parameter.required => ty.clone(),
            ty => ty.clone().optional(),
        };
        inputs.push(Input {
            place,
            name: parameter.name.clone(),
            ident: overrides::field(&parameter.name, ident)?,
            ty,
            required: parameter.required,
            description: parameter.description.clone(),
        });
    }
    if let Some(body) = &operation.body {
        let ty = if is_json(&body.media) || is_form(&body.media) {
            method
                .arguments
                .get("body")
                .map(|argument| argument.ty.clone())
                .ok_or_else(|| format!("progenitor generated no body for operation `{}`", operation.id))?
        } else if body.media.starts_with("text/") || body.media.contains("yaml") {
            text(Some(&body.schema))
        } else {
            Ty::Bytes
        };
        let input = |name: &str, ty: Ty, description: String| Input {
            place: "body",
            name: name.to_owned(),
            ident: name.to_owned(),
            ty,
            required: true,
            description,
        };
        inputs.push(input("body", ty, body.description.clone()));
        if body.media.contains('*') {
            inputs.push(input(
                "content_type",
                Ty::String,
                format!("The media type of the body: `{}`.", body.media),
            ));
        }
    }
    inputs.sort_by_key(|input| !input.required);
    Ok(inputs)
}

fn is_form(media: &str) -> bool {
    media == "application/x-www-form-urlencoded"
}

/// Type of a text body that is not JSON.
fn text(schema: Option<&serde_json::Value>) -> Ty {
    match schema {
        Some(schema) if schema["$ref"] == "#/components/schemas/Secret" => Ty::Core("Secret".to_owned()),
        _ => Ty::String,
    }
}

fn is_secret(ty: &Ty) -> bool {
    matches!(ty.bare(), Ty::Core(core) if core == "Secret")
}

/// The type that an operation answers. The platform may leave the body of a change out.
pub fn output(operation: &Operation, method: &Method) -> Ty {
    match answered(operation, method) {
        // An empty body is null: JSON of any shape can say that.
        ty @ (Ty::Unit | Ty::Json) => ty,
        Ty::Core(name) if name == "SecretJson" => Ty::Core(name),
        ty if operation.is_change() && operation.success.media.as_deref().is_some_and(is_json) => {
            ty.optional()
        }
        ty => ty,
    }
}

/// The type of the body that the spec promises.
fn answered(operation: &Operation, method: &Method) -> Ty {
    match operation.success.media.as_deref() {
        None => Ty::Unit,
        Some(media) if is_json(media) || operation.is_stream() => method.output.clone().unwrap_or(Ty::Json),
        Some(media)
            if media.starts_with("text/") || media.contains("yaml") || media.contains("urlencoded") =>
        {
            text(operation.success.schema.as_ref())
        }
        Some(_) => Ty::Bytes,
    }
}

pub fn render_requests(domain: &Domain, front: &Front) -> Result<String, String> {
    let mut out = String::from(
        "//! One type an operation: its inputs, and the request that they make.\n\n\
         #[allow(unused_imports)]\nuse cc_runtime::__private::{Bytes, http::Method};\n\
         use cc_runtime::{Answer, Operation, OperationInfo, Request, RequestBuilder, Result, StreamOperation};\n\n\
         #[allow(unused_imports)]\nuse crate::types;\n",
    );
    if !domain.operations.iter().any(Operation::is_stream) {
        out = out.replace(", StreamOperation}", "}");
    }
    if domain.operations.iter().all(Operation::is_stream) {
        out = out.replace("{Answer, Operation, ", "{");
    }
    for operation in &domain.operations {
        let method = front
            .methods
            .get(&operation.id)
            .ok_or_else(|| format!("progenitor generated no method for operation `{}`", operation.id))?;
        let inputs = inputs(operation, method)?;
        out.push('\n');
        out.push_str(&render_request(domain, operation, &inputs, &output(operation, method)));
    }
    Ok(out)
}

fn page(operation: &Operation) -> String {
    let mut page = operation.summary.clone();
    if !operation.description.is_empty() {
        let _ = write!(page, "\n\n{}", operation.description);
    }
    let _ = write!(page, "\n\n`{} {}`.", operation.method, operation.path);
    if !operation.aliases.is_empty() {
        let aliases: Vec<String> = operation.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = write!(page, " Also available as {}.", aliases.join(", "));
    }
    let named = |source: &String| SOURCES.iter().find(|(known, _)| known == source).map(|(_, name)| *name);
    let sources: Vec<&str> = operation.sources.iter().filter_map(named).collect();
    let _ = write!(page, " Source: {}.", sources.join("; "));
    if !operation.success.description.is_empty() {
        let _ = write!(page, "\n\nAnswer: {}", operation.success.description);
    }
    if !operation.errors.is_empty() {
        page.push_str("\n\n# Errors");
        for (status, description) in &operation.errors {
            let _ = write!(page, "\n- {status}: {description}");
        }
    }
    page
}

fn deprecation(operation: &Operation) -> Option<String> {
    operation.deprecated.then(|| match &operation.successor {
        Some(successor) => format!("#[deprecated = \"use `{}`\"]\n", type_name(successor)),
        None => "#[deprecated = \"the platform keeps it for old clients\"]\n".to_owned(),
    })
}

fn render_request(domain: &Domain, operation: &Operation, inputs: &[Input], output: &Ty) -> String {
    let name = type_name(&operation.id);
    let constant = operation.id.to_uppercase();
    let mut out = doc("", &page(operation));
    out.push_str(&example::render(domain, operation, inputs));
    if let Some(note) = deprecation(operation) {
        out.push_str(&note);
    }
    out.push_str("#[derive(Debug, Clone, PartialEq)]\n#[non_exhaustive]\n#[must_use = \"a request does nothing until it is sent\"]\n");
    if inputs.is_empty() {
        let _ = writeln!(out, "pub struct {name};");
    } else {
        let _ = writeln!(out, "pub struct {name} {{");
        for input in inputs {
            out.push_str(&doc("    ", &input.description));
            let _ = writeln!(out, "    pub {}: {},", input.ident, input.ty.rust("types::"));
        }
        out.push_str("}\n");
    }
    let _ = writeln!(out, "\n#[allow(clippy::new_without_default)]\nimpl {name} {{");
    let required: Vec<&Input> = inputs.iter().filter(|input| input.required).collect();
    let arguments: Vec<String> =
        required.iter().map(|input| format!("{}: {}", input.ident, input.ty.argument("types::"))).collect();
    let what = if required.is_empty() {
        "Creates the request. It has no required inputs."
    } else {
        "Creates the request from its required inputs."
    };
    let _ = writeln!(out, "    /// {what}\n    pub fn new({}) -> Self {{", arguments.join(", "));
    if inputs.is_empty() {
        out.push_str("        Self\n");
    } else {
        out.push_str("        Self {\n");
        for input in inputs {
            let value = if input.required {
                input.ty.converted(&input.ident)
            } else if input.ty.is_option() {
                "None".to_owned()
            } else {
                "Default::default()".to_owned()
            };
            let _ = writeln!(out, "            {}", initializer(&input.ident, &value));
        }
        out.push_str("        }\n");
    }
    out.push_str("    }\n");
    for input in inputs.iter().filter(|input| !input.required) {
        out.push_str(&render_setter(&input.ident, &input.ty, "types::", &input.description, true));
    }
    out.push_str("}\n\n");
    render_info(&mut out, domain, operation, inputs, &constant);
    if operation.is_stream() {
        let _ = writeln!(
            out,
            "impl StreamOperation for {name} {{\n    const INFO: &'static OperationInfo = &{constant};\n    \
             const HEARTBEAT_MS: u64 = {};\n    type Event = {};\n",
            operation.heartbeat_ms,
            output.rust("types::")
        );
        render_build(&mut out, operation, inputs, &constant);
        out.push_str("}\n");
    } else {
        let _ = writeln!(
            out,
            "impl Operation for {name} {{\n    const INFO: &'static OperationInfo = &{constant};\n    type Output = {};\n",
            output.rust("types::")
        );
        render_build(&mut out, operation, inputs, &constant);
        let is_text = !operation.success.media.as_deref().is_some_and(is_json);
        let decode = match output {
            Ty::Unit => "empty()",
            Ty::Bytes => "bytes()",
            Ty::String if is_text => "text()",
            Ty::Core(_) if is_text => "text().map(|answer| answer.map(Into::into))",
            Ty::Option(item) if matches!(**item, Ty::List(_)) => "change_list()",
            Ty::Option(_) => "change()",
            Ty::List(_) => "list()",
            Ty::Map(_) => "entries()",
            _ => "json()",
        };
        let _ = writeln!(
            out,
            "\n    fn decode(answer: Answer<Bytes>) -> Result<Answer<Self::Output>> {{\n        answer.{decode}\n    }}\n}}"
        );
    }
    out
}

/// Returns `true` if the schema of the answer leads to a value that is marked as secret.
fn answers_secret(domain: &Domain, operation: &Operation) -> bool {
    let mut named = BTreeSet::new();
    operation.success.schema.iter().for_each(|schema| references(schema, &mut named));
    let reached = closure(named, &[&domain.schemas, &domain.shared]);
    ["Secret", "SecretJson"].iter().any(|name| reached.contains(*name))
}

fn render_info(out: &mut String, domain: &Domain, operation: &Operation, inputs: &[Input], constant: &str) {
    let accept = operation.success.media.as_deref().unwrap_or("application/json");
    let mut flags = String::new();
    if operation.idempotent {
        flags.push_str(".idempotent()");
    }
    if operation.one_shot {
        flags.push_str(".one_shot()");
    }
    let secrets: Vec<String> = inputs
        .iter()
        .filter(|input| input.place == "path" && is_secret(&input.ty))
        .map(|input| literal(&input.name))
        .collect();
    if !secrets.is_empty() {
        let _ = write!(flags, ".secret_path(&[{}])", secrets.join(", "));
    }
    if operation.method == "GET" && answers_secret(domain, operation) {
        flags.push_str(".secret_answer()");
    }
    if let Some(meaning) = &operation.not_found {
        let _ = write!(flags, ".not_found({})", literal(meaning));
    }
    let _ = writeln!(
        out,
        "static {constant}: OperationInfo = OperationInfo::new({}, {}, Method::{}, {}, {}){flags};\n",
        literal(&operation.id),
        literal(&domain.name),
        operation.method,
        literal(&operation.path),
        literal(accept),
    );
}

fn render_build(out: &mut String, operation: &Operation, inputs: &[Input], constant: &str) {
    let _ = writeln!(
        out,
        "    fn request(&self) -> Result<Request> {{\n        RequestBuilder::new(&{constant})"
    );
    // The route is filled from left to right, whatever the order of the parameters.
    let template =
        operation.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let last = template.clone().last();
    for name in template {
        if let Some(input) = inputs.iter().find(|input| input.place == "path" && input.name == name) {
            let fill = match operation.wildcard && last == Some(name) {
                true => "path_rest",
                false if is_secret(&input.ty) => "secret_path",
                false => "path",
            };
            let _ = writeln!(out, "            .{fill}({}, &self.{})", literal(name), input.ident);
        }
    }
    for input in inputs {
        let (name, ident) = (literal(&input.name), &input.ident);
        match (input.place, input.ty.bare(), input.required) {
            ("query", Ty::List(_), true) => {
                let _ = writeln!(out, "            .query_each({name}, &self.{ident})");
            }
            ("query", Ty::List(_), false) => {
                let _ = writeln!(
                    out,
                    "            .query_each({name}, self.{ident}.as_deref().unwrap_or_default())"
                );
            }
            ("query", Ty::Map(_), _) => {
                let _ = writeln!(out, "            .query_map(&self.{ident})");
            }
            (place @ ("query" | "header"), ty, required) if is_secret(ty) => {
                let value =
                    if required { format!("Some(&self.{ident})") } else { format!("self.{ident}.as_ref()") };
                let _ = writeln!(out, "            .secret_{place}({name}, {value})");
            }
            ("query", _, true) => {
                let _ = writeln!(out, "            .query({name}, &Some(&self.{ident}))");
            }
            ("query", _, false) => {
                let _ = writeln!(out, "            .query({name}, &self.{ident})");
            }
            ("header", _, true) => {
                let _ = writeln!(out, "            .header({name}, &Some(&self.{ident}))");
            }
            ("header", _, false) => {
                let _ = writeln!(out, "            .header({name}, &self.{ident})");
            }
            _ => {}
        }
    }
    if let Some(body) = &operation.body {
        if is_json(&body.media) {
            out.push_str("            .json(&self.body)\n");
        } else if is_form(&body.media) {
            out.push_str("            .form(&self.body)\n");
        } else if body.media.contains('*') {
            out.push_str("            .body(&self.content_type, self.body.clone())\n");
        } else if inputs.iter().any(|input| input.place == "body" && is_secret(&input.ty)) {
            let _ = writeln!(out, "            .secret_body({}, &self.body)", literal(&body.media));
        } else {
            let _ = writeln!(out, "            .body({}, self.body.clone())", literal(&body.media));
        }
    }
    out.push_str("            .build()\n    }\n");
}

pub fn render_client(domain: &Domain) -> String {
    let mut out =
        String::from("//! The client of the domain: one method an operation, in the order of the spec.\n\n");
    let streams = domain.operations.iter().any(Operation::is_stream);
    let calls = domain.operations.iter().any(|operation| !operation.is_stream());
    out.push_str("use cc_runtime::Transport;\n");
    if calls {
        out.push_str("use cc_runtime::Call;\n");
    }
    if streams {
        out.push_str("use cc_runtime::Result;\nuse cc_runtime::transport::HttpResponse;\n");
    }
    out.push_str("\nuse crate::requests::*;\n\n");
    out.push_str(&doc(
        "",
        &format!(
            "{} ({}): sends the requests of the domain `{}`.",
            domain.title,
            domain.description.trim_end_matches('.'),
            domain.name
        ),
    ));
    let client = api_name(&domain.name);
    let _ = writeln!(
        out,
        "#[derive(Debug, Clone)]\npub struct {client} {{\n    transport: Transport,\n}}\n\nimpl {client} {{\n    \
         /// Sends through this transport.\n    #[must_use]\n    pub fn new(transport: Transport) -> Self {{\n        \
         Self {{ transport }}\n    }}"
    );
    for operation in &domain.operations {
        let name = type_name(&operation.id);
        out.push('\n');
        out.push_str(&doc("    ", &operation.summary));
        if let Some(note) = deprecation(operation) {
            out.push_str("    ");
            out.push_str(&note);
        }
        let ident = field_name(&operation.id);
        let _ = if operation.is_stream() {
            writeln!(
                out,
                "    ///\n    /// # Errors\n    /// Whatever keeps the stream from opening. The body is Server-Sent Events.\n    \
                 pub async fn {ident}(&self, request: &{name}) -> Result<HttpResponse> {{\n        self.transport.open(request).await\n    }}"
            )
        } else {
            writeln!(
                out,
                "    pub fn {ident}(&self, request: {name}) -> Call<{name}> {{\n        self.transport.call(request)\n    }}"
            )
        };
    }
    out.push_str("}\n");
    out
}

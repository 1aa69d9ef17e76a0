//! Changes of operations, parameters, bodies and answers.

use serde_json::{Map, Value, json};

use super::{Cx, Mutator, additive, list, list_at, map_at, mutator, object, rename_key};

pub(super) const ALL: &[Mutator] = &[
    additive("an operation is added", add_operation),
    mutator("an operation is renamed", rename_operation),
    mutator("an operation has another method", change_method),
    mutator("an operation has another path", change_path),
    mutator("a placeholder has another name", rename_placeholder),
    mutator("an operation answers a list", answer_list),
    mutator("a stream becomes a call", stream_becomes_call),
    mutator("an operation gives another type", other_output),
    additive("an operation is deprecated", deprecate),
    mutator("a deprecated operation has another successor", other_successor),
    additive("an operation has an alias", add_alias),
    mutator("an operation is sent once", |cx| flag(cx, "x-one-shot")),
    mutator("an operation is idempotent", |cx| flag(cx, "x-idempotent")),
    mutator("an operation is always answered", always_answered),
    mutator("a placeholder takes slashes", add_wildcard),
    mutator("a 404 has a meaning", not_found),
    mutator("a stream has a heartbeat", heartbeat),
    mutator("an operation has a tag", |cx| operation_key(cx, "tags", json!(["sea"]))),
    mutator("an operation has a note", |cx| operation_key(cx, "x-note", json!("A note."))),
    mutator("an operation has another source", |cx| operation_key(cx, "x-source", json!(["docs", "cli"]))),
    mutator("an operation has another user", |cx| operation_key(cx, "x-used-by", json!(["cli"]))),
    mutator("an operation has another summary", |cx| operation_key(cx, "summary", json!("Does it."))),
    additive("an optional query parameter is added", |cx| add_parameter(cx, "query", false)),
    additive("an optional header is added", |cx| add_parameter(cx, "header", false)),
    mutator("a required query parameter is added", |cx| add_parameter(cx, "query", true)),
    mutator("a required header is added", |cx| add_parameter(cx, "header", true)),
    mutator("an operation has its first required input", first_required),
    mutator("a path parameter is added", add_path_parameter),
    mutator("a query parameter has another case", |cx| other_case(cx, "query")),
    mutator("a header has another case", |cx| other_case(cx, "header")),
    mutator("a query parameter is renamed", |cx| rename_parameter(cx, "query")),
    mutator("a header is renamed", |cx| rename_parameter(cx, "header")),
    mutator("a query parameter becomes required", |cx| require_parameter(cx, "query")),
    mutator("a header becomes required", |cx| require_parameter(cx, "header")),
    mutator("a path parameter has another type", |cx| retype_parameter(cx, "path")),
    mutator("a query parameter has another type", |cx| retype_parameter(cx, "query")),
    mutator("a header has another type", |cx| retype_parameter(cx, "header")),
    mutator("a query parameter becomes a header", |cx| move_parameter(cx, "query")),
    mutator("a query parameter moves into the path", |cx| move_to_path(cx, "query")),
    mutator("a header moves into the path", |cx| move_to_path(cx, "header")),
    mutator("required parameters change places", |cx| swap_parameters(cx, true)),
    mutator("optional parameters change places", |cx| swap_parameters(cx, false)),
    mutator("a parameter has another text", |cx| parameter_key(cx, "description", json!("Another text."))),
    mutator("a parameter has a note", |cx| parameter_key(cx, "x-note", json!("A note."))),
    mutator("a parameter has a limit", limit_parameter),
    mutator("an operation takes a body", add_body),
    mutator("a body is of another type", other_body),
    mutator("a body is a form", form_body),
    mutator("an operation succeeds with another status", other_status),
    additive("an operation may fail with one more status", |cx| add_status(cx, "503")),
    mutator("an answer is a text", text_answer),
    mutator("an answer has another text", |cx| answer_key(cx, "description", json!("Another text."))),
    mutator("an answer has a note", |cx| answer_key(cx, "x-note", json!("A note."))),
];

fn has_parameter(place: &'static str) -> impl Fn(&Value) -> bool + Copy {
    move |parameter| parameter["in"] == place
}

fn is_json(content: &Value) -> bool {
    content["content"].get("application/json").is_some()
}

fn is_call(operation: &Value) -> bool {
    !operation.to_string().contains("text/event-stream")
}

fn add_operation(cx: &mut Cx<'_>) -> Option<()> {
    let [domain, path, _] = cx.operation(is_call)?;
    let word = cx.fresh("");
    let operation = json!({"operationId": format!("list_{word}"), "summary": "Lists them.", "x-source": ["docs"], "responses": {"204": {"description": "None."}}});
    let first = path.split('/').nth(1)?.to_owned();
    cx.docs.get_mut(&domain)?["paths"][&format!("/{first}/{word}")] = json!({"get": operation});
    Some(())
}

fn rename_operation(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.operation(|_| true)?;
    let old = cx.at_operation(&at)?["operationId"].as_str()?.to_owned();
    let verb = old.split('_').next()?.to_owned();
    let new = cx.fresh(&verb);
    cx.replace(&old, &new);
    Some(())
}

fn change_method(cx: &mut Cx<'_>) -> Option<()> {
    let [domain, path, method] = cx.operation(is_call)?;
    let other = match method.as_str() {
        "put" => "patch",
        "patch" => "put",
        "post" => "put",
        _ => return None,
    };
    let item = cx.docs.get_mut(&domain)?["paths"][&path].as_object_mut()?;
    if item.contains_key(other) {
        return None;
    }
    rename_key(item, &method, other);
    Some(())
}

fn change_path(cx: &mut Cx<'_>) -> Option<()> {
    let [domain, path, _] = cx.operation(|_| true)?;
    let word = cx.fresh("");
    let (first, rest) = path.trim_start_matches('/').split_once('/')?;
    let new = format!("/{first}/{word}/{rest}");
    rename_key(cx.docs.get_mut(&domain)?["paths"].as_object_mut()?, &path, &new);
    Some(())
}

fn rename_placeholder(cx: &mut Cx<'_>) -> Option<()> {
    let [domain, path, _] =
        cx.operation(|operation| list(&operation["parameters"]).any(|it| it["in"] == "path"))?;
    let old = path.split('{').nth(1)?.split('}').next()?.to_owned();
    let new = format!("{}Name", cx.fresh(""));
    let item = &mut cx.docs.get_mut(&domain)?["paths"];
    rename_key(item.as_object_mut()?, &path, &path.replace(&format!("{{{old}}}"), &format!("{{{new}}}")));
    let item = &mut item[&path.replace(&format!("{{{old}}}"), &format!("{{{new}}}"))];
    for (_, operation) in item.as_object_mut()? {
        for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
            if parameter["name"] == old.as_str() && parameter["in"] == "path" {
                parameter["name"] = json!(new);
            }
        }
    }
    Some(())
}

/// The content of the first success of an operation.
fn success(operation: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    let responses = operation.get_mut("responses")?.as_object_mut()?;
    responses.iter_mut().find(|(status, _)| status.starts_with('2'))?.1.as_object_mut()
}

fn answers_json(operation: &Value) -> bool {
    object(&operation["responses"])
        .find(|(status, _)| status.starts_with('2'))
        .is_some_and(|(_, answer)| is_json(answer))
}

fn answer_list(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| answers_json(it) && it.get("x-command").is_none())?;
    let schema = &mut success(operation)?["content"]["application/json"]["schema"];
    *schema = json!({"type": "array", "items": schema.take()});
    Some(())
}

fn stream_becomes_call(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| !is_call(it) && it["operationId"] == "stream_tides")?;
    rename_key(success(operation)?["content"].as_object_mut()?, "text/event-stream", "application/json");
    Some(())
}

fn deprecate(cx: &mut Cx<'_>) -> Option<()> {
    operation_key(cx, "deprecated", json!(true))
}

fn other_successor(cx: &mut Cx<'_>) -> Option<()> {
    let id = cx
        .operation(|it| it.get("deprecated").is_none())
        .and_then(|at| Some(cx.at_operation(&at)?["operationId"].clone()))?;
    let operation = cx.some_operation(|it| it.get("deprecated").is_some())?;
    operation.insert("x-successor".to_owned(), id);
    Some(())
}

fn add_alias(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.operation(|_| true)?;
    let alias = format!("{} /v2/{}", at[2].to_uppercase(), cx.fresh("old"));
    list_at(cx.at_operation(&at)?, "x-aliases")?.push(json!(alias));
    Some(())
}

fn flag(cx: &mut Cx<'_>, key: &str) -> Option<()> {
    operation_key(cx, key, json!(true))
}

/// Only a change may be answered without a body.
fn always_answered(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.operation(|it| answers_json(it) && it.get("x-command").is_none())?;
    if at[2] == "get" {
        return None;
    }
    cx.at_operation(&at)?.insert("x-always-answered".to_owned(), json!(true));
    Some(())
}

fn other_output(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| answers_json(it) && it.get("x-command").is_none())?;
    success(operation)?["content"]["application/json"]["schema"] =
        json!({"type": "object", "additionalProperties": {"type": "string"}});
    Some(())
}

fn operation_key(cx: &mut Cx<'_>, key: &str, value: Value) -> Option<()> {
    let operation = cx.some_operation(|it| it.get(key) != Some(&value))?;
    operation.insert(key.to_owned(), value);
    Some(())
}

fn add_wildcard(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.operation(|it| list(&it["parameters"]).any(|it| it["in"] == "path"))?;
    if !at[1].ends_with('}') {
        return None;
    }
    cx.at_operation(&at)?.insert("x-wildcard".to_owned(), json!(true));
    Some(())
}

fn not_found(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["responses"].get("404").is_some())?;
    operation.insert("x-not-found".to_owned(), json!("It has left."));
    Some(())
}

fn heartbeat(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| !is_call(it))?;
    operation.insert("x-heartbeat-ms".to_owned(), json!(7000));
    Some(())
}

fn parameter(name: &str, place: &str, required: bool) -> Value {
    let mut parameter =
        json!({"name": name, "in": place, "description": "An input.", "schema": {"type": "string"}});
    if required {
        parameter["required"] = json!(true);
    }
    parameter
}

fn add_parameter(cx: &mut Cx<'_>, place: &str, required: bool) -> Option<()> {
    let word = cx.fresh("");
    let operation = cx.some_operation(|_| true)?;
    list_at(operation, "parameters")?.push(parameter(&word, place, required));
    Some(())
}

fn add_path_parameter(cx: &mut Cx<'_>) -> Option<()> {
    let [domain, path, method] = cx.operation(|_| true)?;
    let word = cx.fresh("");
    let paths = cx.docs.get_mut(&domain)?["paths"].as_object_mut()?;
    // Other methods of the path stay there.
    let operation = paths.get_mut(&path)?.as_object_mut()?.remove(&method)?;
    let new = format!("{path}/{word}/{{{word}}}");
    map_at(paths, &new)?.insert(method.clone(), operation);
    if paths[&path].as_object()?.is_empty() {
        paths.remove(&path);
    }
    list_at(paths[&new][&method].as_object_mut()?, "parameters")?.push(parameter(&word, "path", true));
    Some(())
}

fn rename_parameter(cx: &mut Cx<'_>, place: &'static str) -> Option<()> {
    let word = cx.fresh("");
    let parameter = cx.some_parameter(has_parameter(place))?;
    parameter.insert("name".to_owned(), json!(word));
    Some(())
}

/// The name in Rust stays.
fn other_case(cx: &mut Cx<'_>, place: &'static str) -> Option<()> {
    let parameter = cx.some_parameter(has_parameter(place))?;
    let name = parameter["name"].as_str()?;
    let name = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    parameter.insert("name".to_owned(), json!(name));
    Some(())
}

/// A command without required inputs loses its `Default`.
fn first_required(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("");
    let operation = cx.some_operation(|it| it["operationId"] == "list_harbours")?;
    list_at(operation, "parameters")?.push(parameter(&word, "query", true));
    Some(())
}

fn require_parameter(cx: &mut Cx<'_>, place: &'static str) -> Option<()> {
    let parameter = cx.some_parameter(|it| it["in"] == place && it.get("required").is_none())?;
    parameter.insert("required".to_owned(), json!(true));
    Some(())
}

fn retype_parameter(cx: &mut Cx<'_>, place: &'static str) -> Option<()> {
    let to = if cx.rng.bool() {
        json!({"type": "boolean"})
    } else {
        json!({"type": "integer", "format": "int64"})
    };
    let parameter = cx.some_parameter(|it| it["in"] == place && it["schema"] != to)?;
    parameter.insert("schema".to_owned(), to);
    Some(())
}

fn move_parameter(cx: &mut Cx<'_>, place: &'static str) -> Option<()> {
    let parameter = cx.some_parameter(|it| it["in"] == place && it["schema"]["type"] == "string")?;
    parameter.insert("in".to_owned(), json!("header"));
    Some(())
}

fn move_to_path(cx: &mut Cx<'_>, place: &'static str) -> Option<()> {
    let [domain, path, method] = cx.operation(|operation| {
        list(&operation["parameters"]).any(|it| it["in"] == place && it["required"] == true)
    })?;
    let paths = cx.docs.get_mut(&domain)?["paths"].as_object_mut()?;
    let mut operation = paths.get_mut(&path)?.as_object_mut()?.remove(&method)?;
    let moved = operation["parameters"]
        .as_array_mut()?
        .iter_mut()
        .find(|it| it["in"] == place && it["required"] == true)?;
    moved["in"] = json!("path");
    let new = format!("{path}/{{{}}}", moved["name"].as_str()?);
    if paths[&path].as_object()?.is_empty() {
        paths.remove(&path);
    }
    map_at(paths, &new)?.insert(method, operation);
    Some(())
}

fn swap_parameters(cx: &mut Cx<'_>, required: bool) -> Option<()> {
    let is = |it: &Value| (it["required"] == true) == required;
    let at = cx.operation(|operation| list(&operation["parameters"]).filter(|it| is(it)).count() > 1)?;
    let parameters = cx.at_operation(&at)?.get_mut("parameters")?.as_array_mut()?;
    let fitting: Vec<usize> = (0..parameters.len()).filter(|at| is(&parameters[*at])).collect();
    parameters.swap(fitting[0], fitting[1]);
    Some(())
}

fn parameter_key(cx: &mut Cx<'_>, key: &str, value: Value) -> Option<()> {
    let parameter = cx.some_parameter(|it| it.get("name").is_some() && it.get(key) != Some(&value))?;
    parameter.insert(key.to_owned(), value);
    Some(())
}

fn limit_parameter(cx: &mut Cx<'_>) -> Option<()> {
    let parameter = cx.some_parameter(|it| it["schema"]["type"] == "string")?;
    parameter["schema"]["maxLength"] = json!(9);
    Some(())
}

fn add_body(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.operation(|it| it.get("requestBody").is_none())?;
    if at[2] != "post" && at[2] != "put" {
        return None;
    }
    let [_, name] =
        cx.schema(|_, schema| schema.get("properties").is_some()).filter(|[domain, _]| *domain == at[0])?;
    let body = json!({"required": true, "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
    cx.at_operation(&at)?.insert("requestBody".to_owned(), body);
    Some(())
}

fn has_body(operation: &Value) -> bool {
    operation.get("requestBody").is_some_and(is_json)
}

fn other_body(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.operation(has_body)?;
    let [_, name] =
        cx.schema(|_, schema| schema.get("properties").is_some()).filter(|[domain, _]| *domain == at[0])?;
    cx.at_operation(&at)?["requestBody"]["content"]["application/json"]["schema"] =
        json!({"$ref": format!("#/components/schemas/{name}")});
    Some(())
}

fn form_body(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(has_body)?;
    rename_key(
        operation["requestBody"]["content"].as_object_mut()?,
        "application/json",
        "application/x-www-form-urlencoded",
    );
    Some(())
}

fn other_status(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["responses"].get("200").is_some())?;
    rename_key(operation["responses"].as_object_mut()?, "200", "202");
    Some(())
}

fn add_status(cx: &mut Cx<'_>, status: &str) -> Option<()> {
    let operation = cx.some_operation(|it| is_call(it) && it["responses"].get(status).is_none())?;
    operation["responses"][status] = json!({"description": "One more answer."});
    Some(())
}

fn text_answer(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| answers_json(it) && it.get("x-command").is_none())?;
    success(operation)?.insert("content".to_owned(), json!({"text/plain": {"schema": {"type": "string"}}}));
    Some(())
}

fn answer_key(cx: &mut Cx<'_>, key: &str, value: Value) -> Option<()> {
    let operation =
        cx.some_operation(|it| object(&it["responses"]).any(|(status, _)| status.starts_with('2')))?;
    success(operation)?.insert(key.to_owned(), value);
    Some(())
}

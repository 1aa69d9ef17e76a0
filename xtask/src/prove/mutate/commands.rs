//! Changes of commands, and of whole domains.

use serde_json::{Map, Value, json};

use super::{Cx, Mutator, additive, exchange, list, list_at, map_at, mutator, object, rename_key};

pub(super) const ALL: &[Mutator] = &[
    additive("an operation has a command", add_command),
    mutator("a command is renamed", rename_command),
    mutator("a command moves to another domain", move_command),
    mutator("a stream builds a URL", change_kind),
    additive("a command has one more input", |cx| add_input(cx, false)),
    mutator("a command has one more required input", |cx| add_input(cx, true)),
    mutator("an input is renamed", rename_input),
    mutator("an input is sent under another name", name_field),
    mutator("an input becomes required", require_input),
    mutator("an input has another type", retype_input),
    mutator("inputs change places", swap_inputs),
    mutator("required inputs change places", |cx| exchange_inputs(cx, "MoveBoat", 0)),
    mutator("optional inputs change places", |cx| exchange_inputs(cx, "TowBoat", 2)),
    mutator("an input has another text", text_of_input),
    mutator("an input is sent in another place", target),
    additive("a command has one more constructor", add_constructor),
    mutator("a constructor takes other inputs", change_constructor),
    mutator("a command returns something else", output),
    mutator("a command returns nothing", void),
    mutator("a command has another effect", |cx| command_key(cx, "effect", json!("destructive"))),
    mutator("a command calls other operations", other_operations),
    mutator("the logic of a command is by hand", by_hand),
    mutator("a command sends a constant", constant),
    mutator("a command sends an empty list", sent_empty),
    mutator("an owner is resolved", owner),
    mutator("an add-on is translated", |cx| command_key(cx, "addon", json!({"boatId": "RESOURCE"}))),
    mutator("a command sorts", sort),
    mutator("a command reads again", reread),
    mutator("a command teaches", |cx| command_key(cx, "teaches", json!(true))),
    mutator("a command cleans up", clean_up),
    mutator("a command has another command line", |cx| command_key(cx, "cli", json!(["boats"]))),
    mutator("a command has another summary", summary),
    mutator("a command calls what is deprecated", deprecate),
    additive("a domain is added", add_domain),
    mutator("a domain needs another", enable),
    mutator("an operation moves to another domain", move_operation),
    mutator("a domain has other servers", |cx| {
        domain_key(cx, "servers", json!([{"url": "https://sea.example.org"}]))
    }),
    mutator("a domain has a tag", |cx| domain_key(cx, "tags", json!(["sea"]))),
    mutator("a domain has a note", |cx| domain_key(cx, "x-note", json!("A note."))),
    mutator("a domain has another text", domain_text),
];

/// A command of one request, to be changed.
fn some_command<'c>(cx: &'c mut Cx<'_>) -> Option<&'c mut Map<String, Value>> {
    cx.some_operation(|it| it.get("x-command").is_some())?.get_mut("x-command")?.as_object_mut()
}

/// A command with logic by hand, to be changed.
fn some_declared<'c>(cx: &'c mut Cx<'_>, is: impl Fn(&Value) -> bool) -> Option<&'c mut Map<String, Value>> {
    let mut found = Vec::new();
    for (domain, document) in &cx.docs {
        let all = list(&document["x-commands"]).enumerate();
        found.extend(all.filter(|(_, command)| is(command)).map(|(at, _)| (domain.clone(), at)));
    }
    let (domain, at) = cx.choose(found)?;
    cx.docs.get_mut(&domain)?["x-commands"][at].as_object_mut()
}

fn has_fields(command: &Value) -> bool {
    command.get("fields").is_some()
}

fn has_no_constructor(command: &Value) -> bool {
    has_fields(command) && command.get("constructors").is_none()
}

fn add_command(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("");
    let operation = cx.some_operation(|it| {
        it.get("x-command").is_none()
            && it["operationId"] != "get_paper"
            && !it.to_string().contains("event-stream")
    })?;
    operation.insert(
        "x-command".to_owned(),
        json!({"name": format!("Get{}{}", word[..1].to_uppercase(), &word[1..])}),
    );
    Some(())
}

fn rename_command(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("");
    let name = json!(format!("Get{}{}", word[..1].to_uppercase(), &word[1..]));
    let command = if cx.rng.bool() { some_command(cx)? } else { some_declared(cx, |_| true)? };
    command.insert("name".to_owned(), name);
    Some(())
}

fn move_command(cx: &mut Cx<'_>) -> Option<()> {
    let command = cx.docs.get_mut("boats")?["x-commands"].as_array_mut()?.remove(0);
    list_at(cx.docs.get_mut("harbours")?.as_object_mut()?, "x-commands")?.push(command);
    Some(())
}

fn change_kind(cx: &mut Cx<'_>) -> Option<()> {
    let command = some_declared(cx, |it| it["kind"] == "stream")?;
    command.insert("kind".to_owned(), json!("url"));
    command.remove("output");
    Some(())
}

fn add_input(cx: &mut Cx<'_>, required: bool) -> Option<()> {
    let word = cx.fresh("");
    let command = some_declared(cx, has_no_constructor)?;
    let mut input = json!({"type": "string", "description": "An input."});
    if required {
        input["required"] = json!(true);
    }
    map_at(command, "fields")?.insert(word, input);
    Some(())
}

fn rename_input(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("");
    let command = some_declared(cx, has_no_constructor)?;
    let name = object(&command["fields"]).next()?.0.clone();
    rename_key(map_at(command, "fields")?, &name, &word);
    Some(())
}

fn name_field(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("");
    let operation = cx.some_operation(|it| {
        it.get("x-command").is_some() && list(&it["parameters"]).any(|it| it["in"] == "path")
    })?;
    let path = list(&operation["parameters"]).find(|it| it["in"] == "path")?["name"].as_str()?.to_owned();
    let command = operation.get_mut("x-command")?.as_object_mut()?;
    map_at(command, "fields")?.insert(word, json!(format!("path.{path}")));
    Some(())
}

fn require_input(cx: &mut Cx<'_>) -> Option<()> {
    let command = some_declared(cx, |it| {
        object(&it["fields"]).any(|(_, input)| input.get("required").is_none()) && has_no_constructor(it)
    })?;
    let name = object(&command["fields"]).find(|(_, input)| input.get("required").is_none())?.0.clone();
    command["fields"][&name]["required"] = json!(true);
    command["fields"][&name].as_object_mut()?.remove("default");
    Some(())
}

fn retype_input(cx: &mut Cx<'_>) -> Option<()> {
    let to = if cx.rng.bool() { json!("boolean") } else { json!(["string"]) };
    let command = some_declared(cx, has_fields)?;
    let name = object(&command["fields"]).next()?.0.clone();
    command["fields"][&name]["type"] = to;
    Some(())
}

fn swap_inputs(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.rng.usize(..3);
    let command = some_declared(cx, has_fields)?;
    let fields = map_at(command, "fields")?;
    let place = at.min(fields.len().checked_sub(2)?);
    exchange(fields, place);
    Some(())
}

fn exchange_inputs(cx: &mut Cx<'_>, name: &str, at: usize) -> Option<()> {
    let command = some_declared(cx, |it| it["name"] == name)?;
    exchange(map_at(command, "fields")?, at);
    Some(())
}

fn text_of_input(cx: &mut Cx<'_>) -> Option<()> {
    let command = some_declared(cx, has_fields)?;
    let name = object(&command["fields"]).next()?.0.clone();
    command["fields"][&name]["description"] = json!("Another text.");
    Some(())
}

fn target(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["x-command"].get("constants").is_some())?;
    let command = operation.get_mut("x-command")?.as_object_mut()?;
    command.insert("fields".to_owned(), json!({"length": "query.state"}));
    command.insert("constants".to_owned(), json!({"query.size": 1}));
    Some(())
}

fn add_constructor(cx: &mut Cx<'_>) -> Option<()> {
    let command = some_declared(cx, |it| it.get("constructors").is_some())?;
    let first = object(&command["constructors"]).next()?.1.clone();
    command["constructors"]["towards"] = first;
    Some(())
}

fn change_constructor(cx: &mut Cx<'_>) -> Option<()> {
    let command = some_declared(cx, |it| it.get("constructors").is_some())?;
    let name = object(&command["constructors"]).next()?.0.clone();
    let inputs = command["constructors"][&name].as_array_mut()?;
    if inputs.len() > 1 && !inputs.contains(&json!("tug")) {
        inputs.push(json!("tug"));
    }
    Some(())
}

fn output(cx: &mut Cx<'_>) -> Option<()> {
    let command = some_declared(cx, |it| it.get("output").is_some() && it.get("kind").is_none())?;
    command.insert("output".to_owned(), json!(["boats.Boat"]));
    Some(())
}

fn void(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["x-command"]["name"] == "GetBoat")?;
    operation.get_mut("x-command")?.as_object_mut()?.insert("output".to_owned(), json!("void"));
    Some(())
}

fn command_key(cx: &mut Cx<'_>, key: &str, value: Value) -> Option<()> {
    some_command(cx)?.insert(key.to_owned(), value);
    Some(())
}

fn other_operations(cx: &mut Cx<'_>) -> Option<()> {
    let command = some_declared(cx, |it| it["operations"].as_array().is_some_and(|list| list.len() > 1))?;
    list_at(command, "operations")?.remove(0);
    Some(())
}

fn by_hand(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["x-command"]["name"] == "GetBoat")?;
    operation.remove("x-command");
    let command = json!({"name": "GetBoat", "summary": "Reads a boat.", "fields": {"boatId": {"type": "string", "required": true, "description": "The boat."}}, "output": "boats.Boat", "operations": ["get_boat"], "run": "hand"});
    list_at(cx.docs.get_mut("boats")?.as_object_mut()?, "x-commands")?.push(command);
    Some(())
}

fn constant(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["x-command"].get("constants").is_some())?;
    operation["x-command"]["constants"]["query.state"] = json!("wet");
    Some(())
}

fn sort(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["x-command"].get("sort").is_some())?;
    operation["x-command"]["sort"] = json!("-name");
    Some(())
}

fn reread(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["x-command"]["name"] == "UpdateBoat")?;
    let command = operation.get_mut("x-command")?.as_object_mut()?;
    command.insert("reread".to_owned(), json!("get_boat"));
    Some(())
}

fn sent_empty(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["x-command"]["name"] == "UpdateBoat")?;
    operation.get_mut("x-command")?.as_object_mut()?.insert("sent-empty".to_owned(), json!(["labels"]));
    Some(())
}

fn owner(cx: &mut Cx<'_>) -> Option<()> {
    let operation = cx.some_operation(|it| it["x-command"]["name"] == "FindBoat")?;
    operation.get_mut("x-command")?.as_object_mut()?.insert("owner".to_owned(), json!("applicationId"));
    Some(())
}

fn clean_up(cx: &mut Cx<'_>) -> Option<()> {
    some_declared(cx, |it| it.get("clean-up").is_some())?.insert("clean-up".to_owned(), json!(20));
    Some(())
}

fn summary(cx: &mut Cx<'_>) -> Option<()> {
    some_declared(cx, |_| true)?.insert("summary".to_owned(), json!("Does something else."));
    Some(())
}

fn deprecate(cx: &mut Cx<'_>) -> Option<()> {
    let operation =
        cx.some_operation(|it| it.get("x-command").is_some() && it.get("deprecated").is_none())?;
    operation.insert("deprecated".to_owned(), json!(true));
    Some(())
}

fn add_domain(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("");
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "More", "version": "0.1.0", "description": "One more domain."},
        "paths": {format!("/v4/{word}"): {"get": {"operationId": format!("list_{word}"), "summary": "Lists them.", "x-source": ["docs"], "responses": {"204": {"description": "None."}}}}}
    });
    cx.docs.insert(word, document);
    Some(())
}

fn enable(cx: &mut Cx<'_>) -> Option<()> {
    let command = some_declared(cx, |it| it["operations"].as_array().is_some_and(|list| list.len() > 1))?;
    list_at(command, "operations")?.push(json!("list_harbours"));
    Some(())
}

fn move_operation(cx: &mut Cx<'_>) -> Option<()> {
    let harbours = cx.docs.get_mut("harbours")?;
    let item = harbours["paths"].as_object_mut()?.remove("/v4/harbours/tides")?;
    let tide = harbours["components"]["schemas"].as_object_mut()?.remove("Tide")?;
    let boats = cx.docs.get_mut("boats")?;
    boats["paths"]["/v4/harbours/tides"] = item;
    boats["components"]["schemas"]["Tide"] = tide;
    Some(())
}

fn domain_key(cx: &mut Cx<'_>, key: &str, value: Value) -> Option<()> {
    let names = cx.docs.keys().filter(|name| *name != "shared").cloned().collect();
    let name = cx.choose(names)?;
    cx.docs.get_mut(&name)?[key] = value;
    Some(())
}

fn domain_text(cx: &mut Cx<'_>) -> Option<()> {
    cx.docs.get_mut("boats")?["info"]["description"] = json!("Other boats.");
    Some(())
}

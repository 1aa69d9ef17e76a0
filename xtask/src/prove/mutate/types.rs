//! Changes of schemas: structs and their properties, enums, unions, aliases.

use serde_json::{Value, json};

use super::{Cx, Mutator, additive, exchange, list_at, map_at, mutator, object, put_first, rename_key};

pub(super) const ALL: &[Mutator] = &[
    additive("a type is added", add_type),
    mutator("a type is renamed", rename_type),
    mutator("a struct becomes an alias", change_kind),
    mutator("an alias stands for another type", change_alias),
    mutator("a struct loses its default", lose_default),
    mutator("a struct refuses other properties", |cx| schema_key(cx, "additionalProperties", json!(false))),
    mutator("a struct has a number of properties", |cx| schema_key(cx, "maxProperties", json!(90))),
    mutator("a schema has a note", |cx| schema_key(cx, "x-note", json!("A note."))),
    mutator("a schema has another text", |cx| schema_key(cx, "description", json!("Another text."))),
    additive("an optional property is added", add_optional),
    mutator("a required property is added", add_required),
    additive("a required property of an answer is added", |cx| add_required_to(cx, "Boat")),
    mutator("a required property of a body is added", |cx| add_required_to(cx, "BoatCreation")),
    mutator("a required property of a body is renamed", |cx| rename_required(cx, "BoatCreation")),
    mutator("required properties of a body change places", |cx| swap_in(cx, "BoatCreation")),
    mutator("a property is renamed", rename_property),
    mutator("a property has another case on the wire", rename_on_the_wire),
    mutator("a property has another type", retype_property),
    mutator("a property becomes required", require_property),
    mutator("a property may be null", nullable),
    mutator("a property tells absent from null", tri_state),
    mutator("properties change places", swap_properties),
    mutator("optional properties change places", |cx| swap_in(cx, "Equipment")),
    mutator("a property is essential", |cx| property_key(cx, "x-essential", json!(true))),
    mutator("a property is left out", |cx| property_key(cx, "x-left-out", json!("Nobody needs it."))),
    mutator("a property has a note", |cx| property_key(cx, "x-note", json!("A note."))),
    mutator("a property has another text", |cx| property_key(cx, "description", json!("Another text."))),
    mutator("a text has a limit", |cx| text_key(cx, "maxLength", json!(11))),
    mutator("a text has a pattern", |cx| text_key(cx, "pattern", json!("^a+$"))),
    mutator("a text has a format", |cx| text_key(cx, "format", json!("hostname"))),
    mutator("an element may be null", null_element),
    additive("a value of an enum is added", add_value),
    mutator("a variant of an enum is renamed", rename_variant),
    mutator("a value of an enum changes", change_value),
    mutator("values change places", swap_values),
    mutator("a value has another text", text_of_value),
    additive("a variant of a union is added", add_variant),
    mutator("a variant of a union is renamed", rename_union_variant),
    mutator("a union has another tag", change_tag),
    mutator("a tag has another value", change_tag_value),
    mutator("variants change places", swap_variants),
    mutator("two variants hold one type", one_type_twice),
    mutator("a variant holds another type", change_held),
    additive("a shared type is used", use_shared),
    mutator("a type becomes shared", become_shared),
];

fn is_struct(schema: &Value) -> bool {
    schema.get("properties").is_some()
}

fn is_enum(schema: &Value) -> bool {
    schema.get("enum").is_some()
}

fn is_union(schema: &Value) -> bool {
    schema.get("discriminator").is_some()
}

fn is_text(property: &Value) -> bool {
    property["type"] == "string" && property.get("enum").is_none() && property.get("format").is_none()
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn add_type(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.schema(|_, schema| is_struct(schema))?;
    let word = cx.fresh("");
    let name = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    let new = json!({"type": "object", "description": "A new type.", "properties": {"name": {"type": "string", "description": "The name."}}});
    cx.docs.get_mut(&at[0])?["components"]["schemas"][&name] = new;
    cx.at_schema(&at)?["properties"][&word] = reference(&name);
    Some(())
}

fn rename_type(cx: &mut Cx<'_>) -> Option<()> {
    let [domain, name] = cx.schema(|_, _| true)?;
    let word = cx.fresh("");
    let new = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    rename_key(cx.docs.get_mut(&domain)?["components"]["schemas"].as_object_mut()?, &name, &new);
    let pointer = |name: &str| format!("#/components/schemas/{name}");
    cx.replace(&pointer(&name), &pointer(&new));
    cx.replace(&format!("{domain}.{name}"), &format!("{domain}.{new}"));
    Some(())
}

fn change_kind(cx: &mut Cx<'_>) -> Option<()> {
    // Neither a body nor a variant: those stay structs.
    let at = cx.schema(|name, schema| is_struct(schema) && (name == "Equipment" || name == "Sighting"))?;
    let description = cx.at_schema(&at)?["description"].clone();
    let to = if cx.rng.bool() {
        json!({"type": "string", "description": description, "enum": ["NONE", "ALL"]})
    } else {
        json!({"type": "array", "description": description, "items": {"type": "string"}})
    };
    *cx.at_schema(&at)? = to.as_object()?.clone();
    Some(())
}

fn change_alias(cx: &mut Cx<'_>) -> Option<()> {
    let schema =
        cx.some_schema(|_, schema| schema["type"] == "array" && schema["items"]["type"] == "string")?;
    schema["items"] = json!({"type": "number"});
    Some(())
}

fn lose_default(cx: &mut Cx<'_>) -> Option<()> {
    // A time has no empty value.
    let property =
        cx.some_property(|_, property| property["$ref"] == "shared.yaml#/components/schemas/Timestamp")?;
    property.insert("x-essential".to_owned(), json!(true));
    Some(())
}

fn schema_key(cx: &mut Cx<'_>, key: &str, value: Value) -> Option<()> {
    let schema = cx.some_schema(|_, schema| is_struct(schema) && schema.get(key) != Some(&value))?;
    schema.insert(key.to_owned(), value);
    Some(())
}

fn new_property(cx: &mut Cx<'_>) -> Value {
    match cx.rng.u8(..4) {
        0 => json!({"type": "integer", "format": "int64", "description": "Number of them."}),
        1 => json!({"type": "boolean", "description": "A mark."}),
        2 => json!({"type": "array", "description": "Several.", "items": {"type": "string"}}),
        _ => json!({"type": "string", "description": "A text."}),
    }
}

fn add_optional(cx: &mut Cx<'_>) -> Option<()> {
    let (word, new, first) = (cx.fresh(""), new_property(cx), cx.rng.bool());
    let schema = cx.some_schema(|_, schema| is_struct(schema))?;
    let properties = map_at(schema, "properties")?;
    if first {
        put_first(properties, &word, new);
    } else {
        properties.insert(word, new);
    }
    Some(())
}

fn add_required(cx: &mut Cx<'_>) -> Option<()> {
    let (word, new) = (cx.fresh(""), new_property(cx));
    let schema = cx.some_schema(|_, schema| is_struct(schema))?;
    map_at(schema, "properties")?.insert(word.clone(), new);
    list_at(schema, "required")?.push(json!(word));
    Some(())
}

fn add_required_to(cx: &mut Cx<'_>, body: &str) -> Option<()> {
    let (word, new) = (cx.fresh(""), new_property(cx));
    let schema = cx.some_schema(|name, _| name == body)?;
    map_at(schema, "properties")?.insert(word.clone(), new);
    list_at(schema, "required")?.push(json!(word));
    Some(())
}

fn rename_required(cx: &mut Cx<'_>, body: &str) -> Option<()> {
    let at = cx.schema(|name, _| name == body)?;
    let required = cx.at_schema(&at)?["required"].as_array()?.clone();
    let old = cx.choose(required)?.as_str()?.to_owned();
    let new = cx.fresh("");
    rename(cx, &at, &old, &new)
}

fn swap_in(cx: &mut Cx<'_>, schema: &str) -> Option<()> {
    let schema = cx.some_schema(|name, _| name == schema)?;
    exchange(map_at(schema, "properties")?, 0);
    Some(())
}

fn rename_property(cx: &mut Cx<'_>) -> Option<()> {
    let (at, old) = cx.property(|name, _| name != "fuel")?;
    let new = cx.fresh("");
    rename(cx, &at, &old, &new)
}

fn rename_on_the_wire(cx: &mut Cx<'_>) -> Option<()> {
    let (at, old) =
        cx.property(|name, _| name != "fuel" && name.bytes().all(|byte| byte.is_ascii_lowercase()))?;
    let new = format!("{}{}", old[..1].to_uppercase(), &old[1..]);
    rename(cx, &at, &old, &new)
}

fn rename(cx: &mut Cx<'_>, at: &[String; 2], old: &str, new: &str) -> Option<()> {
    let schema = cx.at_schema(at)?;
    rename_key(map_at(schema, "properties")?, old, new);
    for name in list_at(schema, "required")?.iter_mut().filter(|name| *name == old) {
        *name = json!(new);
    }
    if schema["required"] == json!([]) {
        schema.remove("required");
    }
    Some(())
}

fn retype_property(cx: &mut Cx<'_>) -> Option<()> {
    let to = match cx.rng.u8(..3) {
        0 => json!({"type": "boolean"}),
        1 => json!({"type": "integer", "format": "int32"}),
        _ => json!({"type": "array", "items": {"type": "string"}}),
    };
    let (at, name) = cx.property(|name, property| name != "fuel" && property["type"] != to["type"])?;
    let property = &mut cx.at_schema(&at)?["properties"][&name];
    let description = property.get("description").cloned().unwrap_or_else(|| json!("A property."));
    *property = to;
    property["description"] = description;
    Some(())
}

fn require_property(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.schema(|_, schema| {
        let is_required = |name: &String| {
            schema["required"].as_array().is_some_and(|list| list.iter().any(|it| it == name))
        };
        object(&schema["properties"]).any(|(name, _)| !is_required(name))
    })?;
    let schema = cx.at_schema(&at)?;
    let required = schema.get("required").cloned().unwrap_or_else(|| json!([]));
    let free = schema["properties"]
        .as_object()?
        .keys()
        .filter(|name| !required.as_array().is_some_and(|list| list.iter().any(|it| it == *name)));
    let free = free.cloned().collect();
    let name = cx.choose(free)?;
    list_at(cx.at_schema(&at)?, "required")?.push(json!(name));
    Some(())
}

fn nullable(cx: &mut Cx<'_>) -> Option<()> {
    let property = cx.some_property(|name, it| {
        name != "fuel"
            && it.get("type").is_some()
            && it.get("nullable").is_none()
            && it.get("x-tri-state").is_none()
    })?;
    property.insert("nullable".to_owned(), json!(true));
    Some(())
}

fn tri_state(cx: &mut Cx<'_>) -> Option<()> {
    let property = cx.some_property(|_, it| it.get("x-tri-state").is_some())?;
    property.remove("x-tri-state");
    Some(())
}

fn swap_properties(cx: &mut Cx<'_>) -> Option<()> {
    let at = cx.schema(|_, schema| schema["properties"].as_object().is_some_and(|map| map.len() > 1))?;
    let count = cx.at_schema(&at)?["properties"].as_object()?.len();
    let place = cx.rng.usize(..count - 1);
    exchange(map_at(cx.at_schema(&at)?, "properties")?, place);
    Some(())
}

fn property_key(cx: &mut Cx<'_>, key: &str, value: Value) -> Option<()> {
    let property = cx.some_property(|name, it| {
        name != "fuel" && it.get("type").is_some() && it.get(key) != Some(&value)
    })?;
    property.insert(key.to_owned(), value);
    Some(())
}

fn text_key(cx: &mut Cx<'_>, key: &str, value: Value) -> Option<()> {
    let property = cx.some_property(|_, it| is_text(it) && it.get(key) != Some(&value))?;
    property.insert(key.to_owned(), value);
    Some(())
}

fn null_element(cx: &mut Cx<'_>) -> Option<()> {
    let property = cx.some_property(|_, it| it["items"].get("type").is_some())?;
    property["items"]["nullable"] = json!(true);
    Some(())
}

fn add_value(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("").to_uppercase();
    let first = cx.rng.bool();
    let values = list_at(cx.some_schema(|_, schema| is_enum(schema))?, "enum")?;
    values.insert(if first { 0 } else { values.len() }, json!(word));
    Some(())
}

fn rename_variant(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("");
    let schema = cx.some_schema(|_, schema| is_enum(schema))?;
    let value = schema["enum"][0].as_str()?.to_owned();
    map_at(schema, "x-names")?.insert(value, json!(format!("{}{}", word[..1].to_uppercase(), &word[1..])));
    Some(())
}

fn change_value(cx: &mut Cx<'_>) -> Option<()> {
    let schema = cx.some_schema(|_, schema| is_enum(schema))?;
    let value = schema["enum"][0].as_str()?.to_owned();
    schema["enum"][0] = json!(value.to_lowercase());
    if let Some(texts) = schema.get_mut("x-values").and_then(Value::as_object_mut) {
        rename_key(texts, &value, &value.to_lowercase());
    }
    Some(())
}

fn swap_values(cx: &mut Cx<'_>) -> Option<()> {
    let schema = cx.some_schema(|_, schema| schema["enum"].as_array().is_some_and(|list| list.len() > 1))?;
    list_at(schema, "enum")?.swap(0, 1);
    Some(())
}

fn text_of_value(cx: &mut Cx<'_>) -> Option<()> {
    let schema = cx.some_schema(|_, schema| is_enum(schema))?;
    let value = schema["enum"][0].as_str()?.to_owned();
    map_at(schema, "x-values")?.insert(value, json!("Another text."));
    Some(())
}

/// The union of the base, which has its tag in its variants.
fn union(cx: &mut Cx<'_>) -> Option<[String; 2]> {
    cx.schema(|_, schema| is_union(schema))
}

fn add_variant(cx: &mut Cx<'_>) -> Option<()> {
    let at = union(cx)?;
    let word = cx.fresh("");
    let name = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    let tag = cx.at_schema(&at)?["discriminator"]["propertyName"].as_str()?.to_owned();
    let value = word.to_uppercase();
    let new = json!({"type": "object", "description": "One more.", "required": [&tag], "properties": {&tag: {"type": "string", "enum": [&value]}, "power": {"type": "number", "description": "Power, in watts."}}});
    cx.docs.get_mut(&at[0])?["components"]["schemas"][&name] = new;
    let schema = cx.at_schema(&at)?;
    list_at(schema, "oneOf")?.push(reference(&name));
    schema["discriminator"]["mapping"][&value] = json!(format!("#/components/schemas/{name}"));
    Some(())
}

fn rename_union_variant(cx: &mut Cx<'_>) -> Option<()> {
    let at = union(cx)?;
    let word = cx.fresh("");
    let schema = cx.at_schema(&at)?;
    let value = object(&schema["discriminator"]["mapping"]).next()?.0.clone();
    map_at(schema, "x-names")?.insert(value, json!(format!("{}{}", word[..1].to_uppercase(), &word[1..])));
    Some(())
}

/// The schemas of the variants of a union.
fn variants(cx: &mut Cx<'_>, at: &[String; 2]) -> Option<Vec<[String; 2]>> {
    let mapping = cx.at_schema(at)?["discriminator"]["mapping"].clone();
    let names =
        object(&mapping).filter_map(|(_, pointer)| pointer.as_str()?.rsplit('/').next().map(str::to_owned));
    Some(names.map(|name| [at[0].clone(), name]).collect())
}

fn change_tag(cx: &mut Cx<'_>) -> Option<()> {
    let at = union(cx)?;
    let old = cx.at_schema(&at)?["discriminator"]["propertyName"].as_str()?.to_owned();
    let new = cx.fresh("");
    for variant in variants(cx, &at)? {
        rename(cx, &variant, &old, &new)?;
    }
    cx.at_schema(&at)?["discriminator"]["propertyName"] = json!(new);
    Some(())
}

fn change_tag_value(cx: &mut Cx<'_>) -> Option<()> {
    let at = union(cx)?;
    let schema = cx.at_schema(&at)?;
    let tag = schema["discriminator"]["propertyName"].as_str()?.to_owned();
    let mapping = schema["discriminator"]["mapping"].as_object_mut()?;
    let (value, pointer) = mapping.iter().next().map(|(value, pointer)| (value.clone(), pointer.clone()))?;
    let new = value.to_lowercase();
    rename_key(mapping, &value, &new);
    let name = pointer.as_str()?.rsplit('/').next()?.to_owned();
    let values = &mut cx.at_schema(&[at[0].clone(), name])?["properties"][&tag]["enum"];
    super::replace(values, &value, &new);
    Some(())
}

fn swap_variants(cx: &mut Cx<'_>) -> Option<()> {
    let at = union(cx)?;
    exchange(cx.at_schema(&at)?["discriminator"]["mapping"].as_object_mut()?, 0);
    Some(())
}

fn one_type_twice(cx: &mut Cx<'_>) -> Option<()> {
    let at = union(cx)?;
    let value = cx.fresh("").to_uppercase();
    let schema = cx.at_schema(&at)?;
    let tag = schema["discriminator"]["propertyName"].as_str()?.to_owned();
    let pointer = object(&schema["discriminator"]["mapping"]).next()?.1.clone();
    schema["discriminator"]["mapping"][&value] = pointer.clone();
    let name = pointer.as_str()?.rsplit('/').next()?.to_owned();
    cx.at_schema(&[at[0].clone(), name])?["properties"][&tag]["enum"].as_array_mut()?.push(json!(value));
    Some(())
}

fn change_held(cx: &mut Cx<'_>) -> Option<()> {
    let at = union(cx)?;
    let word = cx.fresh("");
    let name = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    let schema = cx.at_schema(&at)?;
    let old = object(&schema["discriminator"]["mapping"]).next()?.1.as_str()?.to_owned();
    let old_name = old.rsplit('/').next()?.to_owned();
    let copy = Value::Object(cx.at_schema(&[at[0].clone(), old_name.clone()])?.clone());
    // The old type stays: another property holds it.
    cx.docs.get_mut(&at[0])?["components"]["schemas"][&name] = copy;
    let schema = cx.at_schema(&at)?;
    super::replace(&mut schema["discriminator"], &old, &format!("#/components/schemas/{name}"));
    super::replace(&mut schema["oneOf"], &old, &format!("#/components/schemas/{name}"));
    // Its tag is a property now.
    let tag = cx.at_schema(&at)?["discriminator"]["propertyName"].as_str()?.to_owned();
    cx.at_schema(&[at[0].clone(), old_name.clone()])?["properties"][&tag] =
        json!({"type": "string", "description": "The fuel."});
    let holder = cx.some_schema(|known, schema| is_struct(schema) && known != name && known != old_name)?;
    holder["properties"]["spare"] = reference(&old_name);
    Some(())
}

fn use_shared(cx: &mut Cx<'_>) -> Option<()> {
    let word = cx.fresh("");
    let schema = cx.some_schema(|_, schema| is_struct(schema))?;
    schema["properties"][&word] = json!({"$ref": "shared.yaml#/components/schemas/OauthRights"});
    Some(())
}

fn become_shared(cx: &mut Cx<'_>) -> Option<()> {
    let [domain, name] = cx.schema(|name, _| name == "Equipment")?;
    let schema = cx.docs.get_mut(&domain)?["components"]["schemas"].as_object_mut()?.remove(&name)?;
    cx.docs.get_mut("shared")?["components"]["schemas"][&name] = schema;
    cx.replace(&format!("#/components/schemas/{name}"), &format!("shared.yaml#/components/schemas/{name}"));
    // A schema is shared by several domains.
    let harbour = cx.at_schema(&["harbours".to_owned(), "Harbour".to_owned()])?;
    harbour["properties"]["equipment"] = json!({"$ref": format!("shared.yaml#/components/schemas/{name}")});
    Some(())
}

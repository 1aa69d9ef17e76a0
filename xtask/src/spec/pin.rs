//! The tag of a union as its variants pin it: a required property with the values of that variant and no other.
//!
//! Validators and other generators need the property. In Rust the enum of the union writes the tag, so the structs of the
//! variants have no field for it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Schema of a variant → name of the tag → values of the tag that select the variant.
pub type Pins = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Reads the pins that the discriminators of these schemas ask for.
pub fn pins(schemas: &Map<String, Value>) -> Pins {
    let mut pins = Pins::new();
    for discriminator in schemas.values().filter_map(|schema| schema.get("discriminator")) {
        let Some(tag) = discriminator["propertyName"].as_str() else { continue };
        for (value, target) in discriminator["mapping"].as_object().into_iter().flatten() {
            let Some(name) = target.as_str().and_then(|target| target.strip_prefix("#/components/schemas/"))
            else {
                continue;
            };
            let values = pins.entry(name.to_owned()).or_default().entry(tag.to_owned()).or_default();
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
    }
    pins
}

/// Removes the pinned tags from the schemas of variants.
pub fn without_pins(mut schemas: Map<String, Value>) -> Map<String, Value> {
    for (name, tags) in pins(&schemas) {
        let Some(variant) = schemas.get_mut(&name).and_then(Value::as_object_mut) else { continue };
        for tag in tags.keys() {
            if let Some(properties) = variant.get_mut("properties").and_then(Value::as_object_mut) {
                properties.shift_remove(tag);
            }
            if let Some(required) = variant.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|name| name != tag);
            }
        }
        // A variant that has nothing but its tag is an object without properties.
        for key in ["properties", "required"] {
            if variant.get(key).is_some_and(is_empty) {
                variant.shift_remove(key);
            }
        }
    }
    schemas
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

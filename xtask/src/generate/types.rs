//! `types.rs` of a domain: one type a schema, in name order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value};

use super::front::{Front, Named, Shape, shape};
use super::rust::{SetterArgument, Ty, doc, initializer, literal, type_name, variant};
use crate::spec::model::{Domain, SHARED, closure, references};

/// A struct as it is generated.
#[derive(Debug, Clone)]
pub struct Struct {
    pub fields: Vec<Field>,
    /// `true` if the type has an empty value.
    default: bool,
    in_answer: bool,
}

impl Struct {
    /// Returns `true` if the struct implements `Default`.
    pub fn has_default(&self) -> bool {
        self.default
    }

    /// Returns `true` if the struct is read field by field into its empty value. The derive of `serde` reads the others.
    fn is_filled(&self) -> bool {
        self.default && self.fields.len() <= 128
    }
}

/// A property as a field.
#[derive(Debug, Clone)]
pub struct Field {
    pub property: String,
    pub ident: String,
    pub ty: Ty,
    /// Asked for by `new`.
    pub required: bool,
    pub description: String,
    /// Absent and null read as the empty value.
    pub lenient: bool,
    /// `true` if the field identifies its object: without it, an answer is meaningless.
    essential: bool,
}

/// The types of a domain, decided.
#[derive(Debug)]
pub struct Types {
    /// Its own structs, and the shared ones that it uses.
    pub structs: BTreeMap<String, Struct>,
    /// Schemas (by their name in the spec) that bodies are made of.
    in_requests: BTreeSet<String>,
}

/// Where the schemas of a domain are used, by their names in the spec.
#[derive(Debug, Default)]
pub struct Uses {
    in_requests: BTreeSet<String>,
    in_answers: BTreeSet<String>,
    things: BTreeSet<String>,
}

impl Uses {
    pub fn of(domain: &Domain) -> Self {
        let reach = |start| closure(start, &[&domain.schemas, &domain.shared]);
        let (mut bodies, mut answers) = (BTreeSet::new(), BTreeSet::new());
        for operation in &domain.operations {
            operation.body.iter().for_each(|body| references(&body.schema, &mut bodies));
            operation.success.schema.iter().for_each(|schema| references(schema, &mut answers));
        }
        Self { in_requests: reach(bodies), in_answers: reach(answers), things: things(domain) }
    }

    /// The uses of all domains together: a shared type is one type, made for each of its uses.
    pub fn of_all(domains: &[Domain]) -> Self {
        let mut all = Self::default();
        for uses in domains.iter().map(Self::of) {
            all.in_requests.extend(uses.in_requests);
            all.in_answers.extend(uses.in_answers);
            all.things.extend(uses.things);
        }
        all
    }

    fn role(&self, schema: &str) -> Role {
        Role {
            in_request: self.in_requests.contains(schema),
            in_answer: self.in_answers.contains(schema),
            is_thing: self.things.contains(schema),
        }
    }
}

impl Types {
    /// Decides the types of a domain. `shared` are those of the crate of shared types, if this is not that crate.
    pub fn decide(
        domain: &Domain,
        front: &Front,
        uses: Uses,
        shared: Option<&Types>,
    ) -> Result<Self, String> {
        let open: BTreeSet<String> = all(domain)
            .filter(|(_, schema)| matches!(shape(schema), Shape::Enum | Shape::Union))
            .map(|(name, _)| type_name(name))
            .collect();
        let mut structs = BTreeMap::new();
        for (name, schema) in domain.schemas.iter().filter(|(_, schema)| shape(schema) == Shape::Struct) {
            let rust = type_name(name);
            let types = front
                .structs
                .get(&rust)
                .ok_or_else(|| format!("progenitor generated no struct for schema `{name}`"))?;
            let role = uses.role(name);
            let fields = fields(domain, schema, types, &open, role).map_err(|property| {
                format!("progenitor generated no field for property `{name}.{property}`")
            })?;
            structs.insert(rust, Struct { fields, default: false, in_answer: role.in_answer });
        }
        for name in domain.shared.keys().map(|name| type_name(name)) {
            if let Some(item) = shared.and_then(|shared| shared.structs.get(&name)) {
                structs.insert(name, item.clone());
            }
        }
        find_defaults(&mut structs, &open);
        // The empty value of a type with an essential field would be an object without identity.
        let names_itself = |item: &Struct| item.fields.iter().any(|field| field.essential);
        let defaults: BTreeSet<String> = structs
            .iter()
            .filter(|(_, item)| item.default && !names_itself(item))
            .map(|(name, _)| name.clone())
            .collect();
        for field in structs.values_mut().filter(|item| item.in_answer).flat_map(|item| &mut item.fields) {
            field.lenient |= field.required_in_answers()
                && has_default(&field.ty, &|name| open.contains(name) || defaults.contains(name));
        }
        Ok(Self { structs, in_requests: uses.in_requests })
    }

    /// Returns `true` if the struct of a schema has `new` and setters, because a body is made of it.
    pub fn has_constructor(&self, schema: &str) -> bool {
        self.in_requests.contains(schema)
    }

    /// The structs and unions that are written, in name order.
    pub fn names(&self, domain: &Domain) -> BTreeSet<String> {
        let own = domain.schemas.iter();
        own.filter(|(name, schema)| match shape(schema) {
            Shape::Union => true,
            Shape::Struct => self.structs.contains_key(&type_name(name)),
            Shape::Core | Shape::Enum | Shape::Wrapper => false,
        })
        .map(|(name, _)| type_name(name))
        .collect()
    }

    /// The file.
    pub fn render(&self, domain: &Domain, front: &Front) -> String {
        let mut chunks = BTreeMap::new();
        let unions: BTreeSet<String> = all(domain)
            .filter(|(_, schema)| shape(schema) == Shape::Union)
            .map(|(name, _)| type_name(name))
            .collect();
        for (name, schema) in &domain.schemas {
            let rust = type_name(name);
            let chunk = match shape(schema) {
                Shape::Core => continue,
                Shape::Enum => render_enum(&rust, schema, front),
                Shape::Union => render_union(&rust, schema, domain, front),
                Shape::Wrapper => match front.wrappers.get(&rust) {
                    Some(inner) => render_wrapper(&rust, schema, inner),
                    None => continue,
                },
                Shape::Struct => match self.structs.get(&rust) {
                    Some(item) => {
                        render_struct(&rust, schema, item, self.in_requests.contains(name), &unions)
                    }
                    None => continue,
                },
            };
            chunks.insert(rust, chunk);
        }
        let page =
            if domain.name == SHARED { "Types that several domains use" } else { "Types of the domain" };
        let derives = |name: &str| chunks.values().any(|chunk| chunk.contains(&format!(", {name}")));
        let mut out = format!("//! {page}, one a schema, in name order.\n");
        match (derives("Serialize"), derives("Deserialize")) {
            (_, true) => out.push_str("\nuse serde::{Deserialize, Serialize};\n"),
            (true, false) => out.push_str("\nuse serde::Serialize;\n"),
            (false, false) => {}
        }
        let shared = re_exported(domain);
        if !shared.is_empty() {
            let names: Vec<&str> = shared.iter().map(String::as_str).collect();
            let _ =
                writeln!(out, "\n#[doc(inline)]\npub use cc_api_shared::types::{{{}}};", names.join(", "));
        }
        for chunk in chunks.values() {
            out.push('\n');
            out.push_str(chunk);
        }
        out
    }
}

/// Returns the shared types that a domain uses. Its module of types re-exports them under their names.
pub fn re_exported(domain: &Domain) -> BTreeSet<String> {
    domain
        .shared
        .iter()
        .filter(|(_, schema)| shape(schema) != Shape::Core)
        .map(|(name, _)| type_name(name))
        .collect()
}

/// Returns `true` if a domain has schemas of its own that become types.
pub fn has_types(domain: &Domain) -> bool {
    domain.schemas.values().any(|schema| shape(schema) != Shape::Core)
}

/// Schemas that types of the domain may name: its own, and the shared ones that it uses.
fn all(domain: &Domain) -> impl Iterator<Item = (&String, &Value)> {
    domain.schemas.iter().chain(&domain.shared)
}

/// Uses of a struct.
#[derive(Clone, Copy)]
struct Role {
    in_request: bool,
    in_answer: bool,
    is_thing: bool,
}

fn fields(
    domain: &Domain,
    schema: &Value,
    types: &BTreeMap<String, Named>,
    open: &BTreeSet<String>,
    Role { in_request, in_answer, is_thing }: Role,
) -> Result<Vec<Field>, String> {
    let empty = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut fields = Vec::new();
    for (property, schema) in properties {
        let named = types.get(property).ok_or_else(|| property.clone())?;
        let mut ty = named.ty.clone();
        // Progenitor passes over what stands beside a reference.
        if schema["$ref"].is_string() && schema["nullable"] == Value::Bool(true) {
            ty = ty.optional();
        }
        let mut required = required.contains(property.as_str());
        let marked = schema["x-essential"] == Value::Bool(true);
        // Of two that name a thing, only its own counts: the id of a part costs nothing but itself.
        let essential = (marked || property == "id" && is_thing) && is_scalar(&ty);
        let mut lenient = false;
        if schema["x-tri-state"] == Value::Bool(true) {
            ty = Ty::Patch(Box::new(ty.bare().clone()));
            required = false;
        } else if !required {
            // Progenitor reads an absent list as an empty one. In a body the two differ.
            if in_request || !matches!(ty, Ty::List(_) | Ty::Map(_) | Ty::Json | Ty::JsonMap) {
                ty = ty.optional();
            } else {
                lenient = true;
            }
        } else if !in_request && !essential && !marked {
            match ty.unboxed() {
                Ty::Local(name) if !open.contains(name) => ty = ty.optional(),
                Ty::Core(_) if has_no_empty_value(&ty) => ty = ty.optional(),
                _ => lenient = true,
            }
        }
        if ty.is_option() {
            required = false;
            lenient = false;
        }
        let target = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let described = target
            .and_then(|name| domain.schemas.get(name).or_else(|| domain.shared.get(name)))
            .unwrap_or(schema);
        let own = schema["description"].as_str().or_else(|| described["description"].as_str());
        let description = own.unwrap_or_default().to_owned();
        fields.push(Field {
            property: property.clone(),
            ident: named.ident.clone(),
            ty,
            required,
            description,
            lenient,
            essential: essential || !in_answer,
        });
    }
    Ok(fields)
}

impl Field {
    /// Always sent, as far as the spec knows, and without it the rest still means something.
    fn required_in_answers(&self) -> bool {
        !self.essential && !self.lenient && !matches!(self.ty, Ty::Option(_) | Ty::Patch(_))
    }

    /// The way to read the field, as `cc_runtime::__fields_of!` names it.
    fn way(&self) -> &'static str {
        match (&self.ty, self.lenient, self.required) {
            (Ty::Patch(_) | Ty::Option(_), ..) => "optional",
            (_, false, _) => "required",
            // A reader that reports differences learns that the field is absent or null.
            (Ty::List(_), true, true) => "expected_list",
            (_, true, true) => "expected",
            (Ty::List(_), true, false) => "list",
            (_, true, false) => "null_as_default",
        }
    }
}

/// Schemas of independent objects: those in answers, lists and unions. The others are parts of one.
fn things(domain: &Domain) -> BTreeSet<String> {
    fn items(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(map) => {
                for (key, value) in map {
                    if matches!(key.as_str(), "items" | "additionalProperties" | "oneOf") {
                        direct(value, found);
                    }
                    items(value, found);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| items(value, found)),
            _ => {}
        }
    }
    fn direct(schema: &Value, found: &mut BTreeSet<String>) {
        for schema in schema.as_array().map_or(std::slice::from_ref(schema), Vec::as_slice) {
            found.extend(
                schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()).map(str::to_owned),
            );
        }
    }
    let mut found = BTreeSet::new();
    for schema in domain.operations.iter().filter_map(|operation| operation.success.schema.as_ref()) {
        direct(schema, &mut found);
        items(schema, &mut found);
    }
    all(domain).for_each(|(_, schema)| items(schema, &mut found));
    found
}

fn is_scalar(ty: &Ty) -> bool {
    matches!(ty, Ty::String | Ty::Bool | Ty::I32 | Ty::I64 | Ty::F64 | Ty::Core(_))
}

/// Finds the structs that have an empty value: those whose fields all have one.
fn find_defaults(structs: &mut BTreeMap<String, Struct>, open: &BTreeSet<String>) {
    loop {
        let known: BTreeSet<String> =
            structs.iter().filter(|(_, item)| item.default).map(|(name, _)| name.clone()).collect();
        let has = |name: &str| open.contains(name) || known.contains(name);
        let mut found = false;
        for item in structs.values_mut().filter(|item| !item.default) {
            item.default = item.fields.iter().all(|field| has_default(&field.ty, &has));
            found |= item.default;
        }
        if !found {
            return;
        }
    }
}

fn is_id(ty: &Ty) -> bool {
    matches!(ty, Ty::Core(name) if name.ends_with("Id") || name.ends_with("Key") || name == "InvoiceNumber")
}

fn is_union(ty: &Ty, unions: &BTreeSet<String>) -> bool {
    match ty {
        Ty::Local(name) => unions.contains(name),
        Ty::Boxed(inner) => is_union(inner, unions),
        _ => false,
    }
}

fn has_default(ty: &Ty, has: &dyn Fn(&str) -> bool) -> bool {
    match ty {
        Ty::Local(name) => has(name),
        Ty::Boxed(inner) => has_default(inner, has),
        ty => !has_no_empty_value(ty),
    }
}

fn render_struct(
    name: &str,
    schema: &Value,
    item: &Struct,
    in_request: bool,
    unions: &BTreeSet<String>,
) -> String {
    let mut out = doc("", &description(name, schema));
    let derive = if item.default { "Debug, Clone, Default, PartialEq" } else { "Debug, Clone, PartialEq" };
    let read = if item.is_filled() { "" } else { ", Deserialize" };
    let _ = writeln!(out, "#[derive({derive}, Serialize{read})]");
    out.push_str("#[cfg_attr(feature = \"schemars\", derive(schemars::JsonSchema))]\n#[non_exhaustive]\n");
    let _ = writeln!(out, "pub struct {name} {{");
    for (position, field) in item.fields.iter().enumerate() {
        out.push_str(&doc(
            "    ",
            if field.description.is_empty() { &field.property } else { &field.description },
        ));
        let mut attributes = Vec::new();
        if field.ident.trim_end_matches('_') != field.property || field.ident.ends_with('_') {
            attributes.push(format!("rename = {}", literal(&field.property)));
        }
        match &field.ty {
            Ty::Patch(_) => {
                attributes.push("default".to_owned());
                attributes.push("skip_serializing_if = \"cc_runtime::Patch::is_absent\"".to_owned());
            }
            Ty::Option(_) => {
                attributes.push("default".to_owned());
                attributes.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            _ if field.lenient => {
                match field.way() {
                    // A reader that reports differences learns that the field is absent.
                    "expected" | "expected_list" if !item.is_filled() => {
                        let absent = format!("cc_runtime::de::absent::<{}, {position}>", field.ty.rust(""));
                        attributes.push(format!("default = {}", literal(&absent)));
                    }
                    _ => attributes.push("default".to_owned()),
                }
                if !item.is_filled() {
                    attributes.push(format!("deserialize_with = \"cc_runtime::de::{}\"", field.way()));
                }
                // The value for an absent union has no tag: no schema admits it. That for an absent id is the id of nothing.
                if is_union(&field.ty, unions) || is_id(&field.ty) {
                    attributes.push("skip_serializing_if = \"cc_runtime::de::is_default\"".to_owned());
                }
            }
            _ => {}
        }
        if !attributes.is_empty() {
            let _ = writeln!(out, "    #[serde({})]", attributes.join(", "));
        }
        let _ = writeln!(out, "    pub {}: {},", field.ident, field.ty.rust(""));
    }
    out.push_str("}\n");
    if item.is_filled() {
        let _ = writeln!(out, "\ncc_runtime::__fields_of! {{\n    {name} {{");
        for (position, field) in item.fields.iter().enumerate() {
            let (ident, key, how) = (&field.ident, literal(&field.property), field.way());
            let _ = writeln!(out, "        {position}: {ident} = {key}, {how};");
        }
        out.push_str("    }\n}\n");
    }
    if in_request {
        out.push_str(&render_constructor(name, &item.fields));
    }
    if item.in_answer {
        out.push_str(&super::identity::render(name, &item.fields));
    }
    out
}

/// `new` with the required fields, and a setter for each other field.
fn render_constructor(name: &str, fields: &[Field]) -> String {
    let mut out = format!("\nimpl {name} {{\n    /// Creates the value from its required fields.\n");
    let arguments: Vec<String> = fields
        .iter()
        .filter(|field| field.required)
        .map(|field| format!("{}: {}", field.ident, field.ty.argument("")))
        .collect();
    let _ = writeln!(
        out,
        "    #[must_use]\n    #[allow(clippy::new_without_default)]\n    pub fn new({}) -> Self {{\n        Self {{",
        arguments.join(", ")
    );
    for field in fields {
        let value = if field.required {
            field.ty.converted(&field.ident)
        } else if matches!(field.ty, Ty::Patch(_)) {
            "cc_runtime::Patch::Absent".to_owned()
        } else if field.ty.is_option() {
            "None".to_owned()
        } else {
            "Default::default()".to_owned()
        };
        let _ = writeln!(out, "            {}", initializer(&field.ident, &value));
    }
    out.push_str("        }\n    }\n");
    for field in fields.iter().filter(|field| !field.required) {
        out.push_str(&render_setter(&field.ident, &field.ty, "", &field.description, false));
    }
    out.push_str("}\n");
    out
}

/// A setter of an optional field; `marked` says that the type itself is `must_use`.
pub fn render_setter(ident: &str, ty: &Ty, types: &str, description: &str, marked: bool) -> String {
    let SetterArgument { kind, ty, value } = ty.setter_argument(types, ident);
    let mut out = String::from("\n");
    out.push_str(&doc("    ", if description.is_empty() { ident } else { description }));
    let _ = writeln!(
        out,
        "    {}pub fn {ident}{kind}(mut self, {ident}: {ty}) -> Self {{\n        self.{ident} = {value};\n        self\n    }}",
        if marked { "" } else { "#[must_use]\n    " }
    );
    out
}

/// Returns `true` for instants and amounts of money: nothing can stand for one that an answer lacks.
fn has_no_empty_value(ty: &Ty) -> bool {
    matches!(ty, Ty::Core(name) if name.starts_with("Timestamp") || name == "Money")
}

fn render_enum(name: &str, schema: &Value, front: &Front) -> String {
    let mut out = String::from("cc_runtime::open_enum! {\n");
    out.push_str(&doc("    ", &description(name, schema)));
    let _ = writeln!(out, "    pub enum {name} {{");
    for value in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let variant = front.variant(name, schema, value);
        let text = match schema["x-values"][value].as_str() {
            Some(text) => format!("{text} Wire value: `{value}`."),
            None => format!("`{value}`."),
        };
        out.push_str(&doc("        ", &text));
        let _ = writeln!(out, "        {variant} = {},", literal(value));
    }
    out.push_str("    }\n}\n");
    out
}

fn render_union(name: &str, schema: &Value, domain: &Domain, front: &Front) -> String {
    let mut out = String::from("cc_runtime::open_union! {\n");
    out.push_str(&doc("    ", &description(name, schema)));
    let tag = schema["discriminator"]["propertyName"].as_str().unwrap_or_default();
    let _ = writeln!(out, "    #[tag = {}]\n    pub enum {name} {{", literal(tag));
    let mapping = schema["discriminator"]["mapping"].as_object();
    let targets: Vec<(&String, String)> = mapping
        .into_iter()
        .flatten()
        .filter_map(|(value, target)| Some((value, type_name(target.as_str()?.rsplit('/').next()?))))
        .collect();
    let ty = |target: &String| {
        let ty = front.unions.get(name).and_then(|variants| variants.get(target)).cloned();
        ty.unwrap_or_else(|| Ty::Local(target.clone()))
    };
    for (value, target) in &targets {
        let described = all(domain).find(|(name, _)| type_name(name) == *target).map(|(_, schema)| schema);
        let text = match described.and_then(|schema| schema["description"].as_str()) {
            Some(text) => format!("{} Wire value: `{value}`.", text.trim_end()),
            None => format!("`{value}`."),
        };
        out.push_str(&doc("        ", &text));
        let (variant, ty) = (variant(schema, value), ty(target).rust(""));
        let _ = writeln!(out, "        {variant}({ty}) = {},", literal(value));
    }
    out.push_str("    }\n}\n");
    for (value, target) in &targets {
        // A struct that is more than one variant does not say which it is.
        if targets.iter().filter(|(_, other)| other == target).count() == 1 {
            let variant = variant(schema, value);
            let value = if ty(target).unboxed() == &ty(target) { "value" } else { "Box::new(value)" };
            let _ = writeln!(
                out,
                "\nimpl From<{target}> for {name} {{\n    fn from(value: {target}) -> Self {{\n        Self::{variant}({value})\n    }}\n}}"
            );
        }
    }
    out
}

fn render_wrapper(name: &str, schema: &Value, inner: &Ty) -> String {
    format!("{}pub type {name} = {};\n", doc("", &description(name, schema)), inner.rust(""))
}

fn description(name: &str, schema: &Value) -> String {
    schema["description"].as_str().map_or_else(|| format!("`{name}`."), str::to_owned)
}

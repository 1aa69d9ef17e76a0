//! The commands: whole from `x-command`, where one request does it, and their declarations from `x-commands`.

mod declared;
mod hand;
mod output;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use heck::ToSnakeCase;
use serde_json::Value;

use self::declared::Known;
pub use self::hand::HandWritten;
use self::output::Output;
use self::shape::{Shape, ShapeField};
use super::homes::{Home, all_of};
use super::requests::{Input, inputs, output};
use super::rust::{Ty, camel_name, doc, field_name, literal, type_name};
use super::{Decided, HEADER_TEXT, pretty};
use crate::spec::check::command::RESOLVABLE;
use crate::spec::declared::Declared;
use crate::spec::model::{Command, Operation};

/// The files below `generated/`, the commands in them, and what could not be made.
pub struct Rendered {
    pub files: BTreeMap<PathBuf, String>,
    pub names: BTreeSet<String>,
    pub notes: Vec<String>,
}

/// The module of a domain of commands.
pub fn module(domain: &str) -> String {
    domain.to_snake_case()
}

/// The features that a declared command needs, sorted.
pub fn features(
    home: &'static Home,
    decided: &[Decided<'_>],
    domain: &str,
    command: &Declared,
) -> BTreeSet<String> {
    Known::new(home, decided, &HandWritten::default()).features(domain, command)
}

/// The commands of one crate.
pub fn render(home: &'static Home, decided: &[Decided<'_>], hand: &HandWritten) -> Result<Rendered, String> {
    // Module → (sets of features that a command of it needs, code).
    let mut modules: BTreeMap<String, (BTreeSet<BTreeSet<String>>, String, String)> = BTreeMap::new();
    let mut names = BTreeSet::new();
    let mut notes = Vec::new();
    for domain in decided.iter().filter(|domain| home.holds(&domain.domain.name)) {
        for operation in &domain.domain.operations {
            let Some(command) = &operation.command else { continue };
            let module = module(&command.domain);
            if let Some(model) = command.output.as_deref().filter(|output| *output != "void")
                && !hand.has_model(&module, model)
            {
                notes.push(format!(
                    "{} is not generated: commands/{module}/model.rs has no `{model}`",
                    command.name
                ));
                continue;
            }
            let code = render_command(domain, operation, command)?;
            let entry = modules
                .entry(module)
                .or_insert_with(|| (BTreeSet::new(), command.domain.clone(), String::new()));
            let feature = &domain.domain.name;
            entry.0.insert(BTreeSet::from([feature.clone()]));
            let _ = write!(entry.2, "\n{}", code.replace("@FEATURE@", feature));
            names.insert(command.name.clone());
        }
    }
    let known = Known::new(home, decided, hand);
    for (domain, command) in declared::all(home, decided) {
        let code = match declared::render(&known, domain, command) {
            Ok(code) => code,
            Err(why) => {
                notes.push(format!("{} is not generated: {why}", command.name));
                continue;
            }
        };
        let entry = modules
            .entry(module(&command.domain))
            .or_insert_with(|| (BTreeSet::new(), command.domain.clone(), String::new()));
        entry.0.insert(known.features(domain, command));
        let _ = write!(entry.2, "\n{code}");
        names.insert(command.name.clone());
    }
    let mut files = BTreeMap::new();
    let mut index = format!(
        "// {HEADER_TEXT}\n//! The declarations of all commands, a module for each domain of commands.\n\n#![allow(unused_braces, deprecated, clippy::clone_on_copy, clippy::should_implement_trait, clippy::too_many_arguments, clippy::unnecessary_sort_by)]\n\n\
         {}#[cfg(feature = \"catalog\")]\npub(crate) mod catalog;\n\n/// The generated part of each domain of commands.\npub mod commands {{\n",
        if home.has_features() { "pub(crate) mod api;\n" } else { "" }
    );
    for (name, (sets, title, code)) in &modules {
        let condition = any_of(sets);
        let (attribute, ids) = if home.has_features() {
            (format!("    #[cfg({condition})]\n"), "#[allow(unused_imports)]\nuse crate::resolve::Ids;\n")
        } else {
            (String::new(), "")
        };
        let _ = writeln!(index, "{attribute}    pub mod {name};");
        let has_structs = code.contains("pub struct ");
        let serde = if has_structs { "use serde::{Deserialize, Serialize};\n" } else { "" };
        let text = format!(
            "//! Commands of the domain `{title}`.\n\nuse cc_runtime::Result;\n{serde}\n#[allow(unused_imports)]\nuse crate::{{Command, Context}};\n{ids}{code}"
        );
        // What the whole module needs, a command in it need not say again.
        let text = text.replace(&format!("#[cfg({condition})]\n"), "");
        files.insert(
            PathBuf::from(format!("commands/{name}.rs")),
            pretty(&format!("// {HEADER_TEXT}\n"), &text)?,
        );
    }
    index.push_str("}\n");
    files.insert("mod.rs".into(), index);
    Ok(Rendered { files, names, notes })
}

/// The condition of a module whose commands need these sets of features: the module is there with any of them.
fn any_of(sets: &BTreeSet<BTreeSet<String>>) -> String {
    let includes_another =
        |set: &&BTreeSet<String>| sets.iter().any(|other| other != *set && other.is_subset(set));
    let conditions: Vec<String> = sets.iter().filter(|set| !includes_another(set)).map(all_of).collect();
    match conditions.as_slice() {
        [one] => one.clone(),
        all => format!("any({})", all.join(", ")),
    }
}

/// A field of a command.
struct Field {
    /// Its name in JSON.
    name: String,
    ident: String,
    ty: Ty,
    required: bool,
    description: String,
    /// Where it goes.
    target: Target,
}

impl Field {
    fn shape(&self) -> ShapeField {
        ShapeField {
            name: self.name.clone(),
            ident: self.ident.clone(),
            ty: self.ty.clone(),
            required: self.required,
            description: self.description.clone(),
        }
    }
}

#[derive(PartialEq)]
enum Target {
    /// An input of the operation, by its identifier.
    Input(String),
    /// A property of the body, by its field.
    Property(String),
    /// Only resolved from, not sent itself.
    Nowhere,
}

fn render_command(decided: &Decided<'_>, operation: &Operation, command: &Command) -> Result<String, String> {
    let domain = &decided.domain.name;
    let krate = format!("cc_api_{}", domain.to_snake_case());
    let types = format!("{krate}::types::");
    let method =
        decided.front.methods.get(&operation.id).ok_or_else(|| format!("no method `{}`", operation.id))?;
    let inputs = inputs(operation, method)?;
    let fields = fields(decided, operation, command, &inputs)?;
    let output = Output::of(operation, command, &output(operation, method), &types);
    let home = Home::of(domain);
    let condition = home.condition([domain.as_str()]);
    let module = module(&command.domain);
    let mut shape = Shape {
        home,
        name: &command.name,
        module: &module,
        condition: &condition,
        types: &types,
        page: page(operation, command),
        example: String::new(),
        fields: fields.iter().map(Field::shape).collect(),
        constructors: &[],
        is_stream: false,
        routes: vec![&operation.path],
    };
    shape.example = shape.made_up_example(output.void);
    let mut out = shape.render();
    let _ = writeln!(
        out,
        "\n{condition}impl Command for {name} {{\n    const NAME: &'static str = {literal};\n    type Output = {};\n    type Context = Context;\n\n    \
         async fn run(self, cx: &Context) -> Result<Self::Output> {{",
        output.ty(),
        name = command.name,
        literal = literal(&command.name),
    );
    // The request knows them by the names of the operation.
    for (field, input) in renamed_segments(&fields, &inputs) {
        let check =
            |value: &str| format!("cc_runtime::__private::check_path_input({:?}, {value})", field.name);
        let _ = if field.ty.is_option() {
            writeln!(out, "if let Some({input}) = &self.{0} {{ {1}?; }}", field.ident, check(input))
        } else {
            writeln!(out, "{}?;", check(&format!("&self.{}", field.ident)))
        };
    }
    let request = output.request(&render_build(decided, operation, command, &inputs, &fields, &krate)?);
    let ids = ids(operation, command, &fields);
    let called = |request: &str| match &ids {
        Some(ids) => format!("cx.resolved({ids}, |ids| {{ {request} }}).await"),
        None => format!("cx.call({{ {request} }}).await"),
    };
    let reread = match &command.reread {
        Some(reread) => Some(render_reread(decided, operation, command, reread, &fields, &output, &called)?),
        None => None,
    };
    out.push_str(&output.render(&called(&request), reread.as_deref()));
    out.push_str("    }\n}\n");
    Ok(out)
}

/// The inputs of the path that the command calls by another name, each with its field.
fn renamed_segments<'a>(fields: &'a [Field], inputs: &'a [Input]) -> Vec<(&'a Field, &'a str)> {
    let segments = inputs.iter().filter(|input| input.place == "path");
    segments
        .filter_map(|input| {
            let target = Target::Input(input.ident.clone());
            let field = fields.iter().find(|field| field.target == target && field.name != input.name)?;
            Some((field, input.ident.as_str()))
        })
        .collect()
}

/// The expression that reads the output of a change that was answered without one: `get_thing`, or `list_things by name`
/// for the thing whose field is that of the command (`by token=id` where their names differ).
fn render_reread(
    decided: &Decided<'_>,
    operation: &Operation,
    command: &Command,
    reread: &str,
    fields: &[Field],
    output: &Output,
    called: &impl Fn(&str) -> String,
) -> Result<String, String> {
    let (id, by) = reread.split_once(" by ").map_or((reread, None), |(id, by)| (id, Some(by)));
    let problem = |why: &str| format!("`reread: {reread}` of `{}`: {why}", operation.id);
    let reader = decided.domain.operations.iter().find(|reader| reader.id == id);
    let reader = reader
        .filter(|reader| reader.method == "GET")
        .ok_or_else(|| problem("it is not the id of a GET operation of the domain"))?;
    let method =
        decided.front.methods.get(id).ok_or_else(|| problem("progenitor generated no method for it"))?;
    let inputs = inputs(reader, method)?;
    let krate = format!("cc_api_{}", decided.domain.name.to_snake_case());
    let given =
        |input: &&Input| !fields.iter().any(|field| field.target == Target::Input(input.ident.clone()));
    if let Some(missing) = inputs.iter().filter(|input| input.required).find(given) {
        return Err(problem(&format!("the command has no value for its `{}`", missing.name)));
    }
    let call = called(&render_build(decided, reader, command, &inputs, fields, &krate)?);
    let read = format!("{call}.map_err(cc_runtime::Error::applied)?.into_inner()");
    let Some(by) = by else { return Ok(output.converted(&read)) };
    let (of_thing, of_command) = by.split_once('=').unwrap_or((by, by));
    let field = fields.iter().find(|field| field.name == of_command);
    let field = field.ok_or_else(|| problem("the command has no such field"))?;
    let one = output.converted("found");
    Ok(format!(
        "let found = {read}.into_iter().find(|found| found.{thing} == self.{field});\n\
         let found = found.ok_or_else(|| cc_runtime::Error::new(cc_runtime::ErrorKind::Undecodable).with_message(\
         \"the body is empty, and the list that was read after it does not hold the result\").applied())?;\n{one}",
        thing = field_name(of_thing),
        field = field.ident
    ))
}

fn page(operation: &Operation, command: &Command) -> String {
    let mut text = command.summary.clone().unwrap_or_else(|| operation.summary.clone());
    if !operation.description.is_empty() {
        let _ = write!(text, "\n\n{}", operation.description);
    }
    let _ = write!(text, "\n\nOperation: `{}` (`{} {}`).", operation.id, operation.method, operation.path);
    if let Some(owner) = &command.owner {
        let _ = write!(
            text,
            " The owner, when it is not given, is resolved from `{}`: no request when it is known already.",
            owner.to_snake_case()
        );
    }
    match command.empty.as_deref() {
        Some("list") => text.push_str(" Where there is nothing, the list is empty."),
        Some(_) => text.push_str(" Where there is nothing, the answer is `None`."),
        None => {}
    }
    if !operation.errors.is_empty() {
        text.push_str("\n\n# Errors");
        for (status, description) in &operation.errors {
            if status == "404" && command.empty.is_some() {
                continue;
            }
            let _ = write!(text, "\n- {status}: {description}");
        }
    }
    doc("", text.trim_end_matches("\n\n# Errors"))
}

fn fields(
    decided: &Decided<'_>,
    operation: &Operation,
    command: &Command,
    inputs: &[Input],
) -> Result<Vec<Field>, String> {
    let named = |target: &str| {
        command.fields.iter().find(|(_, place)| place == target).map(|(field, _)| field.clone())
    };
    let constant = |target: &str| command.constants.iter().any(|(place, _)| place == target);
    let mut fields = Vec::new();
    for input in inputs {
        let target = format!("{}.{}", input.place, input.name);
        let whole = named("body").filter(|_| input.place == "body" && input.name == "body");
        if constant(&target) {
            continue;
        }
        if input.place == "body"
            && whole.is_none()
            && let Ty::Local(name) = &input.ty
            && let Some(body) = decided.types.structs.get(name)
        {
            for property in &body.fields {
                let target = format!("body.{}", property.property);
                if constant(&target) {
                    continue;
                }
                let name = named(&target).unwrap_or_else(|| camel_name(&property.property));
                fields.push(Field {
                    ident: field_name(&name),
                    name,
                    ty: property.ty.clone(),
                    required: property.required,
                    description: property.description.clone(),
                    target: Target::Property(property.ident.clone()),
                });
            }
            continue;
        }
        let name = whole.or_else(|| named(&target)).unwrap_or_else(|| camel_name(&input.name));
        let mut field = Field {
            ident: field_name(&name),
            ty: input.ty.clone(),
            required: input.required,
            description: input.description.clone(),
            target: Target::Input(input.ident.clone()),
            name,
        };
        if command.addon.iter().any(|(addon, kind)| *addon == field.name && kind != "RESOURCE") {
            let any = Ty::Core("AnyAddonId".to_owned());
            field.ty = if field.required { any } else { any.optional() };
        }
        if command.owner.is_some() && input.place == "path" && input.name == "ownerId" {
            field.required = false;
            field.ty = field.ty.optional();
            field.description = "The owner. Default: resolved.".to_owned();
        }
        fields.push(field);
    }
    // What the official client takes and does not send either.
    for (name, _) in command.fields.iter().filter(|(_, place)| place == "nowhere") {
        fields.push(Field {
            name: name.clone(),
            ident: field_name(name),
            ty: if name == "ownerId" { Ty::Core("OwnerId".to_owned()) } else { Ty::String }.optional(),
            required: false,
            description:
                "Taken for those who have it at hand; the platform needs it not, and it is not sent."
                    .to_owned(),
            target: Target::Nowhere,
        });
    }
    // What the owner is resolved from need not be an input of the operation.
    if let Some(owner) = &command.owner
        && !fields.iter().any(|field| field.name == *owner)
    {
        let Some((_, ty)) = RESOLVABLE.iter().find(|(name, _)| name == owner) else {
            return Err(format!(
                "{}: the owner cannot be resolved from `{owner}` of `{}`",
                command.name, operation.id
            ));
        };
        fields.push(Field {
            name: owner.clone(),
            ident: field_name(owner),
            ty: Ty::Core((*ty).to_owned()),
            required: true,
            description: "What the owner is resolved from.".to_owned(),
            target: Target::Nowhere,
        });
    }
    fields.sort_by_key(|field| !field.required);
    Ok(fields)
}

/// The ids that are resolved before the request is made.
fn ids(operation: &Operation, command: &Command, fields: &[Field]) -> Option<String> {
    let mut ids = String::from("Ids::new()");
    let mut any = false;
    if let Some(owner) = &command.owner
        && let Some(field) = fields.iter().find(|field| field.name == *owner)
    {
        let explicit =
            if operation.path.contains("{ownerId}") || fields.iter().any(|field| field.ident == "owner_id") {
                "self.owner_id.clone()"
            } else {
                "None"
            };
        let _ = write!(ids, ".owner({explicit}, &self.{})", field.ident);
        any = true;
    }
    for (name, kind) in &command.addon {
        if let Some(field) = fields.iter().find(|field| field.name == *name) {
            let _ = match kind.as_str() {
                "RESOURCE" => {
                    write!(ids, ".resource(&cc_runtime::ResourceId::from(self.{}.as_str()))", field.ident)
                }
                "REAL" => write!(ids, ".real_addon(&self.{})", field.ident),
                _ => write!(ids, ".addon(&self.{})", field.ident),
            };
            any = true;
        }
    }
    any.then_some(ids)
}

fn render_build(
    decided: &Decided<'_>,
    operation: &Operation,
    command: &Command,
    inputs: &[Input],
    fields: &[Field],
    krate: &str,
) -> Result<String, String> {
    let types = format!("{krate}::types::");
    let of_input = |ident: &str| fields.iter().find(|field| field.target == Target::Input(ident.to_owned()));
    let constant = |place: &str, name: &str| {
        let target = format!("{place}.{name}");
        command.constants.iter().find(|(place, _)| *place == target).map(|(_, value)| value_literal(value))
    };
    let missing = |name: &str| {
        format!("{}: the required input `{name}` of `{}` is not given", command.name, operation.id)
    };
    let value = |input: &Input| -> Result<String, String> {
        if let Some(field) = of_input(&input.ident) {
            if command.owner.is_some() && input.name == "ownerId" && input.place == "path" {
                return Ok("ids.owner_id()".to_owned());
            }
            if let Some((_, kind)) = command.addon.iter().find(|(name, _)| *name == field.name) {
                let id = match kind.as_str() {
                    "RESOURCE" => "ids.resource_id().as_str()",
                    "REAL" => "ids.real_addon_id()",
                    _ => "ids.addon_id()",
                };
                return Ok(id.to_owned());
            }
            return Ok(format!("self.{}.clone()", field.ident));
        }
        let given = constant(input.place, &input.name);
        given.ok_or_else(|| missing(&input.name))
    };
    let mut out = String::new();
    // The body first: its parts are fields of the command.
    let body = inputs.iter().find(|input| input.place == "body" && input.name == "body");
    let flattened = fields.iter().any(|field| matches!(field.target, Target::Property(_)))
        || command.constants.iter().any(|(place, _)| place.starts_with("body."));
    if let (Some(body), true) = (body, flattened) {
        let struct_name = if let Ty::Local(name) = &body.ty { name.as_str() } else { "" };
        let properties = decided.types.structs.get(struct_name).map(|body| body.fields.as_slice());
        let given = |property: &str| {
            fields.iter().find(|field| field.target == Target::Property(property.to_owned()))
        };
        let required = properties
            .unwrap_or_default()
            .iter()
            .filter(|property| property.required)
            .map(|property| match given(&property.ident) {
                Some(field) => Ok(format!("self.{}.clone()", field.ident)),
                None => constant("body", &property.property).ok_or_else(|| missing(&property.property)),
            })
            .collect::<Result<Vec<String>, String>>()?;
        let _ = writeln!(
            out,
            "#[allow(unused_mut)]\nlet mut body = {}::new({});",
            body.ty.rust(&types),
            required.join(", ")
        );
        for field in fields.iter().filter(|field| !field.required) {
            if let Target::Property(property) = &field.target {
                let _ = writeln!(out, "body.{property} = self.{}.clone();", field.ident);
                if command.sent_empty.iter().any(|name| field_name(name) == *property) {
                    let _ = writeln!(out, "body.{property}.get_or_insert_default();");
                }
            }
        }
        for property in properties.unwrap_or_default().iter().filter(|property| !property.required) {
            if let Some(value) = constant("body", &property.property) {
                let _ = writeln!(out, "body.{} = Some({});", property.ident, owned(value));
            }
        }
    }
    let arguments = inputs
        .iter()
        .filter(|input| input.required)
        .map(|input| if input.ident == "body" && flattened { Ok("body".to_owned()) } else { value(input) })
        .collect::<Result<Vec<String>, String>>()?;
    let optional: Vec<&Input> = inputs.iter().filter(|input| !input.required).collect();
    let name = type_name(&operation.id);
    if optional.is_empty() {
        let _ = write!(out, "{krate}::{name}::new({})", arguments.join(", "));
    } else {
        let _ = writeln!(out, "let mut request = {krate}::{name}::new({});", arguments.join(", "));
        for input in optional {
            match constant(input.place, &input.name) {
                Some(value) => {
                    let _ = writeln!(out, "request.{} = Some({});", input.ident, owned(value));
                }
                None => {
                    // Of an operation that is read again, an optional input stays absent.
                    if of_input(&input.ident).is_some() {
                        let _ = writeln!(out, "request.{} = {};", input.ident, value(input)?);
                    }
                }
            }
        }
        out.push_str("request");
    }
    Ok(out)
}

/// A literal as the value of a field.
fn owned(literal: String) -> String {
    if literal.starts_with('"') { format!("{literal}.into()") } else { literal }
}

fn value_literal(value: &Value) -> String {
    match value {
        Value::String(text) => literal(text),
        other => other.to_string(),
    }
}

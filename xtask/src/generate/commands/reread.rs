//! Reading the output of a change that was answered without one.

use heck::ToSnakeCase;

use super::fields::{Field, Target};
use super::output::Output;
use super::request::render_build;
use crate::generate::Decided;
use crate::generate::requests::{Input, inputs, output};
use crate::generate::rust::{Ty, field_name};
use crate::spec::model::{Command, Operation};

/// The expression of the output where the change answered without one: that of `reread: get_thing`, or of
/// `reread: list_things by name`, the only thing in the list whose field is that of the command. Several are
/// `by name and zone`; `token=id` is for names that differ. `check` has seen that all of it is there.
pub(super) fn render(
    decided: &Decided<'_>,
    operation: &Operation,
    command: &Command,
    reread: &str,
    fields: &[Field],
    result: &Output,
    called: &impl Fn(&str) -> String,
) -> Result<String, String> {
    let (id, by) = reread.split_once(" by ").map_or((reread, None), |(id, by)| (id, Some(by)));
    let problem = |why: &str| format!("`reread: {reread}` of `{}`: {why}", operation.id);
    let reader = decided.domain.operations.iter().find(|reader| reader.id == id);
    let reader = reader.ok_or_else(|| problem("it names no operation of the domain"))?;
    let method =
        decided.front.methods.get(id).ok_or_else(|| problem("progenitor generated no method for it"))?;
    let inputs = inputs(reader, method)?;
    let given =
        |input: &&Input| !fields.iter().any(|field| field.target == Target::Input(input.ident.clone()));
    if let Some(missing) = inputs.iter().filter(|input| input.required).find(given) {
        return Err(problem(&format!("the command has no value for its `{}`", missing.name)));
    }
    let krate = format!("cc_api_{}", decided.domain.name.to_snake_case());
    let call = called(&render_build(decided, reader, command, &inputs, fields, &krate)?);
    let Some(by) = by else {
        let read = result.converted(&format!("{call}.map_err(cc_runtime::Error::applied)?.into_inner()"));
        let answered = result.converted("value");
        return Ok(format!(
            "match answer.into_inner() {{ Some(value) => {answered}, None => {{ let cx = &cx.reloading();\n{read} }} }}"
        ));
    };
    let things = output(reader, method);
    let of_thing = |name: &str| match &things {
        Ty::List(item) => match &**item {
            Ty::Local(item) => decided
                .types
                .structs
                .get(item)
                .and_then(|item| item.fields.iter().find(|field| field.property == name)),
            _ => None,
        },
        _ => None,
    };
    let mut conditions = Vec::new();
    for pair in by.split(" and ") {
        let (thing, own) = pair.split_once('=').unwrap_or((pair, pair));
        let field = fields.iter().find(|field| field.name == own);
        let field = field.ok_or_else(|| problem(&format!("the command has no field `{own}`")))?;
        let is_option = of_thing(thing).is_some_and(|found| found.ty.is_option());
        let (thing, field) = (field_name(thing), &field.ident);
        conditions.push(if is_option {
            format!("found.{thing}.as_ref() == Some(&self.{field})")
        } else {
            format!("found.{thing} == self.{field}")
        });
    }
    Ok(format!(
        "{{ let cx = &cx.reloading();\nlet list = async {{ {call}.map(cc_runtime::Answer::into_inner) }};\n\
         let created = cx.created(answer, {:?}, list, |found| {}).await?;\n{} }}",
        result.what(),
        conditions.join(" && "),
        result.converted("created")
    ))
}

//! Values that the spec allows, for those who test what makes requests and what reads answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::engine::sample::Sampler;
use crate::engine::table::{Operation, Table};

/// Extent of a generated value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Required properties only.
    Required,
    /// Required properties, and every other property as null.
    Nulls,
    /// Everything that the spec knows.
    Whole,
    /// All properties, and an unknown property in every object, as a later version may send.
    Beyond,
}

impl Extent {
    /// Returns `true` if optional properties are left out.
    pub(crate) fn is_sparse(self) -> bool {
        matches!(self, Self::Required | Self::Nulls)
    }
}

/// Values that the spec allows, the same for the same seed: from [`Sandbox::samples`](crate::Sandbox::samples).
///
/// An operation is named as in the spec, `get_zone`.
#[derive(Debug)]
pub struct Samples {
    pub(crate) table: Arc<Table>,
    pub(crate) seed: u64,
    pub(crate) start: Timestamp,
    pub(crate) known: BTreeMap<String, Value>,
}

impl Samples {
    /// The names of all operations.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.table.operations.iter().map(|operation| operation.id.as_str())
    }

    /// Returns a value of a path, query or header parameter; a repeated one has other values for other `nth`.
    /// `None` if the parameter does not exist.
    #[must_use]
    pub fn parameter(&self, operation: &str, name: &str, nth: usize) -> Option<Value> {
        let operation = self.operation(operation)?;
        let parameter = operation.parameters.iter().find(|parameter| parameter.name == name)?;
        let identity = if nth == 0 { name.to_owned() } else { format!("{name}/{nth}") };
        Some(self.sampler(operation).sample(&parameter.schema, &identity))
    }

    /// Bodies that the operation takes: one for each variant of the unions in it. Empty: it takes none.
    #[must_use]
    pub fn bodies(&self, operation: &str, extent: Extent) -> Vec<Value> {
        let Some(operation) = self.operation(operation) else { return Vec::new() };
        let schema = operation.request.as_ref().map(|body| &body.schema);
        schema.map(|schema| self.of_operation(operation, schema, extent)).unwrap_or_default()
    }

    /// Returns the successful answers of an operation, or the event data of a stream: one for each variant of
    /// the unions in it. Empty for an answer without a body.
    #[must_use]
    pub fn answers(&self, operation: &str, extent: Extent) -> Vec<Value> {
        let Some(operation) = self.operation(operation) else { return Vec::new() };
        let schema = operation.success.schema.as_ref();
        schema.map(|schema| self.of_operation(operation, schema, extent)).unwrap_or_default()
    }

    /// Values of any JSON Schema whose references are to its own `$defs`: one for each variant of the unions in it.
    #[must_use]
    pub fn values(&self, schema: &Value, extent: Extent) -> Vec<Value> {
        let table = Table::of_schema(schema);
        let mut sampler = Sampler {
            table: &table,
            seed: self.seed,
            start: self.start,
            in_millis: false,
            known: self.known.clone(),
            variant: 0,
        };
        let variants = sampler.variants(schema, &mut BTreeSet::new());
        let value = |variant| {
            sampler.variant = variant;
            sampler.extent(schema, "", extent)
        };
        (0..variants).map(value).collect()
    }

    fn operation(&self, id: &str) -> Option<&Operation> {
        self.table.operations.iter().find(|operation| operation.id == id)
    }

    fn of_operation(&self, operation: &Operation, schema: &Value, extent: Extent) -> Vec<Value> {
        let mut sampler = self.sampler(operation);
        let variants = sampler.variants(schema, &mut BTreeSet::new());
        let value = |variant| {
            sampler.variant = variant;
            sampler.extent(schema, &operation.id, extent)
        };
        (0..variants).map(value).collect()
    }

    fn sampler(&self, operation: &Operation) -> Sampler<'_> {
        Sampler {
            table: &self.table,
            seed: self.seed,
            start: self.start,
            in_millis: operation.path.starts_with("/v2/"),
            known: self.known.clone(),
            variant: 0,
        }
    }
}

//! What an operation of a collection does beyond keeping its items: checks before it, effects after it.

use crate::engine::reply::Refusal;
use crate::engine::request::Request;
use crate::world::{Row, World};

/// Check of a request, before anything happens.
type Before = fn(&mut World, &Request<'_>) -> Result<(), Refusal>;

/// Effect of a request on the item that it is about, before it is kept and shown.
type After = fn(&mut World, &Request<'_>, &mut Row) -> Result<(), Refusal>;

/// What an operation does beyond keeping items.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) before: Before,
    pub(crate) after: After,
}

impl Default for Rule {
    fn default() -> Self {
        Self { before: |_, _| Ok(()), after: |_, _, _| Ok(()) }
    }
}

/// The rule of an operation; one without effect for most.
pub(crate) fn of(operation: &str) -> Rule {
    let rules = [
        super::balancing::RULES,
        super::cellar::RULES,
        super::dns::RULES,
        super::function::RULES,
        super::kubernetes::RULES,
        super::postgresql::RULES,
        super::registry::RULES,
        super::tardis::RULES,
    ];
    let found = rules.iter().flat_map(|rules| rules.iter()).find(|(id, ..)| *id == operation);
    found.map_or_else(Rule::default, |(_, rule)| *rule)
}

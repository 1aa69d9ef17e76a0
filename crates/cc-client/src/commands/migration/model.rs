//! What the commands of migrations give back.

use cc_api_addon::types as wire;
use cc_runtime::{OwnerId, Timestamp};

use crate::model::{each, model};

pub use wire::{MigrationStatus, MigrationStepKind, PreorderKind};

model! {
    /// A migration of an add-on.
    pub struct Migration: |wire: wire::Migration| {
        /// Its id.
        id: String = wire.migration_id,
        /// When it was asked for.
        request_date: Option<Timestamp> = wire.request_date,
        /// What is done, in this order.
        steps: Vec<MigrationStep> = each(wire.steps),
        /// How far it is.
        status: MigrationStatus = wire.status,
    }
}

model! {
    /// A step of a migration.
    pub struct MigrationStep: |wire: wire::MigrationStep| {
        /// What is done.
        value: MigrationStepKind = wire.value,
        /// How far it is.
        status: String = wire.status,
        /// When it started.
        start_date: Option<Timestamp> = wire.start_date,
        /// When it ended.
        end_date: Option<Timestamp> = wire.end_date,
        /// What the platform says of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String> = wire.message,
    }
}

model! {
    /// What an add-on would cost on another plan.
    pub struct MigrationPreorder: |wire: wire::MigrationPreorder| {
        /// Who would pay.
        owner_id: OwnerId = wire.owner_id,
        /// Whom it is for, to show to a person.
        target: String = wire.target,
        /// When it was made.
        emission_date: Option<Timestamp> = wire.emission_date,
        /// Name of who would pay.
        name: String = wire.name,
        /// Company of who would pay.
        company: String = wire.company,
        /// VAT number of who would pay.
        #[serde(rename = "VAT")]
        vat: String = wire.vat,
        /// What it is.
        #[serde(rename = "type")]
        kind: PreorderKind = wire.type_,
        /// What would be paid for, the cheapest first.
        lines: Vec<MigrationPreorderLine> = {
            let mut lines: Vec<MigrationPreorderLine> = each(wire.lines);
            lines.sort_by(|a, b| a.price_total_ht.total_cmp(&b.price_total_ht));
            lines
        },
    }
}

model! {
    /// A line of what an add-on would cost. The currency is that of the owner.
    pub struct MigrationPreorderLine: |wire: wire::MigrationPreorderLine| {
        /// What the line is, such as `Credits`.
        #[serde(rename = "type")]
        kind: String = wire.type_,
        /// What would be paid for.
        description: String = wire.description,
        /// How many of it.
        quantity: f64 = wire.quantity,
        /// VAT rate.
        tva: f64 = wire.tva,
        /// Price of one, without tax.
        price_unit_ht: f64 = wire.price_unit_ht,
        /// Price of the line, without tax.
        price_total_ht: f64 = wire.price_total_ht,
        /// Pack that it belongs to.
        pack: Option<String> = wire.pack,
        /// How many credits it gives.
        drop_quantity: f64 = wire.drop_quantity,
        /// What a coupon takes off.
        coupon: Option<f64> = wire.coupon,
        /// What is taken off.
        discount: Option<f64> = wire.discount,
    }
}

//! Outputs of the commands of migrations.

use cc_api_addon::types as wire;
use cc_runtime::{Decimal, OwnerId, Timestamp};

use crate::declare::model;
use crate::lists::each;

pub use wire::{MigrationStatus, MigrationStepKind, PreorderKind};

model! {
    /// A migration of an add-on.
    pub struct Migration: |wire: wire::Migration| {
        /// Id of the migration.
        id: String = wire.migration_id,
        /// Date of the request.
        request_date: Option<Timestamp> = wire.request_date,
        /// Steps of the migration, in order.
        steps: Vec<MigrationStep> = each(wire.steps),
        /// Status of the migration.
        status: MigrationStatus = wire.status,
    }
}

model! {
    /// A step of a migration.
    pub struct MigrationStep: |wire: wire::MigrationStep| {
        /// Kind of the step.
        value: MigrationStepKind = wire.value,
        /// Status of the step.
        status: String = wire.status,
        /// Start date.
        start_date: Option<Timestamp> = wire.start_date,
        /// End date.
        end_date: Option<Timestamp> = wire.end_date,
        /// Message of the platform about the step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String> = wire.message,
    }
}

model! {
    /// Price of an add-on on another plan.
    pub struct MigrationPreorder: |wire: wire::MigrationPreorder| {
        /// Owner who would pay.
        owner_id: OwnerId = wire.owner_id,
        /// Display name of the recipient.
        target: String = wire.target,
        /// Creation date.
        emission_date: Option<Timestamp> = wire.emission_date,
        /// Name of who would pay.
        name: String = wire.name,
        /// Company of who would pay.
        company: String = wire.company,
        /// VAT number of who would pay.
        #[serde(rename = "VAT")]
        vat: String = wire.vat,
        /// Kind of the order.
        #[serde(rename = "type")]
        kind: PreorderKind = wire.type_,
        /// Lines of the order, cheapest first.
        lines: Vec<MigrationPreorderLine> = {
            let mut lines: Vec<MigrationPreorderLine> = each(wire.lines);
            lines.sort_by_key(|line| line.price_total_ht);
            lines
        },
    }
}

model! {
    /// A line of what an add-on would cost. The currency is that of the owner.
    pub struct MigrationPreorderLine: |wire: wire::MigrationPreorderLine| {
        /// Kind of the line, such as `Credits`.
        #[serde(rename = "type")]
        kind: String = wire.type_,
        /// Description of the line.
        description: String = wire.description,
        /// Quantity.
        quantity: Decimal = wire.quantity,
        /// VAT rate.
        tva: Decimal = wire.tva,
        /// Price of one, without tax.
        price_unit_ht: Decimal = wire.price_unit_ht,
        /// Price of the line, without tax.
        price_total_ht: Decimal = wire.price_total_ht,
        /// Pack that it belongs to.
        pack: Option<String> = wire.pack,
        /// Number of credits.
        drop_quantity: Decimal = wire.drop_quantity,
        /// Discount from a coupon.
        coupon: Option<Decimal> = wire.coupon,
        /// Discount.
        discount: Option<Decimal> = wire.discount,
    }
}

//! The lines of an invoice.

use cc_api_billing::types as wire;
use cc_runtime::{ApplicationId, Decimal, InstanceId, OwnerId, Timestamp};

use super::Money;
use crate::declare::model;
use crate::lists::each;

model! {
    /// A line for time that instances ran.
    pub struct InvoiceUptime: |wire: wire::InvoiceUptime| {
        /// Id of the line.
        id: String = wire.item_id,
        /// Price of the line.
        price: Option<Money> = wire.price,
        /// The application that ran.
        application_id: Option<ApplicationId> = wire.app_id,
        /// Owner of the resource.
        owner_id: Option<OwnerId> = wire.owner_id,
        /// Category of the line.
        category: String = wire.category,
        /// Category within the category.
        sub_category: String = wire.sub_category,
        /// Details of the line.
        details: Vec<InvoiceUptimeDetail> = each(wire.details),
    }
}

model! {
    /// Time that one instance ran.
    pub struct InvoiceUptimeDetail: |wire: wire::InvoiceUptimeDetail| {
        /// The instance.
        instance_id: Option<InstanceId> = wire.instance_id,
        /// Flavor of the instance.
        flavor_name: String = wire.flavor_name,
        /// Zone of the instance.
        zone: String = wire.zone_id,
        /// Price that applies, of the runtimes of the price system.
        policy_id: String = wire.runtime_policy_id,
        /// Price.
        price: Option<Money> = wire.price,
        /// Start of the time.
        consumption_start_date: Option<Timestamp> = wire.consumption_start,
        /// End of the time.
        consumption_end_date: Option<Timestamp> = wire.consumption_end,
    }
}

model! {
    /// A line for a metered quantity.
    pub struct InvoiceCountable: |wire: wire::InvoiceCountable| {
        /// Id of the line.
        id: String = wire.item_id,
        /// Price of the line.
        price: Option<Money> = wire.price,
        /// The application it is for.
        application_id: Option<ApplicationId> = wire.app_id,
        /// Owner of the resource.
        owner_id: Option<OwnerId> = wire.owner_id,
        /// Metric, such as `cellar.storage`.
        service: String = wire.service,
        /// Unit of the quantity.
        unit_name: String = wire.unit_name,
        /// Zone.
        zone: String = wire.zone_id,
        /// Id of the price that applies, among the metered quantities of the price system.
        policy_id: String = wire.policy_id,
        /// Quantity, in that unit.
        quantity: Decimal = wire.quantity,
        /// Plan that applies, of the price.
        plan_id: String = wire.plan_id,
        /// Length of the period. No source shows its form.
        duration: Option<String> = wire.duration,
        /// Price of the details together.
        details_price: Option<Money> = wire.details_price,
        /// Category of the line.
        category: String = wire.category,
        /// Category within the category.
        sub_category: String = wire.sub_category,
        /// Details of the line.
        details: Vec<InvoiceCountableDetail> = each(wire.details),
    }
}

model! {
    /// Quantity of one period.
    pub struct InvoiceCountableDetail: |wire: wire::InvoiceCountableDetail| {
        /// Start of the period.
        consumption_start_date: Option<Timestamp> = wire.consumption_start,
        /// End of the period.
        consumption_end_date: Option<Timestamp> = wire.consumption_end,
        /// Plan that applies, of the price.
        plan_id: String = wire.plan_id,
        /// Quantity, in the unit of the line.
        quantity: Decimal = wire.quantity,
        /// Price.
        price: Option<Money> = wire.price,
    }
}

model! {
    /// A line for an add-on of another vendor.
    pub struct InvoiceVendorConsumption: |wire: wire::InvoiceVendorConsumption| {
        /// Id of the line.
        item_id: String = wire.item_id,
        /// Price of the line.
        price: Option<Money> = wire.price,
        /// Vendor.
        vendor_id: String = wire.vendor_id,
        /// The owner.
        owner_id: Option<OwnerId> = wire.owner_id,
        /// The application it is for.
        application_id: Option<ApplicationId> = wire.app_id,
    }
}

model! {
    /// Another line.
    pub struct InvoiceClassicItem: |wire: wire::InvoiceClassicItem| {
        /// Id of the line.
        id: String = wire.item_id,
        /// Price of one.
        unit_price: Option<Money> = wire.unit_price,
        /// Quantity.
        quantity: Decimal = wire.quantity,
        /// Factor by which the price is multiplied.
        price_factor: Option<Decimal> = wire.price_factor,
        /// Discount.
        discount: Option<Decimal> = wire.discount,
        /// Description of the line.
        description: String = wire.description,
        /// Detailed purpose of the line.
        sub_description: Option<String> = wire.sub_description,
        /// Article of the line.
        classic_billing_item_id: Option<String> = wire.classic_billing_item_id,
        /// The owner.
        owner_id: Option<OwnerId> = wire.owner_id,
        /// Category of the line.
        category: String = wire.category,
        /// Category within the category.
        sub_category: String = wire.sub_category,
    }
}

model! {
    /// A time when an instance could not be used.
    pub struct InvoiceUnusableTime: |wire: wire::InvoiceUnusableTime| {
        /// Id of the line.
        id: String = wire.item_id,
        /// Zone of the instance.
        zone: String = wire.zone_id,
        /// Flavor of the instance.
        flavor_name: String = wire.flavor_name,
        /// Host the instance ran on.
        host: String = wire.host,
        /// Kind of image the instance ran.
        image_type: Option<String> = wire.image_type,
        /// Start of the time.
        consumption_start_date: Option<Timestamp> = wire.start_date,
        /// End of the time.
        consumption_end_date: Option<Timestamp> = wire.end_date,
    }
}

//! Outputs of the commands of the price system.

use cc_api_billing::types as wire;
use cc_runtime::Decimal;

use crate::declare::model;
use crate::lists::each;

model! {
    /// The prices of one zone.
    pub struct PriceSystem: |wire: wire::PriceSystem| {
        /// Short name of the zone.
        zone: Option<String> = wire.zone_id,
        /// Currency as ISO 4217, such as `EUR`.
        currency: String = wire.currency,
        /// Prices of running instances, the lowest first.
        runtime: Vec<RuntimePrice> = {
            let mut prices: Vec<RuntimePrice> = each(wire.runtime);
            prices.sort_by_key(|price| price.price);
            prices
        },
        /// Prices of metered quantities, in the platform's order.
        countable: Vec<CountablePrice> = each(wire.countable),
    }
}

model! {
    /// The price of running an instance.
    pub struct RuntimePrice: |wire: wire::RuntimePrice| {
        /// Id of the price.
        id: String = wire.runtime_policy_id,
        /// Name of the runtime on the platform.
        source: String = wire.source,
        /// Flavor.
        flavor: String = wire.flavor,
        /// Time the price is for.
        time_unit: String = wire.time_unit,
        /// Price for that time.
        price: Decimal = wire.price,
        /// Name that plans and flavors call the price by, in lower case.
        price_id: String = wire.slug_id.to_ascii_lowercase(),
    }
}

model! {
    /// The price of a metered quantity.
    pub struct CountablePrice: |wire: wire::CountablePrice| {
        /// Id of the price.
        id: String = wire.countable_policy_id,
        /// Metric, such as `cellar.storage`.
        service: String = wire.service,
        /// Unit of the quantity.
        data_unit: String = wire.data_unit,
        /// The quantity the price is for.
        data_quantity_for_price: Option<BillableQuantity> = wire.data_quantity_for_price.map(Into::into),
        /// The time the price is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time_interval_for_price: Option<BillableTime> = wire.time_interval_for_price.map(Into::into),
        /// Price by quantity, the lowest first.
        price_plans: Vec<PricePlan> = {
            let mut plans: Vec<PricePlan> = each(wire.price_plans);
            plans.sort_by_key(|plan| plan.price);
            plans
        },
    }
}

model! {
    /// The quantity a price is for.
    pub struct BillableQuantity: |wire: wire::BillableQuantity| {
        /// Divisibility of the quantity.
        secability: Secability = Secability::other(wire.secability.to_uppercase()),
        /// Quantity, in the unit of the price.
        quantity: Decimal = wire.quantity,
    }
}

model! {
    /// The time a price is for.
    pub struct BillableTime: |wire: wire::BillableTime| {
        /// Divisibility of the time.
        secability: Secability = Secability::other(wire.secability.to_uppercase()),
        /// Length of the time. Its unit is not known.
        interval: Option<f64> = wire.interval,
    }
}

model! {
    /// The price up to some quantity.
    pub struct PricePlan: |wire: wire::PricePlan| {
        /// Id of the plan.
        plan_id: String = wire.plan_id,
        /// Quantity up to which it applies; none for every quantity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_quantity: Option<Decimal> = wire.max_quantity,
        /// Price.
        price: Decimal = wire.price,
    }
}

cc_runtime::open_enum! {
    /// Divisibility of the unit of a price.
    pub enum Secability {
        /// A fraction of the unit costs a fraction of the price.
        Secable = "SECABLE",
        /// A fraction of the unit costs the full price.
        Insecable = "INSECABLE",
    }
}

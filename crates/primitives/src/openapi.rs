//! How values stand in OpenAPI documents, for those who describe what they serve.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::{Money, Quantity, Rut};

impl PartialSchema for Money {
    fn schema() -> RefOr<Schema> {
        let minor = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .description(Some("Minor units: pesos for CLP, cents for USD, 1/10000 for CLF."));
        let currency = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The currency's code, such as `CLP`."));
        ObjectBuilder::new()
            .property("minor", minor)
            .property("currency", currency)
            .required("minor")
            .required("currency")
            .into()
    }
}

impl ToSchema for Money {}

impl PartialSchema for Quantity {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^-?\d+(\.\d+)?$"))
            .description(Some("An exact decimal number."))
            .into()
    }
}

impl ToSchema for Quantity {}

impl PartialSchema for Rut {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^\d{1,8}-[0-9K]$"))
            .description(Some("A RUT such as `11111111-1`."))
            .into()
    }
}

impl ToSchema for Rut {}

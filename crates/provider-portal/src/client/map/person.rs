//! Who somebody is.

use cartola_model::Record;
use cartola_model::records;

use super::Told;
use crate::wire::identity::{Address, Identity};

impl Told for Identity {
    fn record(self) -> Result<Record, &'static str> {
        Ok(Record::Identity(records::Identity {
            rut: self.rut,
            name: self.name,
            born_on: Some(self.birth_date),
            nationality: Some(self.nationality),
            email: self.email,
            phone: self.mobile,
            address: self.address.map(address),
            segment: None,
            representative: None,
        }))
    }
}

pub(super) fn address(told: Address) -> records::Address {
    records::Address {
        street: Some(told.street),
        number: Some(told.number),
        extra: told.extra,
        commune: Some(told.commune),
        region: Some(told.region),
    }
}

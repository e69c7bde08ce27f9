//! Who a customer is, unmasked.

use cartola_provider_mibanco::wire::{Address, CustomerSegment, Identity};

use super::told::Asking;
use crate::identity;

/// `GET identity`
pub(crate) fn tell(asking: &Asking) -> Identity {
    let known = identity::of(asking.seed(), asking.resident.household.rut);
    let name = known.full_name();
    let of_person = |text: &str| (!known.is_company).then(|| text.to_owned());
    let [first, second] = &known.surnames;
    Identity {
        rut: known.rut,
        name,
        given_names: of_person(&known.given_names),
        first_surname: of_person(first),
        second_surname: of_person(second),
        birth_date: (!known.is_company).then_some(known.born_on),
        email: Some(known.email.clone()),
        mobile: Some(known.mobile.clone()),
        address: Some(Address {
            street: known.address.clone(),
            commune: known.commune.to_owned(),
            region: known.region.to_owned(),
        }),
        customer_segment: if known.is_company {
            CustomerSegment::Empresas
        } else {
            CustomerSegment::Personas
        },
    }
}

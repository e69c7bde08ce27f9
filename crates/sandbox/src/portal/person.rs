//! Who somebody is: Registro Civil and Clave Única.

use cartola_primitives::{Date, date};
use cartola_provider_portal::wire::identity::{Address, Identity, Sex};

use super::told::Asking;
use crate::data::data;
use crate::dice::Dice;
use crate::identity;

const MARITAL_STATUSES: [&str; 4] = ["SOLTERO(A)", "CASADO(A)", "DIVORCIADO(A)", "VIUDO(A)"];

/// `GET identity` at Registro Civil.
pub(crate) fn of_civil_register(asking: &Asking) -> Identity {
    let mut dice = asking.resident.household.dice(asking.resident.seed, "civil", 0);
    let marital_status = dice.weighted(&MARITAL_STATUSES, |status| match *status {
        "SOLTERO(A)" => 45,
        "CASADO(A)" => 40,
        "DIVORCIADO(A)" => 10,
        _ => 5,
    });
    Identity {
        marital_status: Some((*marital_status).to_owned()),
        document_expires: Some(expires(&mut dice, asking.now.date())),
        ..basic(asking)
    }
}

/// `GET identity` at Clave Única.
pub(crate) fn of_clave_unica(asking: &Asking) -> Identity {
    let known = asking.identity();
    let address = Some(address(&known));
    let (email, mobile) = (Some(known.email), Some(known.mobile));
    Identity { email, mobile, address, ..basic(asking) }
}

fn basic(asking: &Asking) -> Identity {
    let known = asking.identity();
    let name = known.full_name();
    let [first_surname, second_surname] = known.surnames.clone();
    Identity {
        rut: known.rut,
        name,
        sex: sex(&known),
        given_names: known.given_names,
        first_surname,
        second_surname,
        birth_date: known.born_on,
        nationality: "CHILENA".to_owned(),
        marital_status: None,
        document_expires: None,
        email: None,
        mobile: None,
        address: None,
    }
}

fn sex(known: &identity::Identity) -> Sex {
    let first = known.given_names.split(' ').next().unwrap_or_default();
    if data().people.women.iter().any(|name| name == first) { Sex::Female } else { Sex::Male }
}

/// A cédula is good for ten years, until a birthday.
fn expires(dice: &mut Dice, today: Date) -> Date {
    let first = 2020 + i16::from(dice.small(0..=9));
    let renewals = (today.year() - first).max(0) / 10 + 1;
    date(first + 10 * renewals, dice.small(1..=12), dice.small(1..=28))
}

/// Where somebody lives, street and number apart.
pub(crate) fn address(known: &identity::Identity) -> Address {
    let (street, number) = known.address.rsplit_once(' ').unwrap_or((&known.address, "S/N"));
    Address {
        street: street.to_owned(),
        number: number.to_owned(),
        extra: None,
        commune: known.commune.to_owned(),
        region: known.region.to_owned(),
    }
}

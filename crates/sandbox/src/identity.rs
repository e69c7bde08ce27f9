//! Who somebody is: names, where they live, how they are reached.

use std::fmt;

use cartola_model::glosa;
use cartola_primitives::{Date, Rut, date};

use crate::data::data;
use crate::dice::Dice;
use crate::residents;

/// A person or company. Personal data: `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The RUT.
    pub rut: Rut,
    /// Given names, or the whole name of a company.
    pub given_names: String,
    /// Father's and mother's surname; empty for a company.
    pub surnames: [String; 2],
    /// Street and number.
    pub address: String,
    /// Comuna.
    pub commune: &'static str,
    /// Región.
    pub region: &'static str,
    /// Birth, or the beginning of a company.
    pub born_on: Date,
    /// E-mail address, of a domain that nobody can have.
    pub email: String,
    /// Mobile number with the country's code.
    pub mobile: String,
    /// Whether it is a company.
    pub is_company: bool,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("is_company", &self.is_company).finish_non_exhaustive()
    }
}

impl Identity {
    /// The full name: `Camila Paz Rojas Soto`.
    pub fn full_name(&self) -> String {
        let [first, second] = &self.surnames;
        if self.is_company {
            self.given_names.clone()
        } else {
            format!("{} {first} {second}", self.given_names)
        }
    }

    /// As banks print it: `CAMILA ROJAS SOTO`, without accents.
    pub fn printed_name(&self) -> String {
        let [first, second] = &self.surnames;
        let given = self.given_names.split(' ').next().unwrap_or_default();
        let name =
            if self.is_company { self.full_name() } else { format!("{given} {first} {second}") };
        glosa::fold(&name)
    }
}

/// Who the resident of that RUT is.
pub(crate) fn of(seed: u64, rut: Rut) -> Identity {
    let mut dice = Dice::of(seed, "name", u64::from(rut.body()), 0, 0);
    let people = &data().people;
    let is_company = residents::is_company(rut);
    let surnames = [(); 2].map(|()| dice.pick(&people.surnames).clone());
    let given_names = given_names(&mut dice, is_company, &surnames[0]);
    let commune = crate::household::commune(seed, rut);
    let handle = glosa::fold(&format!("{given_names}.{}", surnames[0])).to_lowercase();
    let handle: String =
        handle.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    Identity {
        rut,
        given_names,
        surnames: if is_company { Default::default() } else { surnames },
        address: format!("{} {}", dice.pick(&people.streets), dice.amount(12..=4999)),
        commune: &commune.name,
        region: &commune.region,
        born_on: born_on(&mut dice, rut),
        email: format!("{handle}{}@correo.example", dice.amount(1..=99)),
        mobile: format!("+569{}", dice.amount(30_000_000..=99_999_999)),
        is_company,
    }
}

fn given_names(dice: &mut Dice, is_company: bool, surname: &str) -> String {
    let people = &data().people;
    if is_company {
        let form = dice.pick(&["SpA", "Ltda.", "EIRL"]);
        return format!("{} {surname} {form}", dice.pick(&people.trades));
    }
    let (first, second) = if dice.chance(51) {
        (&people.women, &people.women_second)
    } else {
        (&people.men, &people.men_second)
    };
    format!("{} {}", dice.pick(first), dice.pick(second))
}

/// Numbers are given out at birth, so that a body tells the year to within a few.
fn born_on(dice: &mut Dice, rut: Rut) -> Date {
    let year = if residents::is_company(rut) {
        dice.small(0..=19).into()
    } else {
        let millions = i16::try_from(rut.body() / 1_000_000).expect("a body has eight digits");
        -60 + millions * 5 / 2
    };
    date(2000 + year, dice.small(1..=12), dice.small(1..=28))
}

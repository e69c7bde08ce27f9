//! User names, passwords and PINs, each a function of person and institution.

use std::fmt;

use cartola_model::{Catalogue, Institution, InstitutionId, PasswordSchema};
use cartola_primitives::Rut;

use crate::dice::Dice;
use crate::household::Household;
use crate::key::BankIndex;
use crate::residents;
use crate::scenario::{Named, Scenario};

/// No `0`, `O`, `1`, `l` or `I`, which people confuse on paper.
const LETTERS: &str = "abcdefghijkmnpqrstuvwxyz";
const CAPITALS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &str = "23456789";
/// Longest password that is made, in characters; schemas allow up to 20.
const LONGEST_MADE: usize = 10;
/// Of a company's portal: the id of the bank with this at its end.
pub const COMPANY_SUFFIX: &str = "-empresas";

/// What somebody says at an institution. Invented, but treated as the real thing: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The RUT, as `12345678-5`.
    pub username: String,
    /// The password that is listed; `None` where there is only a PIN.
    pub password: Option<String>,
    /// Whether the listed password is the right one.
    pub password_works: bool,
    /// Mi PIN, five digits, where the institution is a bank.
    pub mi_pin: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

impl Credentials {
    /// Whether this is the password that lets in.
    pub fn accepts_password(&self, given: &str) -> bool {
        self.password_works && self.password.as_deref() == Some(given)
    }

    /// Whether this is the PIN that lets in.
    pub fn accepts_pin(&self, given: &str) -> bool {
        self.mi_pin.as_deref() == Some(given)
    }
}

/// What a customer says at `institution`; `None` where they are no customer.
pub(crate) fn at(seed: u64, household: &Household, institution: &str) -> Option<Credentials> {
    let bank = bank_of(household, institution);
    let row = match bank {
        Some(bank) => Catalogue::bundled().find(bank.id())?,
        None => service_of(household, institution)?,
    };
    let secret_of = row.same_login_as.as_ref().map_or(institution, InstitutionId::as_str);
    let fixed = Named::find(household.rut).and_then(Named::password).filter(|_| bank.is_some());
    let mut dice = secrets(seed, household.rut, secret_of);
    let schema = row.password.as_ref()?;
    let made = fixed.map_or_else(|| password(&mut dice, schema), str::to_owned);
    let pin_only = bank.is_some() && household.scenario == Scenario::PinOnly;
    Some(Credentials {
        username: household.rut.compact(),
        password: (!pin_only).then_some(made),
        password_works: household.scenario != Scenario::WrongPassword,
        mi_pin: bank.map(|_| digits(&mut dice, 5)),
    })
}

/// The six digits that somebody's Mi Pass asks for.
pub(crate) fn mi_pass_pin(seed: u64, rut: Rut) -> String {
    digits(&mut secrets(seed, rut, "mi-pass"), 6)
}

/// The device that somebody's Mi Pass starts enrolled on.
pub(crate) fn device_id(seed: u64, rut: Rut) -> String {
    let mut dice = secrets(seed, rut, "device");
    let mut hex = |digits: usize| -> String {
        (0..digits).map(|_| char::from(*dice.pick(b"0123456789abcdef"))).collect()
    };
    format!("{}-{}-4{}-a{}-{}", hex(8), hex(4), hex(3), hex(3), hex(12))
}

/// The bank that lets them in under that id: companies by the company portal, people by the other.
fn bank_of(household: &Household, institution: &str) -> Option<BankIndex> {
    let company = residents::is_company(household.rut);
    let id = institution.strip_suffix(COMPANY_SUFFIX);
    let id = if company { id? } else { institution };
    BankIndex::find(id).filter(|bank| household.banks.contains(bank))
}

/// The service of that id, where somebody like them has a user name: people everywhere, companies
/// where they are let in. Clave Única is of people, and so is whatever it opens.
fn service_of(household: &Household, institution: &str) -> Option<&'static Institution> {
    let is_company = residents::is_company(household.rut);
    let is_open = |row: &Institution| {
        if is_company { row.lets_companies_in() } else { row.lets_people_in() }
    };
    services().find(|row| row.id.as_str() == institution && is_open(row))
}

/// The institutions of the box that are no banks.
pub(crate) fn services() -> impl Iterator<Item = &'static Institution> {
    Catalogue::bundled().iter().filter(|row| !row.kind.is_bank())
}

fn secrets(seed: u64, rut: Rut, purpose: &str) -> Dice {
    let place =
        purpose.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    Dice::of(seed, "secret", u64::from(rut.body()), 0, place)
}

fn password(dice: &mut Dice, schema: &PasswordSchema) -> String {
    let (length, symbols) = match schema {
        PasswordSchema::Digits { digits: length } => return digits(dice, *length),
        PasswordSchema::Letters { shortest, longest, symbols } => {
            ((*longest).min(LONGEST_MADE).max(*shortest), symbols)
        }
    };
    let classes = [LETTERS, CAPITALS, DIGITS, LETTERS, symbols];
    (0..length)
        .map(|place| match classes[place % classes.len()] {
            "" => LETTERS,
            class => class,
        })
        .map(|class| char::from(*dice.pick(class.as_bytes())))
        .collect()
}

fn digits(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| char::from(*dice.pick(b"0123456789"))).collect()
}

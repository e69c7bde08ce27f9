//! Landlords, suppliers and others who are paid by transfer and do not live in the box: whoever pays
//! them has to say a RUT and an account.

use cartola_primitives::Rut;

use crate::dice::Dice;
use crate::key::BankIndex;
use crate::number;

/// Bodies of their RUTs: below those of the box's companies, as older companies have them.
const BODIES: std::ops::RangeInclusive<i64> = 50_000_000..=59_999_999;

/// Where somebody is paid.
pub(crate) struct Payee {
    pub rut: Rut,
    /// Always a cuenta corriente.
    pub bank: BankIndex,
    /// The account as its bank writes it. It leads to nobody in the box.
    pub account: String,
}

/// Where the one of that name is paid.
pub(crate) fn of(seed: u64, name: &str) -> Payee {
    let subject =
        name.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(131).wrapping_add(byte.into()));
    let mut dice = Dice::of(seed, "payee", subject, 0, 0);
    let offers =
        |bank: &BankIndex| bank.row().share > 0 && bank.row().products.contains_key("checking");
    let banks: Vec<BankIndex> = BankIndex::all().filter(offers).collect();
    let bank = *dice.weighted(&banks, |bank| bank.row().share);
    let body = u32::try_from(dice.amount(BODIES)).expect("a body has eight digits");
    Payee {
        rut: Rut::from_body(body).expect("every body in the range makes a RUT"),
        bank,
        account: number::of_stranger(bank, &mut dice),
    }
}

//! Account numbers that lead back to their owners.
//!
//! A number is its bank's prefix, eight digits that are the owner's RUT under a permutation that
//! seed, bank and product choose, the product, and a check digit. `CuentaRUT` alone is the body of
//! its holder's RUT, as in life.

use cartola_model::AccountNumber;
use cartola_primitives::Rut;

use crate::dice::Dice;
use crate::key::{AccountKey, BankIndex, Product};
use crate::residents;

/// The permutation works on pairs of one number below each side; their product is how many
/// owners there can be.
const LEFT: u64 = 9_000;
const RIGHT: u64 = 10_000;
const ROUNDS: u32 = 3;
/// Makes every core eight digits, so that no number begins with zeros after its prefix and none
/// can be taken for the RUT of a `CuentaRUT`.
const SMALLEST_CORE: u64 = 10_000_000;
const DIGITS: usize = 12;
const CORE: std::ops::Range<usize> = 2..10;
const PRODUCT: usize = 10;

/// Each bank numbers each of its products in an order of its own.
type Series = (BankIndex, Product);

/// The number of an account as its bank writes it.
pub(crate) fn of(seed: u64, key: AccountKey) -> AccountNumber {
    let written = match key.product {
        Product::Rut => key.owner.body().to_string(),
        _ => shaped(&key.bank.row().shape, &digits(seed, key)),
    };
    AccountNumber::parse(&written).expect("a number is digits and hyphens")
}

/// Whose account it would be. Whether that owner has it is for [`crate::Population`] to say.
pub(crate) fn owner(seed: u64, number: &AccountNumber) -> Option<AccountKey> {
    if number.is_masked() || number.digits().len() > DIGITS {
        return None;
    }
    let digits = format!("{:0>DIGITS$}", number.digits());
    regular(seed, &digits).or_else(|| cuenta_rut(number))
}

fn regular(seed: u64, digits: &str) -> Option<AccountKey> {
    let bank = BankIndex::all().find(|bank| digits.starts_with(&bank.row().prefix))?;
    let product = Product::of_digit(digits.as_bytes()[PRODUCT])?;
    let core = digits[CORE].parse::<u64>().ok()?.checked_sub(SMALLEST_CORE)?;
    let owner = residents::at(unpermuted(seed, (bank, product), core))?;
    let key = AccountKey { bank, owner, product };
    (product != Product::Rut && self::digits(seed, key) == digits).then_some(key)
}

fn cuenta_rut(number: &AccountNumber) -> Option<AccountKey> {
    let owner = Rut::from_body(number.identity().parse().ok()?).ok()?;
    let bank = BankIndex::all().find(|bank| bank.row().products.contains_key("rut"))?;
    Some(AccountKey { bank, owner, product: Product::Rut })
}

fn digits(seed: u64, key: AccountKey) -> String {
    let core = permuted(seed, (key.bank, key.product), residents::index(key.owner)) + SMALLEST_CORE;
    let unchecked = format!("{}{core}{}", key.bank.row().prefix, key.product.digit());
    let check = check_digit(&unchecked);
    format!("{unchecked}{check}")
}

/// Modulo 10 over weights 1, 3, 7, so that a wrong or swapped digit is seen.
fn check_digit(digits: &str) -> u32 {
    let sum: u32 = digits.bytes().zip([1, 3, 7].into_iter().cycle()).map(weighed).sum();
    (10 - sum % 10) % 10
}

fn weighed((digit, weight): (u8, u32)) -> u32 {
    u32::from(digit - b'0') * weight
}

/// A number of a bank that is nobody's in the box: its product does not exist.
pub(crate) fn of_stranger(bank: BankIndex, dice: &mut Dice) -> String {
    const NO_PRODUCT: char = '0';
    let core = dice.amount(10_000_000..=99_999_999);
    let unchecked = format!("{}{core}{NO_PRODUCT}", bank.row().prefix);
    let check = check_digit(&unchecked);
    shaped(&bank.row().shape, &format!("{unchecked}{check}"))
}

fn shaped(shape: &str, digits: &str) -> String {
    let mut rest = digits.chars();
    shape.chars().map(|c| if c == '#' { rest.next().unwrap_or('0') } else { c }).collect()
}

/// What a round adds to one half for a value of the other.
fn shift(seed: u64, series: Series, round: u32, half: u64) -> u64 {
    let (bank, product) = series;
    let round = round * 16 + u32::from(product.digit());
    Dice::of(seed, "number", half, bank.place(), round).below(LEFT * RIGHT)
}

fn permuted(seed: u64, series: Series, index: u64) -> u64 {
    let (mut left, mut right) = (index / RIGHT, index % RIGHT);
    for round in 0..ROUNDS {
        left = (left + shift(seed, series, 2 * round, right)) % LEFT;
        right = (right + shift(seed, series, 2 * round + 1, left)) % RIGHT;
    }
    left * RIGHT + right
}

fn unpermuted(seed: u64, series: Series, value: u64) -> u64 {
    let (mut left, mut right) = (value / RIGHT, value % RIGHT);
    for round in (0..ROUNDS).rev() {
        right = (right + RIGHT - shift(seed, series, 2 * round + 1, left) % RIGHT) % RIGHT;
        left = (left + LEFT - shift(seed, series, 2 * round, right) % LEFT) % LEFT;
    }
    left * RIGHT + right
}

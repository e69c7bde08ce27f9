//! How what the store holds is said: the names of [`crate::wire`], with nothing in the place of what is
//! not known.

mod account;
mod product;
mod profile;
mod statement;

use cartola_model::AccountKind;
use cartola_primitives::Timestamp;

pub use account::{Account, Accounts, Balance, Balances};
pub use product::{Beneficiaries, Bills, Cards, CreditLines, beneficiary, bill, card, credit_line};
pub use profile::{Profile, profile};
pub use statement::{Statement, transaction};

use crate::wire::AccountType;

/// What the protocol calls a kind of account; nothing for what is none of its accounts.
pub const fn account_type(kind: AccountKind) -> Option<AccountType> {
    Some(match kind {
        AccountKind::Checking => AccountType::Checking,
        AccountKind::Sight => AccountType::Sight,
        AccountKind::Rut => AccountType::Rut,
        AccountKind::Savings => AccountType::Savings,
        AccountKind::ElectronicChequebook => AccountType::ElectronicChequebook,
        AccountKind::CreditCard | AccountKind::CreditLine => return None,
    })
}

/// The word for a kind of account.
pub fn account_word(kind: AccountKind) -> Option<String> {
    account_type(kind).map(|word| word.word().to_owned())
}

/// An instant to the second, as the protocol writes them.
pub fn seconds(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}

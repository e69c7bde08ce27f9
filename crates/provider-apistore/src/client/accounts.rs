//! Which accounts a link is for. `ApiStore` lists none, so whoever begins the link names them.

use cartola_connector::{ConnectorError, Credential, ErrorKind};
use cartola_model::{AccountKind, AccountNumber};
use cartola_primitives::Currency;

/// The field of a credential that names them.
pub const FIELD: &str = "accounts";

/// Most accounts of one link.
pub const MAX_ACCOUNTS: usize = 50;

/// An account that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its number.
    pub number: AccountNumber,
    /// What it is: a cuenta corriente, unless it was said otherwise.
    pub kind: AccountKind,
    /// Its currency, where that was said; else the one that its balance is told in.
    pub currency: Option<Currency>,
}

/// Why a text names no accounts. Quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountsError {
    /// More than [`MAX_ACCOUNTS`].
    TooMany,
    /// One of them, counted from 1, is no whole number of an account.
    Number(usize),
    /// What stands behind the number of one of them is neither kind nor currency.
    Word(usize),
    /// One of them was named before.
    Twice(usize),
}

impl std::fmt::Display for AccountsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooMany => write!(f, "more than {MAX_ACCOUNTS} accounts are named"),
            Self::Number(place) => write!(f, "account {place} is no whole account number"),
            Self::Word(place) => write!(
                f,
                "what follows the number of account {place} is neither a kind such as checking nor \
                 a currency such as USD"
            ),
            Self::Twice(place) => write!(f, "account {place} was named before"),
        }
    }
}

impl std::error::Error for AccountsError {}

/// Reads a list such as `00-123-45678-90, 00-987-65432-10:sight:USD`: numbers with commas between
/// them, each perhaps with its kind ([`AccountKind::name`]) and its currency (ISO 4217).
pub fn parse(text: &str) -> Result<Vec<Named>, AccountsError> {
    let mut all: Vec<Named> = Vec::new();
    for (place, entry) in (1..).zip(text.split(',')) {
        if place > MAX_ACCOUNTS {
            return Err(AccountsError::TooMany);
        }
        let named = one(entry, place)?;
        let is_same = |other: &Named| {
            other.number.identity() == named.number.identity() && other.currency == named.currency
        };
        if all.iter().any(is_same) {
            return Err(AccountsError::Twice(place));
        }
        all.push(named);
    }
    Ok(all)
}

/// The accounts that credentials name.
pub(super) fn of(
    credential: &Credential,
    operation: &'static str,
) -> Result<Vec<Named>, ConnectorError> {
    let refused = |reason: String| {
        ConnectorError::new(ErrorKind::RequestInvalid, operation, reason).before_sending()
    };
    let text = credential.field(FIELD);
    let text = text.ok_or_else(|| refused("the credentials name no accounts".to_owned()))?;
    parse(text.expose()).map_err(|error| refused(error.to_string()))
}

fn one(entry: &str, place: usize) -> Result<Named, AccountsError> {
    let mut words = entry.split(':').map(str::trim);
    let number = words.next().and_then(|text| AccountNumber::parse(text).ok());
    let number = number.filter(|number| !number.is_masked());
    let number = number.ok_or(AccountsError::Number(place))?;
    let (mut kind, mut currency) = (None, None);
    for word in words {
        match (AccountKind::parse(word), Currency::parse(word).ok()) {
            (Some(told), _) if kind.is_none() => kind = Some(told),
            (None, Some(told)) if currency.is_none() => currency = Some(told),
            _ => return Err(AccountsError::Word(place)),
        }
    }
    Ok(Named { number, kind: kind.unwrap_or(AccountKind::Checking), currency })
}

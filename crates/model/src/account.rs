//! Accounts: their kinds and the number that identifies them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an account is, in the words of Chilean banks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// Cuenta corriente.
    Checking,
    /// Cuenta vista.
    Sight,
    /// `CuentaRUT` of `BancoEstado`: a sight account whose number is its holder's RUT.
    Rut,
    /// Cuenta de ahorro.
    Savings,
    /// Chequera electrónica.
    ElectronicChequebook,
    /// Tarjeta de crédito.
    CreditCard,
    /// Línea de crédito.
    CreditLine,
}

impl AccountKind {
    /// Every kind, for parsing and documentation.
    pub const ALL: [Self; 7] = [
        Self::Checking,
        Self::Sight,
        Self::Rut,
        Self::Savings,
        Self::ElectronicChequebook,
        Self::CreditCard,
        Self::CreditLine,
    ];

    /// The stable name, as stored and as shown in `/v1`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Sight => "sight",
            Self::Rut => "rut",
            Self::Savings => "savings",
            Self::ElectronicChequebook => "electronic_chequebook",
            Self::CreditCard => "credit_card",
            Self::CreditLine => "credit_line",
        }
    }

    /// The kind of that stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Longest account number that is taken, in digits.
pub const MAX_ACCOUNT_DIGITS: usize = 34;

/// An account number as its bank writes it. A `CuentaRUT` number is its holder's RUT, so the whole
/// number is personal data: `Debug` shows the mask alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AccountNumber {
    written: String,
    digits: String,
    identity: String,
}

/// Why a text is no account number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountNumberError {
    /// No digit at all.
    #[error("the account number has no digits")]
    Empty,
    /// More than [`MAX_ACCOUNT_DIGITS`].
    #[error("the account number has more than {MAX_ACCOUNT_DIGITS} digits")]
    TooLong,
    /// Something else than digits, hyphens, dots, blanks and masking asterisks.
    #[error(
        "the account number has a character that is neither a digit, hyphen, dot, blank nor asterisk"
    )]
    Character,
}

impl AccountNumber {
    /// Reads a number in any written form: `00-123-45678-90`, `1234567890`, `****1234`.
    pub fn parse(text: &str) -> Result<Self, AccountNumberError> {
        let written = text.trim();
        if written.chars().any(|c| !(c.is_ascii_digit() || matches!(c, '-' | '.' | ' ' | '*'))) {
            return Err(AccountNumberError::Character);
        }
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        match digits.len() {
            0 => Err(AccountNumberError::Empty),
            1..=MAX_ACCOUNT_DIGITS => Ok(Self {
                identity: identity(written, &digits),
                written: written.to_owned(),
                digits,
            }),
            _ => Err(AccountNumberError::TooLong),
        }
    }

    /// The number as the source wrote it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// All digits, leading zeros included.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// Whether some of its digits are hidden behind asterisks, as banks print the numbers of cards.
    /// Such a number tells one account from another only together with its holder.
    pub fn is_masked(&self) -> bool {
        self.written.contains('*')
    }

    /// What two writings of one account share: the digits without leading zeros. A masked number
    /// keeps its zeros, which are not leading ones, and one asterisk for each run of hidden digits:
    /// `**** **** **** 0012` is `*0012`, never the account `12`.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The last four digits, for people to recognise an account by.
    pub fn mask(&self) -> String {
        let start = self.digits.len().saturating_sub(4);
        format!("…{}", &self.digits[start..])
    }
}

fn identity(written: &str, digits: &str) -> String {
    if !written.contains('*') {
        let significant = digits.trim_start_matches('0');
        return if significant.is_empty() { "0" } else { significant }.to_owned();
    }
    let mut identity = String::with_capacity(digits.len() + 1);
    for character in written.chars().filter(|c| c.is_ascii_digit() || *c == '*') {
        if character != '*' || !identity.ends_with('*') {
            identity.push(character);
        }
    }
    identity
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountNumber({})", self.mask())
    }
}

#[cfg(test)]
mod tests {
    use super::AccountNumber;

    fn check(written: &str, identity: &str, masked: bool) {
        let number = AccountNumber::parse(written).unwrap();
        assert_eq!((number.identity(), number.is_masked()), (identity, masked), "{written}");
    }

    #[test]
    fn writings_of_one_account_are_one() {
        check("00-123-45678-90", "1234567890", false);
        check(" 1234567890", "1234567890", false);
        check("0000", "0", false);
    }

    #[test]
    fn a_masked_number_is_no_account_of_its_digits() {
        check("****0012", "*0012", true);
        check("**** **** **** 0012", "*0012", true);
        check("4567-12**-****-0012", "456712*0012", true);
        check("****0000", "*0000", true);
        check("0012", "12", false);
    }
}

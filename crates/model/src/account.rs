//! Accounts: their kinds and the number that identifies them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an account is, in the words of Chilean banks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
            1..=MAX_ACCOUNT_DIGITS => Ok(Self { written: written.to_owned(), digits }),
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

    /// What two writings of one account share: the digits without leading zeros.
    pub fn identity(&self) -> &str {
        match self.digits.trim_start_matches('0') {
            "" => "0",
            significant => significant,
        }
    }

    /// The last four digits, for people to recognise an account by.
    pub fn mask(&self) -> String {
        let start = self.digits.len().saturating_sub(4);
        format!("…{}", &self.digits[start..])
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountNumber({})", self.mask())
    }
}

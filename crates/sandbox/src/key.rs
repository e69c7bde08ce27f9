//! What tells one account of the box from another.

use cartola_model::{AccountKind, Catalogue, InstitutionId};
use cartola_primitives::{Currency, Rut};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::challenge::Step;
use crate::data::{Bank, data};

/// A row of `data/banks.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankIndex(u8);

impl BankIndex {
    /// Every bank, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..data().banks.len())
            .map(|place| Self(u8::try_from(place).expect("the table has fewer than 256 banks")))
    }

    /// The bank of that institution id.
    pub fn find(id: &str) -> Option<Self> {
        Self::all().find(|bank| bank.row().id.as_str() == id)
    }

    /// The id in the catalogue.
    pub fn id(self) -> &'static InstitutionId {
        &self.row().id
    }

    pub(crate) fn row(self) -> &'static Bank {
        &data().banks[usize::from(self.0)]
    }

    /// What the bank asks for before it sends money, one after the other.
    pub(crate) fn transfer_steps(self) -> &'static [Step] {
        Catalogue::bundled().transfer_steps(self.id()).unwrap_or_default()
    }

    pub(crate) fn place(self) -> i32 {
        i32::from(self.0)
    }
}

/// What a person can have at a bank, at most one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Cuenta corriente.
    Checking,
    /// Cuenta vista.
    Sight,
    /// `CuentaRUT`.
    Rut,
    /// Cuenta de ahorro.
    Savings,
    /// Cuenta corriente in dollars.
    Dollars,
    /// Tarjeta de crédito.
    CreditCard,
    /// Línea de crédito.
    CreditLine,
}

impl Product {
    const ALL: [Self; 7] = [
        Self::Checking,
        Self::Sight,
        Self::Rut,
        Self::Savings,
        Self::Dollars,
        Self::CreditCard,
        Self::CreditLine,
    ];

    /// Its kind in the canonical model.
    pub const fn kind(self) -> AccountKind {
        match self {
            Self::Checking | Self::Dollars => AccountKind::Checking,
            Self::Sight => AccountKind::Sight,
            Self::Rut => AccountKind::Rut,
            Self::Savings => AccountKind::Savings,
            Self::CreditCard => AccountKind::CreditCard,
            Self::CreditLine => AccountKind::CreditLine,
        }
    }

    /// The currency of its movements.
    pub const fn currency(self) -> Currency {
        if matches!(self, Self::Dollars) { Currency::USD } else { Currency::CLP }
    }

    /// Whether people pay and are paid through it.
    pub const fn is_current(self) -> bool {
        matches!(self, Self::Checking | Self::Sight | Self::Rut | Self::Dollars)
    }

    /// The product of that name in `data/banks.toml`.
    pub(crate) fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|product| *product != Self::Dollars && product.kind().name() == name)
            .expect("the table of banks names known products")
    }

    /// What the file of the box calls it.
    const fn name(self) -> &'static str {
        if matches!(self, Self::Dollars) { "dollars" } else { self.kind().name() }
    }

    pub(crate) fn place(self) -> u8 {
        self as u8
    }

    pub(crate) fn digit(self) -> u8 {
        self.place() + 1
    }

    pub(crate) fn of_digit(digit: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.digit() + b'0' == digit)
    }
}

/// One account: where, whose, which. A joint account is its first holder's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    /// The bank.
    pub bank: BankIndex,
    /// The holder.
    pub owner: Rut,
    /// The product.
    pub product: Product,
}

impl AccountKey {
    fn written(self) -> String {
        format!("{}/{}/{}", self.bank.id(), self.owner.compact(), self.product.name())
    }

    fn read(text: &str) -> Option<Self> {
        let (bank, rest) = text.split_once('/')?;
        let (owner, product) = rest.split_once('/')?;
        Some(Self {
            bank: BankIndex::find(bank)?,
            owner: Rut::parse(owner).ok()?,
            product: Product::ALL.into_iter().find(|each| each.name() == product)?,
        })
    }
}

impl Serialize for AccountKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written())
    }
}

impl<'de> Deserialize<'de> for AccountKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| serde::de::Error::custom("no account of this box"))
    }
}

//! Somebody at the other end of a transfer, with all that it takes to pay them.

use cartola_model::Catalogue;
use cartola_primitives::Rut;
use cartola_provider_mibanco::wire::{AccountType, Beneficiary, TransferParty};

use super::accounts::account_type;
use crate::flow::Side;
use crate::key::{AccountKey, BankIndex, Product};
use crate::{identity, number, payee};

/// A name, a RUT and an account.
pub(crate) struct Party {
    pub name: String,
    pub rut: Rut,
    pub bank: BankIndex,
    pub account: String,
    pub account_type: AccountType,
    pub email: Option<String>,
}

impl Party {
    /// An account of somebody in the box.
    pub(crate) fn customer(seed: u64, key: AccountKey) -> Self {
        let identity = identity::of(seed, key.owner);
        Self {
            name: identity.full_name(),
            rut: key.owner,
            bank: key.bank,
            account: number::of(seed, key).written().to_owned(),
            account_type: type_of(key.product),
            email: Some(identity.email),
        }
    }

    /// Somebody who lives outside it.
    pub(crate) fn stranger(seed: u64, name: &str) -> Self {
        let payee = payee::of(seed, name);
        Self {
            name: name.to_owned(),
            rut: payee.rut,
            bank: payee.bank,
            account: payee.account,
            account_type: AccountType::Checking,
            email: None,
        }
    }

    /// The other side of a movement.
    pub(crate) fn of(seed: u64, side: Side) -> Self {
        match side {
            Side::Customer(key) => Self::customer(seed, key),
            Side::System(system) => Self::stranger(seed, system.name),
        }
    }

    pub(crate) fn side_of_transfer(self) -> TransferParty {
        TransferParty {
            name: self.name,
            rut: self.rut,
            bank_code: code(self.bank),
            bank_name: name(self.bank),
            account_number: self.account,
            account_type: self.account_type,
        }
    }

    pub(crate) fn beneficiary(self, alias: &str) -> Beneficiary {
        Beneficiary {
            name: self.name,
            rut: self.rut,
            bank_code: code(self.bank),
            bank_name: name(self.bank),
            account_number: self.account,
            account_type: self.account_type,
            email: self.email,
            alias: Some(alias.to_owned()),
        }
    }
}

fn type_of(product: Product) -> AccountType {
    account_type(product).unwrap_or_else(|| AccountType::Other(product.kind().name().to_owned()))
}

/// The CMF's code of a bank; a demonstration's has none.
fn code(bank: BankIndex) -> Option<String> {
    Catalogue::bundled().find(bank.id())?.cmf_code.clone()
}

/// The name of a bank that people know.
pub(crate) fn name(bank: BankIndex) -> String {
    let row = Catalogue::bundled().find(bank.id());
    row.map_or_else(|| bank.id().to_string(), |row| row.name.clone())
}

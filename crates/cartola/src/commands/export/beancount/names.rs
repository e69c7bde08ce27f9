//! Names of accounts in the ledger: `Assets:Banco-Chile:Checking:7890`.

use std::collections::BTreeMap;

use cartola_model::AccountKind;
use cartola_store::accounts::AccountRow;

/// Names that are given, and how often each was wanted.
#[derive(Default)]
pub struct Names {
    given: BTreeMap<String, u32>,
}

impl Names {
    /// A name that no other account has. Given in order of age, so that it stays the same when
    /// accounts are added.
    pub fn give(&mut self, row: &AccountRow) -> String {
        let name = name(row);
        let times = self.given.entry(name.clone()).or_default();
        *times += 1;
        if *times == 1 { name } else { format!("{name}-{times}") }
    }
}

fn name(row: &AccountRow) -> String {
    let root = match row.kind {
        AccountKind::CreditCard | AccountKind::CreditLine => "Liabilities",
        AccountKind::Checking
        | AccountKind::Sight
        | AccountKind::Rut
        | AccountKind::Savings
        | AccountKind::ElectronicChequebook => "Assets",
    };
    let digits: String = row.mask.chars().filter(char::is_ascii_digit).collect();
    format!("{root}:{}:{}:{digits}", titled(row.institution.as_str()), titled(row.kind.name()))
}

/// `banco-chile` as `Banco-Chile`: a part of a name begins with a capital or a digit.
fn titled(name: &str) -> String {
    let mut titled = String::new();
    let mut begins = true;
    for character in name.chars() {
        let character = if character == '_' { '-' } else { character };
        titled.push(if begins { character.to_ascii_uppercase() } else { character });
        begins = character == '-';
    }
    titled
}

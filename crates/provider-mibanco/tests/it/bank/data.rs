//! Who banks here.

use cartola_model::AccountNumber;
use cartola_primitives::{Currency, Rut, date};
use cartola_provider_mibanco::wire::{
    Account, AccountType, Channel, StatementCounterparty, Transaction, TransactionStatus,
};

pub const RUT: &str = "12.345.678-5";
pub const NAME: &str = "María Soto Rojas";
pub const PASSWORD: &str = "clave-secreta-1";
pub const PIN: &str = "90817";

/// Movements of the busy account: three pages of 500.
const BUSY_MOVEMENTS: i64 = 1_203;

/// Movements of each day of the busy account.
const BUSY_DAY: i64 = 50;

pub fn accounts() -> Vec<(Account, Vec<Transaction>)> {
    let busy = (1..=BUSY_MOVEMENTS).map(busy_movement).collect();
    vec![
        (account("00-123-45678-90", AccountType::Checking, Currency::CLP), busy),
        (account("00-987-65432-1", AccountType::Sight, Currency::USD), few_movements()),
        (account("12345678", AccountType::Rut, Currency::CLP), Vec::new()),
    ]
}

fn account(number: &str, account_type: AccountType, currency: Currency) -> Account {
    let account_id = AccountNumber::parse(number).unwrap();
    Account { account_id, account_type, currency, alias: Some("De María".to_owned()) }
}

fn busy_movement(number: i64) -> Transaction {
    let day = i8::try_from(1 + (number - 1) / BUSY_DAY).unwrap();
    Transaction {
        date: date(2026, 4, day),
        // Equal lines on one day are movements of their own.
        description: "PAGO EN SERVIPAG".to_owned(),
        amount: -1_000,
        currency: Currency::CLP,
        balance_after: Some(9_000_000 - 1_000 * number),
        channel: Some(Channel::Internet),
        reference: Some(format!("MB-{number:013}")),
        status: None,
        counterparty: None,
    }
}

fn few_movements() -> Vec<Transaction> {
    let booked = Transaction {
        date: date(2026, 4, 8),
        description: "TRANSF DESDE 76.543.210-3".to_owned(),
        amount: 145_000,
        currency: Currency::USD,
        balance_after: Some(842_150),
        channel: Some(Channel::Tef),
        reference: Some("MB-2026040800012".to_owned()),
        status: Some(TransactionStatus::Booked),
        counterparty: Some(StatementCounterparty {
            name: Some("Comercial Andes SpA".to_owned()),
            rut: Some(Rut::from_body(76_543_210).unwrap()),
            bank: Some("BANCO_ESTADO".to_owned()),
            account: None,
        }),
    };
    let pending = Transaction {
        date: date(2026, 4, 7),
        description: "COMPRA INTERNACIONAL".to_owned(),
        amount: -1_999,
        balance_after: None,
        channel: Some(Channel::Card),
        reference: None,
        status: Some(TransactionStatus::Pending),
        counterparty: None,
        ..booked.clone()
    };
    vec![booked, pending]
}

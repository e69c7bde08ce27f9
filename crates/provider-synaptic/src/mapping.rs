//! Canonical records in the words of the document. One function for each model.

mod afc;
mod bank;
mod credit;
mod crypto;
mod debt;
mod mandate;
mod report;
mod sii;
mod text;
mod transfer;

pub use bank::movement;
pub use report::{AccountSource, financial_report};

use cartola_model::Record;
use serde_json::value::RawValue;

/// The results of a task: an array of one model.
///
/// One of whose product the document has no model has no results.
pub fn results(record: &Record) -> Option<Box<RawValue>> {
    Some(match record {
        Record::ServiceAccounts(list) => raw(&each(list, bank::service_account)),
        Record::Beneficiaries(list) => raw(&each(list, bank::recipient)),
        Record::DebitMandates(list) => raw(&each(list, mandate::pac)),
        Record::CardMandates(list) => raw(&each(list, mandate::pat)),
        Record::Transfers(told) => raw(&each(&told.transfers, transfer::transfer)),
        Record::ConsumerLoans(list) => raw(&each(list, credit::consumer_loan)),
        Record::Mortgages(list) => raw(&each(list, credit::mortgage)),
        Record::Investments(held) => raw(&[report::investments(held)]),
        Record::TaxFolder(folder) => raw(&[sii::folder(folder)]),
        Record::TaxStatus(status) => raw(&[sii::status(status)]),
        Record::Debts(report) => raw(&[debt::report(report)]),
        Record::AfcContributions(list) => {
            raw(&list.iter().filter_map(afc::contribution).collect::<Vec<_>>())
        }
        Record::AfcEmployers(list) => raw(&each(list, afc::employer)),
        Record::AfcAffiliate(person) => raw(&[afc::personal_information(person)]),
        Record::CryptoHoldings(held) => raw(&[crypto::balances(held)]),
        // Who they are is not told, nor what was bought in instalments, put aside for others or approved;
        // cards and lines are parts of a report.
        Record::Identity(_)
        | Record::Cards(_)
        | Record::CreditLines(_)
        | Record::InstalmentPlans(_)
        | Record::Withdrawals(_)
        | Record::AuthorizationEvents(_) => return None,
    })
}

/// A model, or an array of them, as JSON.
pub fn raw<T: serde::Serialize + ?Sized>(value: &T) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("models have text keys and no floats")
}

fn each<Row, Model>(rows: &[Row], model: impl Fn(&Row) -> Model) -> Vec<Model> {
    rows.iter().map(model).collect()
}

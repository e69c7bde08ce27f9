//! Words and days as the document writes them.

use cartola_model::AccountKind;
use cartola_primitives::{Date, Timestamp, santiago};

/// The document's words for kinds of account; `otro` for what it has no word for.
pub fn account_type(kind: Option<AccountKind>) -> &'static str {
    match kind {
        Some(AccountKind::Checking) => "corriente",
        Some(AccountKind::Sight) => "vista",
        Some(AccountKind::Rut) => "rut",
        Some(AccountKind::Savings) => "ahorro",
        Some(AccountKind::ElectronicChequebook) => "chequera_electronica",
        Some(AccountKind::CreditCard | AccountKind::CreditLine) | None => "otro",
    }
}

/// `2021-04-01`
pub fn iso(day: Date) -> String {
    day.to_string()
}

/// `01-04-2021`
pub fn day_first(day: Date) -> String {
    format!("{:02}-{:02}-{:04}", day.day(), day.month(), day.year())
}

/// `04-2021`
pub fn month(day: Date) -> String {
    format!("{:02}-{:04}", day.month(), day.year())
}

/// `01-04-2021 17:01` in Santiago, with the separator of days that the model has.
pub fn minute(at: Timestamp, separator: char) -> String {
    let local = santiago::date_time_of(at);
    let day = local.date();
    format!(
        "{:02}{separator}{:02}{separator}{:04} {:02}:{:02}",
        day.day(),
        day.month(),
        day.year(),
        local.hour(),
        local.minute()
    )
}

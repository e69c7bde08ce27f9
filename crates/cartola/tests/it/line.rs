//! A movement as each of three tells it: the box, `/v1` and Khipu's `transactions`.

use serde_json::Value;

/// What all three tell of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub day: String,
    /// The bank's reference, the same while pending and booked.
    pub reference: String,
    /// `booked` or `pending`.
    pub status: String,
    /// Minor units, below zero what goes out.
    pub amount: i64,
    pub currency: String,
    pub balance_after: Option<i64>,
    pub glosa: String,
}

impl Line {
    /// As the box lists it: its bank tells of what is pending by the day it was made.
    pub fn of_box(row: &Value) -> Self {
        let status = text(&row["status"]);
        let day = if status == "pending" { "occurred" } else { "date" };
        Self { day: day_of(&row[day]), status, ..Self::of_ours(row) }
    }

    /// As `/v1` serves it.
    pub fn of_v1(row: &Value) -> Self {
        Self { day: day_of(&row["booked_on"]), ..Self::of_ours(row) }
    }

    fn of_ours(row: &Value) -> Self {
        Self {
            day: String::new(),
            reference: text(&row["reference"]),
            status: text(&row["status"]),
            amount: row["amount"].as_i64().unwrap(),
            currency: text(&row["currency"]),
            balance_after: row["balance_after"].as_i64(),
            glosa: text(&row["description"]),
        }
    }

    /// As Khipu's clients get it.
    pub fn of_khipu(row: &Value) -> Self {
        Self {
            day: day_of(&row["BookingDateTime"]),
            reference: text(&row["TransactionReference"]),
            status: text(&row["Status"]).to_lowercase(),
            amount: signed(row),
            currency: text(&row["Amount"]["Currency"]),
            balance_after: row["Balance"].as_object().map(|_| signed(&row["Balance"])),
            glosa: text(&row["TransactionInformation"]),
        }
    }
}

/// Insists that two tell the same.
#[track_caller]
pub fn agree(told: (&str, &[Line]), expected: (&str, &[Line]), account: &str) {
    let without = |all: &[Line], others: &[Line]| -> Vec<Line> {
        let mut rest = others.to_vec();
        let mut only = Vec::new();
        for line in all {
            match rest.iter().position(|other| other == line) {
                Some(place) => drop(rest.swap_remove(place)),
                None => only.push(line.clone()),
            }
        }
        only
    };
    let (mut left, mut right) = (told.1.to_vec(), expected.1.to_vec());
    left.sort();
    right.sort();
    if left != right {
        let (left, right) = (without(&left, &right), without(&right, &left));
        panic!("{account}: only {} tells {left:#?}\nonly {} tells {right:#?}", told.0, expected.0);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn day_of(moment: &Value) -> String {
    text(moment)[.."2026-11-20".len()].to_owned()
}

/// Minor units of an amount beside its sign.
fn signed(record: &Value) -> i64 {
    let digits: String =
        text(&record["Amount"]["Amount"]).chars().filter(char::is_ascii_digit).collect();
    let minor: i64 = digits.parse().unwrap();
    match record["CreditDebitIndicator"].as_str().unwrap() {
        "Credit" => minor,
        "Debit" => -minor,
        other => panic!("{other} is no sign"),
    }
}

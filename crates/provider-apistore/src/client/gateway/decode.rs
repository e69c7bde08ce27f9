//! Answers. Pure: bytes in, canonical values out.

use cartola_connector::{Answer, ConnectorError, ErrorKind};
use cartola_model::movement::MovementDetails;
use cartola_model::{Counterparty, MovementStatus, Observation};
use cartola_primitives::{Currency, Date, Money};
use serde_json::{Map, Number, Value};

use super::encode::{MOVEMENTS, PAGE};
use super::names::Names;
use crate::client::decode::invalid;
use crate::client::refusal::advised;

/// Digits of a number that a float holds exactly.
const EXACT_DIGITS: usize = 15;

/// A movement as it was told.
#[derive(Debug, Clone)]
pub struct Told {
    /// What the gateway knows it by.
    pub sequence: String,
    /// What it says.
    pub observation: Observation,
    /// The other side.
    pub counterparty: Option<Counterparty>,
}

/// The body of an answer that says that it succeeded. One that does not say so is no answer: where a
/// name is another than is configured, nothing would be found in it.
pub fn success(
    operation: &'static str,
    names: &Names,
    answer: &Answer,
) -> Result<Map<String, Value>, ConnectorError> {
    let body = object(operation, names, answer)?;
    let is_said = text(&body, names.of("answer")).is_some();
    is_said.then_some(body).ok_or_else(|| invalid(operation, "the answer says not how it went"))
}

/// The body of an answer that does not say that it failed.
pub fn object(
    operation: &'static str,
    names: &Names,
    answer: &Answer,
) -> Result<Map<String, Value>, ConnectorError> {
    if !answer.status.is_success() {
        return Err(refusal(operation, answer));
    }
    let body: Map<String, Value> = serde_json::from_slice(&answer.body)
        .map_err(|_| invalid(operation, "the answer is no JSON object"))?;
    match text(&body, names.of("answer")) {
        Some(said) if said != names.of("answer_success") => {
            Err(invalid(operation, "the gateway says that it did not succeed"))
        }
        _ => Ok(body),
    }
}

/// By the status alone: nobody has described what a refusal looks like. 401 is a token that has run out,
/// or credentials that are wrong: neither helps to try again.
pub fn refusal(operation: &'static str, answer: &Answer) -> ConnectorError {
    let (kind, reason) = match answer.status.as_u16() {
        401 => (
            ErrorKind::CredentialsInvalid,
            "the gateway refused client_id, client_secret or the portal's token, which runs out; begin the link again with a new one",
        ),
        403 => (ErrorKind::InstitutionDown, "the gateway lets nobody in for now"),
        404 => (ErrorKind::NoSuchProduct, "the gateway knows no such account or lot"),
        400 | 422 => (ErrorKind::RequestInvalid, "the gateway finds a part of the request wrong"),
        429 => (ErrorKind::RateLimited, "the gateway takes fewer calls"),
        500.. => (ErrorKind::InstitutionDown, "the gateway failed"),
        _ => (ErrorKind::AnswerInvalid, "the gateway answers with a status that it has no use for"),
    };
    advised(ConnectorError::new(kind, operation, reason), answer)
}

/// A page of movements, in the order in which they were told.
pub fn movements(
    names: &Names,
    answer: &Answer,
    currency: Currency,
) -> Result<Vec<Told>, ConnectorError> {
    let body = success(MOVEMENTS, names, answer)?;
    let told = match body.get(names.of("movements")) {
        Some(Value::Array(told)) if told.len() <= PAGE => told,
        None => return Err(invalid(MOVEMENTS, "the answer has no movements, not even none")),
        Some(_) => {
            let reason = "the movements are no list of as many as were asked for";
            return Err(invalid(MOVEMENTS, reason));
        }
    };
    let read = |row: &Value| {
        let row = row.as_object().ok_or("a movement is no object")?;
        movement(names, row, currency)
    };
    told.iter().map(read).collect::<Result<_, _>>().map_err(|reason| invalid(MOVEMENTS, reason))
}

fn movement(
    names: &Names,
    row: &Map<String, Value>,
    currency: Currency,
) -> Result<Told, &'static str> {
    let of = |key: &str| text(row, names.of(key));
    let sequence = of("sequence").ok_or("a movement has no sequence")?;
    let booked_on =
        of("booked_on").as_deref().and_then(day).ok_or("a movement has no booking day")?;
    let glosa = of("long_text").or_else(|| of("short_text")).unwrap_or_default();
    let details = MovementDetails {
        document: of("document"),
        reference: Some(sequence.clone()),
        channel: of("origin").map(channel),
        branch: of("branch"),
        ..MovementDetails::default()
    };
    let observation = Observation {
        booked_on,
        value_on: None,
        amount: signed(names, row, currency)?,
        balance_after: None,
        status: MovementStatus::Booked,
        glosa,
        details,
    };
    let name = of("counterparty");
    let counterparty = Counterparty { name, ..Counterparty::default() };
    Ok(Told { sequence, observation, counterparty: Some(counterparty).filter(|it| !it.is_empty()) })
}

/// The amount with the sign that a word gives it.
fn signed(
    names: &Names,
    row: &Map<String, Value>,
    currency: Currency,
) -> Result<Money, &'static str> {
    let told =
        row.get(names.of("amount")).and_then(figures).ok_or("an amount is no exact number")?;
    let amount = Money::parse_decimal(&told, currency);
    let amount = amount.map_err(|_| "an amount is none of the account's currency")?;
    let is_below = amount.minor() < 0;
    match text(row, names.of("sign")) {
        Some(word) if word == names.of("sign_credit") && !is_below => Ok(amount),
        Some(word) if word == names.of("sign_debit") && is_below => Ok(amount),
        Some(word) if word == names.of("sign_debit") => {
            amount.checked_neg().map_err(|_| "an amount is too large")
        }
        _ => Err("a movement says not whether it is an abono or a cargo"),
    }
}

/// The figures of a number, or of a text that is one. A float is exact where it has few digits.
fn figures(value: &Value) -> Option<String> {
    let is_exact = |number: &Number| {
        !number.is_f64()
            || number.to_string().bytes().filter(u8::is_ascii_digit).count() <= EXACT_DIGITS
    };
    match value {
        Value::Number(number) if is_exact(number) => {
            let text = number.to_string();
            // Writers of floats print whole pesos so.
            Some(text.strip_suffix(".0").unwrap_or(&text).to_owned())
        }
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// A member that is a text with something in it, or a number.
pub fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// A day in any form that can be read in one way alone: `2026-04-30`, `30/04/2026`, `30-04-2026`,
/// `20260430`, and what begins with the first.
fn day(text: &str) -> Option<Date> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let date = |year: &str, month: &str, day: &str| {
        let is_date = year.len() == 4 && month.len() == 2 && day.len() == 2;
        let all = is_date && [year, month, day].into_iter().all(digits);
        all.then(|| format!("{year}-{month}-{day}").parse().ok()).flatten()
    };
    let head = text.get(..10).unwrap_or(text);
    let parts: Vec<&str> = head.split(['-', '/']).collect();
    match parts[..] {
        [year, month, day] if year.len() == 4 => date(year, month, day),
        [day, month, year] if text.len() == 10 => date(year, month, day),
        [whole] if whole.len() == 8 && text.len() == 8 && digits(whole) => {
            date(&whole[..4], &whole[4..6], &whole[6..])
        }
        _ => None,
    }
}

/// As statement files print it. A word that is not known stays as it is.
fn channel(word: String) -> String {
    match word.as_str() {
        "INTERNET" | "BCAMOVIL01" => "Internet".to_owned(),
        "CAJA" => "Sucursal".to_owned(),
        "ATM_BCH" => "Cajero".to_owned(),
        _ => word,
    }
}

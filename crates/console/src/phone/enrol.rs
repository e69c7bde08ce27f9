//! Enrolling the phone.

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{EnrolError, NewPhone};
use cartola_model::Pin;

use super::holder::Asked;
use super::refused::Refused;
use super::screen::{Enrol, Page, Problem, Screen};
use super::send::{Sent, back};
use super::show::name;
use super::{cookie, words};

pub async fn enrol(asked: &Asked, sent: &Sent) -> Result<Response, Refused> {
    let (code, digits, name) = (sent.code(), sent.pin(), sent.name.trim());
    let mut problems = Vec::new();
    if code.is_empty() {
        problems.push(problem("code", "Falta el código."));
    }
    if name.is_empty() {
        problems.push(problem("name", "Falta el nombre del teléfono."));
    }
    let pin = Pin::parse(digits);
    if let Err(error) = &pin {
        problems.push(problem("pin", words::of_pin(*error)));
    } else if digits != sent.again() {
        problems.push(problem("again", "Las dos claves no son iguales."));
    }
    let (Ok(pin), true) = (pin, problems.is_empty()) else {
        return Ok(again(asked, sent, problems));
    };
    // No key of its own: what a browser makes, a page of any version of ours could use as well.
    let phone = NewPhone { name, fingerprint: None, key: None, pin: &pin };
    match asked.engine.enrol_phone(code, &phone).await {
        Ok(enrolled) => {
            let response = back("enrolled");
            Ok(match &enrolled.secret {
                Some(secret) => cookie::kept(response, secret),
                None => response,
            })
        }
        Err(EnrolError::Engine(error)) => Err(error.into()),
        Err(error) => {
            let (field, text) = words::not_enrolled(&error).ok_or(Refused::Form)?;
            Ok(again(asked, sent, vec![problem(field, text)]))
        }
    }
}

fn problem(field: &str, text: &str) -> Problem {
    Problem { field: field.to_owned(), text: text.to_owned() }
}

/// The same form with what is wrong, without the PINs. Nothing was done.
fn again(asked: &Asked, sent: &Sent, problems: Vec<Problem>) -> Response {
    let (code, name_of_it) = (sent.code().to_owned(), sent.name.trim().to_owned());
    let screen = Screen::Enrol(Enrol { code, name: name_of_it, problems });
    let phone = asked.phone.as_ref().map(|(phone, _)| name(phone));
    Page { phone, notice: None, screen }.answer(StatusCode::UNPROCESSABLE_ENTITY)
}

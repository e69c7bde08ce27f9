//! Signing in at a bank, which begins a payment.

use std::collections::BTreeMap;

use axum::response::Response;
use cartola_engine::checkouts::{CheckoutError, Choice, CredentialField, FieldKind};
use cartola_engine::payments::PaymentError;
use cartola_model::InstitutionId;
use cartola_primitives::{Rut, Secret};

use super::asked::Asked;
use super::form::Filled;
use super::refused::Refused;
use super::screen::{Field, Login, Problem, Screen};
use super::send::back;
use super::view::name_of;

/// The field of every form that says who signs in.
const RUT: &str = "rut";

pub async fn pay(asked: &Asked, form: &Filled) -> Result<Response, Refused> {
    let bank = InstitutionId::parse(form.text("bank")).map_err(|_| Refused::Form)?;
    let known = asked.engine.form_to_pay(&bank).ok_or(Refused::Form)?;
    let rut = Rut::parse(form.text(RUT));
    let problems: Vec<Problem> =
        known.fields.iter().filter_map(|field| problem(field, form)).collect();
    let (Ok(rut), true) = (rut, problems.is_empty()) else {
        return Ok(again(asked, &bank, form, problems));
    };
    let Some(entry) = asked.engine.entry_to_pay(&bank, rut) else {
        return Ok(again(asked, &bank, form, vec![of_form(NO_COMPANIES)]));
    };
    let value = |field: &CredentialField| match field.kind {
        FieldKind::Rut => Secret::new(rut.compact()),
        _ => form.secret(field.name),
    };
    let fields: BTreeMap<_, _> =
        known.fields.iter().map(|field| (field.name.to_owned(), value(field))).collect();
    let choice = Choice { institution: entry.clone(), rut, fields: &fields };
    match asked.engine.pay_checkout(asked.checkout.token.expose(), &choice).await {
        Ok(()) | Err(CheckoutError::NotOpen) => Ok(back(asked)),
        Err(CheckoutError::Unknown) => Err(Refused::Unknown),
        Err(CheckoutError::Payment(PaymentError::Leave(_))) => {
            Ok(again(asked, &bank, form, vec![of_form(NOT_HERE)]))
        }
        Err(CheckoutError::Payment(_)) => Ok(again(asked, &bank, form, vec![of_form(NOT_TAKEN)])),
        Err(CheckoutError::Engine(error)) => Err(error.into()),
    }
}

const NO_COMPANIES: &str = "Este banco no recibe aquí pagos de empresas. Elija otro banco.";
const NOT_HERE: &str =
    "Este pago se debe autorizar en el teléfono y no se puede hacer en esta página.";
const NOT_TAKEN: &str = "Su banco no acepta estos datos. Revíselos.";

fn of_form(text: &str) -> Problem {
    Problem { field: String::new(), text: text.to_owned() }
}

/// The same form with what is wrong, and the RUT as it was typed. Nothing was begun.
fn again(asked: &Asked, bank: &InstitutionId, form: &Filled, problems: Vec<Problem>) -> Response {
    let mut screen = login(asked, bank, problems);
    let typed = form.text(RUT);
    screen.fields.iter_mut().filter(|field| field.name == RUT).for_each(|field| {
        typed.clone_into(&mut field.value);
    });
    asked.refused(Screen::Login(screen))
}

/// The form by which a bank lets its customers in.
pub fn login(asked: &Asked, bank: &InstitutionId, problems: Vec<Problem>) -> Login {
    let form = asked.engine.form_to_pay(bank);
    let fields = form.iter().flat_map(|form| &form.fields);
    let fields = fields.map(|field| shown(asked, field, &problems)).collect();
    let title = format!("Ingrese con su cuenta de {}", name_of(bank));
    Login { title, bank: bank.to_string(), problems, fields }
}

fn shown(asked: &Asked, field: &CredentialField, problems: &[Problem]) -> Field {
    let problem = problems.iter().find(|problem| problem.field == field.name);
    let (kind, keyboard, autocomplete, hint) = match field.kind {
        FieldKind::Rut => ("text", "text", "username", "Por ejemplo, 12.345.678-5"),
        FieldKind::Digits(_) => ("password", "numeric", "current-password", ""),
        FieldKind::Printable { .. } => ("password", "text", "current-password", ""),
    };
    let expected = asked.checkout.rut.filter(|_| field.kind == FieldKind::Rut);
    Field {
        name: field.name.to_owned(),
        label: field.label.to_owned(),
        kind,
        keyboard,
        autocomplete,
        value: expected.as_ref().map(Rut::dotted).unwrap_or_default(),
        hint,
        problem: problem.map(|problem| problem.text.clone()),
    }
}

/// What is wrong with what was typed into a field. It says nothing of a secret but its form.
fn problem(field: &CredentialField, form: &Filled) -> Option<Problem> {
    let typed = form.secret(field.name);
    let length = typed.expose().chars().count();
    let text = match field.kind {
        FieldKind::Rut if Rut::parse(form.text(field.name)).is_ok() => return None,
        _ if length == 0 => format!("Falta: {}.", field.label),
        FieldKind::Rut => "El RUT no es válido. Revise el dígito verificador.".to_owned(),
        FieldKind::Digits(count) => {
            let are_digits = typed.expose().bytes().all(|byte| byte.is_ascii_digit());
            if length == count && are_digits {
                return None;
            }
            format!("{} debe tener {count} dígitos.", field.label)
        }
        FieldKind::Printable { least, most } if (least..=most).contains(&length) => return None,
        FieldKind::Printable { least, most } => {
            format!("{} debe tener entre {least} y {most} caracteres.", field.label)
        }
    };
    Some(Problem { field: field.name.to_owned(), text })
}

//! Answering a bank.

use axum::response::Response;
use cartola_engine::payments::{AnswerError, ChallengeAnswer};
use cartola_primitives::Secret;

use super::asked::Asked;
use super::form::Filled;
use super::refused::Refused;
use super::screen::{Codes, Field, Problem, Screen};
use super::send::back;

pub async fn answer(asked: &Asked, form: &Filled) -> Result<Response, Refused> {
    // What is asked for by now; where that is something else, the page shows it.
    let Screen::Codes(codes) = asked.screen(Vec::new()) else { return Ok(back(asked)) };
    let problems: Vec<Problem> =
        fields(&codes).filter(|field| form.text(&field.name).is_empty()).map(missing).collect();
    if !problems.is_empty() {
        return Ok(asked.refused(asked.screen(problems)));
    }
    let secret = |field: &Field| Secret::new(form.text(&field.name).to_owned());
    let typed: Vec<_> = codes.fields.iter().map(secret).collect();
    let answer = ChallengeAnswer {
        sms: codes.sms.as_ref().map(secret),
        codes: (!typed.is_empty()).then_some(typed),
    };
    let (token, page) = (asked.checkout.token.expose(), form.text("page"));
    match asked.engine.answer_checkout(token, page, &answer).await {
        Err(AnswerError::Engine(error)) => Err(error.into()),
        // Another page was first, or it came too late: the page says how things stand.
        Ok(()) | Err(_) => Ok(back(asked)),
    }
}

fn fields(codes: &Codes) -> impl Iterator<Item = &Field> {
    codes.sms.iter().chain(&codes.fields)
}

fn missing(field: &Field) -> Problem {
    Problem { field: field.name.clone(), text: format!("Falta: {}.", field.label) }
}

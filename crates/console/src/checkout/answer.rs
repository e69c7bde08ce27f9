//! Answering a bank.

use axum::response::Response;
use cartola_engine::payments::{AnswerError, ChallengeAnswer};

use super::asked::Asked;
use super::form::Filled;
use super::refused::Refused;
use super::screen::{Codes, Field, Problem, Screen};
use super::send::back;

pub async fn answer(asked: &Asked, form: &Filled) -> Result<Response, Refused> {
    // What is asked for by now; where that is something else, the page shows it.
    let Screen::Codes(codes) = asked.screen(Vec::new()) else { return Ok(back(asked)) };
    let typed = |field: &Field| form.text(&field.name);
    let problems: Vec<Problem> =
        fields(&codes).filter(|field| typed(field).is_empty()).map(missing).collect();
    if !problems.is_empty() {
        return Ok(asked.refused(asked.screen(problems)));
    }
    let listed = (!codes.fields.is_empty()).then(|| codes.fields.iter().map(typed));
    let answer = ChallengeAnswer::typed(codes.sms.as_ref().map(typed), listed);
    let (token, page) = (asked.checkout.token.expose(), form.text("page"));
    match asked.engine.answer_checkout(token, page, &answer).await {
        Err(AnswerError::Engine(error)) => Err(error.into()),
        Err(AnswerError::Unsuitable) => {
            Ok(asked.refused(asked.screen(fields(&codes).map(no_code).collect())))
        }
        // Another page was first, or it came too late: the page says how things stand.
        Ok(()) | Err(_) => Ok(back(asked)),
    }
}

fn fields(codes: &Codes) -> impl Iterator<Item = &Field> {
    codes.sms.iter().chain(&codes.fields)
}

/// Which of several it was is not told apart: all of them are typed again.
fn no_code(field: &Field) -> Problem {
    let text = format!("{}: escriba los números tal como aparecen.", field.label);
    Problem { field: field.name.clone(), text }
}

fn missing(field: &Field) -> Problem {
    Problem { field: field.name.clone(), text: format!("Falta: {}.", field.label) }
}

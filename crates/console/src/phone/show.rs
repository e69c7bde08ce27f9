//! `GET /mi-pass`

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{Authorization, Phone};
use cartola_primitives::{Secret, Timestamp, santiago};

use super::holder::Asked;
use super::refused::Refused;
use super::screen::{Enrol, Entry, Item, Log, Page, Problem, Screen};
use super::{LOG_ENTRIES, cookie, words};

pub async fn show(asked: Asked) -> Result<Response, Refused> {
    let notice = words::notice(&asked.address.notice);
    let enrol = || {
        let code = asked.address.code.clone();
        Screen::Enrol(Enrol { code, ..Enrol::default() })
    };
    let Some((phone, secret)) = &asked.phone else {
        return Ok(Page { phone: None, notice, screen: enrol() }.answer(StatusCode::OK));
    };
    let ended = words::ended(&phone.enrolment.row.standing.state);
    let screen = match asked.address.view.as_str() {
        "log" => Screen::Log(log(&asked, secret).await?),
        "enrol" => enrol(),
        _ if !asked.address.code.is_empty() => enrol(),
        "block" if ended.is_none() => Screen::Block,
        _ => ended.map_or_else(|| waiting(phone, None), Screen::Ended),
    };
    let answer = Page { phone: Some(name(phone)), notice, screen }.answer(StatusCode::OK);
    Ok(cookie::kept(answer, secret))
}

/// What its holder calls a phone.
pub fn name(phone: &Phone) -> String {
    phone.enrolment.phone.as_ref().map(|data| data.name.clone()).unwrap_or_default()
}

/// What waits for the phone's holder, with what was wrong with the decision that was just sent.
pub fn waiting(phone: &Phone, wrong: Option<(String, String)>) -> Screen {
    let mut wrong = wrong;
    let item = |asked: &Authorization| {
        let id = asked.id().to_string();
        let problem = wrong.take_if(|(of, _)| *of == id);
        let problem = problem.map(|(_, text)| Problem { field: Item::field(&id), text });
        Item {
            until: asked.state().until().map(clock).unwrap_or_default(),
            text: asked.text.clone(),
            digest: asked.shown.hex(),
            problem,
            id,
        }
    };
    Screen::Asked(phone.pending.iter().map(item).collect())
}

async fn log(asked: &Asked, secret: &Secret<String>) -> Result<Log, Refused> {
    let before = match asked.address.before.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Refused::Form)?),
    };
    let page = asked.engine.log_of_phone(secret.expose(), before, LOG_ENTRIES).await?;
    let page = page.ok_or(Refused::Form)?;
    let entry = |asked: &Authorization| Entry {
        at: santiago::datetime_of(asked.row.created_at).strftime("%d-%m-%Y %H:%M").to_string(),
        standing: words::standing(asked.state()),
        text: asked.text.clone(),
    };
    let entries = page.rows.iter().map(entry).collect();
    Ok(Log { entries, next: page.next.map(|id| id.to_string()) })
}

fn clock(at: Timestamp) -> String {
    santiago::datetime_of(at).strftime("%H:%M:%S").to_string()
}

//! What the page has to show, ready for its template.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::refused::HTML;
use crate::guard::{Framed, guarded};

/// The page.
#[derive(Template)]
#[template(path = "phone/page.html")]
pub struct Page {
    /// What the phone's holder calls it, once it is enrolled.
    pub phone: Option<String>,
    /// What was just done.
    pub notice: Option<&'static str>,
    pub screen: Screen,
}

/// The part that changes.
pub enum Screen {
    /// The phone is to be enrolled.
    Enrol(Enrol),
    /// What is asked.
    Asked(Vec<Item>),
    /// The phone approves nothing any more.
    Ended(&'static str),
    /// What was asked.
    Log(Log),
    /// Whether the phone is to be blocked.
    Block,
}

impl Screen {
    /// What it is about; the first thing that is read aloud.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Enrol(_) => "Registre este teléfono",
            Self::Asked(_) => "Por autorizar",
            Self::Ended(_) => "Este teléfono ya no autoriza",
            Self::Log(_) => "Lo que se le ha pedido",
            Self::Block => "¿Bloquear este teléfono?",
        }
    }

    /// What is wrong with what was sent.
    pub fn problems(&self) -> Vec<&Problem> {
        match self {
            Self::Enrol(enrol) => enrol.problems.iter().collect(),
            Self::Asked(items) => items.iter().filter_map(|item| item.problem.as_ref()).collect(),
            Self::Ended(_) | Self::Log(_) | Self::Block => Vec::new(),
        }
    }
}

/// The form by which a phone is enrolled.
#[derive(Default)]
pub struct Enrol {
    pub code: String,
    pub name: String,
    pub problems: Vec<Problem>,
}

impl Enrol {
    /// What is wrong with a field.
    pub fn problem(&self, field: &str) -> Option<&str> {
        let found = self.problems.iter().find(|problem| problem.field == field);
        found.map(|problem| problem.text.as_str())
    }
}

/// What is wrong, and the field that it is about.
pub struct Problem {
    pub field: String,
    pub text: String,
}

/// One operation.
pub struct Item {
    pub id: String,
    /// Until when it may be decided: `15:30:05`.
    pub until: String,
    /// What is signed, whole.
    pub text: String,
    /// The SHA-256 of that.
    pub digest: String,
    /// What was wrong with the decision that was just sent.
    pub problem: Option<Problem>,
}

impl Item {
    /// The field of its PIN.
    pub fn field(id: &str) -> String {
        format!("pin-{id}")
    }
}

/// A page of the log.
pub struct Log {
    pub entries: Vec<Entry>,
    /// The last entry, where there are more.
    pub next: Option<String>,
}

/// What was asked once.
pub struct Entry {
    /// When: `22-11-2026 15:25`.
    pub at: String,
    /// What became of it.
    pub standing: &'static str,
    /// What is signed, whole.
    pub text: String,
}

impl Page {
    /// The answer, which nobody frames: whoever did could have somebody approve without seeing what.
    pub fn answer(&self, status: StatusCode) -> Response {
        let html = self.render().unwrap_or_else(|_| "La página no se pudo mostrar.".to_owned());
        let response = (status, [(CONTENT_TYPE, HTML)], html).into_response();
        guarded(response, &Framed::By(&[]))
    }
}

//! What a page has to show, ready for its template.

use askama::Template;

/// A page.
#[derive(Template)]
#[template(path = "checkout/page.html")]
pub struct Page {
    pub head: Head,
    pub screen: Screen,
}

/// What every page of a checkout has.
pub struct Head {
    /// The address of the page, relative to itself.
    pub here: String,
    /// The token, which is letters, digits, `-` and `_`.
    pub token: String,
    /// `$25.000`
    pub amount: String,
    /// Who is paid.
    pub payee: String,
    pub comment: Option<String>,
    /// Until when a payment may be begun, while that matters: `15:30`.
    pub until: Option<String>,
    /// Changes as soon as anything has moved.
    pub stamp: String,
    /// The word and the sentence that others are told.
    pub message: &'static str,
    pub description: &'static str,
    /// The origins of those others, apart by spaces.
    pub origins: String,
    /// Whether news follows by itself.
    pub waits: bool,
    /// Whether news may come from elsewhere, as from a second page.
    pub watches: bool,
    /// The payment under way, where the payer may give it up.
    pub cancels: Option<String>,
}

/// The part that changes.
pub enum Screen {
    /// The choice of a bank.
    Choose(Choose),
    /// What the bank lets the payer in with.
    Login(Login),
    /// The bank is at it.
    Waiting(Waiting),
    /// The payer is to approve in the bank's app.
    Approve(Approve),
    /// The payer is to type codes.
    Codes(Box<Codes>),
    /// It has ended.
    Ended(Ended),
}

impl Screen {
    /// What it is about; the first thing that is read aloud.
    pub fn title(&self) -> &str {
        match self {
            Self::Choose(_) => "Elija su banco",
            Self::Login(login) => &login.title,
            Self::Waiting(waiting) => waiting.title,
            Self::Approve(approve) => &approve.title,
            Self::Codes(codes) => &codes.title,
            Self::Ended(ended) => ended.title,
        }
    }

    /// What is to be mended before anything else.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Choose(choose) => &choose.problems,
            Self::Login(login) => &login.problems,
            Self::Codes(codes) => &codes.problems,
            Self::Waiting(_) | Self::Approve(_) | Self::Ended(_) => &[],
        }
    }
}

/// Something that is wrong, and with which field; empty where with none.
#[derive(Clone)]
pub struct Problem {
    pub field: String,
    pub text: String,
}

pub struct Choose {
    pub problems: Vec<Problem>,
    /// What is said of the payment that was given up.
    pub notice: Option<String>,
    pub banks: Vec<Bank>,
}

pub struct Bank {
    pub id: String,
    pub name: String,
    /// Whether it is the one that was tried before.
    pub chosen: bool,
}

pub struct Login {
    pub title: String,
    pub bank: String,
    pub problems: Vec<Problem>,
    pub fields: Vec<Field>,
}

/// A field of a form.
pub struct Field {
    /// Its name, and its id on the page.
    pub name: String,
    pub label: String,
    /// `text` or `password`.
    pub kind: &'static str,
    /// Which keyboard a phone shows.
    pub keyboard: &'static str,
    pub autocomplete: &'static str,
    /// What was typed before; never a secret.
    pub value: String,
    pub hint: &'static str,
    pub problem: Option<String>,
}

pub struct Waiting {
    pub title: &'static str,
    pub text: &'static str,
}

pub struct Approve {
    pub title: String,
    pub bank: String,
    /// Until when: `15:30`.
    pub until: String,
}

pub struct Codes {
    pub title: String,
    pub bank: String,
    /// The right to answer once.
    pub page: String,
    pub problems: Vec<Problem>,
    /// What is said of earlier answers.
    pub notice: Option<String>,
    pub sms: Option<Field>,
    /// What the codes below are of.
    pub legend: &'static str,
    /// The codes.
    pub fields: Vec<Field>,
    pub until: String,
}

pub struct Ended {
    pub title: &'static str,
    pub text: String,
    /// What the bank calls the transfer.
    pub reference: Option<String>,
    /// Where the payer goes from here.
    pub leave: Option<String>,
    pub is_paid: bool,
}

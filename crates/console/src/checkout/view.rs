//! A checkout as its page shows it.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use cartola_engine::checkouts::Checkout;
use cartola_engine::payments::{Asked as Challenged, Payment, PaymentState};
use cartola_model::{
    Catalogue, ChallengeKind, CheckoutStanding, CheckoutState, InstitutionId, PaymentFailure,
    TransferFailure,
};
use cartola_primitives::{Timestamp, santiago};

use super::asked::Asked;
use super::pay::login;
use super::refused::HTML;
use super::screen::{
    Approve, Bank, Choose, Codes, Ended, Field, Head, Page, Problem, Screen, Waiting,
};
use super::words::of_failure;
use crate::guard::{Framed, guarded};

impl Asked {
    /// The page, as everything stands.
    pub fn page(&self) -> Response {
        self.shown(StatusCode::OK, self.screen(Vec::new()))
    }

    /// The page of a form that cannot be taken.
    pub fn refused(&self, screen: Screen) -> Response {
        self.shown(StatusCode::UNPROCESSABLE_ENTITY, screen)
    }

    fn shown(&self, status: StatusCode, screen: Screen) -> Response {
        let page = Page { head: self.head(), screen };
        let html = page.render().unwrap_or_else(|_| "La página no se pudo mostrar.".to_owned());
        let response = (status, [(CONTENT_TYPE, HTML)], html).into_response();
        guarded(response, &Framed::By(&self.checkout.terms.frames))
    }

    fn head(&self) -> Head {
        let Checkout { row, terms, token, .. } = &self.checkout;
        let standing = self.checkout.standing();
        let (message, description) = (self.desk.words)(Some(standing));
        let is_open = standing == CheckoutStanding::Open;
        Head {
            here: format!("iframe?transactionId={}", token.expose()),
            token: token.expose().clone(),
            amount: row.amount.display_chilean(),
            payee: self.engine.merchant().map(|payee| payee.name.clone()).unwrap_or_default(),
            comment: terms.comment.clone(),
            until: is_open.then(|| clock(row.expires_at)),
            stamp: self.checkout.stamp(),
            message,
            description,
            origins: terms.frames.join(" "),
            waits: standing == CheckoutStanding::Paying && !self.asks_for_codes(),
            watches: !standing.is_final(),
            cancels: self.cancels(),
        }
    }

    /// The payment under way, where there is something to give up.
    fn cancels(&self) -> Option<String> {
        let payment = self.checkout.payment.as_ref()?;
        let is_paid_with = self.checkout.standing() == CheckoutStanding::Paying;
        let may_be = payment.state().clone().withdraw(self.engine.now()).is_ok();
        (is_paid_with && may_be).then(|| payment.row.id.to_string())
    }

    /// What is shown as everything stands, with problems of what was just sent.
    pub fn screen(&self, problems: Vec<Problem>) -> Screen {
        match (&self.checkout.row.standing.state, &self.checkout.payment) {
            _ if self.checkout.standing().is_final() => Screen::Ended(self.ended()),
            (CheckoutState::Paying { .. }, Some(payment)) => self.paying(payment, problems),
            (CheckoutState::Paying { .. }, None) => Screen::Waiting(TELLING),
            _ => match self.chosen() {
                Some(bank) => Screen::Login(login(self, &bank, problems)),
                None => Screen::Choose(self.choose(problems)),
            },
        }
    }

    /// The bank that the address names, where one can pay from it.
    fn chosen(&self) -> Option<InstitutionId> {
        let banks = self.engine.banks_that_pay();
        banks.into_iter().find(|row| row.id.as_str() == self.bank).map(|row| row.id.clone())
    }

    fn choose(&self, mut problems: Vec<Problem>) -> Choose {
        let mut notice = None;
        if let CheckoutState::Open { failed: Some(failed), .. } = self.checkout.row.standing.state {
            let text = of_failure(failed.reason).to_owned();
            match failed.reason {
                // Nothing went wrong, and there is nothing to mend.
                PaymentFailure::Refused(TransferFailure::Withdrawn) => {
                    notice = Some(format!("{text} {TRY_AGAIN}"));
                }
                _ => problems.insert(0, Problem { field: String::new(), text }),
            }
        }
        let tried = self.checkout.payment.as_ref().map(|payment| &payment.row.institution);
        let tried = tried.map(|id| Catalogue::bundled().holder_of_accounts(id));
        let bank = |row: &cartola_model::Institution| Bank {
            id: row.id.to_string(),
            name: row.name.clone(),
            chosen: tried == Some(&row.id),
        };
        let banks = self.engine.banks_that_pay().into_iter().map(bank).collect();
        Choose { problems, notice, banks }
    }

    fn asks_for_codes(&self) -> bool {
        let payment = self.checkout.payment.as_ref();
        payment.is_some_and(|payment| payment.page.is_some() && !self.is_late(payment))
    }

    /// Whether the time for an answer has passed, and the bank has not said so yet.
    fn is_late(&self, payment: &Payment) -> bool {
        payment.row.standing.page.is_some_and(|page| self.engine.now() >= page.expires_at)
    }

    fn paying(&self, payment: &Payment, problems: Vec<Problem>) -> Screen {
        let bank = name_of(&payment.row.institution);
        match (payment.state(), &payment.page) {
            (PaymentState::Challenged(_), _) if self.is_late(payment) => Screen::Waiting(LATE),
            (PaymentState::Challenged(asked), Some(page)) => {
                let codes = codes(payment, asked, (bank, page.clone()), problems);
                Screen::Codes(Box::new(codes))
            }
            (PaymentState::Challenged(asked), None) => Screen::Approve(Approve {
                title: format!("Autorice el pago en la app de {bank}"),
                bank,
                until: clock(asked.challenge.expires_at),
            }),
            (PaymentState::Settling, _) => Screen::Waiting(SETTLING),
            (PaymentState::InDoubt { .. }, _) => Screen::Waiting(IN_DOUBT),
            (PaymentState::Withdrawing, _) => Screen::Waiting(WITHDRAWING),
            _ => Screen::Waiting(TELLING),
        }
    }

    fn ended(&self) -> Ended {
        let Checkout { payment, terms, row, .. } = &self.checkout;
        let amount = row.amount.display_chilean();
        let bank = payment.as_ref().map(|payment| name_of(&payment.row.institution));
        match (row.standing.state, bank) {
            (CheckoutState::Paid { .. }, bank) => Ended {
                title: "Pago realizado",
                text: format!("Transfirió {amount} desde {}.", bank.unwrap_or_default()),
                reference: payment
                    .as_ref()
                    .and_then(|payment| payment.row.standing.bank_reference.clone()),
                leave: terms.on_success.clone(),
                is_paid: true,
            },
            (CheckoutState::Failed { reason, .. }, _) => unpaid(
                "El pago no se hizo",
                format!("{} No se cobró nada.", of_failure(reason)),
                terms.on_failure.clone(),
            ),
            _ => unpaid(
                "Se acabó el tiempo para pagar",
                "No se cobró nada. Pida al comercio que inicie el pago otra vez.".to_owned(),
                terms.on_failure.clone(),
            ),
        }
    }
}

fn unpaid(title: &'static str, text: String, leave: Option<String>) -> Ended {
    Ended { title, text, reference: None, leave, is_paid: false }
}

const TELLING: Waiting = Waiting {
    title: "Hablando con su banco",
    text: "Esto toma unos segundos. No cierre la página.",
};

const SETTLING: Waiting = Waiting {
    title: "Su banco está haciendo la transferencia",
    text: "Ya no se puede cancelar. Esto toma unos segundos. No cierre la página.",
};

const WITHDRAWING: Waiting = Waiting {
    title: "Cancelando con su banco",
    text: "Si su banco ya hizo la transferencia, el pago queda hecho: la página muestra el resultado apenas lo haya.",
};

/// What is said below a choice after a payment was given up.
const TRY_AGAIN: &str = "No se cobró nada. Puede elegir un banco e intentar otra vez.";

const IN_DOUBT: Waiting = Waiting {
    title: "Confirmando con su banco",
    text: "Su banco tarda en responder. No pague otra vez: la página muestra el resultado apenas lo haya.",
};

const LATE: Waiting = Waiting {
    title: "Se acabó el tiempo para responder",
    text: "Estamos confirmando con su banco que no se cobró nada.",
};

fn codes(
    payment: &Payment,
    asked: &Challenged,
    (bank, page): (String, String),
    problems: Vec<Problem>,
) -> Codes {
    let kind = &asked.challenge.kind;
    let expires_at = asked.challenge.expires_at;
    let until =
        payment.row.standing.page.map_or(expires_at, |page| page.expires_at.min(expires_at));
    let problem_of = |name: &str| {
        problems.iter().find(|problem| problem.field == name).map(|problem| problem.text.clone())
    };
    let legend = match kind {
        ChallengeKind::Device { .. } => "Códigos de su dispositivo",
        _ => "Coordenadas de su tarjeta",
    };
    let sms = kind.asks_sms().then(|| Field {
        hint: "Su banco lo envía a su teléfono.",
        autocomplete: "one-time-code",
        ..code("sms".to_owned(), "Código que recibió por SMS".to_owned(), problem_of("sms"))
    });
    let code = |(nth, label): (usize, String)| {
        let name = format!("code-{nth}");
        let problem = problem_of(&name);
        code(name, label, problem)
    };
    Codes {
        title: format!("Confirme con {bank}"),
        page,
        notice: asked.again.then(|| notice(asked)),
        sms,
        legend,
        fields: (1..).zip(labels(kind)).map(code).collect(),
        until: clock(until),
        bank,
        problems,
    }
}

fn code(name: String, label: String, problem: Option<String>) -> Field {
    let (kind, keyboard, autocomplete) = ("text", "numeric", "off");
    let (value, hint) = (String::new(), "");
    Field { name, label, kind, keyboard, autocomplete, value, hint, problem }
}

/// What each code is called. A bank that names none asks for those of a device.
fn labels(kind: &ChallengeKind) -> Vec<String> {
    let numbered = |nth: usize| format!("Código {nth}");
    match kind {
        ChallengeKind::App | ChallengeKind::Sms => Vec::new(),
        ChallengeKind::Device { fields } => (1..=*fields).map(numbered).collect(),
        ChallengeKind::Card { labels } | ChallengeKind::SmsAndCard { labels } => (1..)
            .zip(labels)
            .map(|(nth, label)| match label.as_str() {
                "" => numbered(nth),
                label => label.to_owned(),
            })
            .collect(),
    }
}

/// What is said where the same was asked before.
fn notice(asked: &Challenged) -> String {
    let again = "Su banco no los aceptó, o no le llegaron. Ingrese los códigos otra vez.";
    match asked.challenge.attempts_left {
        Some(1) => format!("{again} Le queda 1 intento."),
        Some(left) => format!("{again} Le quedan {left} intentos."),
        None => again.to_owned(),
    }
}

/// What people call a bank.
pub fn name_of(institution: &InstitutionId) -> String {
    let catalogue = Catalogue::bundled();
    let row = catalogue.find(catalogue.holder_of_accounts(institution));
    row.map_or_else(|| institution.to_string(), |row| row.name.clone())
}

fn clock(at: Timestamp) -> String {
    santiago::datetime_of(at).strftime("%H:%M").to_string()
}

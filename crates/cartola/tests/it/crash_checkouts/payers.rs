//! Payers, each in their way, who go on whatever is killed meanwhile.

use std::thread;

use serde_json::{Value, json};

use super::{LEAST, Place};
use crate::checkout::{Page, headed, hidden};
use crate::customers::Customer;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The end of a company portal's id, which no page shows.
const PORTAL: &str = "-empresas";

/// How somebody goes about a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Step by step.
    Plainly,
    /// In two tabs, each form sent from both at once.
    InTwoTabs,
    /// Gives up at the bank once, and then pays.
    ChangesTheirMind,
    /// Gives up at the bank, and leaves.
    Leaves,
    /// Looks at the page and does nothing.
    Looks,
}

impl Way {
    const ALL: [Self; 5] =
        [Self::Plainly, Self::InTwoTabs, Self::ChangesTheirMind, Self::Leaves, Self::Looks];

    /// Whether they mean to pay.
    pub fn pays(self) -> bool {
        !matches!(self, Self::Leaves | Self::Looks)
    }
}

/// What a page says at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Paid,
    Failed,
    Expired,
}

impl End {
    fn of(heading: &str) -> Option<Self> {
        match heading {
            "Pago realizado" => Some(Self::Paid),
            "El pago no se hizo" => Some(Self::Failed),
            "Se acabó el tiempo para pagar" => Some(Self::Expired),
            _ => None,
        }
    }
}

/// A page that is wanted, and how far it is.
pub struct Wanted {
    customer: Customer,
    pub case: String,
    pub amount: i64,
    pub way: Way,
    order: Value,
    /// Its address at any gateway, once it is known.
    path: Option<String>,
    has_given_up: bool,
    pub end: Option<End>,
}

impl Wanted {
    pub fn of(number: usize, customer: Customer, callback: &str) -> Self {
        let amount = LEAST + i64::try_from(number).unwrap();
        let case = format!("page-{number}");
        let order = json!({"amount": amount.to_string(), "caseId": case, "callbackUrl": callback});
        let way = Way::ALL[number % Way::ALL.len()];
        let (path, has_given_up, end) = (None, false, None);
        Self { customer, case, amount, way, order, path, has_given_up, end }
    }

    /// Whether there is nothing more that its payer does.
    pub fn is_over(&self) -> bool {
        self.end.is_some() || (self.way == Way::Looks && self.path.is_some())
    }

    /// What the page says at last, if it does.
    pub fn end_shown(&self, place: &Place) -> Option<End> {
        End::of(headed(&self.page(place)?.text()))
    }

    fn page(&self, place: &Place) -> Option<Page> {
        let path = self.path.clone()?;
        let mut client = place.gateway.clone();
        client.key.clear();
        Some(Page { client, path })
    }

    /// Asks for the page, or does what it asks for; nothing where nobody answered.
    pub fn go_on(&mut self, place: &Place) -> Option<()> {
        let Some(page) = self.page(place) else { return self.begin(place) };
        let answer = page.client.send("GET", &page.path, &[], b"").ok()?;
        if answer.status != 200 {
            return None;
        }
        let text = answer.text();
        self.end = End::of(headed(&text));
        match headed(&text) {
            _ if self.way == Way::Looks || self.end.is_some() => Some(()),
            "Elija su banco" if self.way == Way::Leaves && self.has_given_up => {
                page.try_send(&[("step", "leave")]).ok().map(drop)
            }
            "Elija su banco" => self.sign_in(&page),
            asked if asked.starts_with("Confirme con") || asked.starts_with("Autorice") => {
                let gives_up = matches!(self.way, Way::ChangesTheirMind | Way::Leaves);
                if gives_up && !self.has_given_up {
                    self.has_given_up = true;
                    let fields = [("step", "cancel"), ("payment", hidden(&text, "payment"))];
                    return page.try_send(&fields).ok().map(drop);
                }
                self.answer(place, &page, &text)
            }
            _ => Some(()),
        }
    }

    fn begin(&mut self, place: &Place) -> Option<()> {
        let path = "/floid/api/pis/get_iframe";
        let body = self.order.to_string();
        let answer = place.gateway.send("POST", path, &[JSON], body.as_bytes()).ok()?;
        if answer.status == 200 {
            let gateway = format!("http://{}", place.gateway.address);
            self.path = Some(Page::of(&gateway, &answer).path);
        }
        Some(())
    }

    fn sign_in(&self, page: &Page) -> Option<()> {
        let Customer { rut, password, institution, .. } = &self.customer;
        let bank = institution.strip_suffix(PORTAL).unwrap_or(institution);
        let fields = [("step", "pay"), ("bank", bank), ("rut", rut), ("password", password)];
        self.in_tabs(page, &fields)
    }

    /// Answers with what the payer's phone, card and device show.
    fn answer(&self, place: &Place, page: &Page, text: &str) -> Option<()> {
        let phone = format!("/_sandbox/phones/{}", self.customer.rut);
        let shown = place.chile.send("GET", &phone, &[], b"").ok()?;
        let shown = (shown.status == 200).then(|| shown.json())?;
        let mut pending = shown["pending"].as_array()?.iter();
        let pending = pending.rfind(|one| one["amount"] == self.amount)?;
        if headed(text).starts_with("Autorice") {
            let which = json!({"institution": self.customer.institution,
                "end_to_end_id": pending["end_to_end_id"]});
            let path = format!("{phone}/approve");
            return place
                .chile
                .send("POST", &path, &[JSON], which.to_string().as_bytes())
                .ok()
                .map(drop);
        }
        let codes = (1..).zip(pending["codes"].as_array().into_iter().flatten());
        let codes: Vec<(String, &str)> = codes
            .map(|(nth, code): (usize, &Value)| (format!("code-{nth}"), code.as_str().unwrap()))
            .collect();
        let mut fields = vec![("step", "answer"), ("page", hidden(text, "page"))];
        fields.extend(pending["sms"].as_str().map(|sms| ("sms", sms)));
        fields.extend(codes.iter().map(|(name, code)| (name.as_str(), *code)));
        self.in_tabs(page, &fields)
    }

    /// Sends a form from each tab that is open.
    fn in_tabs(&self, page: &Page, fields: &[(&str, &str)]) -> Option<()> {
        let send = || page.try_send(fields).ok().map(drop);
        if self.way != Way::InTwoTabs {
            return send();
        }
        thread::scope(|scope| {
            let other = scope.spawn(send);
            send().and(other.join().unwrap())
        })
    }
}

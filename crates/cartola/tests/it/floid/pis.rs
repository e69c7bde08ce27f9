//! Payments, by the calls of Floid's document.

mod cases;
mod challenges;
mod doubt;
mod pages;
mod printed;
mod refusals;

use cartola_store::payments::PaymentRow;
use serde_json::{Value, json};

use super::{Floid, Scene, with};
use crate::beside::Beside;
use crate::receiver::Receiver;

pub use printed::check_answer;

const TRANSFER: &str = "api/pis/transfer";
pub const APPROVAL: &str = "api/pis/transfer_approval";
pub const APPROVAL_OPTIONAL: &str = "api/pis/transfer_approval_optional";

/// What the callbacks of these tests are to carry.
const API_KEY: &str = "e02c5f371d0e4acc";

/// A merchant's till: a client of the facade, and where its callbacks arrive.
pub struct Till {
    pub scene: Scene,
    pub receiver: Receiver,
}

impl Till {
    #[track_caller]
    pub fn new() -> Self {
        Self { scene: Scene::new(), receiver: Receiver::start() }
    }

    pub fn floid(&self) -> &Floid {
        &self.scene.floid
    }

    /// The printed request of somebody of the box at a bank, which the document calls so.
    fn body(&self, scenario: &str, (bank, institution): (&str, &str), case: &str) -> Value {
        let more = json!({
            "bankName": bank,
            "caseId": case,
            "moneyAmount": "1000",
            "callbackUrl": self.receiver.url(),
            "callbackApiKey": API_KEY,
        });
        with(&self.scene.login(scenario, institution), &more)
    }

    #[track_caller]
    pub fn transfer(&self, body: &Value) -> Value {
        self.floid().ask(TRANSFER, body)
    }

    /// The message of what is told to an answer.
    #[track_caller]
    fn approve(&self, page: &Value, more: &Value) -> Value {
        self.floid().ask(APPROVAL, &with(&json!({"pageId": page}), more))
    }

    /// What the person's phone, card and devices show of the transfer that waits at a bank.
    #[track_caller]
    fn shown(&self, body: &Value, institution: &str) -> Value {
        let path = format!("/_sandbox/phones/{}", body["rut"].as_str().unwrap());
        let phone = self.scene.chile.client.json(&path);
        let mut pending = phone["pending"].as_array().unwrap().iter();
        let of_bank = pending.find(|one| one["institution"] == institution);
        of_bank.unwrap_or_else(|| panic!("nothing waits at {institution}: {phone}")).clone()
    }

    /// The same as the members of an answer.
    #[track_caller]
    pub fn codes(&self, body: &Value, institution: &str) -> Value {
        let shown = self.shown(body, institution);
        let mut codes = json!({});
        let members = [("sms", "smsCode"), ("codes", "cardCode")];
        for (from, to) in members.into_iter().filter(|(from, _)| !shown[from].is_null()) {
            codes[to] = shown[from].clone();
        }
        codes
    }

    /// The person approves in their bank's app.
    #[track_caller]
    fn approve_on_phone(&self, body: &Value, institution: &str) {
        let which = self.shown(body, institution)["end_to_end_id"].clone();
        let path = format!("/_sandbox/phones/{}/approve", body["rut"].as_str().unwrap());
        let told = json!({"institution": institution, "end_to_end_id": which});
        assert_eq!(self.scene.chile.lever("POST", &path, &told).status, 200);
    }

    /// The next callback, which is the last word on that request.
    #[track_caller]
    pub fn last_word(&self, body: &Value, message: &str) {
        let call = self.receiver.call();
        assert_eq!(call.header("authorization"), API_KEY);
        let told = self.scene.genuine(call);
        super::printed::check(&told, &printed::last_word());
        let is_valid = if message == "BANK_TRANSFER_COMPLETED" { "true" } else { "false" };
        let expected = json!({
            "isValid": is_valid,
            "bankName": body["bankName"],
            "moneyAmount": body["moneyAmount"],
            "caseId": body["caseId"],
            "message": message,
        });
        assert_eq!(told, expected);
    }

    /// How many transfers have moved money, each once.
    #[track_caller]
    pub fn moved(&self) -> u64 {
        let check = self.scene.chile.client.json("/_sandbox/ledger/check");
        assert_eq!(check["balanced"], json!(true), "{check}");
        check["transfers"].as_u64().unwrap()
    }

    /// Moves the clock of banks and gateway.
    fn advance(&self, by: &str) {
        let told = json!({"advance": by});
        assert_eq!(self.scene.chile.lever("POST", "/_sandbox/clock", &told).status, 200);
    }

    /// The store of the gateway.
    fn beside(&self) -> Beside {
        let data = self.scene.folder.path().join("demo");
        let key = std::fs::read_to_string(data.join("keys/master.key")).unwrap();
        Beside::open(&data, &key, &self.scene.demo.announced["tenant"])
    }
}

/// The only payment that there is.
#[track_caller]
fn only_payment(beside: &Beside) -> PaymentRow {
    let page = beside.store.payments(beside.tenant, None, None, 2);
    let mut rows = beside.runtime.block_on(page).unwrap().rows;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Insists that this is all that is told.
#[track_caller]
fn is_refused(told: &Value, message: &str) {
    assert_eq!(told, &json!({"isAccepted": false, "message": message}));
}

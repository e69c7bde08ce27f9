//! The page on which payers pay, as a browser without scripts sees it: forms, redirects, what stands
//! on the page.

pub mod browser;
mod cancelling;
mod frame;
mod guard;
mod page;
mod paying;
mod refusals;

use serde_json::{Value, json};

use crate::chile::Chile;
use crate::http::{Answer, Client};
use crate::installation::Demo;
use crate::payments::Payer;
use crate::receiver::Receiver;

pub use page::{Page, headed, hidden};

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A demo, its sandbox, a merchant's receiver.
pub struct Scene {
    _folder: tempfile::TempDir,
    pub demo: Demo,
    pub chile: Chile,
    pub receiver: Receiver,
    pub client: Client,
}

impl Scene {
    #[track_caller]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let chile = Chile::at(demo.announced["sandbox"].as_str().unwrap());
        let client = demo.client();
        Self { _folder: folder, demo, chile, receiver: Receiver::start(), client }
    }

    pub fn gateway(&self) -> &str {
        self.demo.announced["gateway"].as_str().unwrap()
    }

    /// What a merchant asks for.
    pub fn order(&self, case: &str) -> Value {
        json!({
            "amount": "25000", "caseId": case, "comment": "Pedido <4711>",
            "callbackUrl": self.receiver.url(), "callbackApiKey": "key-1",
            "redirectOnSuccessUrl": "https://shop.example/paid?order=1",
            "redirectOnFailUrl": "https://shop.example/unpaid",
        })
    }

    pub fn ask(&self, body: &Value) -> Answer {
        let path = "/floid/api/pis/get_iframe";
        self.client.send("POST", path, &[JSON], body.to_string().as_bytes()).unwrap()
    }

    /// The page of an order that must be taken.
    #[track_caller]
    pub fn begin(&self, case: &str) -> Page {
        Page::of(self.gateway(), &self.ask(&self.order(case)))
    }

    /// Somebody of the box with their password there.
    pub fn payer(&self, scenario: &str, institution: &str) -> Payer {
        let (rut, place) = self.chile.person(scenario, institution);
        let password = place["password"].as_str().unwrap().to_owned();
        Payer { institution: institution.to_owned(), rut, password }
    }

    /// What their bank waits for.
    #[track_caller]
    pub fn pending(&self, payer: &Payer) -> Value {
        let phone = self.chile.client.json(&format!("/_sandbox/phones/{}", payer.rut));
        phone["pending"][0].clone()
    }

    /// The last word, which somebody posts.
    #[track_caller]
    pub fn last_word(&self) -> Value {
        let call = self.receiver.call();
        assert_eq!(call.header("authorization"), "key-1");
        let body = serde_json::from_str(&call.body).unwrap();
        call.answer(200);
        body
    }

    /// How many transfers have moved money.
    pub fn moved(&self) -> u64 {
        let check = self.chile.client.json("/_sandbox/ledger/check");
        assert_eq!(check["balanced"], json!(true), "{check}");
        check["transfers"].as_u64().unwrap()
    }
}

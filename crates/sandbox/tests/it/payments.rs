//! Transfers, by the connector and the box over HTTP: what the trait promises, at every bank.

mod crashes;
mod faults;
mod ids;
mod paths;
mod scenarios;
mod sequences;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use cartola_connector::session::{ChallengeAnswer, MakeTransfers};
use cartola_connector::test_kit::context;
use cartola_connector::{
    BaseUrl, ConnectorError, Credential, Deadline, Endpoint, LiveSession, Policy, Registry,
    Transport,
};
use cartola_model::{
    AccountNumber, EndToEndId, InstitutionId, TransferOrder, TransferPayee, TransferState,
    TransferTold,
};
use cartola_primitives::{Currency, Money, Rut};
use cartola_provider_mibanco::client::MiBanco;
use cartola_sandbox::{Scenario, merchant};
use serde_json::{Value, json};

use crate::server::{DEVICE, Server, named};

pub const BANK: &str = "banco-chile";

/// A customer at a bank of the box.
pub struct Payer {
    pub server: Server,
    pub scenario: Scenario,
    pub bank: &'static str,
}

/// A session of theirs, which closes itself.
pub struct Session {
    live: LiveSession,
}

impl Payer {
    pub fn new(scenario: Scenario, bank: &'static str) -> Self {
        Self { server: Server::new(), scenario, bank }
    }

    /// The box after its process was killed.
    pub fn again(self) -> Self {
        Self { server: self.server.again(), ..self }
    }

    /// A new session, through a connector of its own.
    pub async fn session(&self) -> Session {
        let address = self.server.listen().await;
        let base = format!("http://{address}/banks/{}", self.bank);
        let policy = Policy { interval: Duration::ZERO, ..Policy::default() };
        let base = BaseUrl::parse(&base).unwrap();
        let endpoint = Endpoint::new(institution(self.bank), base, &Transport::new(), &policy);
        let registry = Registry::default().with(Arc::new(MiBanco::new([endpoint])));
        let known = self.server.at(self.scenario, self.bank);
        let credential = Credential::default()
            .with("rut", known.username)
            .with("password", known.password.unwrap());
        let live = registry.open(&institution(self.bank), credential, context()).await.unwrap();
        Session { live }
    }

    /// An order over so many pesos to the demonstration's merchant.
    pub fn order(&self, id: u8, amount: i64) -> TransferOrder {
        let population = self.server.world.population();
        let from = self.server.at(self.scenario, self.bank).accounts[0].clone();
        let to = merchant(population);
        let rut = named(Scenario::Company);
        TransferOrder {
            end_to_end_id: id_of(id),
            from: AccountNumber::parse(&from).unwrap(),
            to: TransferPayee {
                institution: institution(&to.institution),
                account: AccountNumber::parse(&to.account).unwrap(),
                rut,
                name: population.identity(rut).unwrap().full_name(),
            },
            amount: Money::new(amount, Currency::CLP),
            comment: Some("Servicios noviembre".to_owned()),
        }
    }

    /// Begins a transfer with a token of Mi Pass: its status.
    pub async fn begin_with_pass(&self, id: u8, pass: &str) -> String {
        let order = self.order(id, 10_000);
        let token = self.server.token(self.scenario, self.bank).await;
        let body = json!({"end_to_end_id": id_of(id), "from_account": order.from.written(),
            "to_account": order.to.account.written(), "to_bank": "BANCO_CHILE",
            "amount": order.amount.minor(), "currency": "CLP"});
        let request = Request::post(format!("/banks/{}/api/v1/mibanco/transfer", self.bank))
            .header("authorization", format!("Bearer {token}"))
            .header("x-device-id", DEVICE)
            .header("x-mipass-token", pass);
        let answer = self.server.send(request.body(Body::from(body.to_string())).unwrap()).await;
        answer.1["status"].as_str().unwrap_or_default().to_owned()
    }

    pub fn rut(&self) -> Rut {
        named(self.scenario)
    }

    /// What their phone, card and devices show.
    pub async fn phone(&self) -> Value {
        let path = format!("/phones/{}", self.rut().compact());
        self.server.lever("GET", &path, Value::Null).await.1
    }

    /// The right answer to whatever waits first.
    pub async fn right_answer(&self) -> ChallengeAnswer {
        let pending = self.phone().await["pending"][0].clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned().into();
        ChallengeAnswer {
            sms: pending.get("sms").map(text),
            codes: pending
                .get("codes")
                .map(|codes| codes.as_array().unwrap().iter().map(text).collect()),
        }
    }

    /// Approves or denies on the phone.
    pub async fn decide(&self, verb: &str, id: u8) -> u16 {
        let path = format!("/phones/{}/{verb}", self.rut().compact());
        let body = json!({"institution": self.bank, "end_to_end_id": id_of(id)});
        self.server.lever("POST", &path, body).await.0
    }

    /// What an account holds, whoever's.
    pub fn holds(&self, account: &AccountNumber) -> i64 {
        let world = &self.server.world;
        world.balance(world.find(account).unwrap().key).unwrap().ledger
    }

    /// Wants the ledger to balance over so many transfers that have settled.
    pub fn check_ledger(&self, transfers: usize) {
        let check = self.server.world.check_ledger();
        assert!(check.balanced, "{check:?}");
        assert_eq!(check.transfers, transfers, "transfers that have settled");
    }
}

impl Session {
    pub fn live(&self) -> &LiveSession {
        &self.live
    }

    fn transfers(&self) -> &dyn MakeTransfers {
        self.live.session().transfers().unwrap()
    }

    pub async fn try_begin(&self, order: &TransferOrder) -> Result<TransferTold, ConnectorError> {
        self.transfers().begin(order, &context()).await
    }

    /// Begins, and waits no longer for an answer.
    pub async fn begin_within(
        &self,
        order: &TransferOrder,
        patience: Duration,
    ) -> Result<TransferTold, ConnectorError> {
        let context = context().with_deadline(Deadline::after(patience));
        self.transfers().begin(order, &context).await
    }

    pub async fn begin(&self, order: &TransferOrder) -> TransferTold {
        self.try_begin(order).await.unwrap()
    }

    pub async fn try_answer(
        &self,
        id: u8,
        answer: &ChallengeAnswer,
    ) -> Result<TransferTold, ConnectorError> {
        self.transfers().answer(&id_of(id), answer, &context()).await
    }

    pub async fn answer(&self, id: u8, answer: &ChallengeAnswer) -> TransferTold {
        self.try_answer(id, answer).await.unwrap()
    }

    pub async fn look(&self, id: u8) -> Option<TransferTold> {
        self.transfers().look(&id_of(id), &context()).await.unwrap()
    }

    pub async fn withdraw(&self, id: u8) -> TransferTold {
        self.transfers().withdraw(&id_of(id), &context()).await.unwrap()
    }
}

pub fn id_of(id: u8) -> EndToEndId {
    EndToEndId::from_bytes([id; 16])
}

pub fn institution(id: &str) -> InstitutionId {
    InstitutionId::parse(id).unwrap()
}

/// Where a transfer stands, in a few words.
pub fn stands(told: &TransferTold) -> String {
    match &told.state {
        TransferState::Challenged(challenge) => {
            let left = challenge.attempts_left.unwrap();
            format!("challenged {} {left}", challenge.kind.name())
        }
        TransferState::Settling => "settling".to_owned(),
        TransferState::Completed { settled_at } => format!("completed {settled_at}"),
        TransferState::Failed(failure) => format!("failed {}", failure.name()),
    }
}

pub fn sms(code: &str) -> ChallengeAnswer {
    ChallengeAnswer { sms: Some(code.to_owned().into()), codes: None }
}

//! Whatever is done in whatever order: what is final stays, and money is what transfers say.

use std::collections::BTreeMap;

use cartola_primitives::SignedDuration;
use cartola_sandbox::Scenario;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Payer, id_of};
use crate::server::DEVICE;

const BANK: &str = "banco-estado";
/// Three of these are more than the account holds.
const AMOUNT: i64 = 40_000;
/// Transfers that the deeds are about.
const IDS: std::ops::Range<u8> = 1..5;

#[derive(Debug, Clone, Copy)]
enum Deed {
    Begin(u8),
    Answer(u8, bool),
    Withdraw(u8),
    Look(u8),
    Hold(bool),
    Wait(u8),
    Kill,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => IDS.prop_map(Deed::Begin),
        4 => (IDS, prop::bool::weighted(0.8)).prop_map(|(id, right)| Deed::Answer(id, right)),
        1 => IDS.prop_map(Deed::Withdraw),
        2 => IDS.prop_map(Deed::Look),
        1 => any::<bool>().prop_map(Deed::Hold),
        1 => (1_u8..4).prop_map(Deed::Wait),
        1 => Just(Deed::Kill),
    ]
}

/// A box with somebody logged in, and what was last told of each transfer that has come to its end.
struct Stage {
    payer: Payer,
    token: String,
    ends: BTreeMap<u8, Value>,
}

impl Stage {
    async fn over(payer: Payer, ends: BTreeMap<u8, Value>) -> Self {
        let token = payer.server.token(payer.scenario, BANK).await;
        Self { payer, token, ends }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.payer.server.bank((BANK, method, path), &self.token, DEVICE, body).await
    }

    async fn act(self, deed: Deed) -> Self {
        let (id, answer) = match deed {
            Deed::Kill => return Self::over(self.payer.again(), self.ends).await,
            Deed::Wait(minutes) => {
                let by = SignedDuration::from_mins(minutes.into());
                self.payer.server.world.advance(by).unwrap();
                return Self::over(self.payer, self.ends).await;
            }
            Deed::Hold(held) => {
                let path = format!("/institutions/{BANK}/hold");
                let method = if held { "PUT" } else { "DELETE" };
                assert_eq!(self.payer.server.lever(method, &path, Value::Null).await.0, 204);
                return self;
            }
            Deed::Begin(id) => (id, self.begin(id).await),
            Deed::Answer(id, right) => (id, self.answer(id, right).await),
            Deed::Withdraw(id) => {
                let path = format!("transfer/{}/withdrawal", id_of(id));
                (id, self.call("POST", &path, Value::Null).await)
            }
            Deed::Look(id) => {
                (id, self.call("GET", &format!("transfer/{}", id_of(id)), Value::Null).await)
            }
        };
        self.told(id, answer)
    }

    async fn begin(&self, id: u8) -> (u16, Value) {
        let order = self.payer.order(id, AMOUNT);
        let body = json!({"end_to_end_id": id_of(id), "from_account": order.from.written(),
            "to_account": order.to.account.written(), "to_bank": "BANCO_CHILE",
            "amount": AMOUNT, "currency": "CLP"});
        self.call("POST", "transfer", body).await
    }

    async fn answer(&self, id: u8, right: bool) -> (u16, Value) {
        let shown = self.payer.phone().await["pending"].clone();
        let wanted = id_of(id).to_string();
        let pending = shown.as_array().unwrap().iter();
        let found = pending.into_iter().find(|each| each["end_to_end_id"] == wanted);
        let code = found.filter(|_| right).map_or(json!("x"), |found| found["sms"].clone());
        let path = format!("transfer/{wanted}/authorization");
        self.call("POST", &path, json!({"sms": code})).await
    }

    /// Notes what was told; what was final has stayed so, and what is withdrawn is final.
    fn told(mut self, id: u8, (status, body): (u16, Value)) -> Self {
        match status {
            200 => {
                let before = self.ends.insert(id, body.clone());
                assert!(before.is_none_or(|before| before == body), "{body}");
            }
            202 => assert!(!self.ends.contains_key(&id), "{body}"),
            _ => assert_eq!((status, body["code"].as_str()), (404, Some("TRANSFER_NOT_FOUND"))),
        }
        self
    }
}

async fn run(deeds: &[Deed]) {
    let payer = Payer::new(Scenario::Ok, BANK);
    let order = payer.order(1, AMOUNT);
    let mut stage = Stage::over(payer, BTreeMap::new()).await;
    for deed in deeds {
        stage = stage.act(*deed).await;
    }
    stage = stage.act(Deed::Hold(false)).await;
    for id in IDS {
        stage = stage.act(Deed::Withdraw(id)).await;
    }
    assert_eq!(stage.ends.len(), IDS.len(), "every transfer has come to its end");
    let paid = stage.ends.values().filter(|end| end["status"] == "COMPLETED").count();
    stage.payer.check_ledger(paid);
    assert!(stage.payer.holds(&order.from) >= 0, "nobody is overdrawn");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn whatever_is_done_money_is_what_transfers_say(deeds in prop::collection::vec(deed(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(&deeds));
    }
}

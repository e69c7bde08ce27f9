//! Killing the sandbox while its banks pay: what was said to be paid is, nothing is paid twice, and
//! what nobody knows the end of can be made an end of.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};

use crate::chile::Chile;
use crate::http::Client;

/// How often it is killed.
const ROUNDS: u32 = 5;
/// Who pays at the same time.
const PAYERS: u32 = 4;
/// Answers after which it is killed in the first round; in each that follows there are more.
const ANSWERS: u32 = 3;
/// What each transfer moves, in pesos.
const AMOUNT: i64 = 100;

const DEVICE: (&str, &str) = ("X-Device-Id", "device");
const TRANSFER: &str = "/banks/banco-security/api/v1/mibanco/transfer";

/// A session of somebody whose bank asks for nothing.
#[derive(Clone)]
struct Payer {
    client: Client,
    from: String,
    merchant: Value,
}

impl Payer {
    fn at(chile: &Chile) -> Self {
        let (rut, place) = chile.person("ok", "banco-security");
        let (_, merchant) = chile.person("company", "banco-chile-empresas");
        let opening = json!({"rut": rut, "password": place["password"], "device_fingerprint": "f"});
        let path = "/banks/banco-security/api/v1/mibanco/session";
        let opened =
            chile.client.send("POST", path, &[DEVICE], opening.to_string().as_bytes()).unwrap();
        let client = Client::new(&chile.url, opened.json()["access_token"].as_str().unwrap());
        let from = place["accounts"][0].as_str().unwrap().to_owned();
        Self { client, from, merchant: merchant["accounts"][0].clone() }
    }

    /// The status that a call tells; none where nobody knows what became of it.
    fn call(&self, method: &str, path: &str, body: &Value) -> Option<String> {
        let answer = self.client.send(method, path, &[DEVICE], body.to_string().as_bytes()).ok()?;
        answer.json()["status"].as_str().map(str::to_owned)
    }

    fn pay(&self, id: &str) -> Option<String> {
        let order = json!({"end_to_end_id": id, "from_account": self.from, "currency": "CLP",
            "to_account": self.merchant, "to_bank": "BANCO_CHILE", "amount": AMOUNT});
        self.call("POST", TRANSFER, &order)
    }

    fn withdraw(&self, id: &str) -> Option<String> {
        self.call("POST", &format!("{TRANSFER}/{id}/withdrawal"), &json!({}))
    }
}

/// Pays until the sandbox is gone: what was told of each transfer.
fn pay_until_killed(payer: &Payer, name: u32, answered: &mpsc::Sender<()>) -> Vec<(String, bool)> {
    let mut told = Vec::new();
    for number in 0_u32.. {
        let id = format!("{name:016x}{number:016x}");
        let status = payer.pay(&id);
        let is_known = status.is_some();
        told.push((id, is_known));
        if !is_known {
            break;
        }
        assert_eq!(status.as_deref(), Some("COMPLETED"));
        // Whoever kills has heard enough by then, and may be gone.
        let _ = answered.send(());
    }
    told
}

/// One life of a sandbox, and what it told of the transfers in it.
fn life(folder: &Path, round: u32) -> Vec<(String, bool)> {
    let chile = Chile::start(folder);
    let payer = Payer::at(&chile);
    let (answered, answers) = mpsc::channel();
    let payers: Vec<_> = (0..PAYERS)
        .map(|each| {
            let (payer, answered) = (payer.clone(), answered.clone());
            let name = round * PAYERS + each;
            thread::spawn(move || pay_until_killed(&payer, name, &answered))
        })
        .collect();
    drop(answered);
    for _ in 0..ANSWERS * (round + 1) {
        answers.recv().unwrap();
    }
    chile.kill();
    payers.into_iter().flat_map(|payer| payer.join().unwrap()).collect()
}

#[test]
fn whatever_kills_a_bank_each_transfer_is_made_once_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = BTreeMap::new();
    for round in 0..ROUNDS {
        told.extend(life(folder.path(), round));
    }
    let chile = Chile::start(folder.path());
    let payer = Payer::at(&chile);
    let mut paid = 0_u32;
    for (id, was_told) in &told {
        let end = payer.withdraw(id).unwrap();
        assert!(end == "COMPLETED" || (end == "FAILED" && !was_told), "{id} {was_told}: {end}");
        assert_eq!(payer.pay(id).as_deref(), Some(&*end), "it stays so");
        paid += u32::from(end == "COMPLETED");
    }
    let check = chile.client.json("/_sandbox/ledger/check");
    assert_eq!((&check["balanced"], &check["transfers"]), (&json!(true), &json!(paid)), "{check}");
}

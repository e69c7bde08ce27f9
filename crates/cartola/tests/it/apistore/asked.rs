//! An institution that is reached through `ApiStore`: one gateway asks another over HTTP, which serves
//! what it holds and pays through the banks of the box.

use std::fs;

use serde_json::{Value, json};

use super::paying::Payer;
use crate::http::Client;
use crate::installation::{Gateway, Installation};
use crate::process::Ended;

/// A gateway that asks the demo of a payer for the payer's account.
pub struct Asking {
    pub payer: Payer,
    pub installation: Installation,
    pub keys: Value,
}

impl Asking {
    pub fn new(more: &str) -> Self {
        let payer = Payer::new("ok", "banco-chile", true);
        let base = payer.scene.gateway();
        let installation = Installation::with(&format!(
            "[institution.banco-chile]\nprotocol = \"apistore\"\nbase_url = \"{base}/apistore\"\n{more}"
        ));
        let keys = installation.tenant("acme");
        Self { payer, installation, keys }
    }

    /// Begins a link with a secret.
    fn link(&self, secret: &str, account: &str) -> Ended {
        self.link_and(secret, account, &[])
    }

    fn link_and(&self, secret: &str, account: &str, more: &[&str]) -> Ended {
        fs::write(self.installation.path().join("secret"), format!("{secret}\n")).unwrap();
        let id = self.payer.scene.demo.announced["client_id"].as_str().unwrap();
        let arguments = [
            "links",
            "add",
            "banco-chile",
            "--rut",
            &self.payer.rut,
            "--client-id",
            id,
            "--client-secret-file",
            "secret",
            "--account",
            account,
            "--payments",
            "--json",
        ];
        self.installation.run(&[&arguments[..], more].concat())
    }

    /// The same with the right secret, and with the secrets of whoever posts notifications.
    pub fn linked(&self, senders: &[&str]) -> Value {
        let secret = self.payer.scene.demo.announced["client_secret"].as_str().unwrap().to_owned();
        fs::write(self.installation.path().join("senders"), senders.join("\n")).unwrap();
        let more = ["--notification-secrets-file", "senders"];
        let more = if senders.is_empty() { &[][..] } else { &more };
        self.link_and(&secret, &self.payer.account, more).done().json()
    }

    /// The same, read.
    pub fn read(&self) -> Value {
        self.linked(&[]);
        self.sync().done().json()
    }

    fn sync(&self) -> Ended {
        self.installation.run(&["sync", "--json"])
    }

    pub fn client(&self, gateway: &Gateway) -> Client {
        gateway.client(self.keys["api_key"].as_str().unwrap())
    }
}

/// Day, amount and glosa of each movement, in order.
fn told(movements: &[Value]) -> Vec<String> {
    let line = |row: &Value| {
        ["booked_on", "amount", "currency", "description"]
            .map(|name| row[name].to_string())
            .join(" ")
    };
    let booked = movements.iter().filter(|row| row["status"] == "booked");
    let mut lines: Vec<String> = booked.map(line).collect();
    lines.sort();
    lines
}

#[test]
fn movements_and_balance_come_through_and_come_once() {
    let asking = Asking::new("");
    let first = asking.read();
    assert!(first["new"].as_u64().unwrap() > 20, "{first}");
    assert_eq!(first["failed"], Value::Null);
    let again = asking.sync().done().json();
    assert_eq!((&again["new"], &again["read"]), (&json!(0), &first["read"]));
    let gateway = asking.installation.serve();
    let client = asking.client(&gateway);
    let theirs = &asking.payer.scene.ours;
    let of = |client: &Client| {
        let accounts = client.list("/v1/accounts");
        let is_it = |account: &&Value| {
            account["number"] == asking.payer.account && account["currency"] == "CLP"
        };
        accounts.iter().find(is_it).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (here, there) = (of(&client), of(theirs));
    let list = |client: &Client, id: &str| {
        told(&client.list(&format!("/v1/movements?limit=200&account_id={id}")))
    };
    assert_eq!(list(&client, &here), list(theirs, &there));
    let available = |client: &Client, id: &str| {
        let balances = client.json(&format!("/v1/accounts/{id}/balances"));
        let rows = balances["data"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["kind"] == "available").unwrap()["amount"].clone()
    };
    assert_eq!(available(&client, &here), available(theirs, &there));
}

#[test]
fn a_wrong_secret_is_tried_once() {
    let asking = Asking::new("");
    asking.link("cartola_cs_wrong", &asking.payer.account).done();
    let refused = asking.sync().failed(1).json();
    assert_eq!(refused["failed"]["failure"], "credentials_invalid", "{refused}");
    let reason = asking.sync().failed(1).json()["failed"]["reason"].to_string();
    assert!(reason.contains("refused these credentials"), "{reason}");
}

#[test]
fn accounts_that_are_none_are_refused_before_anybody_is_asked() {
    let asking = Asking::new("");
    let told = asking.link("secret", "4711:moon").failed(2).stderr;
    assert_eq!(
        told,
        "cartola: --account: what follows the number of account 1 is neither a kind such as checking \
         nor a currency such as USD\n"
    );
}

fn pays_once(by: &str) {
    let asking = Asking::new(&format!("pays_by = \"{by}\"\n"));
    asking.read();
    let payer = &asking.payer;
    let gateway = asking.installation.serve();
    let ours = asking.client(&gateway);
    let before = payer.received();
    let account = ours.list("/v1/accounts")[0]["id"].as_str().unwrap().to_owned();
    let begun = asking.pay(&gateway, &account);
    // Through the other gateway to the bank, whose customer approves it.
    let path = format!("/apistore/api/{by}");
    let there = payer.wait_passing(
        "the other gateway is asked",
        || {},
        || {
            let list = payer.scene.client.json(&path);
            let name = if by == "pagos" { "payments" } else { "deposits" };
            list[name].as_array().unwrap().first().cloned()
        },
    );
    let there = payer.scene.client.json(&format!("{path}/{}", there["id"].as_str().unwrap()));
    let challenged = payer.until(&there, "challenged");
    payer.approve(&challenged);
    let ended = payer.wait("it is paid", || {
        let now = ours.json(&format!("/v1/payments/{begun}"));
        let is_over = ["completed", "failed"].map(Value::from).contains(&now["state"]);
        is_over.then_some(now)
    });
    assert_eq!(ended["state"], "completed", "{ended}");
    assert_eq!((payer.received() - before, payer.moved()), (25_000, 1));
}

impl Asking {
    /// Asks this gateway for a payment from an account, through its own facade; gives its id in `/v1`.
    fn pay(&self, gateway: &Gateway, account: &str) -> String {
        let client = super::client_of(&gateway.url, &self.keys);
        let body = super::paying::request(account, 25_000, &self.payer.payee());
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "one")];
        let text = body.to_string();
        let begun = client.send("POST", "/apistore/api/pagos", &headers, text.as_bytes()).unwrap();
        assert_eq!(begun.status, 201, "{}", begun.text());
        begun.json()["payment_id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_payment_goes_through_and_moves_money_once() {
    pays_once("pagos");
}

#[test]
fn a_deposit_goes_through_and_moves_money_once() {
    pays_once("abono-en-linea");
}

//! `/apistore`, as a client of Banco de Chile's `ApiStore` calls it.

mod asked;
mod by_key;
mod deposits;
mod notifications;
mod paying;
mod payments;
mod received;
mod statements;
mod tokens;

use expect_test::Expect;
use serde_json::Value;

use crate::http::{Answer, Client};
use crate::installation::Demo;
use crate::statement::{self, Line};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// An account that a file tells of, as the file writes it.
const FILED: &str = "00-111-22333-44";

/// Gets a token as the document does, and gives what was answered.
fn grant(gateway: &str, id: &str, secret: &str) -> Answer {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let client = Client::new(gateway, "");
    client.send("POST", "/apistore/oauth/token", &[FORM], form.as_bytes()).unwrap()
}

/// A client with a token, of a tenant by what its keys are.
fn client_of(gateway: &str, keys: &Value) -> Client {
    let text = |name: &str| keys[name].as_str().unwrap();
    let granted = grant(gateway, text("client_id"), text("client_secret")).json();
    Client::new(gateway, granted["access_token"].as_str().unwrap())
}

/// A demo, the client of its tenant, and the same tenant's client of `/v1`.
struct Scene {
    folder: tempfile::TempDir,
    demo: Demo,
    client: Client,
    ours: Client,
}

impl Scene {
    #[track_caller]
    fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap())
    }

    #[track_caller]
    fn on(folder: tempfile::TempDir) -> Self {
        let demo = Demo::start(folder.path());
        let gateway = demo.announced["gateway"].as_str().unwrap();
        let client = client_of(gateway, &demo.announced);
        let ours = demo.client();
        Self { folder, demo, client, ours }
    }

    /// The same once it was killed, banks and all, as the power fails, and started again.
    #[track_caller]
    fn killed(self) -> Self {
        let Self { folder, demo, .. } = self;
        demo.process.kill();
        Self::on(folder)
    }

    fn gateway(&self) -> &str {
        self.demo.announced["gateway"].as_str().unwrap()
    }

    /// The id of [`FILED`]: a demo has accounts of its own.
    #[track_caller]
    fn filed(&self) -> String {
        let accounts = self.ours.list("/v1/accounts");
        let filed = accounts.iter().find(|account| account["number"] == FILED).unwrap();
        filed["id"].as_str().unwrap().to_owned()
    }

    /// Imports a statement of [`FILED`].
    #[track_caller]
    fn file(&self, opening: i64, lines: &[Line<'_>]) {
        let csv = statement::csv(opening, lines);
        let imported = self.ours.import(&csv, &statement::mapping(FILED), "file").unwrap();
        assert_eq!(imported.status, 201, "{}", imported.text());
    }

    /// Status and body of what is answered to a query for movements.
    fn asked(&self, query: &str) -> String {
        told(&self.client.read(&format!("/apistore/api/movimientos-saldos?{query}")))
    }

    fn check(&self, query: &str, expect: Expect) {
        expect.assert_eq(&self.asked(query));
    }
}

/// Status and body.
fn told(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.text())
}

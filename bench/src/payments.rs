//! How many payments a second, each through every state that a bank which sends a code leads it
//! through, against bare durable commits on the same store.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use cartola_sandbox::{DEFAULT_SEED, Merchant, Population, merchant};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::bare::Bare;
use crate::customer::{self, Customer};
use crate::installation::Installation;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, of_rounds};
use crate::server::{self, Server};
use crate::site::{Kind, Site};
use crate::trail::{self, Path};
use crate::watch::{self, Readings, rate};
use crate::{bank, extraction, http};

/// Rounds of both, in turn, each with customers of its own.
const ROUNDS: usize = 5;

/// Customers of each bank in a round: many times those under way at once, so that beginning and end, when
/// fewer are, are a small part of it.
const OF_EACH: usize = 700;

/// Banks that send a code, where a payment waits for nobody but us: an app is looked at after two
/// seconds.
const BANKS: [&str; 3] = ["banco-estado", "banco-falabella", "banco-ripley"];

/// Payments under way at once.
const AT_ONCE: usize = 128;

/// What everybody pays, in pesos.
const AMOUNT: i64 = 1_000;

/// How long one call waits for the next state, in seconds.
const WAIT_SECONDS: u32 = 20;

/// How long both rest between rounds: then each bank may be asked as often as before.
const REST: Duration = Duration::from_secs(2);

const PATH: &str = "/v1/payments";

/// Measures and reports.
pub async fn measure(lab: &Lab, kind: Kind, report: &mut Report) -> anyhow::Result<()> {
    let rounds = customer::rounds_at(&BANKS, ROUNDS + 1, OF_EACH)?;
    let first = rounds.first().context("there are rounds")?;
    let site = Site::new(lab, "payments", kind).await?;
    let bare = Bare::new(Site::new(lab, "payments-bare", kind).await?).await?;
    let sandbox = Server::sandbox(lab, &site.folder).await?;
    let till = Till::start(lab, &site, (sandbox.address, first)).await?;
    server::grown(AT_ONCE).await;
    let (mut ours, mut alone) = (Vec::new(), Vec::new());
    let known = trail::entries(&site).await?;
    for (number, customers) in rounds.iter().enumerate() {
        let before = till.gateway.effort()?;
        let payments = till.round(customers).await?;
        let effort = till.gateway.effort()? - before;
        let commits = bare.round().await?;
        tokio::time::sleep(REST).await;
        // The first warms up.
        if number > 0 {
            say(format_args!(
                "payments on {}, round {number}: {payments:.1} payments/s, {commits:.0} commits/s; {}",
                kind.name(),
                extraction::of_each(effort, customers.len())
            ));
            ours.push(payments);
            alone.push(commits);
        }
    }
    till.gateway.stop().await?;
    drop(sandbox);
    let left = trail::entries(&site).await? - known;
    let all = rounds.iter().map(Vec::len).sum::<usize>() as u64;
    let a_second = Readings::of(ours.iter().copied()).median();
    report.paths.push(Path::new("a payment".to_owned(), kind, (left, all), a_second));
    report.add(figure(kind, &ours, &alone));
    lab::clear(&bare.close())?;
    lab::clear(&site.folder)
}

fn figure(kind: Kind, ours: &[f64], bare: &[f64]) -> Figure {
    let commits = Readings::of(bare.iter().copied());
    Figure {
        what: format!("payment on {}: asked for, answered by SMS, completed", kind.name()),
        measured: of_rounds(&Readings::of(ours.iter().copied()), "payments/s"),
        against: format!("bare durable commits: {}", of_rounds(&commits, "commits/s")),
        ratio: Some(Readings::of(ours.iter().zip(bare).map(|(ours, bare)| ours / bare))),
        aim: "≥ 0.2",
    }
}

/// A gateway by which the sandbox's merchant is paid.
struct Till {
    gateway: Server,
    sandbox: SocketAddr,
    key: String,
}

impl Till {
    async fn start(
        lab: &Lab,
        site: &Site,
        (sandbox, customers): (SocketAddr, &[Customer]),
    ) -> anyhow::Result<Self> {
        let key = Installation::make(site).await?.api_key.expose().clone();
        let more = bank::tables(sandbox, customers) + &paid();
        let gateway = Server::gateway_with(lab, site, &more).await?;
        Ok(Self { gateway, sandbox, key })
    }

    /// Payments a second.
    async fn round(&self, customers: &[Customer]) -> anyhow::Result<f64> {
        let begun = watch::start();
        let paid = stream::iter(customers).map(|customer| self.pay(customer));
        let paid: Vec<()> = paid.buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(rate(paid.len() as u64, begun.elapsed()))
    }

    async fn pay(&self, customer: &Customer) -> anyhow::Result<()> {
        let Customer { institution, rut, password, .. } = customer;
        let body = json!({"institution": institution, "rut": rut, "amount": AMOUNT,
            "credentials": {"password": password}});
        let begun = self.post(PATH, &format!("{institution} {rut}"), &body).await?;
        let asked = self.next(&begun).await?;
        ensure!(asked["state"] == "challenged", "a payment came to {asked}");
        let answer =
            json!({"page": asked["challenge"]["page"], "sms": self.sms(rut, &asked).await?});
        let path = format!("{PATH}/{}/answer", text(&asked["id"])?);
        let answered = self.post(&path, &text(&asked["id"])?, &answer).await?;
        let ended = self.next(&answered).await?;
        ensure!(ended["state"] == "completed", "a payment came to {ended}");
        Ok(())
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<Value> {
        let (address, body) = (self.gateway.address, body.to_string());
        let answer = http::post_once(address, path, (&self.key, key), body.as_bytes()).await?;
        Ok(serde_json::from_slice(&answer.success()?)?)
    }

    /// The payment once it waits for its customer, or has ended.
    async fn next(&self, payment: &Value) -> anyhow::Result<Value> {
        let (id, version) = (text(&payment["id"])?, &payment["version"]);
        let path = format!("{PATH}/{id}?wait_seconds={WAIT_SECONDS}&seen={version}");
        let answer = http::ask(self.gateway.address, &path, Some(&self.key)).await?;
        Ok(serde_json::from_slice(&answer.success()?)?)
    }

    /// The code that the customer was sent.
    async fn sms(&self, rut: &str, payment: &Value) -> anyhow::Result<Value> {
        let answer = http::ask(self.sandbox, &format!("/_sandbox/phones/{rut}"), None).await?;
        let phone: Value = serde_json::from_slice(&answer.success()?)?;
        let mut pending = phone["pending"].as_array().into_iter().flatten();
        let shown = pending.find(|one| one["end_to_end_id"] == payment["end_to_end_id"]);
        Ok(shown.context("the phone shows the payment")?["sms"].clone())
    }
}

fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().context("an id is a text")?.to_owned())
}

/// The table of a configuration by which the sandbox's merchant is paid.
fn paid() -> String {
    let Merchant { institution, account, rut, name } = merchant(Population::new(DEFAULT_SEED));
    let rut = rut.compact();
    format!(
        "[payments]\ninstitution = \"{institution}\"\naccount = \"{account}\"\nrut = \"{rut}\"\n\
         name = \"{name}\"\n"
    )
}

//! How many notifications of an institution a second are acknowledged, each checked by the secret of its
//! link and kept with the job that acts upon it, against bare durable commits on the same store.

use std::time::Duration;

use anyhow::{Context, ensure};
use cartola_crypto::WebhookSecret;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::{Clock, Rut, Secret};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::bare::Bare;
use crate::http;
use crate::installation::Installation;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, of_rounds};
use crate::server::Server;
use crate::site::{Kind, Site};
use crate::watch::{self, Readings, rate};

/// Rounds of both, in turn.
const ROUNDS: usize = 5;

/// Links that are told of, each of a company of its own: each hears no more than it may in a second.
const LINKS: u32 = 100;

/// RUTs of companies, from this body on.
const FIRST_BODY: u32 = 76_100_000;

/// Notifications of one round.
const NOTIFICATIONS: usize = 2_000;

/// Posts under way at once.
const AT_ONCE: usize = 32;

/// How long both rest between rounds.
const REST: Duration = Duration::from_secs(2);

/// Where the institution would be asked: nobody listens there, so that what a notification leads to
/// costs the gateway next to nothing.
const NOWHERE: &str = "http://127.0.0.1:9/apistore";

const SECRET: &str = "the-secret-of-the-institution";

/// Measures and reports.
pub async fn measure(lab: &Lab, kind: Kind, report: &mut Report) -> anyhow::Result<()> {
    let site = Site::new(lab, "notifications", kind).await?;
    let bare = Bare::new(Site::new(lab, "notifications-bare", kind).await?).await?;
    let listener = Listener::start(lab, &site).await?;
    let (mut ours, mut alone) = (Vec::new(), Vec::new());
    for number in 0..=ROUNDS {
        let taken = listener.round(number).await?;
        let commits = bare.round().await?;
        tokio::time::sleep(REST).await;
        // The first warms up.
        if number > 0 {
            say(format_args!(
                "notifications on {}, round {number}: {taken:.0}/s, {commits:.0} commits/s",
                kind.name()
            ));
            ours.push(taken);
            alone.push(commits);
        }
    }
    listener.gateway.stop().await?;
    report.add(figure(kind, &ours, &alone));
    lab::clear(&bare.close())?;
    lab::clear(&site.folder)
}

fn figure(kind: Kind, ours: &[f64], bare: &[f64]) -> Figure {
    let commits = Readings::of(bare.iter().copied());
    Figure {
        what: format!("notification on {}: checked, kept, acknowledged", kind.name()),
        measured: of_rounds(&Readings::of(ours.iter().copied()), "notifications/s"),
        against: format!("bare durable commits: {}", of_rounds(&commits, "commits/s")),
        ratio: Some(Readings::of(ours.iter().zip(bare).map(|(ours, bare)| ours / bare))),
        aim: "≥ 0.5",
    }
}

/// A gateway that is told of links.
struct Listener {
    gateway: Server,
    paths: Vec<String>,
    secret: WebhookSecret,
}

impl Listener {
    async fn start(lab: &Lab, site: &Site) -> anyhow::Result<Self> {
        let installation = Installation::make(site).await?;
        let (key, tenant) = (installation.api_key.expose().clone(), installation.tenant.id);
        drop(installation);
        let institution = format!(
            "[institution.banco-chile-empresas]\nprotocol = \"apistore\"\nbase_url = \"{NOWHERE}\"\n"
        );
        let gateway = Server::gateway_with(lab, site, &institution).await?;
        let mut paths = Vec::new();
        for body in FIRST_BODY..FIRST_BODY + LINKS {
            let link = begin_link(&gateway, &key, Rut::from_body(body)?).await?;
            paths.push(format!("/apistore/notificaciones/{tenant}/{link}"));
        }
        let secret = WebhookSecret::of_sender(&Secret::new(SECRET.to_owned()))?;
        Ok(Self { gateway, paths, secret })
    }

    /// Notifications a second, each unlike any other, to the links in turn.
    async fn round(&self, number: usize) -> anyhow::Result<f64> {
        let begun = watch::start();
        let of_links = self.paths.iter().cycle().take(NOTIFICATIONS).enumerate();
        let posts = stream::iter(of_links).map(|(nth, path)| self.post(path, (number, nth)));
        let taken: Vec<()> = posts.buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(rate(taken.len() as u64, begun.elapsed()))
    }

    async fn post(&self, path: &str, (round, nth): (usize, usize)) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let body = json!({"event": "transfer.received", "account_id": "00-123-45678-90",
            "amount": 50_000 + nth, "currency": "CLP", "date": now.to_string(),
            "counterparty": format!("Cliente {round}")});
        let (body, t) = (body.to_string(), now.as_second());
        let signature = format!("t={t},v1={}", self.secret.stamp(t, body.as_bytes()));
        let answer = http::post_signed(self.gateway.address, path, &signature, body.as_bytes());
        answer.await?.success()?;
        Ok(())
    }
}

async fn begin_link(gateway: &Server, key: &str, rut: Rut) -> anyhow::Result<String> {
    let body = json!({"institution": "banco-chile-empresas", "rut": rut.compact(),
        "credentials": {"client_id": rut.compact(), "client_secret": "a-secret-of-a-client",
            "accounts": "00-123-45678-90", "notification_secrets": SECRET}});
    let (address, body) = (gateway.address, body.to_string());
    let once = rut.compact();
    let begun = http::post_once(address, "/v1/links", (key, &once), body.as_bytes()).await?;
    let begun: Value = serde_json::from_slice(&begun.success()?)?;
    let id = begun["id"].as_str().context("a link has an id")?;
    ensure!(id.starts_with("lnk_"), "the id of a link is {id}");
    Ok(id.to_owned())
}

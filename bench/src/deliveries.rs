//! How many callbacks a second are delivered, signed and durably recorded, against the same client
//! posting the same bytes with no store; and how long one takes from the event to its receiver.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::Bytes;
use cartola::outbox::Vaulted;
use cartola_events::signature::{MAX_SECRETS, signature};
use cartola_events::worker::{MAX_TO_RECEIVER, Parts, Worker};
use cartola_events::{Client, Reach, SystemResolver, TargetUrl};
use cartola_http::callbacks::{Callback, Callbacks};
use cartola_primitives::Clock;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::id::{IdMinter, MessageId};
use cartola_primitives::monotonic::SystemMonotonic;
use cartola_primitives::randomness::OsRandomness;
use cartola_store::{Command, UnitOfWork};
use futures::{StreamExt, TryStreamExt, stream};

use crate::installation::Installation;
use crate::lab::{self, Lab, say};
use crate::receivers::{Receivers, percentile};
use crate::report::{Figure, Report, milliseconds, of_rounds};
use crate::site::{Kind, Site};
use crate::watch::{self, Readings};

/// Receivers, each with the places that one has: together as many as a tenant has.
const RECEIVERS: usize = 8;

/// Messages of one round.
const MESSAGES: usize = 2_000;

/// Messages that are written by one unit of work, which is not measured.
const OF_UNIT: usize = 100;

/// Bytes of a body.
const BODY_BYTES: usize = 1_000;

/// Rounds of both, in turn.
const ROUNDS: usize = 5;

/// Messages whose way is timed, one after another.
const TIMED: usize = 500;

/// How long the events of those lie apart.
const APART: Duration = Duration::from_millis(5);

/// Measures and reports.
pub async fn measure(lab: &Lab, kind: Kind, report: &mut Report) -> anyhow::Result<()> {
    let site = Site::new(lab, &format!("deliveries-{}", kind.name()), kind).await?;
    let bench = Bench::new(&site).await?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for number in 0..=ROUNDS {
        let delivered = bench.deliver().await?;
        let posted = bench.post().await?;
        // The first warms up.
        if number > 0 {
            say(format_args!(
                "deliveries on {}, round {number}: {delivered:.0}/s, client alone {posted:.0}/s",
                kind.name()
            ));
            ours.push(delivered);
            bare.push(posted);
        }
    }
    let way = bench.way().await?;
    drop(bench);
    report.add(throughput(kind, &ours, &bare));
    report.add(Figure {
        what: format!("p99 from an event to its receiver, on {}", kind.name()),
        measured: milliseconds(&Readings::of(way)),
        against: String::new(),
        ratio: None,
        aim: "",
    });
    lab::clear(&site.folder)
}

fn throughput(kind: Kind, ours: &[f64], bare: &[f64]) -> Figure {
    let alone = Readings::of(bare.iter().copied());
    Figure {
        what: format!("delivery of a callback on {}: signed, durably recorded", kind.name()),
        measured: of_rounds(&Readings::of(ours.iter().copied()), "deliveries/s"),
        against: format!("the same client, no store: {}", of_rounds(&alone, "posts/s")),
        ratio: Some(Readings::of(ours.iter().zip(bare).map(|(ours, bare)| ours / bare))),
        aim: "≥ 0.3",
    }
}

struct Bench {
    installation: Installation,
    callbacks: Callbacks,
    client: Client,
    minter: Arc<IdMinter>,
    receivers: Receivers,
    alone: bool,
}

impl Bench {
    async fn new(site: &Site) -> anyhow::Result<Self> {
        let installation = Installation::make(site).await?;
        let client = Client::new(Reach::PublicAndLoopback, Arc::new(SystemResolver));
        let callbacks = Callbacks::new(installation.engine.clone(), client.clone());
        let minter = Arc::new(IdMinter::new(Arc::new(SystemClock), Arc::new(OsRandomness)));
        let receivers = Receivers::start(RECEIVERS).await?;
        let alone = site.kind() == Kind::Sqlite;
        Ok(Self { installation, callbacks, client, minter, receivers, alone })
    }

    fn worker(&self) -> Worker {
        Worker::new(Parts {
            store: self.installation.store.clone(),
            opener: Arc::new(Vaulted(self.installation.engine.clone())),
            client: self.client.clone(),
            clock: Arc::new(SystemClock),
            wall_clock: Arc::new(SystemClock),
            monotonic: Arc::new(SystemMonotonic::start(self.minter.mint())),
            randomness: Arc::new(OsRandomness),
            minter: self.minter.clone(),
            alone: self.alone,
        })
    }

    /// Writes messages to the receivers in turn, by one unit of work, and gives their ids.
    async fn write(&self, count: usize) -> anyhow::Result<Vec<MessageId>> {
        let tenant = self.installation.tenant.id;
        let (urls, mut ids) = (self.receivers.urls(), Vec::with_capacity(count));
        let mut unit = UnitOfWork::new(tenant, SystemClock.now());
        for url in urls.iter().cycle().take(count) {
            let callback = Callback { url: TargetUrl::parse(url)?, headers: &[], body: body() };
            let order = self.callbacks.compose(tenant, callback).await?;
            ids.push(order.id);
            unit.push(Command::AddMessage(order));
        }
        self.installation.store.commit(unit).await?;
        Ok(ids)
    }

    /// Deliveries a second, from the first claim until the last is recorded.
    async fn deliver(&self) -> anyhow::Result<f64> {
        self.receivers.forget();
        for _ in 0..MESSAGES / OF_UNIT {
            self.write(OF_UNIT).await?;
        }
        let worker = self.worker();
        let begun = watch::start();
        worker.run(self.receivers.came(MESSAGES)).await;
        let time = begun.elapsed();
        let came = self.receivers.forget().len();
        ensure!(came == MESSAGES, "{came} messages came, not {MESSAGES}");
        Ok(watch::rate(MESSAGES as u64, time))
    }

    /// Posts a second of the same client, with as many under way to each receiver.
    async fn post(&self) -> anyhow::Result<f64> {
        let urls = self.receivers.urls();
        let targets: Vec<_> =
            urls.iter().map(|url| TargetUrl::parse(url)).collect::<Result<_, _>>()?;
        let headers = self.headers().await?;
        let at_once = usize::try_from(MAX_TO_RECEIVER)?;
        let body = Bytes::from(body());
        let begun = watch::start();
        let each = targets.iter().map(|url| {
            let posts = stream::iter(0..MESSAGES / RECEIVERS).map(|_| async {
                let answer = self.client.post(url, headers.clone(), body.clone()).await;
                let answer = answer.map_err(|failure| anyhow::anyhow!("{}", failure.name()))?;
                ensure!(answer.status == 204, "a receiver answered {}", answer.status);
                Ok(())
            });
            posts.buffer_unordered(at_once).try_collect::<Vec<()>>()
        });
        futures::future::try_join_all(each).await?;
        let time = begun.elapsed();
        self.receivers.forget();
        Ok(watch::rate(MESSAGES as u64, time))
    }

    /// The header lines of an attempt.
    async fn headers(&self) -> anyhow::Result<axum::http::HeaderMap> {
        let id: MessageId = self.minter.mint();
        let now = SystemClock.now().as_second();
        let tenant = self.installation.tenant.id;
        let secrets = self.installation.engine.webhook_secrets(tenant, MAX_SECRETS).await?;
        let signature = signature(&secrets, id, now, &body()).context("there is a secret")?;
        let mut headers = axum::http::HeaderMap::new();
        headers.insert("content-type", "application/json".parse()?);
        headers.insert("user-agent", "cartola".parse()?);
        headers.insert("webhook-id", id.to_string().parse()?);
        headers.insert("webhook-timestamp", now.to_string().parse()?);
        headers.insert("webhook-signature", signature.parse()?);
        Ok(headers)
    }

    /// The p99 of each round, in milliseconds: from before a message is composed and committed until
    /// its receiver has it, while a worker runs and waits.
    async fn way(&self) -> anyhow::Result<Vec<f64>> {
        let mut rounds = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            self.receivers.forget();
            let worker = self.worker();
            let ((), events) = tokio::join!(worker.run(self.receivers.came(TIMED)), self.events());
            let events = events?;
            let calls = self.receivers.forget();
            let took = |(id, came): &(String, Instant)| {
                let event = events.get(id).context("the message was written")?;
                Ok(came.duration_since(*event).as_secs_f64() * 1_000.0)
            };
            let mut times: Vec<f64> = calls.iter().map(took).collect::<anyhow::Result<_>>()?;
            rounds.push(percentile(&mut times, 99)?);
        }
        Ok(rounds)
    }

    /// Writes messages one after another, and gives when each was begun.
    async fn events(&self) -> anyhow::Result<HashMap<String, Instant>> {
        let mut events = HashMap::with_capacity(TIMED);
        for _ in 0..TIMED {
            let begun = watch::start();
            for id in self.write(1).await? {
                events.insert(id.to_string(), begun);
            }
            tokio::time::sleep(APART).await;
        }
        Ok(events)
    }
}

/// A body of the usual length.
fn body() -> Vec<u8> {
    let mut body = br#"{"glosa":""#.to_vec();
    body.resize(BODY_BYTES - 2, b'a');
    body.extend_from_slice(br#""}"#);
    body
}

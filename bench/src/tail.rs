//! Whether a page takes longer where more is stored.

use std::time::Duration;

use crate::lab::{Lab, say};
use crate::load::{Load, Seen};
use crate::population::Population;
use crate::report::{Figure, Report, grouped, milliseconds};
use crate::server::Server;
use crate::watch::Readings;

/// Connections, and how long each rests between two requests, in milliseconds: some 800 requests a
/// second, far below what the gateway can do, so that no request waits for another one.
const CONNECTIONS: u32 = 8;
const PAUSE: (u32, u32) = (5, 15);

/// Rounds on each store, in turn.
const ROUNDS: usize = 5;

const ROUND: Duration = Duration::from_secs(10);
const WARM_UP: Duration = Duration::from_secs(5);

/// A store and how many movements it has.
pub type Sized<'a> = (&'a Population, u32);

/// Measures and reports: the small store, then the large one.
pub async fn measure(
    lab: &Lab,
    small: Sized<'_>,
    large: Sized<'_>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let few = Side::start(lab, small.0).await?;
    let many = Side::start(lab, large.0).await?;
    few.load(lab, WARM_UP).await?;
    many.load(lab, WARM_UP).await?;
    let mut rounds = Vec::with_capacity(ROUNDS);
    for number in 1..=ROUNDS {
        let (few, many) = (few.load(lab, ROUND).await?, many.load(lab, ROUND).await?);
        say(format_args!(
            "p99, round {number} of {ROUNDS}: {:.2} ms and {:.2} ms at {} requests/s",
            few.p99_milliseconds(),
            many.p99_milliseconds(),
            grouped(many.rate()),
        ));
        rounds.push((few, many));
    }
    few.server.stop().await?;
    many.server.stop().await?;
    report_on(&rounds, small, large, report);
    Ok(())
}

fn report_on(rounds: &[(Seen, Seen)], small: Sized<'_>, large: Sized<'_>, report: &mut Report) {
    let kind = large.0.site.kind().name();
    let of = |time: fn(&Seen) -> f64| {
        let few = Readings::of(rounds.iter().map(|(few, _)| time(few)));
        let many = Readings::of(rounds.iter().map(|(_, many)| time(many)));
        let ratio = Readings::of(rounds.iter().map(|(few, many)| time(many) / time(few)));
        (few, many, ratio)
    };
    let line = |name: &str, time: fn(&Seen) -> f64, aim: &'static str| {
        let (few, many, ratio) = of(time);
        Figure {
            what: format!(
                "{name} of a page from {kind}, {} movements stored",
                grouped(large.1.into())
            ),
            measured: milliseconds(&many),
            against: format!("{} stored: {}", grouped(small.1.into()), milliseconds(&few)),
            ratio: Some(ratio),
            aim,
        }
    };
    report.add(line("p99", Seen::p99_milliseconds, "≤ 1.5"));
    report.add(line("median", Seen::median_milliseconds, ""));
}

struct Side<'a> {
    server: Server,
    pages: Vec<String>,
    key: &'a str,
}

impl<'a> Side<'a> {
    async fn start(lab: &Lab, population: &'a Population) -> anyhow::Result<Self> {
        let server = Server::gateway(lab, &population.site).await?;
        Ok(Self { server, pages: population.pages(), key: population.key.expose() })
    }

    async fn load(&self, lab: &Lab, duration: Duration) -> anyhow::Result<Seen> {
        let (paths, key) = (&self.pages, self.key);
        let load = Load { paths, key, connections: CONNECTIONS, duration, pause: Some(PAUSE) };
        load.run(lab, self.server.address).await
    }
}

//! How many pages a second, against the same bytes out of memory.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::http;
use crate::lab::{Lab, say};
use crate::load::{Load, Seen};
use crate::population::Population;
use crate::report::{Figure, Report, grouped, of_rounds};
use crate::server::Server;
use crate::site::Kind;
use crate::trail::{self, Path};
use crate::watch::Readings;

/// Connections of the load.
const CONNECTIONS: u32 = 64;

/// Rounds on each server, in turn.
const ROUNDS: usize = 5;

const ROUND: Duration = Duration::from_secs(5);
const FULL_ROUND: Duration = Duration::from_secs(10);
const WARM_UP: Duration = Duration::from_secs(3);

/// Measures and reports.
pub async fn measure(
    lab: &Lab,
    population: &Population,
    report: &mut Report,
) -> anyhow::Result<()> {
    let gateway = Server::gateway(lab, &population.site).await?;
    let pages = population.pages();
    let body = captured(lab, &gateway, population, &pages[0]).await?;
    let memory = Server::of_memory(lab, &body).await?;
    let rounds = Rounds {
        lab,
        key: population.key.expose(),
        gateway: gateway.address,
        memory: memory.address,
    };
    let kind = population.site.kind();
    let known = trail::entries(&population.site).await?;
    let here_and_there = rounds.run("pages here and there", &pages).await?;
    let left = trail::entries(&population.site).await? - known;
    let one = rounds.run("one page again and again", &pages[..1]).await?;
    gateway.stop().await?;
    memory.stop().await?;
    let what = format!("page of 100 movements from {}, here and there", kind.name());
    report.add(figure(&what, &here_and_there, "≥ 0.5"));
    let asked = here_and_there.iter().map(|(gateway, _)| gateway.requests()).sum();
    let a_second = Readings::of(here_and_there.iter().map(|(gateway, _)| gateway.rate())).median();
    report.paths.push(Path::new("a page".to_owned(), kind, (left, asked), a_second));
    report.add(figure("the same page again and again", &one, "≥ 0.5"));
    if kind == Kind::Sqlite {
        report.add(walked(population)?);
    }
    Ok(())
}

/// Keeps an answer of the gateway in a file, and sees to it that the key is looked at.
async fn captured(
    lab: &Lab,
    gateway: &Server,
    population: &Population,
    page: &str,
) -> anyhow::Result<std::path::PathBuf> {
    let key = population.key.expose();
    let body = http::ask(gateway.address, page, Some(key)).await?.success()?;
    let wrong = key.replacen("cartola_", "cartola_AAAAAAAA", 1);
    let refused = http::ask(gateway.address, page, Some(&wrong[..key.len()])).await?;
    ensure!(refused.status == 401, "a wrong key is answered {}", refused.status);
    let path = lab.path().join("page.json");
    fs::write(&path, body).context("the page cannot be kept")?;
    Ok(path)
}

struct Rounds<'a> {
    lab: &'a Lab,
    key: &'a str,
    gateway: SocketAddr,
    memory: SocketAddr,
}

impl Rounds<'_> {
    /// What both servers reached, round by round: gateway, memory.
    async fn run(&self, what: &str, paths: &[String]) -> anyhow::Result<Vec<(Seen, Seen)>> {
        self.load(paths, WARM_UP, self.gateway).await?;
        self.load(paths, WARM_UP, self.memory).await?;
        let duration = if self.lab.full { FULL_ROUND } else { ROUND };
        let mut rounds = Vec::with_capacity(ROUNDS);
        for number in 1..=ROUNDS {
            let gateway = self.load(paths, duration, self.gateway).await?;
            let memory = self.load(paths, duration, self.memory).await?;
            say(format_args!(
                "{what}, round {number} of {ROUNDS}: {} requests/s, from memory {}; {} and {} bytes",
                grouped(gateway.rate()),
                grouped(memory.rate()),
                gateway.answer_bytes(),
                memory.answer_bytes(),
            ));
            rounds.push((gateway, memory));
        }
        Ok(rounds)
    }

    async fn load(
        &self,
        paths: &[String],
        duration: Duration,
        address: SocketAddr,
    ) -> anyhow::Result<Seen> {
        let load = Load { paths, key: self.key, connections: CONNECTIONS, duration, pause: None };
        load.run(self.lab, address).await
    }
}

/// What SQLite alone needs to find the rows of those pages: nothing that reads them row by row is
/// faster.
fn walked(population: &Population) -> anyhow::Result<Figure> {
    let rounds = (0..ROUNDS).map(|_| population.walk()).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Figure {
        what: "SQLite alone finding the rows of such a page, nothing read".to_owned(),
        measured: of_rounds(&Readings::of(rounds), "pages/s on one thread"),
        against: String::new(),
        ratio: None,
        aim: "",
    })
}

fn figure(what: &str, rounds: &[(Seen, Seen)], aim: &'static str) -> Figure {
    let gateway = Readings::of(rounds.iter().map(|(gateway, _)| gateway.rate()));
    let memory = Readings::of(rounds.iter().map(|(_, memory)| memory.rate()));
    let ratio = Readings::of(rounds.iter().map(|(gateway, memory)| gateway.rate() / memory.rate()));
    Figure {
        what: what.to_owned(),
        measured: of_rounds(&gateway, "requests/s"),
        against: format!("from memory: {}", of_rounds(&memory, "requests/s")),
        ratio: Some(ratio),
        aim,
    }
}

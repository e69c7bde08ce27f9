//! What the gateway needs: memory before and after a large import, and time to start.

use std::time::Duration;

use anyhow::ensure;
use cartola_primitives::date;

use crate::http;
use crate::installation::Installation;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, grouped, megabytes, milliseconds};
use crate::server::{Memory, Server};
use crate::site::{Kind, Site};
use crate::statement::Statement;
use crate::watch::Readings;

/// Files that are uploaded, one after another, and the lines of each.
const FILES: u32 = 20;
const LINES: u32 = 50_000;

const DAYS: u32 = 365;

/// How long the gateway rests after the uploads: its allocator gives back after some seconds.
const REST: Duration = Duration::from_secs(15);

/// Starts that are timed.
const STARTS: usize = 5;

/// Measures and reports.
pub async fn measure(lab: &Lab, kind: Kind, report: &mut Report) -> anyhow::Result<()> {
    let site = Site::new(lab, "footprint", kind).await?;
    let key = Installation::make(&site).await?.api_key;
    let gateway = Server::gateway(lab, &site).await?;
    let on = kind.name();
    let idle = gateway.memory()?;
    upload_all(&gateway, key.expose()).await?;
    let after = gateway.memory()?;
    tokio::time::sleep(REST).await;
    let rested = gateway.memory()?;
    gateway.stop().await?;
    let stored = f64::from(FILES * LINES);
    report.add(private(&format!("private memory, idle after start, {on}"), idle, "≤ 40 MB"));
    report.add(private(
        &format!("private memory when 1,000,000 movements were uploaded, at once, {on}"),
        after,
        "≤ 120 MB",
    ));
    report.add(private("the same, 15 seconds later", rested, "≤ 120 MB"));
    report.add(Figure {
        what: "most memory that was resident meanwhile".to_owned(),
        measured: megabytes(after.peak),
        against: String::new(),
        ratio: None,
        aim: "",
    });
    let starts = start_often(lab, &site).await?;
    report.add(Figure {
        what: format!("start to ready, {} movements stored, {on}", grouped(stored)),
        measured: milliseconds(&starts),
        against: String::new(),
        ratio: None,
        aim: "≤ 200 ms",
    });
    lab::clear(&site.folder)
}

fn private(what: &str, memory: Memory, aim: &'static str) -> Figure {
    let Memory { clean, dirty, .. } = memory;
    Figure {
        what: what.to_owned(),
        measured: megabytes(clean + dirty),
        against: format!("of which clean {}", megabytes(clean)),
        ratio: None,
        aim,
    }
}

async fn upload_all(gateway: &Server, key: &str) -> anyhow::Result<()> {
    let bar = lab::bar("movements uploaded", u64::from(FILES * LINES));
    for account in 0..FILES {
        let statement = Statement {
            account,
            first_day: date(2024, 1, 1),
            days: DAYS,
            lines: LINES,
            with_carriage_returns: false,
        };
        let (file, mapping) = (statement.csv(), statement.mapping());
        let answer =
            http::post_statement(gateway.address, "/v1/imports", key, &file, &mapping).await?;
        let body = answer.success()?;
        let told = format!("\"new\":{LINES}");
        ensure!(
            String::from_utf8_lossy(&body).contains(&told),
            "an upload came to {}",
            String::from_utf8_lossy(&body)
        );
        bar.inc(LINES.into());
    }
    bar.finish_and_clear();
    Ok(())
}

async fn start_often(lab: &Lab, site: &Site) -> anyhow::Result<Readings> {
    let mut starts = Vec::with_capacity(STARTS);
    for number in 1..=STARTS {
        let gateway = Server::gateway(lab, site).await?;
        let milliseconds = gateway.start.as_secs_f64() * 1_000.0;
        say(format_args!("start {number} of {STARTS}: {milliseconds:.1} ms"));
        starts.push(milliseconds);
        gateway.stop().await?;
    }
    Ok(Readings::of(starts))
}

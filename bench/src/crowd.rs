//! Memory of the gateway while a thousand clients wait for banks that are slow.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use cartola_primitives::id::TenantId;
use cartola_store::Store;
use cartola_store::jobs::{Queue, Standing};
use futures::future::join_all;
use serde_json::json;

use crate::customer;
use crate::extraction::{LONG, days};
use crate::http;
use crate::khipu::Khipu;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, megabytes};
use crate::server::{self, Memory, Server};
use crate::site::{Kind, Site};
use crate::watch;

/// Extractions under way at once.
const CROWD: usize = 1_000;

/// Customers of each institution.
const OF_EACH: usize = 60;

/// How late the banks answer the call that opens a session: by then everybody has come, and a
/// client waits no longer than 55 seconds.
const LATE: Duration = Duration::from_secs(20);

/// How long everybody may take to come.
const PATIENCE: Duration = Duration::from_secs(18);

/// How often the jobs that run are counted.
const COUNT_EVERY: Duration = Duration::from_millis(100);

/// Measures and reports.
pub async fn measure(lab: &Lab, report: &mut Report) -> anyhow::Result<()> {
    let site = Site::new(lab, "crowd", Kind::Sqlite).await?;
    let mut crowd = customer::rounds(1, OF_EACH).pop().unwrap_or_default();
    crowd.truncate(CROWD);
    ensure!(crowd.len() == CROWD, "the banks have only {} customers", crowd.len());
    let sandbox = Server::sandbox(lab, &site.folder).await?;
    let mut of_each: BTreeMap<&str, usize> = BTreeMap::new();
    for customer in &crowd {
        *of_each.entry(customer.institution.as_str()).or_default() += 1;
    }
    for (institution, calls) in of_each {
        let path = format!("/_sandbox/institutions/{institution}/fault");
        let late = json!({"kind": "latency", "milliseconds": LATE.as_millis(), "calls": calls})
            .to_string();
        let typed = "application/json";
        http::post(sandbox.address, &path, None, typed, late.as_bytes()).await?.success()?;
    }
    let khipu = Khipu::start(lab, &site, (sandbox.address, &crowd)).await?;
    server::grown(CROWD).await;
    let idle = khipu.gateway.memory()?;
    let ((store, _), days) = (site.open().await?, days(LONG.0)?);
    let asked =
        crowd.iter().map(async |customer| khipu.ask((customer, &customer.login()), days).await);
    let asked = join_all(asked);
    let counted = async {
        all_run(&*store).await?;
        khipu.gateway.memory()
    };
    let (answers, waiting) = tokio::join!(asked, counted);
    let (waiting, after) = (waiting?, khipu.gateway.memory()?);
    let told = answers.into_iter().filter_map(Result::ok).filter(|answer| answer.status == 200);
    let told = told.filter(|answer| answer.body.windows(OK.len()).any(|part| part == OK)).count();
    say(format_args!("{told} of {CROWD} were answered in time"));
    khipu.gateway.stop().await?;
    drop(sandbox);
    figures(report, (idle, waiting, after), told);
    lab::clear(&site.folder)
}

/// In an answer that went well.
const OK: &[u8] = b"\"Status\":\"OK\"";

/// Waits until all jobs run at once.
async fn all_run(store: &dyn Store) -> anyhow::Result<()> {
    let begun: Instant = watch::start();
    let tenants = store.tenants().await?;
    let tenant: TenantId = tenants.first().context("there is a tenant")?.id;
    loop {
        let running =
            store.jobs(tenant, Queue::Work, Some(Standing::Running), None, CROWD).await?.rows.len();
        if running == CROWD {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "{running} of {CROWD} are under way");
        tokio::time::sleep(COUNT_EVERY).await;
    }
}

fn figures(report: &mut Report, (idle, waiting, after): (Memory, Memory, Memory), told: usize) {
    let own = |memory: Memory| megabytes(memory.clean + memory.dirty);
    report.add(Figure {
        what: "private memory with 1,000 extractions waiting for slow banks".to_owned(),
        measured: own(waiting),
        against: format!("idle: {}", own(idle)),
        ratio: None,
        aim: "",
    });
    report.add(Figure {
        what: "most memory that was resident until their answers of 24 months were sent".to_owned(),
        measured: megabytes(after.peak),
        against: format!("{told} of 1,000 within 55 s"),
        ratio: None,
        aim: "",
    });
}
